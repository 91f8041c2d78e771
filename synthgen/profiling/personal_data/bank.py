"""Bank accounts and cards, by their check digits."""

from __future__ import annotations

import re

from synthgen.profiling.personal_data.detector import Detector, hits, names, whole
from synthgen.table.check_digits import is_card, is_iban

CARD_INSIDE = re.compile(r"(?<![\w.-])\d(?:[ -]?\d){12,18}(?![\w-])")
IBAN_INSIDE = re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]){11,30}\b")

IBAN = Detector(
    what="IBAN",
    named=names(r"iban|bank account|konto|kontonummer|bankverbindung|compte bancaire|cuenta bancaria"),
    matches=lambda texts: hits(texts, is_iban),
    fits=whole(r"[A-Z]{2}\d{2}[ A-Z0-9]{11,42}"),
    checked=True,
    least_share=0.5,
    least_distinct=6,
    example="**## #### #### ####",
)

CARD = Detector(
    what="card number",
    named=names(
        r"(?:credit|debit|bank|payment)? ?cards? ?(?:number|no|nr|num)|cc ?(?:number|num|no)|pan|kartennummer"
        r"|kreditkarte|kreditkartennummer|numero de (?:carte|tarjeta)|carte bancaire|tarjeta"
    ),
    matches=lambda texts: hits(texts, is_card),
    fits=whole(r"\d(?:[ -]?\d){11,18}"),
    checked=True,
    least_share=0.5,
    least_distinct=6,
    example="#### #### #### ####",
)
