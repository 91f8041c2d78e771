"""One model of our estimator's: ``python benchmarks/peers/make_ours.py folder``; see ``make_mbi.py``."""

from __future__ import annotations

import argparse
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
    from synthgen.generators.dp_marginals.estimation import fitted
    from synthgen.generators.dp_marginals.measurements import Marginal

    took: dict[str, Any] = {"import": time.perf_counter() - started}
    sizes, n_rows = tuple(about["sizes"]), about["n_rows"]
    known = [
        Marginal(tuple(item["columns"]), counts[f"counts {i}"], item["sigma"])
        for i, item in enumerate(about["marginals"])
    ]
    clock = time.perf_counter(), time.process_time()
    model = fitted(known, sizes, n_rows, iterations=about["last_steps"], first=about["first"])
    cliques = {f"clique {i}": model.marginal(tuple(clique)) for i, clique in enumerate(about["cliques"])}
    took |= {"last": time.perf_counter() - clock[0], "last_cpu": time.process_time() - clock[1]}
    np.savez(folder / "ours.npz", **cliques)
    clock = time.perf_counter(), time.process_time()
    model = fitted(known[: about["firsts"]], sizes, n_rows, iterations=about["first_steps"])
    for many in range(about["firsts"] + 1, len(known) + 1):
        model = fitted(known[:many], sizes, n_rows, start=model, iterations=about["steps"])
    took |= {"rounds": time.perf_counter() - clock[0], "rounds_cpu": time.process_time() - clock[1]}
    took["peak"] = peak_bytes()
    print(json.dumps(took))


def peak_bytes() -> int:
    """Most memory that this process had."""
    # A process starts with its parent's peak by getrusage, and with none by VmHWM.
    status = Path("/proc/self/status")
    if status.is_file():
        return 1024 * int(status.read_text(encoding="utf-8").split("VmHWM:")[1].split()[0])
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


if __name__ == "__main__":
    main()
