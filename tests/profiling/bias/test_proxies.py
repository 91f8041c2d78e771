"""What tells groups apart, in tables where some groups and values are small."""

from __future__ import annotations

import numpy as np
import pandas as pd

import synthgen as sg


def test_a_value_that_small_groups_alone_have_is_no_error():
    # Ten shades are in bins of their own; group C, too small to be compared, has two of them to itself.
    rng = np.random.default_rng(0)
    group = np.repeat(["A", "B", "C"], [200, 200, 20])
    shade = np.where(group == "C", rng.integers(8, 10, 420), rng.integers(0, 4, 420) + 4 * (group == "B"))
    frame = pd.DataFrame({"group": group, "shade": [f"s{place}" for place in shade], "noise": rng.normal(size=420)})
    found = sg.profile(frame, sensitive_features=["group"]).bias.proxies
    best = max(found, key=lambda proxy: proxy.auc)
    assert best.column in (None, "shade") and best.auc > 0.99
    assert {proxy.column for proxy in found} == {None, "shade", "noise"}
