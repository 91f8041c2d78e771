"""What could be done about a difference between groups: plans that were tried, the best first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup

from synthgen.reporting.html import interval, number, render
from synthgen.reporting.section import Section
from synthgen.reporting.sections.bias_charts import dots
from synthgen.reporting.svg import Dot

Plan = Mapping[str, Any]


def plans(about: object, provenance: Mapping[str, Any]) -> Section | None:
    """Show plans with what each did in its trial, and what stands against it; nothing without any."""
    given: Sequence[Plan] = provenance.get("plans") or ()
    if not given:
        return None
    listed = [{**plan, "title": title} for plan, title in zip(given, _titles(given), strict=True)]
    tried = [plan for plan in listed if plan.get("effect")]
    # A kind is explained once, however many groups it is proposed for.
    kinds = {_kind(plan): plan["words"].partition(": ")[2] for plan in listed}
    against: dict[str, list[str]] = {}
    for plan in listed:
        for words in plan["conflicts"]:
            against[words] = list(dict.fromkeys([*against.get(words, []), _kind(plan)]))
    notes = [(plan["title"], words) for plan in tried for words in plan["effect"].get("notes") or ()]
    html = render(
        "plans.html", kinds=kinds, untried=[plan["title"] for plan in listed if plan not in tried], tried=tried,
        chart=_chart(tried), against=against, notes=notes, figure=_figure,
    )  # fmt: skip
    return Section("plans", "What could be done", html)


def _titles(given: Sequence[Plan]) -> list[str]:
    """Short names, told apart by what differs."""
    names = []
    for plan in given:
        about = f" ({', '.join(plan['columns'])})" if plan["columns"] else ""
        names.append(f"{_kind(plan)} on {' × '.join(plan['sensitive_features'])}{about}")
    strengths = {plan["strength"] for plan in given}
    return names if len(strengths) == 1 else [
        f"{name}, strength {number(plan['strength'])}" for name, plan in zip(names, given, strict=True)
    ]  # fmt: skip


def _kind(plan: Plan) -> str:
    return str(plan["kind"]).replace("_", " ")


def _chart(tried: Sequence[Plan]) -> Markup:
    rows = []
    for plan in tried:
        planned, without = plan["effect"]["ratio_planned"], plan["effect"]["ratio"]["value"]
        ends = (planned["low"], planned["high"])
        label = f"{_kind(plan)}: {' × '.join(plan['sensitive_features'])}"
        rows.append(Dot(label, planned["value"], number(planned["value"]), ends, without))
    return dots(rows, "Ratio of the lowest to the highest rate, by plan", low=0.0, high=1.0) if rows else Markup("")


def _figure(figure: Mapping[str, Any]) -> Markup:
    shown = number(figure["value"]), interval((figure["low"], figure["high"]))
    return Markup('{}<span class="tag">{}</span>').format(*shown)
