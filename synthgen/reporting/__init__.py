"""Pages a person signs and likes: what was found, in words, with nothing computed here.

Each page is one file without script or outside request; its JSON twin is for programs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from synthgen.reporting.audience import Audience, shareable_profile, shareable_provenance, shareable_report
from synthgen.reporting.croissant import croissant_json
from synthgen.reporting.data_card import card_md
from synthgen.reporting.diff_page import diff_html
from synthgen.reporting.html import moment, render
from synthgen.reporting.review_page import review_html
from synthgen.reporting.run_document import run_json
from synthgen.reporting.sections import BIAS, FIDELITY, bias, verdict
from synthgen.reporting.sections.columns import figures
from synthgen.reporting.sections.evidence import INTRODUCTIONS, overall
from synthgen.reporting.twin import Twin, bias_json, drawing, fidelity_json, read_twin
from synthgen.reporting.uplift_record import UpliftRecord

if TYPE_CHECKING:
    from synthgen.planning.dp_preview import PrivacyPreview
    from synthgen.planning.fairness import FairnessPlan
    from synthgen.planning.uplift.result import Uplift
    from synthgen.profiling.profile import Profile
    from synthgen.validation.report import ValidationReport
    from synthgen.validation.utility.reliability import Reliability

__all__ = [
    "Audience",
    "bias_fragment",
    "bias_html",
    "bias_json",
    "card_md",
    "croissant_json",
    "diff_html",
    "fidelity_fragment",
    "fidelity_html",
    "fidelity_json",
    "ledger_fragment",
    "page_html",
    "preview_fragment",
    "read_twin",
    "review_html",
    "run_json",
    "shareable_profile",
    "shareable_provenance",
    "shareable_report",
    "uplift_fragment",
]  # fmt: skip

FRAGMENT_COLUMNS = 4
PREVIEW_PAIRS = 15


def fidelity_html(
    report: ValidationReport, provenance: Mapping[str, Any] | None = None, *, uplift: Uplift | None = None,
    calibration: Sequence[Reliability] = (), audience: Audience | str = Audience.INTERNAL,
) -> str:  # fmt: skip
    """Give the fidelity and privacy report as one complete page.

    Parameters
    ----------
    report : ValidationReport
    provenance : mapping or None
        How the table was made; every key is optional: ``version``, ``created``, ``generator``,
        ``generator_words``, ``parameters``, ``random_state``, ``purpose``, ``target``, ``counts``,
        ``refused_by_reason``, ``libraries``, ``guarantee``, ``gate`` (None: it was lifted, which
        is printed at the top), ``warnings``, ``seconds``.
    uplift : Uplift or None
        Of :func:`synthgen.estimate_uplift`: whether adding rows helps.
    calibration : sequence of Reliability
        Whether the probabilities of models come true; see :func:`synthgen.validation.reliability`.
    audience : {"internal", "shareable"}
        A shareable page leaves out what only those who may see the real table should know; see
        :mod:`synthgen.reporting.audience`.

    Returns
    -------
    str
        HTML without script or outside request. No value of a single real row is in it.
    """
    known = dict(provenance or {})
    if Audience.of(audience) is Audience.SHAREABLE:
        report, known, uplift, calibration = shareable_report(report), shareable_provenance(known), None, ()
    return _fidelity_page(report, known, None if uplift is None else UpliftRecord.of(uplift), calibration)


def bias_html(
    profile: Profile, provenance: Mapping[str, Any] | None = None, *, plans: Sequence[FairnessPlan] = (),
    audience: Audience | str = Audience.INTERNAL,
) -> str:  # fmt: skip
    """Give the bias and data profile as one complete page.

    Parameters
    ----------
    profile : Profile
    provenance : mapping or None
        As for :func:`fidelity_html`.
    plans : sequence of FairnessPlan
        Of ``profile.bias.plans()``: what could be done, with what each did in its trial.
    audience : {"internal", "shareable"}
        A shareable page leaves out what describes the columns, and plans.

    Returns
    -------
    str
        HTML without script or outside request. It describes the real rows: treat it as them.
    """
    known = dict(provenance or {})
    if Audience.of(audience) is Audience.SHAREABLE:
        profile, known, plans = shareable_profile(profile), shareable_provenance(known), ()
    return _bias_page(profile, known, [plan.to_dict() for plan in plans])


def _bias_page(profile: Profile, known: Mapping[str, Any], plans: Sequence[Mapping[str, Any]]) -> str:
    shown = ("version", "created", "target", "libraries", "purpose", "fairness")
    source: dict[str, Any] = {key: known[key] for key in shown if key in known}
    counts = known.get("counts") or {}
    source["plans"] = plans
    source["counts"] = {key: counts[key] for key in ("real", "train", "holdout") if key in counts}
    return str(render(
        "page.html", title="Bias and data profile", opening=bias.opening(profile, known),
        about=_about(known), sections=[made for section in BIAS if (made := section(profile, source))],
    ))  # fmt: skip


def page_html(twin: Twin) -> str:
    """Give the page that a twin was written beside.

    Parameters
    ----------
    twin : Twin
        See :func:`read_twin`.

    Returns
    -------
    str
    """
    known = twin.provenance
    with drawing(twin):
        if twin.kind == "bias":
            return _bias_page(twin.profile, known, twin.plans)
        return _fidelity_page(twin.report, known, twin.uplift, twin.calibration)


def fidelity_fragment(report: ValidationReport) -> str:
    """Give the verdict, the main figures and the worst columns for a notebook.

    Parameters
    ----------
    report : ValidationReport

    Returns
    -------
    str
        HTML whose styles reach only itself.
    """
    rows = [row for family in INTRODUCTIONS for row in overall(report, family)]
    return str(render(
        "fidelity_fragment.html", opening=verdict.opening(report, {}, level=2),
        findings=(*report.verdict.blocking, *report.verdict.warnings), marks=verdict.MARKS,
        states=verdict.MET, not_tested=report.verdict.not_tested, rows=rows,
        figures=figures(report.columns[:FRAGMENT_COLUMNS]), n_columns=len(report.columns),
    ))  # fmt: skip


def bias_fragment(profile: Profile) -> str:
    """Give the bias sentences, the groups and a table of the columns for a notebook.

    Parameters
    ----------
    profile : Profile

    Returns
    -------
    str
        HTML whose styles reach only itself.
    """
    return str(render(
        "bias_fragment.html", opening=bias.opening(profile, {}, level=2), profile=profile,
        features=bias.features(profile)[:2], overall=bias.overall_rate(profile),
    ))  # fmt: skip


def uplift_fragment(uplift: Uplift) -> str:
    """Give the advice, the table and what was dropped for a notebook.

    Parameters
    ----------
    uplift : Uplift

    Returns
    -------
    str
        HTML whose styles reach only itself.
    """
    return str(render(
        "uplift_fragment.html", advice=uplift.advice, notes=uplift.notes, settings=uplift.settings,
        rows=uplift.table.to_dict("records"), dropped=uplift.dropped.to_dict("records"),
    ))  # fmt: skip


def ledger_fragment(state: Mapping[str, Any], entries: Sequence[Mapping[str, Any]]) -> str:
    """Give what a privacy ledger holds for a notebook.

    Parameters
    ----------
    state : mapping
        Of :meth:`synthgen.ledger.LedgerState.to_dict`.
    entries : sequence of mappings
        Its fits, each of :meth:`synthgen.ledger.Entry.to_dict`.

    Returns
    -------
    str
        HTML whose styles reach only itself.
    """
    return str(render("ledger_fragment.html", state=state, entries=entries))


def preview_fragment(preview: PrivacyPreview) -> str:
    """Give what a differentially private fit may be expected to keep, for a notebook.

    Parameters
    ----------
    preview : PrivacyPreview

    Returns
    -------
    str
        HTML whose styles reach only itself.
    """
    known = preview.to_dict()
    return str(render("preview_fragment.html", shown=PREVIEW_PAIRS, **known))


def _fidelity_page(
    report: ValidationReport, known: dict[str, Any], uplift: UpliftRecord | None, calibration: Sequence[Reliability]
) -> str:
    known = known | {"uplift": uplift, "calibration": calibration}
    return str(render(
        "page.html", title=f"{report.verdict.outcome}: {verdict.headline(report.verdict)}",
        opening=verdict.opening(report, known), about=_about(known),
        sections=[made for section in FIDELITY if (made := section(report, known))],
    ))  # fmt: skip


def _about(provenance: Mapping[str, Any]) -> str:
    parts = [f"synthgen {provenance['version']}" if provenance.get("version") else "synthgen"]
    if provenance.get("created"):
        parts.append(f"made on {moment(provenance['created'])}")
    return ", ".join(parts)
