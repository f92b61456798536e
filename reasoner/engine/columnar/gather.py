"""Aggregates: a sweep over the segments of time between which the elements of a group do not change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from reasoner.check.safety import names
from reasoner.engine.tables.codes import Codes, Ints, Mask
from reasoner.engine.tables.index import expand
from reasoner.engine.tables.layout import OPEN
from reasoner.engine.tables.sets import Bindings, Sets
from reasoner.engine.tables.table import Table, coalesce, difference, identify
from reasoner.engine.values import Bounds, certainly, evaluate_term, outcomes, possibly
from reasoner.plan.rules import Gather
from reasoner.term import Value, Variable, order
from reasoner.when import FUTURE, PAST


@dataclass(frozen=True, eq=False)
class Segments:
    """The m spans between changes, by group, and the elements in each: segment, and code of the value."""

    group: Ints
    start: Ints
    end: Ints
    sure: tuple[Ints, Ints]
    unsure: tuple[Ints, Ints]

    def __len__(self) -> int:
        return len(self.group)


@dataclass(frozen=True, eq=False)
class Ends:
    """The codes of the least and the greatest value of each segment, as `values.Bounds` has it."""

    low: Ints
    high: Ints
    sure: Mask
    exists: Mask


def gather(step: Gather, found: Bindings, elements: Sets, codes: Codes) -> Bindings:
    """When the aggregate compares so with its bound, for each group and bound in some bindings."""
    groups = tuple(variable.name for variable in step.groups)
    target = step.bound
    if isinstance(target, Variable) and target.name not in found.names:
        by = (*groups, target.name)
        keys = found.keys(groups)
        ids, segments = _segments(keys, elements, len(groups))
        ordered = np.empty_like(keys.key)
        ordered[ids] = keys.key
        certain, possible = _produced(step, Table(keys.layout, ordered), segments, codes)
    else:
        by = (*groups, *sorted(names((target,)) - set(groups)))
        keys = found.keys(by)
        ids, segments = _segments(keys, elements, len(groups))
        certain, possible = _compared(step, by, keys, ids, segments, codes)
    sure = coalesce(certain)
    return Bindings(by, Sets(sure, sure if elements.certain is elements.possible else coalesce(possible)))


def _segments(keys: Table, elements: Sets, groups: int) -> tuple[Ints, Segments]:
    """The number of each key's group, 0 for the first one, and the segments of each group."""
    space, mine = keys.layout.space, tuple(range(groups))
    unsure = difference(elements.possible, elements.certain)
    tables = (elements.certain, unsure)
    ids, *theirs = identify((keys, mine), *((table, mine) for table in tables))
    distinct_ids, places = np.unique(ids, return_inverse=True)
    edges = [space.moments(np.arange(len(distinct_ids)), np.full(len(distinct_ids), PAST))]
    spans = []
    for table, its in zip(tables, theirs, strict=True):
        kept = np.isin(its, distinct_ids)
        inner, group = table.take(kept), np.searchsorted(distinct_ids, its[kept])
        low, high = inner.moments(group)
        edges += [low, high[inner.days[1] < FUTURE]]
        spans.append((low, high, inner.layout.column(inner.key, groups)))
    instants = np.unique(np.concatenate(edges))
    group, start = instants >> space.day_bits, space.days(instants)
    # A segment ends where the next one of its group starts, the last one never.
    following = np.append(group[1:], -1) == group
    end = np.where(following, np.append(start[1:], FUTURE), FUTURE)
    held = []
    for low, high, value in spans:
        first = np.searchsorted(instants, low)
        element, segment = expand(first, np.searchsorted(instants, high) - first)
        held.append((segment, value[element]))
    return places, Segments(group, start, end, held[0], held[1])


# ---------------------------------------------------------------- what it comes to


def _ends(function: str, segments: Segments, codes: Codes) -> Ends:
    count = len(segments)
    (sure_at, sure), (unsure_at, unsure) = segments.sure, segments.unsure
    always = np.ones(count, np.bool_)
    if function == "count":
        fixed = np.bincount(sure_at, minlength=count)
        most = fixed + np.bincount(unsure_at, minlength=count)
        return Ends(codes.of_numbers(fixed), codes.of_numbers(most), always, always)
    if function == "sum":
        fixed, loose = _total(count, sure_at, codes.numbers(sure)), codes.numbers(unsure)
        least = fixed + _total(count, unsure_at, np.minimum(loose, 0))
        most = fixed + _total(count, unsure_at, np.maximum(loose, 0))
        return Ends(codes.of_numbers(least), codes.of_numbers(most), always, always)
    # Codes in the order of their values; for #max the order is turned around, and so are the ends.
    known = np.unique(np.append(sure, unsure))
    by_value = sorted(known.tolist(), key=lambda code: order(codes.value(code)), reverse=function == "max")
    ranked = np.array(by_value, np.int64)
    rank = np.empty(len(known), np.int64)
    rank[np.searchsorted(known, ranked)] = np.arange(len(known))
    nothing = len(known)
    ends, best, worst = np.full(count, nothing), np.full(count, nothing), np.full(count, -1)
    np.minimum.at(ends, sure_at, rank[np.searchsorted(known, sure)])
    np.minimum.at(best, unsure_at, rank[np.searchsorted(known, unsure)])
    np.maximum.at(worst, unsure_at, rank[np.searchsorted(known, unsure)])
    has = ends < nothing
    exists = has | (best < nothing)
    extreme, other = np.minimum(ends, best), np.where(has, ends, worst)
    near, far = (np.append(ranked, -1)[np.where(exists, place, nothing)] for place in (extreme, other))
    return Ends(near, far, has, exists) if function == "min" else Ends(far, near, has, exists)


