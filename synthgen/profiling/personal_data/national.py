"""Numbers that states give to people, by python-stdnum where it is installed."""

from __future__ import annotations

import re
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec

import numpy as np

from synthgen.profiling.personal_data.detector import Detector, Hits, Texts, names, whole


@dataclass(frozen=True)
class Number:
    """One national number: python-stdnum's module, its form, and what columns of it are called."""

    module: str
    title: str
    form: str
    named: str


_DIGITS = r"\d[\d ./-]*[\dXx]"

NUMBERS = (
    Number("br.cpf", "Brazil, CPF", r"\d{3}\.?\d{3}\.?\d{3}-?\d{2}", r"cpf"),
    Number("nl.bsn", "Netherlands, BSN", r"\d{9}|\d{4}\.\d{2}\.\d{3}", r"bsn|burgerservicenummer|sofi(?:nummer)?"),
    Number("pt.nif", "Portugal, NIF", r"(?:PT)?\d{3} ?\d{3} ?\d{3}", r"nif|contribuinte"),
    Number("gb.nhs", "United Kingdom, NHS", r"\d{3}[ -]?\d{3}[ -]?\d{4}", r"nhs(?: number| no)?"),
    Number("es.dni", "Spain, DNI", r"\d{8}-?[A-Za-z]", r"dni"),
    Number("es.nie", "Spain, NIE", r"[XYZxyz]-?\d{7}-?[A-Za-z]", r"nie"),
    Number("fr.nir", "France, NIR", r"[12]" + _DIGITS + "|[12][0-9 ]+[AB][0-9 ]+", r"nir|insee|securite sociale"),
    Number("de.idnr", "Germany, tax number", r"\d{2} ?\d{3} ?\d{3} ?\d{3}", r"steuer(?:nummer|id| id)|idnr"),
    Number("it.codicefiscale", "Italy, codice fiscale", r"[A-Za-z]{6}\w{10}", r"codice fiscale|codicefiscale"),
    Number("be.nn", "Belgium, national number", r"\d{2}\.?\d{2}\.?\d{2}-?\d{3}[.-]?\d{2}", r"rijksregisternummer|niss"),
    Number("se.personnummer", "Sweden, personnummer", r"(?:\d{2})?\d{6}[-+]?\d{4}", r"personnummer"),
    Number("no.fodselsnummer", "Norway, fødselsnummer", r"\d{6} ?\d{5}", r"f.?dselsnummer"),
    Number("dk.cpr", "Denmark, CPR", r"\d{6}-\d{4}", r"cpr"),
    Number("fi.hetu", "Finland, HETU", r"\d{6}[-+A-FU-Y]\d{3}[0-9A-Y]", r"hetu|henkilotunnus"),
    Number("pl.pesel", "Poland, PESEL", r"\d{11}", r"pesel"),
    Number("cz.rc", "Czechia, rodné číslo", r"\d{6}/?\d{4}", r"rodne cislo|birth number"),
    Number("ro.cnp", "Romania, CNP", r"\d{13}", r"cnp"),
    Number("bg.egn", "Bulgaria, EGN", r"\d{10}", r"egn"),
    Number("hr.oib", "Croatia, OIB", r"\d{11}", r"oib"),
    Number("ie.pps", "Ireland, PPS", r"\d{7}[A-Za-z]{1,2}", r"pps(?:n)?"),
    Number("ch.ssn", "Switzerland, AHV", r"756\.?\d{4}\.?\d{4}\.?\d{2}", r"ahv(?:nummer)?|avs"),
    Number("at.vnr", "Austria, VNR", r"\d{4} ?\d{6}", r"vnr|sozialversicherungsnummer"),
    Number("tr.tckimlik", "Turkey, T.C. Kimlik", r"[1-9]\d{10}", r"tckimlik|kimlik"),
    Number("ca.sin", "Canada, SIN", r"\d{3}[ -]?\d{3}[ -]?\d{3}", r"sin(?: number)?"),
    Number("au.tfn", "Australia, TFN", r"\d{3} ?\d{3} ?\d{2,3}", r"tfn"),
    Number("in_.aadhaar", "India, Aadhaar", r"\d{4} ?\d{4} ?\d{4}", r"aadhaar|aadhar"),
    Number("za.idnr", "South Africa, ID", r"\d{13}", r"sa id|rsa id"),
    Number("cn.ric", "China, resident number", r"\d{17}[\dXx]", r"shenfenzheng|resident id"),
    Number("mx.curp", "Mexico, CURP", r"[A-Za-z]{4}\d{6}\w{8}", r"curp"),
    Number("ar.cuit", "Argentina, CUIT", r"\d{2}-?\d{8}-?\d", r"cui[tl]"),
)


def has_stdnum() -> bool:
    """Whether the package python-stdnum (extra ``pii``) is there."""
    return find_spec("stdnum") is not None


def _detector(number: Number) -> Detector:
    form = re.compile(number.form)

    def matches(texts: Texts) -> Hits:
        found = np.array([form.fullmatch(text.strip()) is not None for text in texts], dtype=np.bool_)
        if not has_stdnum() or found.sum() < 0.5 * len(texts):
            return np.zeros(len(texts), dtype=np.bool_)
        validate = import_module(f"stdnum.{number.module}").is_valid

        def is_valid(text: str) -> bool:
            try:
                return bool(validate(text))
            except (LookupError, ValueError):  # of a Chinese number without a known county, for example
                return False

        return np.array([fit and is_valid(text) for fit, text in zip(found, texts, strict=True)], dtype=np.bool_)

    return Detector(
        what=f"national number ({number.title})",
        named=names(number.named),
        matches=matches,
        fits=whole(number.form),
        checked=True,
        least_share=0.5,
        least_distinct=6,
        most=300,
        example="### ### ###",
    )


NATIONAL = tuple(_detector(number) for number in NUMBERS)

# It has no check digit: by value only the hyphens tell.
SSN = Detector(
    what="national number (United States, SSN)",
    named=names(r"ssn|social security(?: number| no)?|social"),
    matches=whole(r"(?!000|666|9\d\d)\d{3}-(?!00)\d{2}-(?!0000)\d{4}"),
    fits=whole(r"\d{3}[- ]?\d{2}[- ]?\d{4}"),
    by_value="medium",
    by_name="medium",
    least_share=0.8,
    least_distinct=10,
    example="###-##-####",
)

OTHER_NATIONAL = Detector(
    what="national number",
    named=names(
        r"passports?(?: ?(?:number|no|nr|id))?|national (?:id|number|identity)|identity card|id card"
        r"|driv(?:er|ing)s? licen[cs]e(?: ?(?:number|no))?|tax (?:id|number)|personalausweis|ausweisnummer|reisepass"
        r"|passnummer|fuhrerschein|passeport|pasaporte|nino|national insurance(?: number)?|insurance number"
    ),
    matches=lambda texts: np.zeros(len(texts), dtype=np.bool_),
    by_value=None,
    fits=whole(r"(?=(?:.*\d){4})[A-Za-z0-9 ./-]{5,22}"),
    by_name="medium",
    example="*** ### ###",
)
