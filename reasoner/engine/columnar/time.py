"""The time operators, each on all the spans of a relation at once.

A span of days is [s, e), closed-open, and so is a window here: [a, w) stands for the days a to b = w - 1.
`naive.Algebra` defines each operator day by day; the line above each step says what that comes to for a span.
"""

from __future__ import annotations

import numpy as np

from reasoner.engine.tables.codes import Ints, Mask
from reasoner.engine.tables.sets import Bindings, Sets
from reasoner.engine.tables.table import (
    Table,
    coalesce,
    concatenate,
    difference,
    identify,
    in_order,
    narrowest,
    run_at,
    union,
)
from reasoner.when import FUTURE, PAST


def shift(days: Ints, by: int) -> Ints:
    """The days so much later; since ever stays since ever, and still stays still."""
    if by >= FUTURE:
        return np.full_like(days, FUTURE)
    moved = np.clip(days + by, PAST, FUTURE)
    return np.where((days == PAST) | (days == FUTURE), days, moved)


def once(p: Sets, near: int, far: int) -> Sets:
    """`once[near..far] p`; far is FUTURE without a window."""
    # [s, e) -> [s + near, e + far)
    held = Sets(p.certain, p.possible).each(lambda table: coalesce(_moved(table, near, far)))
    if p.windows is None:
        return held
    # [a, b] lies between t - far and t - near -> [b + near, a + far]
    w = p.windows
    start, end = w.days
    certain = union(held.certain, w.spans(shift(end - 1, near), shift(start + 1, far)))
    later = w.spans(shift(start, near), shift(end, near))
    return Sets(certain, held.possible, narrowest(later, certain))


def always(p: Sets, near: int, far: int) -> Sets:
    """`always[near..far] p`."""
    # [s, e) -> [s + far, e + near)
    return Sets(p.certain, p.possible).each(lambda table: _moved(table, far, near))


def begins(p: Sets) -> Sets:
    """`begins p`: the first day of a run."""
    first = _days(p.certain, p.certain.days[0])
    # Certain: s of a certain [s, e), where s - 1 is not possible.
    certain = difference(first, _moved(p.possible, 1, 1))
    if p.exact:
        return Sets.exactly(certain)
    possible = difference(p.possible, _moved(p.certain, 1, 1))
    # Window (a, b) -> (start of the possible run that holds a - 1, else a; b). A certain run has (s, s).
    windows = concatenate([first] if p.windows is None else [p.windows, first])
    start, end = windows.days
    runs, row, found = _run(windows, None, p.possible, start - 1)
    start = np.where(found, runs.days[0][row], start) if len(runs) else start
    reached = windows.spans(start, end)
    return Sets(certain, possible, narrowest(reached.take(reached.days[0] > PAST), certain))


def ends(p: Sets) -> Sets:
    """`ends p`: the first day after a run."""
    after = _days(p.certain, p.certain.days[1])
    # Certain: e of a certain [s, e), where e is not possible.
    certain = difference(after, p.possible)
    if p.exact:
        return Sets.exactly(certain)
    possible = difference(_moved(p.possible, 1, 1), p.certain)
    # Window (a, b) -> (a + 1, the first day after b that is not possible). A certain run has (e - 1, e - 1).
    last = after.spans(after.days[0] - 1, after.days[1] - 1)
    windows = concatenate([last] if p.windows is None else [p.windows, last])
    start, end = windows.days
    runs, row, found = _run(windows, None, p.possible, end)
    quiet = np.where(found, runs.days[1][row], end) if len(runs) else end
    reached = windows.spans(start + 1, quiet + 1)
    return Sets(certain, possible, narrowest(reached.take(reached.days[1] <= FUTURE), certain))


def since(p: Bindings, q: Bindings, negated: bool) -> Bindings:
    """`p since q`, or `not p since q` where negated. The variables of q are those of p and more."""
    places = q.places(p.names)
    sure = _sure(p, q, negated)
    # Certain from a certain [s, e): on to the end of the sure run that e lies in.
    start, end = q.sets.certain.days
    certain = coalesce(q.sets.certain.spans(start, _run_end(sure, q.sets.certain, places, end)))
    if p.sets.exact and q.sets.exact:
        return Bindings(q.names, Sets.exactly(certain))
    if q.sets.windows is not None:
        # Certain from a window (a, b): from b on to the end of the sure run, where that holds all of a + 1 to b.
        start, stop = q.sets.windows.days
        end = _run_end(sure, q.sets.windows, places, start + 1)
        certain = union(certain, q.sets.windows.spans(stop - 1, np.where(end >= stop, end, PAST)))
    start, end = q.sets.possible.days
    end = (
        _broken(p.sets, q.sets.possible, places) if negated else _run_end(p.sets.possible, q.sets.possible, places, end)
    )
    return Bindings(q.names, Sets(certain, coalesce(q.sets.possible.spans(start, end))))


def _sure(p: Bindings, q: Bindings, negated: bool) -> Table:
    """The days on which p, or `not p`, holds in every world, for the keys of q."""
    return difference(q.keys(p.names), p.sets.possible) if negated else p.sets.certain


def _run(table: Table, places: tuple[int, ...] | None, runs: Table, days: Ints) -> tuple[Table, Ints, Mask]:
    """The runs in order, and the one of them that holds on each day for the key at these places, if any does."""
    ids, run_ids = identify((table, places), (runs, None))
    runs, run_ids = in_order(runs, run_ids)
    row, found = run_at(runs, run_ids, ids, days)
    return runs, row, found


def _run_end(runs: Table, table: Table, places: tuple[int, ...], days: Ints) -> Ints:
    """The end of the run that holds on each day, for the keys at these places; else the day."""
    runs, row, found = _run(table, places, runs, days)
    return np.where(found, runs.days[1][row], days) if len(runs) else days


def _broken(p: Sets, q: Table, places: tuple[int, ...]) -> Ints:
    """Where possible `not p since [s, e)` ends: on the least b of p's windows and certain days from e on."""
    end = q.days[1]
    # A certain day from e on: e itself, where it lies in a certain run, or the start of the next one.
    ids, sure = identify((q, places), (p.certain, None))
    certain, sure = in_order(p.certain, sure)
    low = np.searchsorted(certain.moments(sure)[1], q.layout.space.moments(ids, end), "right")
    day = np.maximum(_at(certain.days[0], sure, low, ids), end)
    if p.windows is None:
        return day
    # Windows of a key start and end in the same order: the first one from e on is also the first to end.
    ids, spans = identify((q, places), (p.windows, None))
    windows, spans = in_order(p.windows, spans)
    low = np.searchsorted(windows.moments(spans)[0], q.layout.space.moments(ids, end), "left")
    return np.minimum(day, _at(windows.days[1] - 1, spans, low, ids))


def _at(days: Ints, day_ids: Ints, place: Ints, ids: Ints) -> Ints:
    """The day at each place where it is of the right key, else FUTURE."""
    ours = np.append(day_ids, -1)[place] == ids
    return np.where(ours, np.append(days, FUTURE)[place], FUTURE)


def _days(table: Table, days: Ints) -> Table:
    """A single day of each row, where it is a day."""
    return table.spans(days, days + 1).take((days > PAST) & (days < FUTURE))


def _moved(table: Table, first: int, last: int) -> Table:
    """The spans with their starts and their ends so much later."""
    if table.start is None:
        return table
    start, end = table.days
    return table.spans(shift(start, first), shift(end, last))
