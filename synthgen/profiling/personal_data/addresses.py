"""Streets with house numbers."""

from __future__ import annotations

import re

from synthgen.profiling.personal_data.detector import Detector, names, whole

_ENGLISH = (
    r"street|st|road|rd|avenue|ave|lane|ln|drive|dr|boulevard|blvd|court|ct|square|sq|terrace|way|close|crescent"
    r"|highway|hwy|parkway|pkwy|place|pl|plaza|row|walk|gardens?|mews|grove|hills?|park|crossing|trail|circle|mills?"
    r"|points?|ridges?|villages?|views?|stations?|islands?|junctions?|extensions?|estates?|creek|haven|valleys?|forks?"
    r"|harbors?|shores?|springs?|summit|throughway|track|turnpike|viaduct|vista|walks"
)
_FLAT = r"(?:flat|studio|apt\.?|apartment|suite|unit) ?\d{1,4}[a-z]?"
_GERMAN = r"(?:stra(?:ß|ss)e|str\.?|weg|platz|allee|gasse|ring|ufer|damm|chaussee|steig)"
_ROMANCE = (
    r"rue|avenue|av\.?|boulevard|bd\.?|place|chemin|impasse|allée|quai|calle|c/|avenida|avda\.?|plaza|paseo|camino"
    r"|rambla|cuesta|ronda|callejón|glorieta|urbanización|vial|pasaje|acceso|alameda|via|viale|piazza|corso|strada"
    r"|borgo|largo|vicolo|canale|rotonda|incrocio|contrada|stretto|rua|travessa|praça"
)
_STREET = (
    # 221b Baker Street; "2 rooms near the park" is none.
    rf"(?:{_FLAT}[,\s]+)?(?!.*\b(?:near|with|for|in|from|to|bed|bedrooms?|rooms?)\b)"
    rf"\d{{1,6}}[a-z]?,?(?: [^\s,]+){{1,3}} (?:{_ENGLISH})\.?(?:\s*[,\n].*| {_FLAT}.*)?"
    r"|\d{1,6}[a-z]? [^\n,]{3,60}[,\n].*\b[A-Z]{2} \d{5}(?:-\d{4})?"  # …, Springfield, MI 12345
    rf"|{_FLAT}[,\n].*"
    rf"|[^\d]{{2,40}}{_GERMAN},? \d{{1,4}} ?[a-z]?(?:[,/ \n-].*)?"  # Unter-den-Linden-Straße 12
    rf"|(?=.*\d)(?:\d{{1,4}} ?(?:bis|ter)?,? )?(?:{_ROMANCE}) .{{2,60}}"  # 12 rue de la Paix
)

ADDRESS = Detector(
    what="address",
    named=names(
        r"(?:street |home |postal |mailing |billing |delivery |shipping )?address(?:es)?(?: line)?(?: \d)?"
        r"|street|adresse|anschrift|strasse|rue|calle|direccion|domicilio|domicile|indirizzo|endereco"
    ),
    matches=whole(_STREET, re.IGNORECASE | re.DOTALL),
    fits=whole(r"(?=.*\d)(?=.*[^\W\d_]{3}).*\s.*", re.DOTALL),
    least_share=0.3,
    least_distinct=10,
    by_name="medium",
    example="## *** ***",
)
