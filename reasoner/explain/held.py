"""What each operator of the language does to days, defined once more, for the checker of proofs alone.

`Held` is when something holds: the days on which it does in every world, stretches on which it may, and windows, in
each of which it holds on some day in every world. For what must not hold, a stretch is one on all of which it may be
missing: stretches may overlap, and two that touch are not one, for a whole window may lie across them.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Mapping
from itertools import pairwise
from typing import Any, NamedTuple

from reasoner.term import Constant, Expression, Quoted, Term, Value, Variable
from reasoner.when import ALWAYS, ETERNAL, FUTURE, NEVER, PAST, Day, Days, Interval, Truth, narrowest


class Held(NamedTuple):
    """Days for certain, stretches that are possible, windows with both their ends."""

    certain: Days = NEVER
    possible: tuple[Interval, ...] = ()
    windows: tuple[Interval, ...] = ()

    @property
    def perhaps(self) -> Days:
        """Every day on which it may hold."""
        return Days.of(self.possible)


NOWHERE, EVERYWHERE = Held(), Held(ALWAYS, ALWAYS.intervals)


def of(truth: Truth) -> Held:
    """What a fact says of its days."""
    return EVERYWHERE if truth == ETERNAL else Held(truth.certain, truth.possible.intervals, truth.windows)


def on(span: Interval) -> Held:
    """On these days and no others."""
    return Held(Days.of([span]), (span,))


def either(p: Held, q: Held) -> Held:
    """One of two holds."""
    certain = p.certain | q.certain
    return Held(certain, Days.of((*p.possible, *q.possible)).intervals, narrowest((*p.windows, *q.windows), certain))


def both(p: Held, q: Held) -> Held:
    """Two hold together; a window of one counts where the other is certain on all of it."""
    if p is EVERYWHERE or q is EVERYWHERE:
        return q if p is EVERYWHERE else p
    certain = p.certain & q.certain
    kept = (w for one, other in ((p, q), (q, p)) for w in one.windows if _covered(w, other.certain))
    return Held(certain, (p.perhaps & q.perhaps).intervals, narrowest(kept, certain))


def _covered(window: Interval, days: Days) -> bool:
    run = days.run(window[0])
    return run is not None and window[1] < run[1]


def absent(p: Held) -> Held:
    """It does not hold. It may be missing on a stretch that has no certain day and no whole window in it."""
    stretches: list[Interval] = []
    for start, end in ~p.certain:
        for first, last in narrowest(p.windows, p.certain):
            if start <= last and last < end:
                stretches.append((start, last))
                start = first + 1
        stretches.append((start, end))
    return Held(~p.perhaps, tuple((a, b) for a, b in stretches if a < b))


def moved(day: Day, by: int) -> Day:
    """A day so many days later; the ends of time stay where they are, and FUTURE days earlier is before all time."""
    if by == -FUTURE:
        return PAST
    return day if day in (PAST, FUTURE) else FUTURE if by == FUTURE else day + by


def after(day: Day) -> Day:
    """The day after, where there is one."""
    return moved(day, 1)


def once(p: Held, near: int, far: int) -> Held:
    """It held on some day from `far` to `near` days ago."""
    windows = [(moved(b, near), moved(a, far) + (far != FUTURE)) for a, b in p.windows]
    certain = Days.of((*((moved(s, near), moved(e, far)) for s, e in p.certain), *windows))
    possible = Days.of((moved(s, near), moved(e, far)) for s, e in p.possible)
    return Held(certain, possible.intervals, narrowest(((a + near, b + near) for a, b in p.windows), certain))


def always(p: Held, near: int, far: int) -> Held:
    """It held on each day from `far` to `near` days ago."""
    certain, possible = (Days.of((moved(s, far), moved(e, near)) for s, e in days) for days in p[:2])
    return Held(certain, possible.intervals)


def since(left: Held, start: Held) -> Held:
    """It started on some day, and the left side holds on every day after that one."""
    certain, possible = list(start.certain), list(start.possible)
    for _, end in start.certain:
        certain += [(end, run[1])] if (run := left.certain.run(end)) else []
    for first, last in start.windows:
        certain += [(last, run[1])] if (run := left.certain.run(first + 1)) and run[1] > last else []
    for _, end in start.possible:
        possible += [(end, b) for a, b in left.possible if a <= end < b]
    return Held(Days.of(certain), Days.of(possible).intervals)


def later(p: Held) -> Held:
    """It held on the day before."""
    certain, possible = (Days.of((moved(s, 1), moved(e, 1)) for s, e in days) for days in p[:2])
    return Held(certain, possible.intervals)


def begins(p: Held, lacking: Held) -> Held:
    """It holds and did not on the day before. A window after a day without it holds a beginning."""
    windows = []
    for first, last in (*p.windows, *((s, s) for s, _ in p.certain if s != PAST)):
        quiet = max((min(e, first) - 1 for s, e in lacking.certain if s < first), default=None)
        windows += [(quiet + 1, last)] if quiet is not None and quiet + 1 < last else []
    return both(p, later(lacking))._replace(windows=tuple(windows))


def ends(p: Held, lacking: Held) -> Held:
    """It held on the day before and does not."""
    windows = []
    for first, last in (*p.windows, *((e - 1, e - 1) for _, e in p.certain if e != FUTURE)):
        quiet = min((max(s, last + 1) for s, e in lacking.certain if e > last + 1), default=None)
        windows += [(first + 1, quiet)] if quiet is not None and first + 1 < quiet else []
    return both(lacking, later(p))._replace(windows=tuple(windows))


# ---------------------------------------------------------------- values

_SIGNS: dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq, "!=": operator.ne, "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
}  # fmt: skip


def rank(value: Value) -> tuple[int, float | str]:
    """Numbers come before names, names before texts."""
    if isinstance(value, Quoted):
        return 2, value.text
    return (1, value) if isinstance(value, str) else (0, value)


def compares(sign: str, left: Value, right: Value) -> bool:
    """Whether two values stand so to each other."""
    return _SIGNS[sign](rank(left), rank(right))


def value_of(term: Term, binding: Mapping[str, Value]) -> Value | None:
    """The value of a term; None where a variable or arithmetic has none."""
    if isinstance(term, Constant):
        return term.value
    if isinstance(term, Variable):
        return binding.get(term.name)
    a, b = value_of(term.left, binding), value_of(term.right, binding)
    if not isinstance(a, int | float) or not isinstance(b, int | float):
        return None
    match term.operator:
        case "+":
            return a + b
        case "-":
            return a - b
        case "*":
            return a * b
    if b == 0:
        return None
    if isinstance(a, float) or isinstance(b, float):
        return a / b
    return a // b if (a < 0) == (b < 0) else -(-a // b)


def unbound(term: Term, binding: Mapping[str, Value]) -> set[str]:
    """The named variables of a term that have no value yet."""
    if isinstance(term, Expression):
        return unbound(term.left, binding) | unbound(term.right, binding)
    return {term.name} if isinstance(term, Variable) and not term.anonymous and term.name not in binding else set()


# ---------------------------------------------------------------- aggregates


def gathered(
    function: str, sign: str, given: Value | None, elements: Iterable[tuple[Value, Held]]
) -> dict[Value, Held]:
    """When an aggregate over some elements compares so with a given value; without one, when it has which value."""
    found: dict[Value, tuple[list[Interval], list[Interval]]] = {}
    several = list(elements)
    edges = {PAST, FUTURE}
    edges |= {edge for _, held in several for interval in (*held.certain, *held.possible) for edge in interval}
    cuts = sorted(edges)
    for start, end in pairwise(cuts):
        sure = [value for value, held in several if start in held.certain]
        open_ = [value for value, held in several if start in held.perhaps and start not in held.certain]
        for value, certain in _results(function, sign, given, sure, open_):
            held_on = found.setdefault(value, ([], []))
            held_on[1].append((start, end))
            if certain:
                held_on[0].append((start, end))
    return {value: Held(Days.of(sure), Days.of(may).intervals) for value, (sure, may) in found.items()}


def _results(
    function: str, sign: str, given: Value | None, sure: list[Value], open_: list[Value]
) -> list[tuple[Value, bool]]:
    """The values that an aggregate may have, or the given one where it may compare so; and whether it surely does."""
    low, high, total = _limits(function, sure, open_)
    if low is None or high is None:
        return []
    if given is None:
        return [(value, not open_) for value in _values(function, sure, open_, low, high, total)]
    if sign == "=":
        may = compares("<=", low, given) and compares(">=", high, given)
    else:
        may = compares(sign, low, given) or compares(sign, high, given)
    if sign == "!=":
        must = compares(">", low, given) or compares("<", high, given)
    else:
        must = compares(sign, low, given) and compares(sign, high, given)
    return [(given, must and total)] if may else []


def _limits(function: str, sure: list[Value], open_: list[Value]) -> tuple[Value | None, Value | None, bool]:
    """The least and the greatest that it can be, and whether it has a value in every world."""
    if function == "count":
        return len(sure), len(sure) + len(open_), True
    if function == "sum":
        fixed, loose = sum(_numbers(sure)), _numbers(open_)
        return fixed + sum(min(v, 0) for v in loose), fixed + sum(max(v, 0) for v in loose), True
    everything = sorted((*sure, *open_), key=rank)
    if not everything:
        return None, None, False
    certain = sorted(sure, key=rank)
    if function == "min":
        return everything[0], (certain or everything[-1:])[0], bool(sure)
    return (certain or everything[:1])[-1], everything[-1], bool(sure)


def _values(function: str, sure: list[Value], open_: list[Value], low: Value, high: Value, total: bool) -> set[Value]:
    if function == "count":
        return set(range(len(sure), len(sure) + len(open_) + 1))
    if function == "sum":
        sums = {sum(_numbers(sure))}
        for value in _numbers(open_):
            sums |= {one + value for one in sums}
        return set(sums)
    return {v for v in (*sure, *open_) if not total or (compares(">=", v, low) and compares("<=", v, high))}


def _numbers(values: list[Value]) -> list[int | float]:
    return [value for value in values if isinstance(value, int | float)]
