"""``X`` and ``y`` as scikit-learn hands them over, read as one table, and put together again with more rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import narwhals.stable.v1 as nw
import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray
from scipy.sparse import issparse
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import validate_data

from synthgen.errors import DataError, UsageError
from synthgen.merging.merge import FLAG, merge_frames
from synthgen.table.frames import Form, is_frame, to_pandas

Codes = NDArray[np.int64]


@dataclass(frozen=True)
class LabelledRows:
    """Rows with their labels.

    Attributes
    ----------
    frame : pandas.DataFrame
        The features, with text names.
    codes : array of int64, shape (n_rows,)
        Class of each row.
    classes : pandas.Index
        The labels, ascending, in the dtype of ``y``.
    target : str
        What the labels are called: the name of ``y`` or "target", told apart from the features.
    """

    frame: pd.DataFrame
    codes: Codes
    classes: pd.Index
    target: str
    _form: Form
    _x: Any
    _y: Any
    _sparse: tuple[str, ...] = ()

    def labels(self) -> list[Any]:
        """Plain labels, in code order."""
        return [label.item() if isinstance(label, np.generic) else label for label in self.classes]

    def followed_by(self, made: pd.DataFrame, codes: Codes) -> tuple[Any, Any]:
        """Give all rows, then those made, in the caller's types.

        Parameters
        ----------
        made : pandas.DataFrame
            With the columns of ``frame``.
        codes : array of int64, shape (n_made,)
        """
        flag = FLAG
        while flag in self.frame.columns:
            flag += "_"
        both = merge_frames(self.frame, made, flag).drop(columns=flag)
        # Generators give dense columns.
        both = both.astype(
            {name: self._x.dtypes.iloc[place] for place, name in enumerate(both) if name in self._sparse}
        )
        index = both.index
        out = self._form.give_back(both)
        if isinstance(self._x, list):
            out = out.tolist()
        return out, self._with_labels(codes, index if isinstance(out, pd.DataFrame) else None)

    def _with_labels(self, codes: Codes, index: pd.Index | None) -> Any:
        y, new = self._y, self.classes.take(codes)
        if isinstance(y, (pd.Series, pd.DataFrame)):
            if isinstance(y, pd.Series):
                more: Any = pd.Series(new, name=y.name).astype(y.dtype)
            elif y.shape[1] == 1:
                more = pd.DataFrame({y.columns[0]: pd.Series(new).astype(y.dtypes.iloc[0])})
            else:
                more = pd.DataFrame(self._indicators(codes), columns=y.columns).astype(y.dtypes)
            both = pd.concat([y, more], ignore_index=True)
            return both if index is None else both.set_axis(index)
        if isinstance(y, (pa.Array, pa.ChunkedArray)):
            return pa.array([*y.to_pylist(), *new.tolist()], type=y.type)
        if isinstance(y, list):
            return [*y, *(self._indicators(codes).tolist() if _is_indicator(y) else new.tolist())]
        if nw.dependencies.is_polars_series(y):
            import polars as pl

            return pl.concat([y, pl.Series(y.name, new.tolist(), dtype=y.dtype)])
        plain = np.asarray(y)
        if _is_indicator(plain):
            return np.vstack([plain, self._indicators(codes).astype(plain.dtype)])
        return np.concatenate([plain.ravel(), new.to_numpy().astype(plain.dtype)])

    def _indicators(self, codes: Codes) -> NDArray[np.int64]:
        columns = self.classes.take(codes).to_numpy(dtype=np.int64)
        return np.equal.outer(columns, np.arange(np.asarray(self._y).shape[1])).astype(np.int64)


def read_labelled(estimator: Any, X: Any, y: Any) -> LabelledRows:
    """Read ``X`` and ``y``, and set ``n_features_in_`` and ``feature_names_in_`` of the estimator.

    Parameters
    ----------
    estimator : BaseEstimator
    X : DataFrame (pandas, polars), Arrow table, 2-D array or list of lists
    y : array, Series, list, or one column of a frame
        Class labels; one column of zeros and ones a class is read too.

    Raises
    ------
    DataError
        A label is missing, there is one class only, or ``X`` and ``y`` differ in length.
    UsageError
        ``X`` is sparse, or has rows marked as synthetic.
    """
    if issparse(X):
        raise UsageError("X is a sparse matrix, which has no rows to imitate one by one. Give X.toarray().")
    if is_frame(X):
        frame, form = to_pandas(X, name="X")
        validate_data(estimator, frame, skip_check_array=True)
    else:
        frame, form = to_pandas(validate_data(estimator, X, dtype=None, ensure_all_finite="allow-nan"), name="X")
    if FLAG in frame.columns and frame[FLAG].astype(bool).any():
        raise UsageError(
            f"X has synthetic rows already (column {FLAG!r}). Learn from real rows only: sg.real_rows_only(df)."
        )
    sparse = tuple(str(name) for name, dtype in frame.dtypes.items() if isinstance(dtype, pd.SparseDtype))
    frame = frame.assign(**{name: pd.Series(np.asarray(frame[name]), index=frame.index) for name in sparse})
    values = _values(y)
    if len(values) != len(frame):
        raise DataError(f"X has {len(frame)} rows and y has {len(values)}; they must be equally long.")
    codes, classes = pd.factorize(values, sort=True)
    name = str(values.name) if values.name is not None else "target"
    missing = int((codes < 0).sum())
    if missing:
        raise DataError(f"y ({name!r}) is missing in {missing} of {len(values)} rows. Drop these rows.")
    if len(classes) < 2:
        raise DataError(f"y ({name!r}) has one class only; there is nothing to balance. Give rows of two classes.")
    if isinstance(classes, pd.CategoricalIndex):
        classes = pd.Index(np.asarray(classes))
    while name in frame.columns:
        name += "_"
    return LabelledRows(frame, codes.astype(np.int64), pd.Index(classes), name, form, X, y, sparse)


def _values(y: Any) -> pd.Series[Any]:
    """One label a row."""
    if y is None:
        raise UsageError("A sampler requires y to be passed, but the target y is None. Give the class labels.")
    if isinstance(y, pd.Series):
        values = y.reset_index(drop=True)
    elif isinstance(y, pd.DataFrame) and y.shape[1] == 1:
        values = y.iloc[:, 0].reset_index(drop=True)
    elif isinstance(y, (pa.Array, pa.ChunkedArray)):
        values = pd.Series(y.to_pylist())
    else:
        array = np.asarray(y)
        if _is_indicator(array):
            if array.dtype.kind not in "biuf" or not (array.sum(axis=1) == 1).all():
                raise UsageError("Multilabel and multioutput targets are not supported: give y one class a row.")
            array = array.argmax(axis=1)
        values = pd.Series(array.ravel(), name=None if isinstance(y, pd.DataFrame) else getattr(y, "name", None))
    known = values.dropna()
    if len(known):
        check_classification_targets(np.asarray(known))
    return values


def _is_indicator(y: Any) -> bool:
    array = np.asarray(y)
    return array.ndim == 2 and array.shape[1] > 1
