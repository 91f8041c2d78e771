"""Small tables on which users of other generators were let down, each with what they asked for."""

from __future__ import annotations

import numpy as np
import pandas as pd

RARE = {"ill": "yes", "ward": "intensive"}
RARE_WANTED = 200
RANGE = {"age": ">= 70"}
SHIPPED_ON = "2024-03-01"


def patients(n: int = 6_000, seed: int = 0) -> pd.DataFrame:
    """One row in 100 is ill; of those every fifth is in intensive care, and of the others hardly anyone.

    Who is ill has a lactate near 6, others near 1.5.
    """
    rng = np.random.default_rng(seed)
    ill = np.arange(n) % 100 == 0
    intensive = np.where(ill, np.arange(n) % 500 == 0, rng.random(n) < 0.002)
    frame = pd.DataFrame(
        {
            "age": rng.integers(18, 90, n),
            "lactate": np.round(np.where(ill, rng.normal(6, 1, n), rng.normal(1.5, 0.4, n)), 2),
            "pulse": np.round(rng.normal(75 + 30 * ill, 9), 0).astype(int),
            "ward": np.where(intensive, "intensive", rng.choice(["north", "south"], n)),
            "ill": np.where(ill, "yes", "no"),
        }
    )
    return frame.sample(frac=1, random_state=0).reset_index(drop=True)


def payments(n: int = 3_000, seed: int = 0) -> pd.DataFrame:
    """A card number's length is missing exactly where the payment was in cash."""
    rng = np.random.default_rng(seed)
    paid = rng.choice(["cash", "card", "transfer"], n)
    amount = np.round(rng.gamma(2, 20, n) + 40 * (paid == "card"), 2)
    return pd.DataFrame(
        {"paid": paid, "amount": amount, "digits": np.where(paid == "cash", np.nan, rng.integers(13, 20, n))}
    )


def invoices(n: int = 3_000, seed: int = 0) -> pd.DataFrame:
    """``total = price * quantity``, ``gross = net + tax``, ``ordered <= shipped``; express ones are shipped at once."""
    rng = np.random.default_rng(seed)
    price, quantity = np.round(rng.gamma(2, 12, n) + 1, 2), 1 + rng.poisson(2, n)
    net, tax = np.round(rng.gamma(3, 30, n), 2), np.round(rng.gamma(2, 5, n), 2)
    ordered = pd.Timestamp("2024-01-01") + pd.to_timedelta(rng.integers(0, 120, n), unit="D")
    express = rng.random(n) < 0.3
    return pd.DataFrame(
        {
            "price": price,
            "quantity": quantity,
            "total": np.round(price * quantity, 2),
            "net": net,
            "tax": tax,
            "gross": np.round(net + tax, 2),
            "ordered": ordered,
            "shipped": ordered + pd.to_timedelta(np.where(express, 0, 1 + rng.poisson(4, n)), unit="D"),
            "express": np.where(express, "yes", "no"),
        }
    )


def kept(rows: pd.DataFrame) -> dict[str, float]:
    """Share of invoices that keep each rule."""
    return {
        "total = price * quantity": float(((rows["total"] - rows["price"] * rows["quantity"]).abs() < 0.0051).mean()),
        "gross = net + tax": float(((rows["gross"] - rows["net"] - rows["tax"]).abs() < 0.0051).mean()),
        "ordered <= shipped": float((rows["ordered"] <= rows["shipped"]).mean()),
    }
