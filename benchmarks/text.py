"""Measure ways to make free text, on titles of homes to let: ``python -m benchmarks.text``.

Needs ``airbnb_london.csv.gz``, which isn't shipped. Every figure is the median over seeds, each with rows of its own.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
import pandas as pd
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from benchmarks import record
from benchmarks.personal_data_cases import SHARED
from synthgen.table.text import chains
from synthgen.table.text.changing import Changing
from synthgen.table.text.choices import Choices
from synthgen.table.text.template import Template
from synthgen.table.text.words import RealRuns, split

FILE = Path(__file__).with_name("text.json")
PAGE = Path(__file__).with_name("text.md")
DATA = SHARED / "airbnb_london.csv.gz"
TRAIN, TEST = 20_000, 10_000
FEW = (50, 200, 1_000)
NO_LIMIT = 1_000
WORDS = r"(?u)\b\w+\b"

Texts = list[str]
Made = tuple[Texts, np.ndarray]
"""Titles, and which of them are of private rooms."""


def table(seed: int) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Rows to learn from, to compare with, and as many others as are learnt from."""
    whole = pd.read_csv(DATA).dropna(subset=["title"])
    frame = whole.sample(2 * TRAIN + TEST, random_state=seed).reset_index(drop=True)
    return frame[:TRAIN], frame[TRAIN : TRAIN + TEST], frame[TRAIN + TEST :]


def levels_of(frame: pd.DataFrame) -> pd.DataFrame:
    names = ("room_type", "neighbourhood", "property_type")
    return pd.DataFrame({name: pd.Categorical(frame[name]).codes.astype(float) for name in names})


def is_private(frame: pd.DataFrame) -> np.ndarray:
    return (frame["room_type"] == "Private room").to_numpy()


def ways(train: pd.DataFrame, others: pd.DataFrame, seed: int) -> dict[str, Made]:
    """Titles made in each way, one for each row of train, of its type of room."""
    levels, rng = levels_of(train), np.random.default_rng(seed)
    model = learn(train, seed)
    with_runs = patch.object(chains, "LONGEST_RUN", NO_LIMIT), patch.object(chains, "EARLY", {})
    with with_runs[0], with_runs[1]:
        free = model.draw(levels, rng)
        cut = _without(model, train).draw(levels, rng)
    made = {
        "template": model.draw(levels, rng),
        "template, by the target only": learn(train, seed, ["room_type"]).draw(levels, rng),
        "template, by no other column": learn(train, seed, []).draw(levels, rng),
        "links of real runs taken out, no breaks": cut,
        "links as they are, no breaks: not safe": free,
        "words alone, rare ones too, in any order": _words(train, levels, rng),
        "augment": Changing.learn(train["title"].tolist(), levels, "room_type", {}).draw(levels, rng),
    }
    real = {"real titles of other rows": (others["title"].tolist(), is_private(others))}
    return real | {way: (texts, is_private(train)) for way, texts in made.items()}


def learn(train: pd.DataFrame, seed: int, columns: list[str] | None = None) -> Template:
    levels = levels_of(train)
    levels = levels if columns is None else levels[columns]
    return Template.learn(
        train["title"].tolist(), np.arange(len(train)), levels, np.random.default_rng(seed), name="title",
        target="room_type" if "room_type" in levels else None,
    )  # fmt: skip


