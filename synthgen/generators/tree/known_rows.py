"""What the model says of real rows: how likely they are, and what their gaps may hide."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from synthgen.generators.tree.columns import derived_columns, determined, with_derived
from synthgen.generators.tree.imputing import gap_class, imputed
from synthgen.generators.tree.network import Network
from synthgen.table.grid import to_grid
from synthgen.table.rules import Rules
from synthgen.table.schema import Schema

Floats = NDArray[np.float64]


def log_probability(network: Network, coded: pd.DataFrame, rules: Rules, schema: Schema) -> Floats:
    """Natural log probability of each row's cell; minus infinity where a rule is broken."""
    classes = _classes(network, coded)
    out = network.log_probability(classes)
    for j in network.gaps:
        # Where another column decides, a gap that is or isn't there against its rule has probability 0.
        there = network.rows_with(j, np.maximum(classes, 0))
        out[there != (classes[:, j] >= network.lowest(j))] = -np.inf
    given = with_derived({name: coded[name].to_numpy(float) for name in network.names}, rules, schema)
    for name in derived_columns(rules):
        is_so, should_be = coded[name].to_numpy(float), given[name].to_numpy(float)
        same = np.isclose(is_so, should_be, rtol=1e-9, atol=0.5 * 10.0 ** -(schema[name].decimals or 9), equal_nan=True)
        out[~same] = -np.inf
    return out


def impute(
    network: Network,
    coded: pd.DataFrame,
    rules: Rules,
    schema: Schema,
    rng: np.random.Generator,
    whole: bool = True,
) -> pd.DataFrame:
    """Fill the gaps of coded rows; what is known stays as it is.

    With ``whole=False`` what isn't known is drawn as it is in rows that are drawn freely, and may be a gap.
    """
    out = coded.copy()
    gaps = coded[[*network.names, *derived_columns(rules)]].isna().any(axis=1).to_numpy()
    if not gaps.any():
        return out
    part = coded[gaps].reset_index(drop=True)
    columns = {str(name): part[name].to_numpy(float).copy() for name in coded}
    # Parts of sums that are known to the last but one are computed, not drawn.
    for total in rules.totals:
        values = np.stack([columns[name] for name in total.parts], axis=1)
        unknown = np.isnan(values)
        added_up = columns[total.column]
        single = (unknown.sum(axis=1) == 1) & ~np.isnan(added_up)
        rest = added_up - np.nansum(values * np.array(total.signs), axis=1)
        for k, (name, sign) in enumerate(zip(total.parts, total.signs, strict=True)):
            columns[name] = np.where(single & unknown[:, k], rest * sign, columns[name])
    known = pd.DataFrame(columns)
    classes = _classes(network, known)
    unknown = known[list(network.names)].isna().to_numpy(copy=True)
    for j, codes in enumerate(network.codes):
        if codes.n_classes == 1 and gap_class(codes) == 0:
            unknown[:, j] = False
    drawn = imputed(network, classes, unknown, _left(network, known, rules, schema), rng, whole)
    settled = np.maximum(drawn, 0)
    for j, (name, codes) in enumerate(zip(network.names, network.codes, strict=True)):
        values = codes.decode(settled[:, j], rng.random(len(part)))
        values = values if whole else np.where(network.rows_with(j, settled), values, np.nan)
        columns[name] = np.where(unknown[:, j], values, columns[name])
    _complete_sums(columns, known, rules)
    filled = to_grid(with_derived({name: columns[name] for name in network.names}, rules, schema), schema)
    for name in filled.columns.astype(str):
        own = part[name].to_numpy(float)
        out.loc[gaps, name] = np.where(np.isnan(own), filled[name].to_numpy(float), own)
    return out


def _complete_sums(columns: dict[str, Floats], known: pd.DataFrame, rules: Rules) -> None:
    """Make parts that were drawn add up to a sum that is known, in place."""
    for total in rules.totals:
        whole = known[total.column].to_numpy(float)
        drawn = known[list(total.parts)].isna().to_numpy()
        values = np.stack([columns[name] * sign for name, sign in zip(total.parts, total.signs, strict=True)], axis=1)
        rest = whole - np.where(drawn, 0.0, values).sum(axis=1)
        share = np.where(drawn, values, 0.0)
        size = share.sum(axis=1)
        with np.errstate(divide="ignore", invalid="ignore"):
            scaled = np.round(share * (rest / size)[:, None], total.decimals if total.decimals is not None else 12)
        # Where the draws can't be scaled to the sum, the last part takes what is left of it.
        parts = np.where(np.isfinite(scaled), scaled, share)
        for k in range(len(total.parts)):
            last = drawn[:, k] & ~drawn[:, k + 1 :].any(axis=1)
            parts[:, k] = np.where(last, rest - np.delete(parts, k, axis=1).sum(axis=1), parts[:, k])
        change = drawn & ~np.isnan(whole)[:, None]
        for k, (name, sign) in enumerate(zip(total.parts, total.signs, strict=True)):
            columns[name] = np.where(change[:, k], parts[:, k] * sign, columns[name])


def _classes(network: Network, coded: pd.DataFrame) -> NDArray[np.int32]:
    return np.stack(
        [c.encode(coded[name].to_numpy(float)) for name, c in zip(network.names, network.codes, strict=True)], 1
    )


def _left(network: Network, known: pd.DataFrame, rules: Rules, schema: Schema) -> dict[int, NDArray[np.bool_]]:
    """Classes that known values of determined columns leave to the columns that determine them."""
    out: dict[int, NDArray[np.bool_]] = {}
    for rule in rules.determined:
        if rule.by not in network.names:
            continue
        j = network.names.index(rule.by)
        codes = network.codes[j]
        middle = codes.decode(np.arange(codes.n_classes, dtype=np.int32), np.full(codes.n_classes, 0.5))
        gives = determined(rule, middle, schema)
        own = known[rule.column].to_numpy(float)
        fits = (gives == own[:, None]) | np.isnan(own)[:, None]
        # A value that no row had leaves everything open.
        fits[~fits.any(axis=1)] = True
        out[j] = out.get(j, True) & fits
    return out
