"""One model of mbi's, in an environment of its own: ``python benchmarks/peers/make_mbi.py folder``.

Python 3.11 with ``pip install mbi==2.0.0``; nothing of synthgen is imported. The folder holds noisy counts, as
:mod:`benchmarks.dp_estimators` writes them. Prints time and memory as JSON.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import json
import resource
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    folder: Path = parser.parse_args().folder
    about = json.loads((folder / "about.json").read_text(encoding="utf-8"))
    counts = np.load(folder / "counts.npz")
    started = time.perf_counter()
    from mbi import Domain, LinearMeasurement
    from mbi.estimation import MirrorDescent

    took: dict[str, Any] = {"import": time.perf_counter() - started}
    names = [f"c{place:03}" for place in range(len(about["sizes"]))]
    domain = Domain(names, about["sizes"])
    known = [
        LinearMeasurement(counts[f"counts {i}"].ravel(), tuple(names[c] for c in item["columns"]), item["sigma"])
        for i, item in enumerate(about["marginals"])
    ]
    clock = time.perf_counter(), time.process_time()
    model = MirrorDescent().estimate(domain, known, about["n_rows"])
    # Calls come back before the work is done; reading the numbers waits for it.
    cliques = {
        f"clique {i}": np.asarray(model.project(tuple(names[c] for c in clique)).datavector(flatten=False))
        / about["n_rows"]
        for i, clique in enumerate(about["cliques"])
    }
    took |= {"last": time.perf_counter() - clock[0], "last_cpu": time.process_time() - clock[1]}
    np.savez(folder / "mbi.npz", **cliques)
    clock = time.perf_counter(), time.process_time()
    model = None
    for many in range(about["firsts"], len(known) + 1):
        steps = about["first_steps"] if model is None else about["steps"]
        model = MirrorDescent().estimate(domain, known[:many], about["n_rows"], iters=steps, warm_start=model)
        np.asarray(model.project((names[0],)).datavector())
    took |= {"rounds": time.perf_counter() - clock[0], "rounds_cpu": time.process_time() - clock[1]}
    took["peak"] = peak_bytes()
    print(json.dumps({**took, "version": importlib.metadata.version("mbi")}))


def peak_bytes() -> int:
    """Most memory that this process had."""
    # A process starts with its parent's peak by getrusage, and with none by VmHWM.
    status = Path("/proc/self/status")
    if status.is_file():
        return 1024 * int(status.read_text(encoding="utf-8").split("VmHWM:")[1].split()[0])
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


if __name__ == "__main__":
    main()
