"""What synthesize hands back: the table, the evidence, and where both came from."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from synthgen import reporting
from synthgen.errors import GateFailed
from synthgen.merging import FLAG, merge_frames
from synthgen.table.files import check_writable, write_text
from synthgen.validation.verdict import Outcome, Purpose

if TYPE_CHECKING:
    from collections.abc import Sequence

    from synthgen.planning.uplift.result import Uplift
    from synthgen.profiling import Profile
    from synthgen.provenance import Provenance
    from synthgen.table import Form
    from synthgen.validation import ValidationReport, Verdict
    from synthgen.validation.utility.reliability import Reliability


class SynthgenWarning(UserWarning):
    """The table may be used, but with care; the message says why."""


@dataclass(frozen=True, repr=False)
class SynthesisResult:
    """A synthetic table with its evidence.

    Attributes
    ----------
    verdict : Verdict
        Outcome (PASS, FAIL, INCONCLUSIVE) with findings in words.
    profile : Profile
        Of the real table.
    validation : ValidationReport
        Of all rows drawn, with those that were refused.
    provenance : Provenance
    """

    profile: Profile
    validation: ValidationReport
    provenance: Provenance
    _real: pd.DataFrame
    _made: pd.DataFrame
    _refused: pd.DataFrame
    _train_rows: Any
    _holdout_rows: Any
    _form: Form

    @property
    def verdict(self) -> Verdict:
        """Outcome and findings, after the flagged rows were refused."""
        return self.validation.verdict

    @property
    def withheld(self) -> bool:
        """Whether the gate withholds the table."""
        if self.provenance.gate is None:
            return False
        outcome = self.verdict.outcome
        if self.verdict.purpose is Purpose.RELEASE:
            return outcome is not Outcome.PASS
        return outcome is Outcome.FAIL

    @property
    def data(self) -> Any:
        """The table to use, in the caller's type.

        "augment": all real rows with their index, then the accepted synthetic ones, told apart by
        the column ``is_synthetic``. "release": the accepted synthetic rows only.

        Raises
        ------
        GateFailed
            If the verdict is FAIL (in "release": anything but PASS) and the gate was not lifted.
        """
        self._check()
        return self._form.give_back(self._table)

    @cached_property
    def _table(self) -> pd.DataFrame:
        if self.verdict.purpose is Purpose.RELEASE:
            return self._made
        return merge_frames(self._real, self._made)

    @property
    def synthetic(self) -> Any:
        """Accepted synthetic rows. They are withheld as ``data`` is."""
        self._check()
        return self._form.give_back(self._made)

    @property
    def rejected(self) -> pd.DataFrame:
        """Refused synthetic rows with a reason, value and threshold each.

        A row that was refused for several reasons is listed once for each. These rows are refused
        because they are close to real ones: treat them as real.
        """
        return self._refused

    def for_evaluation(self) -> tuple[Any, Any]:
        """Give rows to train a model on and rows to test it on.

        Returns
        -------
        train, test : tables
            Real train rows followed by the accepted synthetic ones; real rows that the generator
            never saw.
        """
        self._check()
        train = merge_frames(self._real.iloc[self._train_rows], self._made).drop(columns=FLAG)
        test = self._real.iloc[self._holdout_rows].drop(columns=FLAG, errors="ignore")
        return self._form.give_back(train), self._form.give_back(test)

    def write_reports(
        self,
        folder: str | Path,
        *,
        audience: str = "internal",
        uplift: Uplift | None = None,
        calibration: Sequence[Reliability] = (),
    ) -> list[Path]:
        """Write ``bias.html``, ``fidelity.html`` and ``run.json`` to a folder.

        They are written whatever the verdict is, and describe the real rows: treat them as such.

        Parameters
        ----------
        folder : str or Path
        audience : {"internal", "shareable"}
            "shareable" leaves out what only those who may see the real table should know: its distributions, figures
            on single columns, classes and groups, rows by reason, the seed and the parameters.
        uplift : Uplift or None
            Of :func:`synthgen.estimate_uplift`, to be shown with the usefulness.
        calibration : sequence of Reliability
            Of :func:`synthgen.validation.reliability`, to be shown with the usefulness.

        Returns
        -------
        list of Path
        """
        folder = Path(folder)
        readers = reporting.Audience.of(audience)
        check_writable(folder)
        about = self.provenance.to_dict()
        evidence: tuple[ValidationReport, Profile | None, dict[str, Any]] = self.validation, self.profile, about
        if readers is reporting.Audience.SHAREABLE:
            evidence = reporting.shareable_report(self.validation), None, reporting.shareable_provenance(about)
        pages = {
            "bias.html": reporting.bias_html(self.profile, about, audience=readers),
            "fidelity.html": reporting.fidelity_html(
                self.validation, about, uplift=uplift, calibration=calibration, audience=readers
            ),
            "run.json": reporting.run_json(*evidence),
        }
        for name, text in pages.items():
            write_text(text, folder / name)
        return [folder / name for name in pages]

    def _check(self) -> None:
        if self.withheld:
            blocking = self.verdict.blocking
            advice = list(dict.fromkeys(finding.advice for finding in blocking if finding.advice))
            lines = [f"The table {self.verdict.words} ({self.verdict.outcome}):"]
            lines += [f"- {finding.words}" for finding in blocking]
            lines += ["What to try:", *(f"- {words}" for words in advice)] if advice else []
            lines.append("- or lift the gate with gate=None; the report will say so")
            raise GateFailed("\n".join(lines))
        for words in self.provenance.warnings:
            warnings.warn(words, SynthgenWarning, stacklevel=3)
        if self.verdict.outcome is Outcome.INCONCLUSIVE and self.provenance.gate is not None:
            reasons = "; ".join(finding.words for finding in self.verdict.blocking)
            warnings.warn(f"Only with care: {reasons}", SynthgenWarning, stacklevel=3)

    def __repr__(self) -> str:
        counts = self.provenance.counts
        short = "".join(f"; {words}" for words in self.provenance.warnings)
        return (
            f"SynthesisResult({self.verdict.outcome}: {self.verdict.words}; {counts['delivered']} rows delivered, "
            f"{counts['accepted']} of them synthetic{short})"
        )

    def _repr_html_(self) -> str:
        return reporting.fidelity_fragment(self.validation)
