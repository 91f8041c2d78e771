"""Numbers under which a table's keeper knows a person: customer, patient, account."""

from __future__ import annotations

from synthgen.profiling.personal_data.detector import names

OF_PEOPLE = names(
    r"customers?|clients?|patients?|users?|members?|passengers?|persons?|people|subjects?|participants?|employees?"
    r"|students?|accounts?|policy|policyholder|insured|passport|licen[cs]e|tickets?|household|kunden?|kundennummer"
    r"|kundennr|patienten?|patientennummer|mitarbeiter|versicherten?|konto|usager|cliente|paciente|usuario"
    r"|compte|cuenta|matricule|mrn|nin"
)
EXAMPLE = "***###"
