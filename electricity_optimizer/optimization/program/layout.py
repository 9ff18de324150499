"""Where columns, rows and entries of a program lie. Laid out once for a structure; afterwards only numbers change."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Ints = NDArray[np.int32]
NONE: Ints = np.zeros(0, np.int32)


@dataclass(frozen=True)
class Pattern:
    """Size, sparsity and whole-number columns of a program; `order` sorts entries as laid out (first `value`) into columns."""

    columns: int
    rows: int
    whole: NDArray[np.bool_]
    value: NDArray[np.float64]
    order: NDArray[np.int64]
    start: Ints
    index: Ints


class Layout:
    """Hands out columns, rows and places of entries while the parts of a structure are put side by side."""

    def __init__(self) -> None:
        self.columns, self.rows, self.entries = 0, 0, 0
        self._whole: list[Ints] = []
        self._row_of: list[Ints] = []
        self._column_of: list[Ints] = []
        self._values: list[NDArray[np.float64]] = []

    def add_columns(self, count: int, *, whole: bool = False) -> Ints:
        """The indices of `count` new columns."""
        found = np.arange(self.columns, self.columns + count, dtype=np.int32)
        self.columns += count
        if whole:
            self._whole.append(found)
        return found

    def add_rows(self, count: int) -> Ints:
        """The indices of `count` new rows."""
        found = np.arange(self.rows, self.rows + count, dtype=np.int32)
        self.rows += count
        return found

    def add_entries(self, rows: Sequence[int] | Ints, columns: Sequence[int] | Ints, value: ArrayLike = 1.0) -> slice:
        """Places of the entries (rows[i], columns[i]) in the vector of values, which are `value` until a part writes others.

        No pair may come twice.
        """
        self._row_of.append(np.asarray(rows, np.int32))
        self._column_of.append(np.asarray(columns, np.int32))
        self._values.append(np.broadcast_to(np.asarray(value, float), self._row_of[-1].shape))
        begin, self.entries = self.entries, self.entries + len(self._row_of[-1])
        return slice(begin, self.entries)

    def pattern(self) -> Pattern:
        """The finished layout, column by column."""
        row_of, column_of = np.concatenate([NONE, *self._row_of]), np.concatenate([NONE, *self._column_of])
        order = np.argsort(column_of.astype(np.int64) * max(self.rows, 1) + row_of, kind="stable")
        start = np.zeros(self.columns + 1, np.int32)
        np.cumsum(np.bincount(column_of, minlength=self.columns), out=start[1:])
        whole = np.zeros(self.columns, bool)
        whole[np.concatenate([NONE, *self._whole])] = True
        value = np.concatenate([np.zeros(0), *self._values])
        return Pattern(self.columns, self.rows, whole, value, order, start, row_of[order])
