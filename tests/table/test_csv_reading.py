"""CSV files as text, and the dtypes that their cells show."""

from __future__ import annotations

import csv

import numpy as np
import pandas as pd

from synthgen.table.csv_reading import guessed
from synthgen.table.files import read_file

CELLS = (
    "", "a,b", 'q"q', "l\nl", "r\rr", "rn\r\nx", " 1", "1", "007", "1.50", "True", "nan", "NA", "é", "\t", "-0", "1e5",
    "2020-01-01", "#x", "inf", "\u2028",
)  # fmt: skip


def test_a_file_read_as_text_and_guessed_later_is_the_file_read_at_once(tmp_path):
    rng, path = np.random.default_rng(0), tmp_path / "table.csv"
    for _ in range(40):
        rows, columns = int(rng.integers(1, 8)), int(rng.integers(1, 5))
        few = rng.choice(len(CELLS), 4)
        with path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerow([f"c{place}" for place in range(columns)])
            writer.writerows([CELLS[cell] for cell in rng.choice(few, columns)] for _ in range(rows))
        texts = read_file(path, as_text=True)
        assert set(map(str, texts.dtypes)) == {str(pd.Series(["a"]).dtype)}
        pd.testing.assert_frame_equal(guessed(texts), read_file(path))
