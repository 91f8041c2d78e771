"""What a plan about groups did: each group's rate before and after, and what stands against it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from markupsafe import Markup

from synthgen.reporting.html import number, render, share
from synthgen.reporting.section import Section
from synthgen.reporting.svg import paired_bars


def fairness(about: object, provenance: Mapping[str, Any]) -> Section | None:
    """Show a plan that was carried out; nothing without one."""
    known = provenance.get("fairness")
    if not isinstance(known, Mapping):
        return None
    groups = [group for group in known["groups"] if group["rate_before"] is not None]
    ratios = [(words, _figure(known[key])) for words, key in
              (("before", "ratio_before"), ("after", "ratio_after")) if known[key] is not None]  # fmt: skip
    effect = known["plan"].get("effect")
    expected = effect and _figure(effect["ratio_planned"])
    html = render(
        "fairness.html", plan=known["plan"], label=known["label"], groups=known["groups"], chart=_chart(groups),
        ratios=ratios, expected=expected, auc=effect and [effect[key]["value"] for key in ("auc", "auc_planned")],
        weighted=known["weighted"], compared=known["compared_with"], notes=known["notes"],
        target=provenance.get("target"), released=provenance.get("purpose") == "release",
    )  # fmt: skip
    return Section("fairness", "What the fairness plan did", html)


def _chart(groups: list[Mapping[str, Any]]) -> Markup:
    drawn = [group for group in groups if group["rate_after"] is not None]
    if not drawn:
        return Markup("")
    before, after = ([float(group[key]) for group in drawn] for key in ("rate_before", "rate_after"))
    texts = [f"{share(a)}, {share(b)}" for a, b in zip(before, after, strict=True)]
    return paired_bars(
        [group["label"] for group in drawn], before, after, texts, title="Rates by group, before and after",
        description="; ".join(f"{group['label']}: {text}" for group, text in zip(drawn[:20], texts, strict=False)),
    )  # fmt: skip


def _figure(figure: Mapping[str, Any]) -> str:
    return f"{number(figure['value'])} [{number(figure['low'])}, {number(figure['high'])}]"
