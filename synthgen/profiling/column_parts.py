"""What the profile says of a column, part by part: plain figures, none of them a single row's."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Goodness:
    """How far the named family, or the nearest where none fits, is from the rows.

    Attributes
    ----------
    distance : float
        Largest difference between the shares of rows at or below any value, by the family and by rows that it wasn't
        fitted to (the KS distance, 0 to 1).
    interval : (float, float)
        95 % interval of it, for any law (Dvoretzky, Kiefer and Wolfowitz).
    likelihood : float
        Mean log-likelihood of a held-out row; of one step where values are rounded, else a density.
    alternatives : tuple of str
        Other families that held-out rows don't tell from the best one.
    rows : int
        Rows looked at.
    """

    distance: float
    interval: tuple[float, float]
    likelihood: float
    alternatives: tuple[str, ...]
    rows: int

    def __str__(self) -> str:
        return f"differs from the rows by at most {self.interval[1]:.3f} at any point ({self.rows:,} rows looked at)"


@dataclass(frozen=True)
class Tail:
    """One tail of a numeric column.

    Attributes
    ----------
    side : str
        ``lower`` or ``upper``.
    ratio : float
        Distance from the median to the outer 1 % quantile (further in where fewer than ten rows lie beyond it) over
        that to the quartile, as a multiple of a normal law's.
    weight : str
        ``light`` below .75, ``heavy`` above 1.5, else ``as normal``.
    index : float or None
        Hill's estimate for a heavy tail: the share of rows beyond x falls like x to the power of minus this, so that
        a law with an index below 2 has no variance.
    """

    side: str
    ratio: float
    weight: str
    index: float | None = None


@dataclass(frozen=True)
class Modes:
    """How many peaks the density has.

    Attributes
    ----------
    number : int
        1 unless one peak is rejected; then the fewest that Silverman's bandwidth test doesn't reject.
    p_value : float
        Of the test that there is one peak, a relative of Hartigan's dip test.
    level : float
        Level of that test: .05 over the number of tests in the table (Bonferroni).
    """

    number: int
    p_value: float
    level: float


@dataclass(frozen=True)
class Rounding:
    """The grid of a numeric column.

    Attributes
    ----------
    decimals : int or None
        Digits after the point; None means not rounded.
    step : float or None
        Largest step of which every value is a multiple, where it is more than one digit's.
    heap : float or None
        Multiples of this number are more frequent than by chance (people round).
    heap_share : float or None
        Share of rows on them.
    """

    decimals: int | None = None
    step: float | None = None
    heap: float | None = None
    heap_share: float | None = None


@dataclass(frozen=True)
class Season:
    """Whether rows prefer some weekdays, months or hours.

    Attributes
    ----------
    part : str
        ``weekday``, ``month`` or ``hour`` (of UTC).
    p_value : float
        Of the test that the period's frequencies have no more power than those beside them.
    found : bool
        The p-value is below the level, and the lift 1.05 at least.
    lift : float
        Rows of the busiest part, as a multiple of the mean.
    busiest : str
        Part with the most rows.
    periods : int
        Whole weeks, years or days looked at.
    """

    part: str
    p_value: float
    found: bool
    lift: float
    busiest: str
    periods: int


@dataclass(frozen=True)
class Dates:
    """When the rows of a date column are.

    Attributes
    ----------
    first, last : str
        Months that ten rows reach or pass.
    resolution : str
        Finest unit that values differ in.
    seasons : tuple of Season
    level : float
        Level of each test of them: .05 over the number of tests in the table (Bonferroni).
    regular : str or None
        The step between rows, where at least 90 % of the steps are the same.
    empty_days : float
        Share of days without a row between the earliest and the latest ten rows.
    longest_gap_days : float
        Longest stretch without a row between them, to two digits.
    """

    first: str
    last: str
    resolution: str
    seasons: tuple[Season, ...]
    level: float
    regular: str | None
    empty_days: float
    longest_gap_days: float


@dataclass(frozen=True)
class Texts:
    """The look of an identifier or text column, by its characters' classes only.

    Attributes
    ----------
    lengths : tuple of (float, float)
        (probability, characters) at 5, 50 and 95 %; empty below a hundred rows.
    words : float
        Words on average.
    shapes : tuple of (str, float)
        (shape, share of rows), at most twelve, each held by at least ten rows: ``A`` and ``a`` letters, ``9`` a digit,
        punctuation itself; runs are written once with a plus where rows have more than 20 characters.
    unique : float
        Share of rows whose value no other row has.
    rows : int
        Rows whose shapes were looked at.
    """

    lengths: tuple[tuple[float, float], ...]
    words: float
    shapes: tuple[tuple[str, float], ...]
    unique: float
    rows: int


@dataclass(frozen=True)
class Levels:
    """How even and how rare the labels of a column are.

    Attributes
    ----------
    entropy : float
        In bits; 0 if all rows have one label.
    evenness : float
        Entropy as a share of the most that so many labels can have.
    effective : float
        As many equally frequent labels would have the same entropy.
    rare : int
        Labels held by fewer than ten rows.
    rare_share : float
        Share of rows that hold them.
    """

    entropy: float
    evenness: float
    effective: float
    rare: int
    rare_share: float
