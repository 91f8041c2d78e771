"""What profiling hands on."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import pandas as pd

from synthgen.profiling.bias_parts import (
    ConditionalDisparity,
    Disparity,
    Evidence,
    GapByGroup,
    LabelNoise,
    ModelDisparity,
    ModelGroup,
    Proxy,
    Representation,
)
from synthgen.profiling.column_parts import Dates, Goodness, Levels, Modes, Rounding, Tail, Texts
from synthgen.profiling.dependence.results import DependenceProfile
from synthgen.profiling.missingness.results import MissingnessProfile
from synthgen.profiling.personal_data.result import PersonalData
from synthgen.profiling.plain import plain_values
from synthgen.profiling.size import SizeAssessment
from synthgen.table.files import write_text
from synthgen.table.schema import Schema

if TYPE_CHECKING:
    from synthgen.planning.fairness import FairnessPlan
    from synthgen.profiling.source import Source

VERSION = 1


@dataclass(frozen=True)
class ColumnProfile:
    """One column of the source, described without showing any single row.

    Parameters
    ----------
    name, kind, role : str
    n : int
        Rows with a value.
    missing : float
        Share of rows without one, 0 to 1.
    distinct : int
        Number of distinct values.
    family : str or None
        The fitted distribution: ``normal``, ``zero-inflated lognormal``, ``spiked kernel density`` … for numbers,
        ``categories`` for labels, ``identifier`` or ``text``.
    parameters : tuple of (str, float)
        Its parameters, by the names of scipy.stats; ``zeros`` the share of extra zeros.
    quantiles : tuple of (float, float)
        (probability, value) at 5, 25, 50, 75 and 95 %; ordered kinds only.
    spikes : tuple of (float, float)
        (value, share) of single values that carry at least 5 % of a numeric column and 10 rows.
    levels : tuple of (str, float)
        (label, share) of the commonest labels, at most 12, each held by at least 10 rows.
    note : str
        What stands out, in words.
    goodness : Goodness or None
        How far the family is from rows that it wasn't fitted to; numbers only, as the next five are.
    bounds : (float, float) or None
        Bounds: declared, or values that at least ten rows reach or pass, rounded outwards to two digits of the range.
    tails : tuple of Tail
        Lower and upper; from 200 rows on.
    modes : Modes or None
        Peaks of the density; from 100 rows on.
    rounding : Rounding or None
    spread : Levels or None
        Entropy and rare levels; labels only.
    dates : Dates or None
        Range, seasons and gaps; dates of at least 100 rows.
    texts : Texts or None
        Lengths, shapes and uniqueness; identifiers and text.
    """

    name: str
    kind: str
    role: str
    n: int
    missing: float
    distinct: int
    family: str | None = None
    parameters: tuple[tuple[str, float], ...] = ()
    quantiles: tuple[tuple[float, float], ...] = ()
    spikes: tuple[tuple[float, float], ...] = ()
    levels: tuple[tuple[str, float], ...] = ()
    note: str = ""
    goodness: Goodness | None = None
    bounds: tuple[float, float] | None = None
    tails: tuple[Tail, ...] = ()
    modes: Modes | None = None
    rounding: Rounding | None = None
    spread: Levels | None = None
    dates: Dates | None = None
    texts: Texts | None = None


@dataclass(frozen=True)
class Group:
    """One group of a sensitive column: how many, and how often it has the selected target value.

    ``rate`` and ``rate_interval`` are None where no target was named or the group has fewer than
    10 rows ("too few to say"). ``missing`` is the share of the table's rows without a value of ``feature``;
    ``reference`` the group's share of the reference population; ``mean`` the target's, where it is a number;
    ``pooled`` says that the group holds what was too small to stand alone, and isn't compared.
    """

    feature: str
    label: str
    n: int
    share: float
    share_interval: tuple[float, float]
    rate: float | None = None
    rate_interval: tuple[float, float] | None = None
    missing: float = 0.0
    reference: float | None = None
    mean: float | None = None
    mean_interval: tuple[float, float] | None = None
    pooled: bool = False


@dataclass(frozen=True)
class BiasAudit:
    """Who is in the source, and with which outcome.

    Attributes
    ----------
    features : tuple of str
        The sensitive columns looked at.
    guessed : bool
        True if nobody named them: they were picked by their names.
    selected : str or None
        The target value whose rate is shown: the rarer of two, the commonest of many.
    groups : tuple of Group
    findings : tuple of str
        Sentences, worst first: what was found, then what was asked and not found.
    intersections : tuple of Group
        Groups by two sensitive columns; ``feature`` is ``"sex × race"``.
    disparities : tuple of Disparity
        The lowest and the highest group of each sensitive column and intersection.
    representation : tuple of Representation
        Shares against a reference population, where one was given.
    conditional : tuple of ConditionalDisparity
        What is left of a difference among rows alike in other columns.
    proxies : tuple of Proxy
        Which columns tell a group, together and singly.
    label_noise : tuple of LabelNoise
        Labels that rows like them contradict.
    gaps : tuple of GapByGroup
        Missing values by group.
    model_groups, model_disparities : tuple of ModelGroup, tuple of ModelDisparity
        A model's figures, where its predictions were given.
    evidence : tuple of Evidence
        Every comparison with its p-value, alone and corrected for all of them.
    fewest : int
        Rows that a group needs for its rate or mean to be compared; fewer are too few to say.
    rows_looked_at : int
        Rows of the proxies and of the labels in doubt; all else looks at every row.
    notes : tuple of str
        How it was done and what it can't tell, in words.
    """

    features: tuple[str, ...] = ()
    guessed: bool = False
    selected: str | None = None
    groups: tuple[Group, ...] = ()
    findings: tuple[str, ...] = ()
    intersections: tuple[Group, ...] = ()
    disparities: tuple[Disparity, ...] = ()
    representation: tuple[Representation, ...] = ()
    conditional: tuple[ConditionalDisparity, ...] = ()
    proxies: tuple[Proxy, ...] = ()
    label_noise: tuple[LabelNoise, ...] = ()
    gaps: tuple[GapByGroup, ...] = ()
    model_groups: tuple[ModelGroup, ...] = ()
    model_disparities: tuple[ModelDisparity, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    fewest: int = 10
    rows_looked_at: int = 0
    notes: tuple[str, ...] = ()

    _source: ClassVar[Source | None] = None

    def plans(
        self,
        data: Any = None,
        *,
        kinds: Sequence[str] | None = None,
        strength: float = 1.0,
        label: Any = None,
        generator: Any = None,
        random_state: Any = 0,
    ) -> tuple[FairnessPlan, ...]:
        """Propose what to do about groups with different rates, each plan tried on real rows that were held out.

        See :func:`synthgen.planning.fairness.rank_plans` for which are proposed, and how they are put in order. Hand
        one to ``synthesize(df, fairness=plan)``.

        Parameters
        ----------
        data : table, optional
            The table that was profiled; only needed if it is gone, or the profile was read from a file.
        kinds : list of str, optional
            Of "equal_rates", "quotas", "weights", "representation" and "proxies"; all but representation if not given.
        strength : float
            0 to 1.
        label : optional
            The class whose rate is looked at; the rarer of two if not given.
        generator : Synthesizer, optional
            Unfitted; the quick tree if not given.
        random_state : int, Generator or None

        Returns
        -------
        tuple of FairnessPlan
            The first is the one to look at first; empty where nothing is to be done.

        Examples
        --------
        >>> import synthgen as sg
        >>> df = sg.datasets.load_adult()[:3000]
        >>> found = sg.profile(df, target="income", sensitive_features=["sex"])
        >>> plans = found.bias.plans(kinds=["weights"])
        >>> plans[0].kind, plans[0].effect.ratio_planned.value > plans[0].effect.ratio.value
        ('weights', True)
        """
        from synthgen.planning.fairness import plans_of

        return plans_of(
            self, data, kinds=kinds, strength=strength, label=label, model=generator, random_state=random_state
        )

    @cached_property
    def frame(self) -> pd.DataFrame:
        """One row a group."""
        return pd.DataFrame(
            [{item.name: getattr(group, item.name) for item in fields(Group)} for group in self.groups],
            columns=[item.name for item in fields(Group)],
        )


@dataclass(frozen=True)
class Profile:
    """A description of the source table. It is made from private rows: handle it as such.

    Attributes
    ----------
    schema : Schema
    n_rows : int
    columns : tuple of ColumnProfile
    classes : tuple of (str, int)
        Rows of each value of a categorical target, commonest first; those of fewer than ten rows together.
    bias : BiasAudit
    notes : tuple of str
        What a person should look at first, in words.
    missingness : MissingnessProfile
    dependence : DependenceProfile
    size : SizeAssessment
    personal_data : PersonalData
    """

    schema: Schema
    n_rows: int
    columns: tuple[ColumnProfile, ...]
    classes: tuple[tuple[str, int], ...] = ()
    bias: BiasAudit = BiasAudit()
    notes: tuple[str, ...] = ()
    missingness: MissingnessProfile = field(default_factory=MissingnessProfile)
    dependence: DependenceProfile = field(default_factory=DependenceProfile)
    size: SizeAssessment = field(default_factory=SizeAssessment)
    personal_data: PersonalData = field(default_factory=PersonalData)

    @cached_property
    def frame(self) -> pd.DataFrame:
        """One row a column."""
        names = [item.name for item in fields(ColumnProfile)]
        return pd.DataFrame([[getattr(c, name) for name in names] for c in self.columns], columns=names)

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON: all parts but the schema, whose labels and bounds may be of single rows."""
        parts = {item.name: getattr(self, item.name) for item in fields(self) if item.name != "schema"}
        return {"synthgen_profile": VERSION, **plain_values(parts)}

    def to_json(self, path: str | Path | None = None) -> str:
        """Give :meth:`to_dict` as text; write it to ``path`` if given.

        Examples
        --------
        >>> import json
        >>> import synthgen as sg
        >>> found = sg.profile(sg.datasets.load_adult()[:2000], target="income")
        >>> sorted(json.loads(found.to_json()))[:4]
        ['bias', 'classes', 'columns', 'dependence']
        """
        text = json.dumps(self.to_dict(), indent=2, ensure_ascii=False, allow_nan=False) + "\n"
        if path is not None:
            write_text(text, path)
        return text

    def __repr__(self) -> str:
        return f"Profile({self.n_rows} rows, {len(self.columns)} columns)"

    def _repr_html_(self) -> str:
        from synthgen.reporting import bias_fragment

        return bias_fragment(self)