def _total(count: int, at: Ints, numbers: Ints) -> Ints:
    total = np.zeros(count, numbers.dtype)
    np.add.at(total, at, numbers)
    return total


# ---------------------------------------------------------------- how it compares


def _compared(
    step: Gather, by: tuple[str, ...], keys: Table, ids: Ints, segments: Segments, codes: Codes
) -> tuple[Table, Table]:
    """Certain by its lower bound and possible by its upper one, for a bound that has a value."""
    ends = _ends(step.function, segments, codes)
    first, last = (np.searchsorted(segments.group, ids, side) for side in ("left", "right"))
    key, segment = expand(first, last - first)
    key, segment = key[ends.exists[segment]], segment[ends.exists[segment]]
    given = _given(step, by, keys, codes)[key]
    _, at = np.unique(ends.low[segment] << OPEN | ends.high[segment], return_inverse=True)
    case = (at << 1 | ends.sure[segment]) << OPEN | (given + 1)
    _, example, inverse = np.unique(case, return_index=True, return_inverse=True)
    sure, may = [], []
    for row in example.tolist():
        low, high, has, value = ends.low[segment[row]], ends.high[segment[row]], ends.sure[segment[row]], given[row]
        between = Bounds(codes.value(low), codes.value(high), bool(has))
        may.append(value >= 0 and possibly(step.operator, between, codes.value(value)))
        sure.append(may[-1] and certainly(step.operator, between, codes.value(value)))
    table = Table(keys.layout, keys.key[key], segments.start[segment], segments.end[segment])
    return table.take(np.array(sure, np.bool_)[inverse]), table.take(np.array(may, np.bool_)[inverse])


def _given(step: Gather, by: tuple[str, ...], keys: Table, codes: Codes) -> Ints:
    """The code of the bound for each key, -1 where it has no value."""

    def code(row: tuple[Value, ...]) -> int:
        binding: Mapping[str, Value] = dict(zip(by, row, strict=True))
        value = evaluate_term(step.bound, binding)
        return -1 if value is None else codes.code(value)

    if not names((step.bound,)):
        return np.full(len(keys), code(tuple(0 for _ in by)))
    return np.array([code(row) for row in codes.decode(keys.layout.columns(keys.key))], np.int64)


def _produced(step: Gather, keys: Table, segments: Segments, codes: Codes) -> tuple[Table, Table]:
    """Each outcome is possible, and certain where all elements are. Each key is a group."""
    ends = _ends(step.function, segments, codes)
    doubted = np.zeros(len(segments), np.bool_)
    doubted[segments.unsure[0]] = True
    layout = keys.layout.space.layout((*keys.layout.bits, OPEN))

    def table(segment: Ints, value: Ints) -> Table:
        columns = [*keys.layout.columns(keys.key[segments.group[segment]]), value]
        return Table(layout, layout.pack(columns, len(value)), segments.start[segment], segments.end[segment])

    plain = np.flatnonzero(ends.exists & ~doubted)
    certain = table(plain, ends.low[plain])
    unsettled = np.flatnonzero(doubted).tolist()
    sure, unsure = (_members(held, codes) if unsettled else {} for held in (segments.sure, segments.unsure))
    open_ = [
        (segment, codes.code(value))
        for segment in unsettled
        for value in outcomes(step.function, sure.get(segment, ()), unsure.get(segment, ()))
    ]
    at, value = np.array(open_, np.int64).reshape(-1, 2).T
    return certain, table(np.append(plain, at), np.append(ends.low[plain], value))


def _members(held: tuple[Ints, Ints], codes: Codes) -> dict[int, list[Value]]:
    members: dict[int, list[Value]] = {}
    for segment, code in zip(held[0].tolist(), held[1].tolist(), strict=True):
        members.setdefault(segment, []).append(codes.value(code))
    return members
