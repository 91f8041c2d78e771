"""Our estimator of a graphical model beside mbi's, on the same noisy counts: a part of ``python -m benchmarks.dp``.

mbi needs an environment of its own: ``MBI_PYTHON=/path/to/python``, of Python 3.11 with ``pip install mbi==2.0.0``.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import record
from benchmarks.dp_tables import adult, adult_schema, distances
from synthgen.generators import DPMarginalsSynthesizer
from synthgen.generators.dp_marginals.estimation import Model
from synthgen.generators.dp_marginals.measure import choosing
from synthgen.generators.dp_marginals.measurements import Measurements
from synthgen.generators.dp_marginals.model import ITERATIONS

MAKE_OURS = Path(__file__).with_name("peers") / "make_ours.py"
MAKE_MBI = Path(__file__).with_name("peers") / "make_mbi.py"


def estimators(delta: float) -> dict[str, Any]:
    """Adult's noisy counts at epsilon 1, the model that each estimator makes of them, and what it took."""
    frame = adult()
    assert frame is not None
    schema = adult_schema(frame)
    model = DPMarginalsSynthesizer(1.0, delta, random_state=0).fit(frame, schema=schema)
    found, tree = model.measurements_, model._model.tree
    # Adult's classes aren't rare, so nothing is counted in runs of codes, which mbi would have to be told of.
    assert not any(item.starts for item in found.marginals)
    about = {
        "sizes": found.sizes, "n_rows": found.n_rows, "cliques": tree.cliques, "first": tree.cliques[0][0],
        "marginals": [{"columns": item.columns, "sigma": item.sigma} for item in found.marginals],
        "firsts": len(found.levels), "first_steps": choosing.FIRST_ITERATIONS, "steps": choosing.ITERATIONS,
        "last_steps": ITERATIONS,
    }  # fmt: skip
    runs: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "about.json").write_text(json.dumps(about), encoding="utf-8")
        np.savez(Path(folder) / "counts.npz", **{f"counts {i}": x.counts for i, x in enumerate(found.marginals)})
        commands = {
            "ours": [sys.executable, str(MAKE_OURS), folder],
            "mbi": [os.environ["MBI_PYTHON"], str(MAKE_MBI), folder],
        }
        for name, command in commands.items():
            took = record.json_of(command)
            stored = np.load(Path(folder) / f"{name}.npz")
            cliques = tuple(np.maximum(stored[f"clique {i}"].astype(float), 0.0) for i in range(len(tree.cliques)))
            fit = Model(tree, found.sizes, tuple(values / values.sum() for values in cliques))
            # The same sampler draws from both.
            model._model = fit
            made = model.sample(len(frame), random_state=0)
            runs.append({"estimator": name, "left": left(fit, found), **distances(made, frame, schema), **took})
            print(runs[-1], flush=True)
    said = {"runs": runs, "groups": len(found.marginals), "last_steps": ITERATIONS}
    return {**said, **record.when("opendp"), "load": record.load_average()}


def left(model: Model, found: Measurements) -> float:
    """Squared distance of a model from the noisy counts, in standard deviations of their noise, by count."""
    squares = [
        ((found.n_rows * model.marginal(item.columns) - item.counts) ** 2).sum() / item.sigma**2
        for item in found.marginals
    ]
    return float(sum(squares) / sum(item.counts.size for item in found.marginals))
