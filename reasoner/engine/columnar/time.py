"""The time operators, each on all the spans of a relation at once.

A span of days is [s, e), closed-open, and so is a window here: [a, w) stands for the days a to b = w - 1.
`naive.Algebra` defines each operator day by day; the line above each step says what that comes to for a span.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from reasoner.engine.columnar.sets import Bindings, Sets
from reasoner.engine.columnar.table import (
    Ints,
    Table,
    coalesce,
    complement,
    concatenate,
    difference,
    identify,
    moments,
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
    held = p.each(lambda table: coalesce(table.spans(shift(table.start, near), shift(table.end, far))))
    # [a, b] lies between t - far and t - near -> [b + near, a + far]
    w = p.windows
    sure = w.spans(shift(w.end - 1, near), shift(w.start + 1, far))
    certain = union(held.certain, sure) if len(sure) else held.certain
    later = narrowest(Table(w.keys, shift(w.start, near), shift(w.end, near)), certain)
    return Sets(certain, certain if p.exact else held.possible, later)


def always(p: Sets, near: int, far: int) -> Sets:
    """`always[near..far] p`."""
    # [s, e) -> [s + far, e + near)
    held = p.each(lambda table: table.spans(shift(table.start, far), shift(table.end, near)))
    return Sets(held.certain, held.possible, Table.empty(p.width))


def begins(p: Sets) -> Sets:
    """`begins p`: the first day of a run."""
    first = _days(p.certain, p.certain.start)
    # Certain: s of a certain [s, e), where s - 1 is not possible.
    certain = difference(first, _later(p.possible))
    if p.exact:
        return Sets.exactly(certain)
    possible = difference(p.possible, _later(p.certain))
    # Window (a, b) -> (start of the possible run that holds a - 1, else a; b). A certain run has (s, s).
    windows = concatenate((p.windows, first))
    ids, runs = identify(windows.keys, p.possible.keys)
    row, found = run_at(p.possible, runs, ids, windows.start - 1)
    start = np.where(found, p.possible.start[row], windows.start)
    reached = windows.spans(start, windows.end).take(start > PAST)
    return Sets(certain, possible, narrowest(reached, certain))


def ends(p: Sets) -> Sets:
    """`ends p`: the first day after a run."""
    after = _days(p.certain, p.certain.end)
    # Certain: e of a certain [s, e), where e is not possible.
    certain = difference(after, p.possible)
    if p.exact:
        return Sets.exactly(certain)
    possible = difference(_later(p.possible), p.certain)
    # Window (a, b) -> (a + 1, the first day after b that is not possible). A certain run has (e - 1, e - 1).
    last = after.spans(after.start - 1, after.end - 1)
    windows = concatenate((p.windows, last))
    ids, runs = identify(windows.keys, p.possible.keys)
    row, found = run_at(p.possible, runs, ids, windows.end)
    quiet = np.where(found, p.possible.end[row], windows.end)
    reached = windows.spans(windows.start + 1, quiet + 1).take(quiet < FUTURE)
    return Sets(certain, possible, narrowest(reached, certain))


def since(p: Bindings, q: Bindings, negated: bool) -> Bindings:
    """`p since q`, or `not p since q` where negated. The variables of q are those of p and more."""
    places = q.places(p.names)
    sure = _sure(p.sets, q, places, negated)
    q_certain, q_windows = q.sets.certain, q.sets.windows
    # Certain from a certain [s, e): on to the end of the sure run that e lies in.
    lasting = q_certain.spans(q_certain.start, _run_end(sure, q_certain, places, q_certain.end))
    # Certain from a window (a, b): from b on to the end of the sure run, where that holds all of a + 1 to b.
    end = _run_end(sure, q_windows, places, q_windows.start + 1)
    from_windows = q_windows.take(end >= q_windows.end)
    from_windows = from_windows.spans(from_windows.end - 1, end[end >= q_windows.end])
    certain = union(lasting, from_windows)
    none = Table.empty(q.sets.width)
    if p.sets.exact and q.sets.exact:
        return Bindings(q.names, Sets(certain, certain, none))
    q_possible = q.sets.possible
    if negated:
        end = _broken(p.sets, q_possible, places)
    else:
        end = _run_end(p.sets.possible, q_possible, places, q_possible.end)
    return Bindings(q.names, Sets(certain, coalesce(q_possible.spans(q_possible.start, end)), none))


def _sure(p: Sets, q: Bindings, places: Sequence[int], negated: bool) -> Table:
    """The days on which p, or `not p`, holds in every world, for the keys of q."""
    if not negated:
        return p.certain
    keys = q.keys([q.names[place] for place in places])
    return complement(keys, p.possible)


def _run_end(runs: Table, table: Table, places: Sequence[int], days: Ints) -> Ints:
    """The end of the run that holds on each day, for the keys at these places; else the day."""
    ids, run_ids = identify(table.keys[:, list(places)], runs.keys)
    row, found = run_at(runs, run_ids, ids, days)
    return np.where(found, runs.end[row], days) if len(runs) else days


def _broken(p: Sets, q: Table, places: Sequence[int]) -> Ints:
    """Where possible `not p since [s, e)` ends: on the least b of p's windows and certain days from e on."""
    ids, sure, spans = identify(q.keys[:, list(places)], p.certain.keys, p.windows.keys)
    # A certain day from e on: e itself, where it lies in a certain run, or the start of the next one.
    low = np.searchsorted(moments(sure, p.certain.end), moments(ids, q.end), "right")
    day = _at(p.certain.start, sure, low, ids)
    # Windows of a key start and end in the same order: the first one from e on is also the first to end.
    low = np.searchsorted(moments(spans, p.windows.start), moments(ids, q.end), "left")
    last = _at(p.windows.end - 1, spans, low, ids)
    return np.minimum(np.maximum(day, q.end), last)


def _at(days: Ints, day_ids: Ints, place: Ints, ids: Ints) -> Ints:
    """The day at each place where it is of the right key, else FUTURE."""
    ours = np.append(day_ids, -1)[place] == ids
    return np.where(ours, np.append(days, FUTURE)[place], FUTURE)


def _days(table: Table, days: Ints) -> Table:
    """A single day of each row, where it is a day."""
    return table.spans(days, days + 1).take((days > PAST) & (days < FUTURE))


def _later(table: Table) -> Table:
    """The spans one day later."""
    return table.spans(shift(table.start, 1), shift(table.end, 1))
