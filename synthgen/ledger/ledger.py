"""A privacy budget that several fits on one dataset share."""

from __future__ import annotations

import math
import uuid
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

import pandas as pd

from synthgen.errors import BudgetExceeded, UsageError
from synthgen.ledger.entries import COMMITTED, RESERVED, Cost, Entry, LedgerState
from synthgen.ledger.ledger_file import LedgerFile

if TYPE_CHECKING:
    from typing import Self

CAP_DELTA = 1e-6
"""The cap's delta where none is given."""


class PrivacyLedger:
    """A file that adds up what fits on one dataset spend, and refuses one that would exceed the cap.

    A fit is written down before it touches the rows (reserved), and again when it is done (committed). One that
    crashes stays reserved and **counts as spent**: its noise may have been seen. Two processes can share a ledger;
    each waits for the other.

    Costs are added in zero-concentrated differential privacy (Bun and Steinke 2016, https://arxiv.org/abs/1605.02065),
    in which they simply add up, and the sum is turned into an epsilon at ``cap_delta`` by the tight formula of Canonne,
    Kamath and Steinke (2020, https://arxiv.org/abs/2004.00010). That is a bound also where somebody looks at one
    result before asking for the next (Whitehouse et al. 2023, https://arxiv.org/abs/2203.05481), and for several fits
    far below the plain sum of their epsilons. Of a fit whose cost isn't known in zCDP, epsilon and delta are added as
    they are.

    Parameters
    ----------
    path : str or Path
        The file; made if it isn't there. Beside it stands ``.lock``. On a local disk, and in a backup: whoever deletes
        both, or puts an old copy back, makes the ledger forget.
    cap_epsilon : float, optional
        The most that all fits together may cost. Needed for a dataset that the file doesn't know; written down then,
        and not changed later.
    cap_delta : float, optional
        Delta at which the cap is stated; 1e-6 for a new dataset if left out. Must be far below one over the number of
        people.
    dataset : str
        What the rows are of. Runs on the same people's rows must use the same name, also where they use other columns
        or extracts; the ledger can't tell by itself.

    Raises
    ------
    FileError
        The file isn't a whole ledger, is of another version, can't be written, or was deleted.
    UsageError
        A cap is missing, out of range, or not the one that was written down.

    Examples
    --------
    >>> import tempfile
    >>> folder = tempfile.TemporaryDirectory()
    >>> ledger = PrivacyLedger(f"{folder.name}/ledger.json", cap_epsilon=3, dataset="payments")
    >>> with ledger.reserve(Cost(epsilon=1.0, delta=1e-9, rho=0.0149, delta_beside=0.0), "dp_marginals") as fit:
    ...     pass  # fit here
    >>> round(ledger.state().epsilon, 2)
    0.77
    >>> folder.cleanup()
    """

    def __init__(
        self,
        path: str | Path,
        *,
        cap_epsilon: float | None = None,
        cap_delta: float | None = None,
        dataset: str = "data",
    ) -> None:
        if not isinstance(path, (str, Path)) or not str(path):
            raise UsageError(f"A ledger needs the path of a file; got {type(path).__name__}.")
        plain = isinstance(dataset, str) and dataset.isprintable() and dataset == dataset.strip()
        if not plain or not 0 < len(dataset) <= 200:
            raise UsageError(
                f"dataset must be a name of 1 to 200 printable characters, without blanks around it; got {dataset!r}."
            )
        _check_cap("cap_epsilon", cap_epsilon, math.inf)
        _check_cap("cap_delta", cap_delta, 1.0)
        self.dataset = dataset
        self._file = LedgerFile(Path(path))
        if cap_epsilon is None and self._file.untouched:
            # Before there is a lock, which would say that there was a ledger.
            raise UsageError(_no_cap(self.path, dataset, {}))
        with self._file.alone():
            states = self._file.read()
            known = states.get(dataset)
            if known is not None:
                _check_same(known, cap_epsilon, cap_delta)
                return
            if cap_epsilon is None:
                raise UsageError(_no_cap(self.path, dataset, states))
            new = LedgerState(dataset, float(cap_epsilon), float(CAP_DELTA if cap_delta is None else cap_delta))
            self._file.write({**states, dataset: new})

    @property
    def path(self) -> Path:
        """The file."""
        return self._file.path

    def state(self) -> LedgerState:
        """Read what has been spent, by all runs."""
        with self._file.alone():
            return self._own(self._file.read())

    @property
    def spent(self) -> pd.DataFrame:
        """One row a fit: ``started``, ``what``, ``state``, ``epsilon``, ``delta``, ``rho``, ``delta_beside``."""
        rows = [
            {
                "started": entry.started, "what": entry.what, "state": entry.state, "epsilon": entry.cost.epsilon,
                "delta": entry.cost.delta, "rho": entry.cost.rho, "delta_beside": entry.cost.delta_beside,
            }
            for entry in self.state().entries
        ]  # fmt: skip
        columns = ["started", "what", "state", "epsilon", "delta", "rho", "delta_beside"]
        return pd.DataFrame(rows, columns=columns)

    def check(self, cost: Cost) -> None:
        """Refuse a fit that would exceed the cap, or that protects something else than those before; writes nothing.

        Raises
        ------
        BudgetExceeded
        UsageError
            The unit or the neighbouring relation is another one.
        """
        _check_affordable(self.state(), cost)

    def reserve(self, cost: Cost, what: str) -> Reservation:
        """Write down a fit before it touches any row.

        Parameters
        ----------
        cost : Cost
        what : str
            The generator, or what else spends.

        Returns
        -------
        Reservation
            A context manager; without an error in its block, the fit is committed.

        Raises
        ------
        BudgetExceeded
            It would exceed the cap; nothing is written.
        UsageError
            The unit or the neighbouring relation isn't that of the fits before: such costs can't be added.
        """
        started = datetime.now(UTC).isoformat(timespec="seconds")
        entry = Entry(uuid.uuid4().hex, started, str(what), RESERVED, cost)
        with self._file.alone():
            states = self._file.read()
            state = self._own(states)
            _check_affordable(state, cost)
            new = replace(state, unit=cost.unit, neighbouring=cost.neighbouring, entries=(*state.entries, entry))
            self._file.write({**states, self.dataset: new})
        return Reservation(self, entry)

    def _commit(self, entry: Entry) -> None:
        with self._file.alone():
            states = self._file.read()
            state = self._own(states)
            done = replace(entry, state=COMMITTED)
            entries = tuple(done if held.id == entry.id else held for held in state.entries)
            self._file.write({**states, self.dataset: replace(state, entries=entries)})

    def _own(self, states: dict[str, LedgerState]) -> LedgerState:
        if self.dataset not in states:
            raise UsageError(
                f"The ledger {str(self.path)!r} no longer knows the dataset {self.dataset!r}. {_known(states)}"
            )
        return states[self.dataset]

    def __repr__(self) -> str:
        return f"PrivacyLedger({describe_state(self.state().to_dict())})"

    def _repr_html_(self) -> str:
        from synthgen.reporting import ledger_fragment

        state = self.state()
        return ledger_fragment(state.to_dict(), [entry.to_dict() for entry in state.entries])


