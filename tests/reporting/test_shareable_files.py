"""What is written for readers who may not see the real table: every file of it."""

from __future__ import annotations

import json

import pytest

import synthgen as sg
from synthgen.errors import UsageError


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    folder = tmp_path_factory.mktemp("reports")
    adult = sg.datasets.load_adult()[:1500]
    result = sg.synthesize(
        adult, target="income", generator="jitter", sensitive_features=["sex"], n_samples=60, gate=None,
        random_state=4711, progress=False,
    )  # fmt: skip
    for audience in ("internal", "shareable"):
        result.write_reports(folder / audience, audience=audience)
    return result, folder


def test_no_file_for_outsiders_describes_a_column_or_tells_the_seed(written):
    folder = written[1]
    names = sorted(path.name for path in (folder / "internal").iterdir())
    assert names == sorted(path.name for path in (folder / "shareable").iterdir())
    told = {audience: "".join((folder / audience / name).read_text("utf-8") for name in names)
            for audience in ("internal", "shareable")}  # fmt: skip
    # A label that is only in the distributions of a column, the seed, and a figure of a gap: in one, not in the other.
    for words in ("Prof-specialty", "4711", "entropy"):
        assert words in told["internal"] and words not in told["shareable"]
    profile = json.loads((folder / "shareable" / "bias.json").read_text("utf-8"))["profile"]
    assert not profile["columns"] and not profile["missingness"]["rates"] and not profile["personal_data"]["columns"]


def test_the_card_for_outsiders_is_whole(written):
    card = (written[1] / "shareable" / "card.md").read_text("utf-8")
    assert "60 synthetic rows of 15 columns" in card and "| education | categorical | feature |" in card
    assert "None" not in card and "– rows" not in card


def test_a_key_is_for_insiders(written, tmp_path):
    with pytest.raises(UsageError, match="without a key"):
        written[0].write_reports(tmp_path / "r", audience="shareable", key=b"k" * 32)
    assert not (tmp_path / "r").exists()
