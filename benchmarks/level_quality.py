"""How well rows with a label of many levels keep what goes with each level."""

from __future__ import annotations

import numpy as np
import pandas as pd


def quality(real: pd.DataFrame, made: pd.DataFrame) -> dict[str, float]:
    """How well rows of many products keep their share, their group, and what hangs on both."""
    group_of = real.drop_duplicates("product").set_index("product")["group"]
    share, own = (rows["product"].value_counts(normalize=True) for rows in (real, made))
    found = {"group kept": float((made["product"].map(group_of) == made["group"]).mean())}
    found["share apart"] = float(share.sub(own, fill_value=0).abs().sum() / 2)
    for column in ("price", "returned"):
        by = "group" if column == "returned" else "product"
        means, others = (rows.groupby(by)[column].mean() for rows in (real, made))
        weights = real[by].value_counts().reindex(means.index)
        both = pd.concat([means, others, weights], axis=1).dropna().to_numpy(float)
        covariance = np.cov(both[:, :2].T, aweights=both[:, 2])
        found[f"{column} by {by}"] = float(covariance[0, 1] / np.sqrt(covariance[0, 0] * covariance[1, 1]))
    return {name: round(value, 3) for name, value in found.items()}
