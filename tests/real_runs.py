"""Searches texts for six words in a row of real ones, in another way than synthgen does, and makes texts to search."""

from __future__ import annotations

import re
from collections.abc import Iterable

import numpy as np
import pandas as pd

WORDS = re.compile(r"[^\W_]+")


def runs(text: str) -> set[tuple[str, ...]]:
    """All runs of six words."""
    words = [word.casefold() for word in WORDS.findall(text)]
    return {tuple(words[k : k + 6]) for k in range(len(words) - 5)}


def repeating(made: Iterable[object], real: Iterable[object]) -> list[str]:
    """Texts that have six words in a row of a real one."""
    known = set().union(*(runs(text) for text in real if isinstance(text, str)))
    return [text for text in made if isinstance(text, str) and runs(text) & known]


def reviews(n: int = 1_500, seed: int = 0) -> pd.DataFrame:
    """Reviews of a shop: names, order numbers and addresses of their own, words that go with the stars given."""
    from faker import Faker

    fake, rng = Faker("en_US"), np.random.default_rng(seed)
    fake.seed_instance(seed)
    rows = []
    for _ in range(n):
        good = bool(rng.random() < 0.5)
        thing = _one(rng, "kettle lamp chair phone bag jacket toaster radio")
        how = _one(rng, "great excellent sturdy lovely cheap" if good else "broken flimsy awful late useless")
        feel = "love" if good else "hate"
        said = [
            f"I bought this {thing} for {fake.first_name()}.",
            f"It is {_one(rng, 'really very quite')} {how} and {_one(rng, 'we I they')} {feel} it!",
            f"Order {rng.integers(10**6, 10**7)} came {_one(rng, 'late early today')}, {_one(rng, 'well badly')} sent.",
            f"Write to {fake.email()} if you want to know more.",
            f"My {_one(rng, 'wife son boss')} {fake.name()} {_one(rng, 'agrees laughs')}.",
            f"The {thing} is {how}.",
        ]
        chosen = np.sort(rng.permutation(len(said))[: int(rng.integers(1, len(said)))])
        rows.append((" ".join(said[place] for place in chosen), "good" if good else "bad", float(rng.gamma(2, 20))))
    return pd.DataFrame(rows, columns=["review", "stars", "price"]).round(2)


def _one(rng: np.random.Generator, words: str) -> str:
    return str(rng.choice(words.split()))
