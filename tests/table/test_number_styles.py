"""Numbers written for people are read, and written back the same."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from synthgen.errors import DataError
from synthgen.table import Kind, decode, encode, infer_schema
from synthgen.table.number_styles import NumberStyle, find_style

READ = [
    (["$1,234.50", "$7.00"], "$#,##0.00;-$#,##0.00", [1234.5, 7]),
    (["1.234,50 €", "-7,00 €"], "#.##0,00 €;-#.##0,00 €", [1234.5, -7]),
    (["CHF 1'234.–", "CHF 12.–"], "CHF #'##0.–;-CHF #'##0.–", [1234, 12]),
    (["12,-", "5,-"], "0,-;-0,-", [12, 5]),
    (["(1,234.50)", "3.00"], "#,##0.00;(#,##0.00)", [-1234.5, 3]),
    (["-£5", "£12", "£0"], "£0;-£0", [-5, 12, 0]),
    (["$-5", "$12"], "$0;$-0", [-5, 12]),
    (["-$5", "-$12.50"], "$0[.00];-$0[.00]", [-5, -12.5]),
    (["5-", "12"], "0;0-", [-5, 12]),
    (["\u22125", "3"], "0;\u22120", [-5, 3]),
    (["12.5 %", "3.0 %"], "0.0 %;-0.0 %", [12.5, 3]),
    (["+3", "-2", "0"], "+0;-0;0", [3, -2, 0]),
    (["+3", "-2", "+0"], "+0;-0", [3, -2, 0]),
    (["1\u202f234,5", "12,0"], "#\u202f##0,0;-#\u202f##0,0", [1234.5, 12]),
    (["1.234.567", "12.000", "999"], "#.##0;-#.##0", [1234567, 12000, 999]),
    (["45,000", "51,250"], "#,##0;-#,##0", [45000, 51250]),
    (["0,123", "0,456"], "0,000;-0,000", [0.123, 0.456]),
    (["$5", "$5.50"], "$0[.00];-$0[.00]", [5, 5.5]),
    (["1,5", "2,25", "3"], "0,##;-0,##", [1.5, 2.25, 3]),
    (["R 1 234,00", "R 2,00"], "R # ##0,00;-R # ##0,00", [1234, 2]),
    (["R$ 1.234,00", "-R$ 2,00"], "R$ #.##0,00;-R$ #.##0,00", [1234, -2]),
]


@pytest.mark.parametrize(("texts", "pattern", "values"), READ)
def test_styles_are_found(texts, pattern, values):
    style = find_style(texts)
    assert style is not None and style.to_text() == pattern
    assert [style.read(text) for text in texts] == values
    assert [style.write(value) for value in values] == texts
    assert NumberStyle.from_text(pattern) == style


@pytest.mark.parametrize(
    "texts",
    [["room 1", "room 2"], ["007", "012"], ["$007"], ["$5", "€5"], ["123 456 789", "987 654 321"], ["(020) 1234"],
     ["1/2"], ["10:30", "11:00"], ["1,23,4"], ["1,234,5"], ["A1", "B2"], ["12 kg"], ["$"], ["1234567890123456 €"],
     ["1.2.3", "1.2.4"], ["R1", "R20"], ["..5", "..6"], ["5 €", "5.00 €", "5.000 €"]],
)  # fmt: skip
def test_what_is_no_number_or_not_written_one_way(texts):
    assert find_style(texts) is None


def test_minus_zero_is_zero():
    style = find_style(["-0.00 €", "1.00 €"])
    assert style is not None
    assert style.write(-0.0) == style.write(-0.001) == "0.00 €"
    assert not np.signbit(style.read("-0.00 €"))


def test_a_schema_with_another_format_is_refused():
    with pytest.raises(DataError, match="number format 'abc'"):
        NumberStyle.from_text("abc")


amounts = st.lists(st.integers(-(10**9), 10**9), min_size=3, max_size=30, unique=True)


@given(
    amounts,
    st.sampled_from([("$", ""), ("", " €"), ("CHF ", ""), ("", "%"), ("", "")]),
    st.sampled_from([(",", "."), (".", ","), ("'", "."), ("", ","), ("", ".")]),
    st.sampled_from(["-{}", "({})", "{}-", "\u2212{}"]),
    st.integers(0, 4),
)
@settings(deadline=None)
def test_any_style_is_found_and_written_back(cents, around, signs, below, decimals):
    def written(amount):
        body = f"{abs(amount) / 10**decimals:,.{decimals}f}".translate({44: signs[0], 46: signs[1]})
        text = around[0] + body + around[1]
        return below.format(text) if amount < 0 else text

    frame = pd.DataFrame({"x": [written(amount) for amount in cents]})
    style = find_style(frame["x"].tolist())
    if style is None:
        # In groups of as many digits, or with three decimals that could be thousands.
        assert len({len(str(abs(amount))) for amount in cents}) == 1 or decimals == 3
        return
    assert [style.write(style.read(text)) for text in frame["x"]] == frame["x"].tolist()
    values = [style.read(text) for text in frame["x"]]
    scale = np.array(cents) / 10**decimals
    # Three decimals may be read as thousands, but then all of them are.
    assert values == pytest.approx(scale) or (decimals == 3 and values == pytest.approx(scale * 1_000))


TEXTS = {
    "money": [f"${value:,.2f}" for value in np.random.default_rng(0).lognormal(5, 2, 60)],
    "brackets": [f"({-v:,.1f})" if v < 0 else f"{v:,.1f}" for v in np.random.default_rng(0).normal(0, 900, 60)],
    "percent": [f"{value:.1f} %" for value in np.random.default_rng(0).uniform(0, 100, 60)],
    "signed": [f"{value:+d}" if value else "0" for value in np.random.default_rng(0).integers(-90, 90, 60).tolist()],
    "scientific": [f"{value:.3e}" for value in np.random.default_rng(0).lognormal(0, 20, 60)],
    "upper": [f"{value:.2E}" for value in np.random.default_rng(0).lognormal(0, 20, 60)],
}


@pytest.mark.parametrize("name", TEXTS)
@pytest.mark.parametrize("token", [None, "n/a"])
def test_columns_of_such_texts_are_numbers_and_come_back(name, token):
    frame = pd.DataFrame({"x": [*TEXTS[name], *([token] if token else [])]})
    schema = infer_schema(frame)
    assert schema["x"].kind in (Kind.CONTINUOUS, Kind.INTEGER)
    assert schema["x"].storage.missing_token == token
    pd.testing.assert_frame_equal(decode(encode(frame, schema), schema), frame)


def test_leading_zeros_make_a_code():
    frame = pd.DataFrame({"x": [f"{value:05d}" for value in range(900, 1_000)]})
    assert infer_schema(frame)["x"].kind is Kind.IDENTIFIER


def test_a_text_in_another_style_is_refused_without_being_shown():
    schema = infer_schema(pd.DataFrame({"x": TEXTS["money"]}))
    with pytest.raises(DataError, match="'x' is continuous in the schema") as caught:
        encode(pd.DataFrame({"x": ["€98765"]}), schema)
    assert "98765" not in str(caught.value)
