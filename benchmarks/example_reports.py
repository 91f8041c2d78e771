"""Make the example reports again: ``python -m benchmarks.example_reports``."""

from __future__ import annotations

import argparse
import shutil
import struct
import subprocess
import tempfile
from pathlib import Path

import synthgen as sg

FOLDER = Path(__file__).resolve().parents[1] / "reports"
PICTURE_SIZE = (1100, 1000)
LARGEST_PICTURE = 200_000
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
    "--blink-settings=preferredColorScheme=1",
)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.example_reports", description=__doc__)
    parser.add_argument("--picture-only", action="store_true", help="only the picture, of the report that is there")
    if not parser.parse_args().picture_only:
        write_reports(FOLDER)
    picture(FOLDER / "fidelity.html", FOLDER / "fidelity.png")


def write_reports(folder: Path) -> None:
    """Write the reports of ``synthgen demo``, and the bias report of Adult."""
    payments = sg.datasets.load_fraud()
    adult = sg.datasets.load_adult()
    with tempfile.TemporaryDirectory() as made:
        sg.synthesize(payments, target="Class", random_state=0, progress=False).write_reports(made)
        for name in ("fidelity.html", "bias.html"):
            shutil.copyfile(Path(made, name), folder / name)
        people = sg.synthesize(
            adult, target="income", sensitive_features=["sex", "race"], random_state=0, progress=False
        )  # fmt: skip
        people.write_reports(made, plans=people.profile.bias.plans())
        shutil.copyfile(Path(made, "bias.html"), folder / "adult_bias.html")


def picture(report: Path, out: Path) -> None:
    """Take a picture of the top of a report, with a browser if there is one."""
    browser = next((found for name in BROWSERS if (found := shutil.which(name))), None)
    if browser is None:
        print(f"No picture: none of {', '.join(BROWSERS)} was found.")
        return
    width, height = PICTURE_SIZE
    with tempfile.TemporaryDirectory() as profile:
        place = [f"--user-data-dir={profile}", f"--window-size={width},{height}", f"--screenshot={out}"]
        subprocess.run([browser, *FLAGS, *place, report.as_uri()], check=True, capture_output=True, timeout=120)
    content = out.read_bytes()
    if struct.unpack(">2I", content[16:24]) != PICTURE_SIZE or len(content) > LARGEST_PICTURE:
        raise SystemExit(f"{out.name} is not a picture of {width} × {height} in {LARGEST_PICTURE:,} bytes.")


if __name__ == "__main__":
    main()
