"""New texts share no six words in a row with real ones, and hold nothing that few people have."""

import json
import re

import numpy as np
import pandas as pd
import pytest

from synthgen.errors import DataError
from synthgen.table.text.template import Template
from synthgen.table.text.vocabulary import WORDS
from synthgen.table.text.words import RealRuns, split
from tests.real_runs import repeating, reviews


def rng(seed=0):
    return np.random.default_rng(seed)


def learnt(texts, people=None, levels=None, **options):
    people = np.arange(len(texts)) if people is None else np.asarray(people)
    levels = pd.DataFrame(index=range(len(texts))) if levels is None else levels
    return Template.learn(list(texts), people, levels, rng(), name="note", **options)


@pytest.fixture(scope="module")
def shop():
    frame = reviews()
    levels = pd.DataFrame({"stars": (frame["stars"] == "good").astype(float)})
    return frame, levels, learnt(frame["review"], levels=levels, target="stars")


def sentences(words, n, length=(4, 12), seed=0):
    """Texts in which each word is followed by one of three."""
    draw = rng(seed)
    nexts = {word: draw.choice(words, 3, replace=False) for word in words}
    texts = []
    for _ in range(n):
        text = [str(draw.choice(words[:5]))]
        while len(text) < int(draw.integers(*length)):
            text.append(str(draw.choice(nexts[text[-1]])))
        texts.append(" ".join(text))
    return texts


def test_no_six_words_of_a_real_text_come_out_and_the_search_finds_a_leak(shop):
    frame, levels, model = shop
    made = [text for seed in range(3) for text in model.draw(levels, rng(seed))]
    assert not repeating(made, frame["review"])
    assert np.mean([len(text.split()) > 6 for text in made]) > 0.3
    # The control: real texts of which a word is changed.
    leaking = [text.replace(text.split()[0], "So", 1) for text in frame["review"]]
    assert len(repeating(leaking, frame["review"])) > 0.5 * len(frame)