class Reservation:
    """A fit that is written down; used as ``with ledger.reserve(...):``, it is committed if nothing goes wrong.

    Attributes
    ----------
    entry : Entry
    """

    def __init__(self, ledger: PrivacyLedger, entry: Entry) -> None:
        self.entry = entry
        self._ledger = ledger

    def commit(self) -> None:
        """Write down that the fit is done."""
        self._ledger._commit(self.entry)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self.commit()


def describe_state(state: Mapping[str, Any]) -> str:
    """Say in words what has been spent; from :meth:`LedgerState.to_dict`.

    >>> describe_state(LedgerState("payments", 3.0, 1e-6).to_dict())
    "dataset 'payments': epsilon 0 of 3 spent at delta 1e-06, by no fits"
    """
    n = state["fits"]
    fits = f"{n} fit{'' if n == 1 else 's'}" if n else "no fits"
    unfinished = f", {state['unfinished']} of them begun and not finished" if state["unfinished"] else ""
    unit = f", per {state['unit']} ({state['neighbouring']})" if state["unit"] else ""
    spent = "more than can be said" if state["epsilon"] is None else f"{state['epsilon']:.3g}"
    return (
        f"dataset {state['dataset']!r}: epsilon {spent} of {state['cap_epsilon']:g} spent at delta "
        f"{state['cap_delta']:g}, by {fits}{unfinished}{unit}"
    )


def _check_affordable(state: LedgerState, cost: Cost) -> None:
    for word, known, got in (
        ("unit", state.unit, cost.unit), ("neighbouring relation", state.neighbouring, cost.neighbouring)
    ):  # fmt: skip
        if known is not None and known != got:
            raise UsageError(
                f"The fits on {state.dataset!r} so far have the {word} {known!r}, this one has {got!r}; what they cost "
                f"can't be added up. Fit with {known!r}, or count another dataset name, with a cap of its own."
            )
    if state.affords(cost):
        return
    after = state.with_cost(cost)
    would = f"epsilon {after:.4g}" if math.isfinite(after) else "a delta above the cap's"
    raise BudgetExceeded(
        f"The fit (epsilon {cost.epsilon:g}, delta {cost.delta:g}) would bring what is spent on {state.dataset!r} from "
        f"epsilon {state.epsilon:.4g} to {would}, above the cap of {state.cap_epsilon:g} at delta "
        f"{state.cap_delta:g}. No row was looked at. Take a smaller epsilon or delta, sample again from a fitted model "
        "(that costs nothing), or stop here."
    )


def _check_cap(name: str, value: float | None, below: float) -> None:
    if value is None:
        return
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 < value < below:
        upper = "" if below == math.inf else f" and below {below:g}"
        raise UsageError(f"{name} must be a number above 0{upper}; got {value!r}.")


def _check_same(known: LedgerState, cap_epsilon: float | None, cap_delta: float | None) -> None:
    for name, got in (("cap_epsilon", cap_epsilon), ("cap_delta", cap_delta)):
        held = getattr(known, name)
        if got is not None and got != held:
            raise UsageError(
                f"The ledger has {name} {held:g} for {known.dataset!r}; got {got:g}. A cap that changes with each run "
                f"is none: leave {name} out to go on with {held:g}."
            )


def _no_cap(path: Path, dataset: str, states: dict[str, LedgerState]) -> str:
    return (
        f"The ledger {str(path)!r} doesn't know the dataset {dataset!r}, so it needs a cap: cap_epsilon=... "
        f"{_known(states)}"
    )


def _known(states: dict[str, LedgerState]) -> str:
    names = ", ".join(repr(name) for name in states)
    return f"It knows: {names}." if names else "It knows none yet."
