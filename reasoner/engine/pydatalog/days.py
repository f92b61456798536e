"""Time operators on one row's days, certain, possible and windows, interval by interval."""

from __future__ import annotations

from typing import NamedTuple

from reasoner.when import FUTURE, PAST, Day, Days, Truth, When


class Moment(NamedTuple):
    """Days on all of which something is to hold, for certain or possibly."""

    days: tuple[Day, ...]
    certain: bool

    def sees(self, truth: Truth) -> bool:
        return all(day in (truth.certain if self.certain else truth.possible) for day in self.days)

    def doubts(self, truth: Truth) -> bool:
        """Whether its absence is not seen: it may hold on some day, or surely does where all is but possible."""
        return any(day in (truth.possible if self.certain else truth.certain) for day in self.days)


def _later(days: Days, near: int, far: int) -> Days:
    """Each interval from its start `near` days later to its end `far` days later."""
    return Days.of((s if s == PAST else min(s + near, FUTURE), min(e + far, FUTURE)) for s, e in days)


def once(p: Truth, near: int, far: int) -> Truth:
    """`once[near..far] p`: a window counts from when all of it is near enough until some of it is too far."""
    sure = Days.of((b + near, min(a + far + 1, FUTURE)) for a, b in p.windows)
    windows = tuple((a + near, b + near) for a, b in p.windows)
    return Truth(_later(p.certain, near, far) | sure, _later(p.possible, near, far), windows)


def always(p: Truth, near: int, far: int) -> Truth:
    """`always[near..far] p`."""
    return Truth(_later(p.certain, far, near), _later(p.possible, far, near))


def begins(p: Truth) -> Truth:
    """`begins p`: with a window, on some day from the start of the run that leads into it."""
    starts = [(s, s) for s, _ in p.certain if s > PAST]
    runs = [((p.possible.run(a - 1) or (a, a))[0], b) for a, b in (*p.windows, *starts)]
    certain = Days.of((s, s + 1) for s, _ in starts if s - 1 not in p.possible)
    return Truth(certain, p.possible - _later(p.certain, 1, 1), tuple(w for w in runs if w[0] > PAST))


def ends(p: Truth) -> Truth:
    """`ends p`: with a window, on some day up to the end of the run that leads out of it."""
    lasts = [(e - 1, e - 1) for _, e in p.certain if e < FUTURE]
    runs = [(a + 1, (p.possible.run(b + 1) or (b, b + 1))[1]) for a, b in (*p.windows, *lasts)]
    certain = Days.of((e + 1, e + 2) for _, e in lasts if e + 1 not in p.possible)
    return Truth(certain, _later(p.possible, 1, 1) - p.certain, tuple(w for w in runs if w[1] < FUTURE))


def since(p: Truth, q: Truth, negated: bool) -> Truth:
    """`p since q`, or `not p since q` where negated."""

    def end(days: Days, day: Day) -> Day:
        return (days.run(day) or (day, day))[1]

    def broken(day: Day) -> Day:
        ends = [max(s, day) for s, e in p.certain if e > day] + [b for a, b in p.windows if a >= day]
        return max(day, min(ends, default=FUTURE))

    sure = ~p.possible if negated else p.certain
    certain = [(s, end(sure, e)) for s, e in q.certain] + [(b, end(sure, a + 1)) for a, b in q.windows]
    possible = Days.of((s, broken(e) if negated else end(p.possible, e)) for s, e in q.possible)
    return Truth(Days.of(certain), possible)


def during(truth: Truth, when: When | None) -> Truth:
    """The truth on the days of a span."""
    if when is None:
        return truth
    days = Days((when.span,))
    windows = tuple((a, b) for a, b in truth.windows if not Days(((a, b + 1),)) - days)
    return Truth(truth.certain & days, truth.possible & days, windows)
