"""What synthesize hands back: the table, the evidence, and where both came from."""

from __future__ import annotations

import json
import warnings
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from synthgen import reporting, tags
from synthgen.errors import GateFailed, SynthgenWarning, UsageError
from synthgen.merging import FLAG, merge_frames
from synthgen.provenance import check_reviewable, with_review
from synthgen.reporting.table_file import TableFile
from synthgen.reviewing import Review, ReviewLog, check_sheet_path, flags_among, make_review, read_decisions
from synthgen.table.files import check_writable, write_text
from synthgen.table.sources import is_file
from synthgen.validation.verdict import Outcome, Purpose

if TYPE_CHECKING:
    from collections.abc import Sequence

    from synthgen.planning.fairness import FairnessPlan
    from synthgen.planning.fairness import Outcome as FairnessOutcome
    from synthgen.planning.uplift.result import Uplift
    from synthgen.profiling import Profile
    from synthgen.provenance import Provenance
    from synthgen.randomness import RandomState
    from synthgen.table import Form, Schema
    from synthgen.validation import ValidationReport, Verdict
    from synthgen.validation.utility.reliability import Reliability


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
    fairness : Outcome or None
        What a fairness plan did to each group, before and after; see :class:`synthgen.planning.fairness.Outcome`.
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
    fairness: FairnessOutcome | None = None
    _weights: Any = None
    _source: pd.DataFrame | None = None
    _file: TableFile | None = None
    _delivered: Any = None
    _schema: Schema | None = None

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
    def sample_weight(self) -> Any:
        """Weight of each row of ``data``, in its order: those of a fairness plan of weights, else 1; mean about 1.

        Kamiran and Calders (2012), https://doi.org/10.1007/s10115-011-0463-8. Hand them to a learner's ``fit``.
        """
        self._check()
        return np.ones(len(self._table)) if self._weights is None else self._weights.copy()

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

        Raises
        ------
        UsageError
            No real row was held out: ``validation="none"`` learns from all of them.
        """
        self._check()
        if not len(self._holdout_rows):
            raise UsageError(
                "No real row was held out, so there is none to test on that the generator never saw. Put some aside "
                'before the run, or validate (validation="standard"), which holds some out.'
            )
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
        plans: Sequence[FairnessPlan] = (),
        key: bytes | str | None = None,
    ) -> list[Path]:
        """Write the reports, their twins for programs, the data card and the record of the run to a folder.

        ``bias.html`` and ``fidelity.html``, each with what it shows as JSON beside it; ``card.md`` and
        ``croissant.json``, the data card; ``run.json``, the record. They are written whatever the verdict is, and
        describe the real rows: treat them as such.

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
        plans : sequence of FairnessPlan
            Of ``profile.bias.plans()``, to be shown with the bias.
        key : bytes or str, optional
            With a key, ``run.json`` holds keyed tags of source, synthetic rows and table; see
            :func:`synthgen.verify`. Keep it apart from the reports. Not for a shareable audience.

        Returns
        -------
        list of Path
        """
        folder = Path(folder)
        readers = reporting.Audience.of(audience)
        outside = readers is reporting.Audience.SHAREABLE
        if outside and key is not None:
            raise UsageError(
                "Keyed tags are for those who may see the real table, and so is the record they stand in. Write "
                'shareable reports without a key, or audience="internal".'
            )
        record = self.record(key=key)
        check_writable(folder)
        whole = self.provenance.to_dict()
        report, profile, about = self.validation, self.profile, whole
        if outside:
            report, profile = reporting.shareable_report(report), reporting.shareable_profile(profile)
            about = reporting.shareable_provenance(about)
            record = json.loads(reporting.run_json(report, None, about))
        card = (report, profile, about, self._file)
        models: dict[str, Any] = {"uplift": uplift, "calibration": calibration}
        pages = {
            "bias.html": reporting.bias_html(self.profile, whole, plans=plans, audience=readers),
            "bias.json": reporting.bias_json(profile, about, plans=() if outside else plans),
            "fidelity.html": reporting.fidelity_html(self.validation, whole, audience=readers, **models),
            "fidelity.json": reporting.fidelity_json(report, about, **({} if outside else models)),
            "card.md": reporting.card_md(*card),
            "croissant.json": reporting.croissant_json(*card, folder),
            "run.json": json.dumps(record, indent=2, ensure_ascii=True, allow_nan=False) + "\n",
        }
        for name, text in pages.items():
            write_text(text, folder / name)
        return [folder / name for name in pages]

    def review_sheet(self, path: str | Path | None = None, *, rows: int = 50, random_state: RandomState = 0) -> Review:
        """Pick rows that a person should look at before the table is merged, and write a sheet to decide on.

        Rows drawn at random, the least plausible, the nearest to any real row (the distance only), labels in doubt,
        rows at the edge of a rule, and rows that a check flagged, each with its reason in words and room for a
        decision. The sheet belongs to this run alone, and is for those who may see the real table.

        Parameters
        ----------
        path : str or Path, optional
            .csv or .xlsx (extra ``xlsx``) to decide in, .html to read and sign. Without one nothing is written.
        rows : int
            Lines of the sheet, 5 to 1,000.
        random_state : int, Generator or None
            The same one picks the same rows.

        Returns
        -------
        Review
            Its ``frame`` is the sheet, to fill in without a file.

        Examples
        --------
        >>> import synthgen as sg
        >>> df = sg.datasets.load_fraud().iloc[:300]
        >>> result = sg.synthesize(df, n_samples=60, generator="jitter", random_state=0, gate=None, progress=False)
        >>> sheet = result.review_sheet(rows=20).frame
        >>> sheet["decision"] = [*["accept"] * 19, "refuse"]
        >>> len(result.reviewed(sheet, reviewer="Ada").synthetic)
        59
        """
        page = path is not None and Path(path).suffix.lower() == ".html"
        if path is not None:
            check_sheet_path(path, (".csv", ".xlsx", ".html"))
        check_reviewable(self.provenance.privacy)
        self._withhold()
        train, holdout = self._real.iloc[self._train_rows], self._real.iloc[self._holdout_rows]
        schema = self._schema or self.profile.schema
        review = make_review(
            self._made, train, holdout, schema, self._warned_rows(), rows=rows, random_state=random_state
        )
        if path is not None and page:
            write_text(reporting.review_html(review, self.provenance.to_dict()), path)
        elif path is not None:
            review.write(path)
        return review

    def review(self, *, rows: int = 50, random_state: RandomState = 0) -> Any:
        """Show the rows of :meth:`review_sheet` in a notebook, to accept or refuse; needs the extra ``notebook``.

        Parameters
        ----------
        rows : int
        random_state : int, Generator or None

        Returns
        -------
        widget
            Hand it to :meth:`reviewed` once every row has a decision.
        """
        from synthgen.reviewing.widget import review_widget

        return review_widget(self.review_sheet(rows=rows, random_state=random_state))

    def reviewed(self, review: Any, *, reviewer: str | None = None) -> SynthesisResult:
        """Leave out what a person refused, and write down who decided and when.

        Parameters
        ----------
        review : path, DataFrame, Review or the widget of :meth:`review`
            The sheet of :meth:`review_sheet`, every line of it decided: accept or refuse.
        reviewer : str, optional
            Who decided; else the sheet's column ``reviewer`` must say.

        Returns
        -------
        SynthesisResult
            Without the refused rows; its provenance, ``run.json`` and fidelity report hold who, when (UTC), how many,
            and the sheet's digest. Figures stay those of the rows before the review.

        Raises
        ------
        DataError
            The sheet is of another run, was changed, or isn't filled in; lines and columns are named, never a value.
        UsageError
            Nobody is named as the reviewer.
        """
        check_reviewable(self.provenance.privacy)
        self._withhold()
        return self._without(read_decisions(review, self._made, reviewer))

    def _without(self, log: ReviewLog) -> SynthesisResult:
        """Leave out the rows that a review refused."""
        keep = log.kept(len(self._made))
        changes = with_review(self.provenance.to_dict(), log)
        changes |= {name: tuple(changes[name]) for name in ("warnings", "reviews")}
        delivered = np.ones(len(self._table), dtype=bool)
        delivered[len(delivered) - len(keep) :] = keep
        refused = self._made[~keep].assign(refused_reason="reviewer", refused_columns="")
        return replace(
            self,
            provenance=replace(self.provenance, **changes),
            _made=self._made[keep].reset_index(drop=True),
            _refused=pd.concat([part for part in (self._refused, refused) if len(part)], ignore_index=True)
            if log.refused else self._refused,
            _weights=None if self._weights is None else self._weights[delivered],
            _delivered=None if self._delivered is None else self._delivered[keep],
            _file=None,
        )  # fmt: skip

    def awaiting_review(self) -> SynthesisResult:
        """Say in the record that the table isn't handed out before somebody has looked at rows of it."""
        counts = {**self.provenance.counts, "delivered": 0}
        return replace(self, provenance=replace(self.provenance, counts=counts, awaits_review=True))

    def _warned_rows(self) -> pd.DataFrame:
        """Flags of accepted rows, by their positions among these."""
        delivered = () if self._delivered is None else self._delivered
        return flags_among(self.validation.flagged_rows, np.asarray(delivered, dtype=np.int64))

    def record(self, *, key: bytes | str | None = None) -> dict[str, Any]:
        """Give the record of the run: what ``run.json`` holds.

        Parameters
        ----------
        key : bytes or str, optional
            As for :meth:`write_reports`.

        Returns
        -------
        dict
        """
        checked = None if key is None else tags.check_key(key)
        text = reporting.run_json(self.validation, self.profile, self.provenance.to_dict())
        record: dict[str, Any] = json.loads(text)
        if checked is None:
            return record
        source = self._real if self._source is None else self._source
        return tags.tagged(record, checked, {"source": source, "synthetic": self._made, "table": self._table})

    def _written_to(self, path: str | Path) -> SynthesisResult:
        """Return the result with the file that its table was written to; a database is none that a card can hash."""
        if not is_file(path):
            return self
        return replace(self, _file=TableFile.of(path, synthetic_only=self.verdict.purpose is Purpose.RELEASE))

    def _withhold(self) -> None:
        if self.withheld:
            blocking = self.verdict.blocking
            advice = list(dict.fromkeys(finding.advice for finding in blocking if finding.advice))
            lines = [f"The table {self.verdict.words} ({self.verdict.outcome}):"]
            lines += [f"- {finding.words}" for finding in blocking]
            lines += ["What to try:", *(f"- {words}" for words in advice)] if advice else []
            lines.append("- or lift the gate with gate=None; the report will say so")
            raise GateFailed("\n".join(lines))

    def _check(self) -> None:
        self._withhold()
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