def test_breaks_are_in_no_real_text(shop):
    frame, _, model = shop
    words = ["?"] * WORDS + list(model.vocabulary.words)
    texts = [" ".join(word.casefold() for word in split(text).words) for text in frame["review"]]
    joined = " | ".join(texts)
    size = len(model.vocabulary)
    for choices, known in ((model.chains.breaks, 2), (model.chains.leaps, 1)):
        assert len(choices.keys) > 10
        for key, start, end in zip(choices.keys, choices.starts, choices.starts[1:], strict=False):
            first = [words[number] for number in ([key // size, key % size] if known == 2 else [key])]
            for value in choices.values[start:end]:
                assert f" {' '.join([*first, words[value]])} " not in f" {joined} "
    # The control: links that many people use are in real texts.
    three = model.chains.three
    plain = [k for k, key in enumerate(three.keys) if key // size >= WORDS and key % size >= WORDS]
    found = [words[three.keys[k] // size] + " " + words[three.keys[k] % size] for k in plain]
    assert found and all(link in joined for link in found)


def test_what_fewer_than_ten_people_say_is_neither_kept_nor_said():
    texts = sentences([f"word{chr(97 + k)}" for k in range(20)], 300)
    texts = [f"{text} plutonium" if k < 9 else f"{text} ordinary" if k < 19 else text for k, text in enumerate(texts)]
    model = learnt(texts)
    said = " ".join(model.draw(pd.DataFrame(index=range(500)), rng()))
    stored = json.dumps([list(model.vocabulary.words), list(model.spelling.texts)])
    assert "plutonium" not in stored + said
    assert "ordinary" in stored


def test_words_of_one_person_count_once():
    texts = sentences([f"word{chr(97 + k)}" for k in range(20)], 300)
    texts = [f"{text} plutonium" if k < 60 else text for k, text in enumerate(texts)]
    assert "plutonium" not in learnt(texts, [k if k >= 60 else -k // 10 + 1_000 for k in range(300)]).vocabulary.words
    assert "plutonium" in learnt(texts).vocabulary.words


def test_addresses_numbers_and_names_are_made_anew(shop):
    frame, levels, model = shop
    made = " ".join(model.draw(levels, rng(5)))
    real = " ".join(frame["review"])
    for shape in (r"\S+@\S+", r"\d{7}"):
        ours, theirs = set(re.findall(shape, made)), set(re.findall(shape, real))
        assert len(ours) > 20
        assert not ours & theirs
    assert all(
        mail.endswith(("example.com", "example.net", "example.org")) for mail in re.findall(r"\S+@[\w.]+\w", made)
    )
    people = r"My (?:wife|son|boss) (\w+ \w+)"
    assert len(re.findall(people, real)) > 100
    assert not set(re.findall(people, real)) & set(re.findall(r"(?=\b(\w+ \w+))", made))
    # A number that a hundred rows share stays a number of somebody's.
    texts = [f"{text} call 07700900123" for text in sentences(["a", "b", "c", "d", "e", "f"], 100)]
    assert "07700900123" not in " ".join(learnt(texts).draw(pd.DataFrame(index=range(300)), rng()))
    texts = [f"Please ask Dr. Quirke about the {text}" for text in sentences(["a", "b", "c", "d", "e", "f"], 100)]
    made = " ".join(learnt(texts).draw(pd.DataFrame(index=range(300)), rng()))
    assert "Quirke" not in made and "ask" in made.lower()


def test_texts_follow_the_class(shop):
    _, _, model = shop
    for stars, own, other in ((0.0, "hate", "love"), (1.0, "love", "hate")):
        made = " ".join(model.draw(pd.DataFrame({"stars": np.full(400, stars)}), rng(1)))
        assert made.count(own) > 5 * made.count(other)


def test_lengths_are_kept(shop):
    frame, levels, model = shop
    real = np.array([len(text.split()) for text in frame["review"]])
    made = np.array([len(text.split()) for text in model.draw(levels, rng(2))])
    assert abs(made.mean() / real.mean() - 1) < 0.2
    assert np.abs(np.quantile(made, [0.25, 0.75]) - np.quantile(real, [0.25, 0.75])).max() <= 5


@pytest.mark.parametrize(
    "words",
    [
        ["кот", "дом", "лес", "сад", "море", "поле", "снег", "день"],
        ["بيت", "باب", "قلم", "شمس", "بحر", "كتاب", "مدينة", "طريق"],
        ["घर", "पानी", "किताब", "सड़क", "दिन", "रात", "शहर", "गाँव"],
        ["fluß", "weg", "straße", "haus", "tür", "höhe", "öl", "maß"],
    ],
)
def test_other_scripts(words):
    texts = sentences(words, 400)
    made = learnt(texts).draw(pd.DataFrame(index=range(200)), rng())
    assert {word for text in made for word in text.split()} <= set(words)
    assert sum(len(text.split()) >= 4 for text in made) > 100
    real = RealRuns([split(text) for text in texts], np.zeros(len(texts), dtype=bool))
    assert not real.repeated([split(text) for text in made]).any()
    assert real.repeated([split(text) for text in texts]).any()


def test_scripts_without_spaces_and_texts_with_little_in_common_are_refused():
    with pytest.raises(DataError, match=r"'note'.*doesn't part words by spaces"):
        learnt(["房间很好离车站很近"] * 100)
    with pytest.raises(DataError, match=r"'note'.*0% are used by 10 people") as caught:
        learnt([f"secret{k} thing{k} of{k} mine{k}" for k in range(100)])
    assert "secret1" not in str(caught.value)


def test_empty_texts_emoji_newlines_and_tags_are_kept_as_often():
    texts = [
        "" if k % 4 == 0 else f"<p>{text} 😀\nbye bye</p>" for k, text in enumerate(sentences(list("abcdefgh"), 400))
    ]
    made = learnt(texts).draw(pd.DataFrame(index=range(400)), rng())
    assert 0.15 < np.mean([not text for text in made]) < 0.35
    assert np.mean(["😀" in text for text in made]) > 0.2
    assert np.mean(["<" in text for text in made]) > 0.2


def test_short_texts_of_few_are_not_repeated_where_the_real_ones_are_at_hand():
    texts = sentences([f"word{chr(97 + k)}" for k in range(20)], 500, length=(3, 8))
    model, rows = learnt(texts), pd.DataFrame(index=range(500))
    counts = pd.Series(texts).value_counts()
    splits = [split(text) for text in texts]
    real = RealRuns(splits, np.array([counts[text] < 10 for text in texts]))
    assert not real.repeated([split(text) for text in model.draw(rows, rng(3), real)]).any()
    # The control: a model alone doesn't know them.
    assert real.repeated([split(text) for text in model.draw(rows, rng(3))]).sum() > 10


def test_texts_that_can_only_be_real_ones_are_cut_short():
    texts = ["the red fox ran over the hill"] * 50
    made = learnt(texts).draw(pd.DataFrame(index=range(50)), rng())
    assert not repeating(made, texts)
    assert all(made)


def test_a_saved_model_writes_the_same_texts(shop):
    _, levels, model = shop
    state = model.to_state()
    plain = json.loads(json.dumps({k: v for k, v in state.items() if not isinstance(v, np.ndarray)}))
    arrays = {k: v for k, v in state.items() if isinstance(v, np.ndarray)}
    assert Template.from_state({**plain, **arrays}).draw(levels, rng(4)) == model.draw(levels, rng(4))


def test_a_model_holds_no_link_of_fewer_than_ten_people(shop):
    _, _, model = shop
    for choices in (model.chains.three, model.chains.two, model.spelling.forms, model.spelling.joints):
        assert choices.weights.min() >= 10
    assert not any(len(split(text).words) > 1 for text in model.spelling.texts)


def test_the_order_of_what_a_model_holds_tells_nothing(shop):
    frame, _, model = shop
    for stored in (model.vocabulary.words, model.spelling.texts):
        assert list(stored) == sorted(stored)
        assert not repeating([" ".join(stored)], frame["review"])
    # The control: in the order of their first use words are those of the first texts.
    first = dict.fromkeys(word.casefold() for text in frame["review"] for word in split(text).words)
    assert repeating([" ".join(first)], frame["review"])
