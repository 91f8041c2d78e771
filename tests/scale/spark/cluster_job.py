"""A run on several executor processes of which one is killed half-way; run as a program of its own.

``python cluster_job.py FOLDER``: Spark's own small cluster of two workers, each executor a process. While rows are
made, an executor that has begun a block is killed. What came out is written to FOLDER/found.json.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
import time
from dataclasses import dataclass, fields, replace
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa

from synthgen.scale.spark.making import Making

SLOW = 0.7
BLOCKS = 12


@dataclass(frozen=True)
class Slow(Making):
    """Takes its time, and leaves a note on each block that it begins and that it ends."""

    folder: str = ""

    def block(self, number):
        # The parent of a Python worker is the executor's own daemon, whose parent is the executor.
        daemon = os.getppid()
        executor = int(Path(f"/proc/{daemon}/stat").read_text().rsplit(")", 1)[1].split()[1])
        self.note("began", number, executor)
        time.sleep(SLOW)
        made = Making.block(self, number)
        self.note("ended", number, executor)
        return made

    def note(self, word, number, executor):
        (Path(self.folder) / f"{word}-{number}-{executor}-{time.time_ns()}").touch()


def notes(folder, word):
    """Blocks and executors, in the order of the notes."""
    found = [name.split("-") for name in os.listdir(folder) if name.startswith(word)]
    return [(int(block), int(executor)) for _, block, executor, at in sorted(found, key=lambda item: int(item[3]))]


def kill_one(folder, killed):
    """Kill the executor that began first, once it has ended one block and begun another."""
    for _ in range(1_000):
        ended = [executor for _, executor in notes(folder, "ended")]
        if ended and [executor for _, executor in notes(folder, "began")].count(ended[0]) > ended.count(ended[0]):
            os.kill(ended[0], signal.SIGKILL)
            killed.append(ended[0])
            return
        time.sleep(0.05)


def session(folder):
    """A cluster of two workers. Spark's home is a folder of links, so that nothing is written where it is installed."""
    import pyspark
    from pyspark.sql import SparkSession

    home = folder / "home"
    home.mkdir()
    for part in Path(pyspark.__file__).parent.iterdir():
        (home / part.name).symlink_to(part)
    os.environ |= {"SPARK_HOME": str(home), "PYSPARK_PYTHON": sys.executable, "SPARK_LOCAL_DIRS": str(folder / "local")}
    settings = {
        "spark.ui.enabled": "false", "spark.driver.memory": "1g", "spark.executor.memory": "1g",
        "spark.driver.bindAddress": "127.0.0.1", "spark.driver.host": "127.0.0.1",
        "spark.executorEnv.PYTHONPATH": os.environ.get("PYTHONPATH", ""), "spark.executorEnv.OMP_NUM_THREADS": "1",
        "spark.sql.shuffle.partitions": "4", "spark.ui.showConsoleProgress": "false",
        "spark.sql.warehouse.dir": str(folder / "warehouse"),
    }  # fmt: skip
    builder = SparkSession.builder.master("local-cluster[2,1,2048]")
    for name, value in settings.items():
        builder = builder.config(name, value)
    return builder.getOrCreate()


def main(folder: Path) -> None:
    import synthgen as sg
    from synthgen.generators.sampling import BLOCK
    from synthgen.scale.spark import run

    run.MOST_MADE = 2_000  # what the driver judges by is not what is tried here
    rng = np.random.default_rng(0)
    n = 3_000
    y = (np.arange(n) % 10 == 0).astype(int)
    frame = pd.DataFrame({"a": np.round(rng.normal(2 * y, 1), 3), "hue": rng.choice(["red", "blue"], n), "Class": y})
    spark = session(folder)
    spark.sparkContext.setLogLevel("ERROR")
    real = spark.createDataFrame(pa.Table.from_pandas(frame, preserve_index=False)).repartition(3)
    result = sg.spark.synthesize(
        real, target="Class", sampling_strategy={1: BLOCK * BLOCKS - 20_000}, generator="gaussian_copula", gate=None,
        random_state=0, progress=False,
    )  # fmt: skip
    making = result._making
    noted = folder / "notes"
    noted.mkdir()
    known = {item.name: getattr(making, item.name) for item in fields(making)}
    slow = replace(result, _making=Slow(**known, folder=str(noted)), _partitions=making.n_blocks)
    killed: list[int] = []
    killer = threading.Thread(target=kill_one, args=(str(noted), killed))
    killer.start()
    made = slow.synthetic.toArrow()
    killer.join()
    spark.stop()
    plain = pa.Table.from_batches(making.rows(range(making.n_blocks), result._limits))
    began, ended = notes(noted, "began"), notes(noted, "ended")
    lost = {block for block, executor in began if executor in killed and (block, executor) not in ended}
    found = {
        "blocks": making.n_blocks, "rows": made.num_rows, "wanted": int(result._limits.sum()), "killed": len(killed),
        "executors": len({executor for _, executor in began}),
        "lost": sorted(lost), "made_elsewhere": sorted(lost & {block for block, executor in ended}),
        "equal": made.equals(plain), "changed": made.slice(1).equals(plain.slice(0, plain.num_rows - 1)),
    }  # fmt: skip
    (folder / "found.json").write_text(json.dumps(found))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
