"""Which generator a sampler takes, from the numbers of rows alone: a trial would be paid for in every fold."""

from __future__ import annotations

from collections.abc import Mapping

TREE, COPULA = "tree", "gaussian_copula"

FEWEST_FOR_TREES = 1_000
"""Training rows of a class from which its rows come from trees.

Average precision of LightGBM balanced to 1:1 (copula, quick tree, SMOTE, nothing added; means of five folds). Classes
of more rows: Adult, 6,000 rows .79/.80/.78/.79, 8,000 rows .79/.80/.79/.80. Of fewer: fraud, 8,000 rows
.91/.91/.91/.92; thyroid diagnosis K .98/.97/.99/.99, G 1.00/.99/1.00/1.00, I .85/.86/.91/.95, F .98/.97/.98/.99; Adult
with 150 positives .42/.46/.33/.44. So below it none is best on every table; the copula is never far from the best of
the three but on I, and takes a tenth to a twentieth of the tree's time on wide tables.
"""


def choose_by_rule(counts: Mapping[float, int], lacking: Mapping[float, int]) -> tuple[str, str]:
    """Choose a generator by the rows that there are and the rows that are wanted.

    Parameters
    ----------
    counts : mapping of class code to number of real rows
    lacking : mapping of class code to rows to make

    Returns
    -------
    name, reason : str

    Examples
    --------
    >>> choose_by_rule({0.0: 9_000, 1.0: 2_000}, {1.0: 7_000})[0]
    'tree'
    >>> choose_by_rule({0.0: 9_000, 1.0: 200}, {1.0: 8_800})[0]
    'gaussian_copula'
    """
    few = sum(n for code, n in lacking.items() if counts[code] < FEWEST_FOR_TREES)
    if few > sum(lacking.values()) / 2:
        return COPULA, f"most rows are for classes with fewer than {FEWEST_FOR_TREES:,} rows to learn from"
    return TREE, f"most rows are for classes with {FEWEST_FOR_TREES:,} rows to learn from, or more"
