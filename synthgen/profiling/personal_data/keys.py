"""Numbers under which a table's keeper knows a person: customer, patient, account."""

from __future__ import annotations

from synthgen.profiling.personal_data.detector import names

OF_PEOPLE = names(
    r"customers?|clients?|patients?|users?|members?|passengers?|persons?|people|subjects?|participants?|employees?"
    r"|students?|accounts?|policy|policyholder|insured|passport|(?:licen[cs]e|number) ?plate"
    r"|licen[cs]e (?:no|nr|number|id)|tickets?|household|kunden?|kundennummer|kundennr|patienten?|patientennummer"
    r"|mitarbeiter|versicherten?|konto|kennzeichen|usager|cliente|paciente|usuario|compte|cuenta|matricule|mrn"
)
EXAMPLE = "***###"
