"""The sections of each page, in order: one line a section."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeAlias

from synthgen.reporting.section import Section
from synthgen.reporting.sections import bias, bias_audit, source
from synthgen.reporting.sections.associations import associations
from synthgen.reporting.sections.columns import columns
from synthgen.reporting.sections.drilldown import drilldown
from synthgen.reporting.sections.evidence import fidelity
from synthgen.reporting.sections.fairness import fairness
from synthgen.reporting.sections.glossary import bias_glossary, glossary
from synthgen.reporting.sections.guarantee import guarantee
from synthgen.reporting.sections.plans import plans
from synthgen.reporting.sections.privacy import privacy
from synthgen.reporting.sections.provenance import provenance_section
from synthgen.reporting.sections.refused import refused
from synthgen.reporting.sections.rules import rules
from synthgen.reporting.sections.sign_off import sign_off
from synthgen.reporting.sections.usefulness import usefulness
from synthgen.reporting.sections.verdict import not_tested, reasons

if TYPE_CHECKING:
    from synthgen.profiling.profile import Profile
    from synthgen.validation.report import ValidationReport

FidelitySection: TypeAlias = "Callable[[ValidationReport, Mapping[str, Any]], Section | None]"
BiasSection: TypeAlias = "Callable[[Profile, Mapping[str, Any]], Section | None]"

FIDELITY: tuple[FidelitySection, ...] = (
    reasons,
    guarantee,
    not_tested,
    provenance_section,
    privacy,
    refused,
    fidelity,
    columns,
    associations,
    usefulness,
    fairness,
    drilldown,
    rules,
    glossary,
    sign_off,
)

BIAS: tuple[BiasSection, ...] = (
    fairness,
    bias.notes,
    bias.groups,
    bias_audit.disparities,
    bias_audit.intersections,
    bias_audit.alike,
    bias_audit.proxies,
    bias_audit.labels,
    bias_audit.gaps,
    bias_audit.model,
    plans,
    bias_audit.method,
    bias.classes,
    source.size,
    source.missingness,
    source.dependence,
    source.personal_data,
    bias.columns,
    provenance_section,
    bias_glossary,
)
