"""The lines for Dask on the page about large tables write the rows that sample gives."""

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import synthgen as sg

PAGE = Path(__file__).parents[2] / "docs" / "scale.md"


def test_the_dask_lines_write_the_rows_of_sample(tmp_path, monkeypatch):
    dask = pytest.importorskip("dask", reason="the extra test isn't installed")
    pytest.importorskip("dask.dataframe")
    [lines] = [code for code in re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
               if "import dask" in code]  # fmt: skip
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"key": [f"K{n:04d}" for n in range(300)], "amount": rng.gamma(2, 30, 300).round(2)})
    frame["ward"] = pd.Categorical(rng.choice(["north", "south"], 300), ["north", "south", "west"])
    model = sg.generators.GaussianCopulaSynthesizer(random_state=0).fit(frame)
    model.save(tmp_path / "model")
    monkeypatch.chdir(tmp_path)
    with dask.config.set(scheduler="synchronous"):
        exec(compile(lines, str(PAGE), "exec"), {"__name__": "page"})
    parts = [pd.read_parquet(path) for path in sorted((tmp_path / "rows").glob("*.parquet"))]
    assert [len(part) for part in parts] == [25_000, 25_000, 10_000]
    made, expected = pd.concat(parts, ignore_index=True), model.sample(60_000, random_state=7)
    assert made["key"].is_unique
    for name in frame:
        assert made[name].tolist() == expected[name].tolist(), name
