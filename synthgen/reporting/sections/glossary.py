"""The words of a report, explained; only those that the page uses. Where each measurement is defined."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from synthgen.reporting.html import render
from synthgen.reporting.section import Section

if TYPE_CHECKING:
    from synthgen.profiling.profile import Profile
    from synthgen.validation.report import ValidationReport

T = TypeVar("T")


@dataclass(frozen=True)
class Term(Generic[T]):
    """A word with its explanation; ``used`` says whether a page has it, None that each has."""

    word: str
    meaning: str
    used: Callable[[T, Mapping[str, Any]], Any] | None = None


INTERVAL = (
    "95 % interval",
    "Where the figure would lie in 95 of 100 repetitions with other rows. A wide interval means few rows, and little "
    "to go by.",
)
AUC = (
    "AUC, area under the ROC curve",
    "How often a model ranks a row of one kind above a row of the other: 0.5 is a coin toss, 1 is always.",
)
QUASI = (
    "Quasi-identifier, cell",
    "A column that others may know of a person, such as age or postcode. A cell is all rows with the same values of "
    "several of them; a person alone in a cell can be told from the rest.",
)
ASSOCIATION = (
    "Association, dependence",
    "How much one column tells about another, from 0 (nothing) to 1 (everything): Cramér’s V for two columns of "
    "labels, the correlation ratio for a number given a label, rank correlation for numbers. It says nothing "
    "of causes.",
)


def _measured(*names: str) -> Callable[[ValidationReport, Mapping[str, Any]], bool]:
    return lambda report, known: any(m.name in names for m in report.results)


def _attacked(report: ValidationReport, known: Mapping[str, Any]) -> bool:
    return any(m.success is not None for m in report.results)


FIDELITY: tuple[Term[ValidationReport], ...] = (
    Term("Real, training, held-out", "The real rows were split once. The generator learnt from the training rows. The "
         "held-out rows were kept back: no generator saw them, so they show what fresh real rows look like."),
    Term(*INTERVAL),
    Term("Held-out real rows (baseline)", "The same figure, for real rows that the generator never saw in place of "
         "synthetic ones. Synthetic rows are judged against it, not against perfection."),
    Term("p", "The chance of a figure at least this bad if the synthetic rows were fresh real ones."),
    Term("Gap; complement", "Distance between two distributions, from 0 (the same) to 1: Kolmogorov–Smirnov for "
         "numbers and dates, total variation for labels. The complement is one less the gap."),
    Term(*ASSOCIATION, lambda report, known: report.associations is not None),
    Term("Distance to the closest record, nearest share", "How far a synthetic row is from the real row most like it. "
         "Rows nearer to training rows than to held-out rows hint at copying; the share of rows whose nearest real row "
         "is a training row is compared with what chance gives.", _measured("dcr_share", "closest_rows", "nndr")),
    Term("Exact copy, near copy", "A synthetic row that equals a real row, or lies closer to it than nearly all real "
         "rows lie to their own nearest neighbour."),
    Term("Attack, success, control", "Somebody with the synthetic table tries to learn about a person, and is right so "
         "often. The control is the same attack on held-out rows: what succeeds there too is knowledge about people in "
         "general, and only the difference leaks.", _attacked),
    Term("Singling out, linkability, inference", "The three ways of the Article 29 Working Party to learn from a "
         "table: to point at one person; to join two pieces of knowledge about one; to tell who was in the source, "
         "or guess what is unknown of them.", lambda report, known: report.verdict.privacy),
    Term("Membership inference", "An attack that asks whether a person’s row was among those that the generator learnt "
         "from.", _measured("membership_inference", "membership_tpr")),
    Term("Power, smallest leak", "The smallest leak that would have been found four times in five. Finding nothing is "
         "worth as much.", lambda report, known: any(m.smallest is not None or m.name == "smallest_leak"
                                                     for m in report.results)),
    Term(*AUC, _measured("detection_auc", "membership_inference", "class_signal")),
    Term("Detection", "How well a model tells synthetic from real rows. 0.5 is a coin toss; 1 is every time.",
         _measured("detection_auc")),
    Term("Precision, recall", "Of the rows that a model points at, the share that are of the class; of the rows of the "
         "class, the share that it points at. Average precision is the mean of the first over all of the second.",
         lambda report, known: report.curves or known.get("uplift")),
    Term("Calibration, Brier score, log-loss", "Whether an event given a probability of 30 % happens 30 times in 100. "
         "Both scores are distances of probabilities from what happened; lower is better.",
         lambda report, known: known.get("calibration") or known.get("uplift")),
    Term(*QUASI, lambda report, known: known.get("disclosure")),
    Term("Gate, verdict", "The gate compares the evidence with criteria set beforehand. PASS: all that block are met. "
         "FAIL: one is not. INCONCLUSIVE: evidence is missing, failed, or rests on too few rows; that never passes."),
    Term("Formal guarantee", "A mathematical bound on what any one row can change (differential privacy). Attacks that "
         "find nothing are not such a guarantee."),
)  # fmt: skip

BIAS: tuple[Term[Profile], ...] = (
    Term("Sensitive column, group", "A column on people that must not decide, such as sex or origin, and the rows that "
         "have one of its values.", lambda profile, known: profile.bias.features),
    Term("Target, class, outcome", "The column to be predicted; one of its values; the value whose rate is compared.",
         lambda profile, known: profile.classes),
    Term(*INTERVAL),
    Term("Rate, ratio, four fifths", "The rate is the share of a group with the outcome, the ratio the lowest rate "
         "over the highest. Below four fifths a rule of thumb in US employment law looks closer; it is no test "
         "of fairness.",
         lambda profile, known: any(item.ratio is not None for item in profile.bias.disparities)),
    Term("Intersection", "A group by two sensitive columns at once.", lambda profile, known:
         profile.bias.intersections),
    Term("Rows alike, stratum", "Rows with like values of another column, such as the same education. A difference "
         "among them isn’t due to that column.", lambda profile, known: profile.bias.conditional),
    Term("Legitimate column", "A column that may decide, by the word of whoever asked for this report.",
         lambda profile, known: any(len(item.given) > 1 for item in profile.bias.conditional)),
    Term("Proxy", "A column from which a group can be guessed, so that leaving the group out doesn’t hide it.",
         lambda profile, known: profile.bias.proxies),
    Term(*AUC, lambda profile, known: profile.bias.proxies),
    Term("Label in doubt", "A value of the target that a model, fitted to other rows, finds very unlikely for the row.",
         lambda profile, known: profile.bias.label_noise),
    Term("p, all together", "The chance of a difference as large if there were none; then the same where so many "
         "things were asked that one would stand out by chance (Holm’s correction).",
         lambda profile, known: profile.bias.evidence or profile.missingness.dependences or
         profile.dependence.associations),
    Term("Missing at random", "Gaps fall completely at random if nothing tells where they are; at random if other "
         "columns tell; and not at random if the missing value itself decides, which no table can show.",
         lambda profile, known: profile.missingness.rates),
    Term(*ASSOCIATION, lambda profile, known: profile.dependence.names),
    Term("Interaction", "Two columns that tell the target together, and hardly on their own.",
         lambda profile, known: profile.dependence.interactions),
    Term("Leak of the target", "A column that gives the target away, often because it was written down after it.",
         lambda profile, known: profile.dependence.suspects),
    Term("Different, worth", "Rows that don’t repeat another one, and as how many independent rows they count. ± says "
         "how exactly a recall could be measured.", lambda profile, known: profile.size.classes),
    Term("Recall", "Of the rows of a class, the share that a model points at.",
         lambda profile, known: profile.size.words),
    Term(*QUASI, lambda profile, known: profile.personal_data.quasi_identifiers.findings),
    Term("Quantile, median", "A value that so many of the rows don’t exceed; the median is that of half of them.",
         lambda profile, known: any(column.quantiles for column in profile.columns)),
    Term("Distribution, kernel density", "The law that describes a column’s values best; where no named one does, a "
         "smoothed histogram (kernel density). Zero-inflated or spiked: some values are far commoner than their "
         "neighbours.", lambda profile, known: any(column.parameters for column in profile.columns)),
    Term("Heavy tail", "Values far out are commoner than in a bell curve: a few rows can dominate a mean.",
         lambda profile, known: any(tail.weight == "heavy" for column in profile.columns for tail in column.tails)),
    Term("Entropy", "How evenly the labels of a column are used, in bits: 0 if all rows have the same.",
         lambda profile, known: any(column.spread is not None for column in profile.columns)),
)  # fmt: skip


def glossary(report: ValidationReport, provenance: Mapping[str, Any]) -> Section:
    """Words used in the report, and the source of each measurement's definition."""
    sources = {m.title: m.reference for m in report.results if m.reference}
    html = render("glossary.html", terms=_used(FIDELITY, report, provenance), sources=sources)
    return Section("glossary", "Glossary", html)


def bias_glossary(profile: Profile, provenance: Mapping[str, Any]) -> Section:
    """Words used in the bias report."""
    return Section("glossary", "Glossary", render("glossary.html", terms=_used(BIAS, profile, provenance), sources={}))


def _used(terms: Sequence[Term[T]], about: T, known: Mapping[str, Any]) -> list[Term[T]]:
    return [term for term in terms if term.used is None or term.used(about, known)]