def _without(model: Template, train: pd.DataFrame) -> Template:
    """The model without one link, the rarest, of each six real words that it could put together."""
    size = len(model.vocabulary)
    number = {word: k + size - len(model.vocabulary.words) for k, word in enumerate(model.vocabulary.words)}
    two = model.chains.two
    keys = np.repeat(two.keys, np.diff(two.starts)) * size + two.values
    weight = dict(zip(keys.tolist(), two.weights.tolist(), strict=True))
    for title in train["title"]:
        row = [number.get(word.casefold(), -1) for word in split(title).words]
        links = [u * size + v if u >= 0 <= v else -1 for u, v in pairwise(row)]
        for first in range(len(links) - 4):
            run = links[first : first + 5]
            if all(link in weight for link in run):
                del weight[min(run, key=lambda link: weight[link])]
    kept = np.array([key in weight for key in keys.tolist()])
    left = Choices.of(keys[kept] // size, keys[kept] % size, two.weights[kept])
    three = model.chains.three
    first = np.repeat(three.keys, np.diff(three.starts))
    whole = np.array(
        [int(key % size) * size + int(value) in weight for key, value in zip(first, three.values, strict=True)]
    )
    longer = Choices.of(first[whole], three.values[whole], three.weights[whole])
    made = chains.Chains(size, longer, left, model.chains.breaks, model.chains.leaps)
    return Template(model.vocabulary, model.lengths, made, model.spelling, model.tilts, model.locale)


def _words(train: pd.DataFrame, levels: pd.DataFrame, rng: np.random.Generator) -> Texts:
    """Words of a type's titles, each drawn by itself."""
    out: Texts = [""] * len(train)
    for level in levels["room_type"].unique():
        rows = np.flatnonzero(levels["room_type"] == level)
        words = np.array([word for row in rows for word in split(train["title"].iloc[row]).words], dtype=object)
        for row in rows:
            size = len(split(train["title"].iloc[row]).words)
            out[row] = " ".join(rng.choice(words, size)) if size and len(words) else ""
    return out


def judged(made: Texts, room: np.ndarray, train: pd.DataFrame, test: pd.DataFrame) -> dict[str, float]:
    known = [split(title) for title in train["title"]]
    runs = RealRuns(known, np.zeros(len(known), dtype=bool))
    sizes = [np.array([len(split(text).words) for text in texts]) for texts in (made, test["title"].tolist())]
    real = {word.casefold() for text in test["title"] for word in split(text).words}
    said = {word.casefold() for text in made for word in split(text).words}
    return {
        "with six real words in a row %": 100 * float(runs.repeated([split(text) for text in made]).mean()),
        "told from real by words": told(made, test["title"].tolist(), (1, 1)),
        "by up to three words": told(made, test["title"].tolist(), (1, 3)),
        "type of room learnt from them": learnt_from(made, room, test),
        "words a title": float(sizes[0].mean()),
        "words a real title": float(sizes[1].mean()),
        "words of real titles that come up %": 100 * len(said & real) / len(real),
    }


def told(made: Texts, real: Texts, ngrams: tuple[int, int]) -> float:
    """AUC of a logistic regression on words that tells made from real titles, tested on other ones of both."""
    made = made[: len(real)]
    texts, y = np.array([*real, *made], dtype=object), np.repeat([0, 1], [len(real), len(made)])
    order = np.random.default_rng(0).permutation(len(texts))
    half = len(order) // 2
    return _area(texts[order[:half]], y[order[:half]], texts[order[half:]], y[order[half:]], ngrams)


def learnt_from(texts: Texts, room: np.ndarray, test: pd.DataFrame) -> float:
    """AUC on real titles of a logistic regression that learnt from these what a private room is."""
    return _area(np.array(texts, dtype=object), room, test["title"].to_numpy(dtype=object), is_private(test), (1, 2))


def _area(texts: Any, y: Any, others: Any, truth: Any, ngrams: tuple[int, int]) -> float:
    bag = CountVectorizer(ngram_range=ngrams, min_df=1 if len(texts) < 5_000 else 3, token_pattern=WORDS)
    model = LogisticRegression(C=0.3, max_iter=300).fit(bag.fit_transform(texts), y)
    return float(roc_auc_score(truth, model.predict_proba(bag.transform(others))[:, 1]))


def augmented(train: pd.DataFrame, test: pd.DataFrame, seed: int) -> dict[str, dict[str, float]]:
    """AUC with few labelled titles: by themselves, each four times, and with four changed ones for each."""
    out: dict[str, dict[str, float]] = {}
    for n in FEW:
        few = train.sample(n, random_state=seed).reset_index(drop=True)
        room = is_private(few)
        levels = levels_of(few)
        four = pd.concat([levels] * 4, ignore_index=True)
        model = Changing.learn(few["title"].tolist(), levels, "room_type", {})
        real = few["title"].tolist()
        changed = model.draw(four, np.random.default_rng(seed))
        cases: Mapping[str, Texts] = {
            "as they are": real,
            "each five times": real * 5,
            "with changed ones": real + changed,
        }
        out[str(n)] = {name: learnt_from(texts, np.tile(room, len(texts) // n), test) for name, texts in cases.items()}
    return out


def medians(runs: list[dict[str, Any]]) -> dict[str, Any]:
    first = runs[0]
    if not isinstance(next(iter(first.values())), dict):
        return {key: float(np.median([run[key] for run in runs])) for key in first}
    return {key: medians([run[key] for run in runs]) for key in first}


def spread(runs: list[dict[str, Any]]) -> dict[str, Any]:
    """Mean and standard error of what changed titles add."""
    out = {}
    for n in runs[0]:
        for against in ("as they are", "each five times"):
            gains = np.array([run[n]["with changed ones"] - run[n][against] for run in runs])
            out[f"{n}: {against}"] = [float(gains.mean()), float(gains.std(ddof=1) / np.sqrt(len(gains)))]
    return out


def cost(train: pd.DataFrame) -> dict[str, float]:
    def cpu(act: Callable[[], Any]) -> tuple[float, Any]:
        start = time.process_time()
        found = act()
        return round(time.process_time() - start, 2), found

    learning, model = cpu(lambda: learn(train, 0))
    drawing, _ = cpu(lambda: model.draw(levels_of(train), np.random.default_rng(0)))
    state = model.to_state()
    return {
        "rows": len(train), "learning": learning, "drawing": drawing, "words": len(model.vocabulary.words),
        "links of three": len(model.chains.three.values), "links of two": len(model.chains.two.values),
        "breaks": len(model.chains.breaks.values), "leaps": len(model.chains.leaps.values),
        "megabytes": round(sum(value.nbytes for value in state.values() if isinstance(value, np.ndarray)) / 2**20, 2),
    }  # fmt: skip


def page(found: dict[str, Any]) -> str:
    made, few, gains, spent = found["ways"], found["few"], found["gains"], found["cost"]
    names = [name for name in next(iter(made.values())) if name != "words a real title"]
    about = (
        f"Titles of homes to let in London: {TRAIN:,} learnt from, as many made, {TEST:,} others to compare with; "
        f"medians of {found['seeds']} seeds. Told from real: AUC of a logistic regression on words, .5 where they "
        "can't be told."
    )
    by = "Made by `python -m benchmarks.text`. How texts are made: [docs/text.md](../docs/text.md)."
    lines = ["# Free text", "", by, "", about, "", *record.header(["made by", *names])]
    for way, figures in made.items():
        lines.append(record.row([way, *(_figure(name, figures[name]) for name in names)]))
    real = next(iter(made.values()))["words a real title"]
    learnt = "AUC on real titles of a model that tells private rooms from others, learnt from few titles."
    lines += ["", f"A real title has {real:.2f} words.", "", "## Few labelled titles", "", learnt, ""]
    lines += record.header(["titles", *few[str(FEW[0])], "changed ones add", "more than five copies do"])
    for n in map(str, FEW):
        pairs = (gains[f"{n}: as they are"], gains[f"{n}: each five times"])
        added = [f"{1e3 * gain:+.1f} ± {1e3 * error:.1f} thousandths" for gain, error in pairs]
        lines.append(record.row([n, *(f"{value:.3f}" for value in few[n].values()), *added]))
    costs = (
        f"{spent['rows']:,} titles: {spent['learning']:.1f} s to learn, {spent['drawing']:.1f} s to make as many (CPU, "
        f"one thread). The model holds {spent['words']:,} words, {spent['links of three']:,} links of three and "
        f"{spent['links of two']:,} of two, {spent['breaks']:,} breaks of three and {spent['leaps']:,} of two: "
        f"{spent['megabytes']} MB."
    )
    lines += ["", f"Means and standard errors over {found['few_seeds']} seeds.", "", "## Cost", "", costs, ""]
    return "\n".join([*lines, *record.made_with([found])])


def _figure(name: str, value: float) -> str:
    return f"{value:.1f}" if name.endswith("%") else f"{value:.2f}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--few-seeds", type=int, default=20)
    asked = parser.parse_args()
    runs, few = [], []
    for seed in range(asked.seeds):
        train, test, others = table(seed)
        runs.append({way: judged(*made, train, test) for way, made in ways(train, others, seed).items()})
    for seed in range(asked.few_seeds):
        few.append(augmented(*table(seed)[:2], seed))
    found = {**record.when(), "seeds": asked.seeds, "few_seeds": asked.few_seeds, "ways": medians(runs),
             "few": medians(few), "gains": spread(few), "cost": cost(table(0)[0])}  # fmt: skip
    record.write(FILE, found)
    PAGE.write_text(page(found), encoding="utf-8")


if __name__ == "__main__":
    main()
