"""Changes: where two relations differ, and a relation with some of its rows replaced."""

from __future__ import annotations

import numpy as np

from reasoner.engine.tables.codes import Ints
from reasoner.engine.tables.index import among
from reasoner.engine.tables.layout import Layout
from reasoner.engine.tables.sets import Sets, either
from reasoner.engine.tables.table import Table, concatenate, difference, identify, spanning
from reasoner.when import Interval


def rearranged(sets: Sets, layout: Layout) -> Sets:
    """The same rows in another layout."""
    places = range(layout.width)
    return sets if layout is sets.layout else either(sets.each(lambda table: table.columns(layout, places)))


def differing(one: Sets, other: Sets) -> Table:
    """The rows and the spans on which two relations of one layout say different things."""
    parts = [difference(one.certain, other.certain), difference(other.certain, one.certain)]
    if not (one.certain is one.possible and other.certain is other.possible):
        parts += [difference(one.possible, other.possible), difference(other.possible, one.possible)]
    windows = [table for table in (one.windows, other.windows) if table is not None]
    if len(windows) == 2:
        ids = np.concatenate(identify((windows[0], None), (windows[1], None)))
        windows = [concatenate(windows)]
        # Each side has a window once: what is there once, only one side has.
        spans = np.column_stack((ids, *windows[0].days))
        _, place, count = np.unique(spans, axis=0, return_index=True, return_counts=True)
        windows = [windows[0].take(place[count == 1])]
    return concatenate([*parts, *windows])


def days_of(table: Table) -> Interval:
    """From the first day of any row, of which there is one, to the last."""
    starts, ends = table.days
    return int(starts.min()), int(ends.max())


def of_keys(sets: Sets, keys: Ints) -> Sets:
    """The rows with some keys, which are in order."""
    return sets.each(lambda table: table.take(among(table.key, keys)))


def replaced(sets: Sets, keys: Ints, rows: Sets) -> Sets:
    """With these rows instead of those with some keys, which are in order. No other row is sorted anew."""
    certain = _spliced(sets.certain, keys, rows.certain)
    exact = sets.certain is sets.possible and rows.certain is rows.possible
    possible = certain if exact else _spliced(sets.possible, keys, rows.possible)
    none = Table.empty(sets.layout)
    windows = None
    if sets.windows is not None or rows.windows is not None:
        windows = _spliced(sets.windows or none, keys, rows.windows or none)
    return Sets(certain, possible, windows).settled()


def _spliced(table: Table, keys: Ints, rows: Table) -> Table:
    kept = table.take(~among(table.key, keys))
    at = np.searchsorted(kept.key, rows.key)
    key = np.insert(kept.key, at, rows.key)
    starts, ends = (np.insert(old, at, new) for old, new in zip(kept.days, rows.days, strict=True))
    return spanning(table.layout, key, starts, ends)
