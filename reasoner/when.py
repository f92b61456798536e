"""Days, dates as precise as they were written, and sets of days.

A day is an integer: days since 0001-01-01, which is day 1 (`datetime.date.toordinal`).
Intervals are closed-open: `(start, end)` holds from `start` up to, not including, `end`;
`PAST` as a start means "since ever", `FUTURE` as an end means "still".
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

PAST = -(2**30)
FUTURE = 2**30

Day = int
Interval = tuple[Day, Day]


class BadDate(ValueError):
    """A date that no calendar has; the message says why."""


@dataclass(frozen=True, order=True)
class Date:
    """A date as its source left it: some day of `first` to `last`, both included."""

    first: Day
    last: Day

    @property
    def exact(self) -> bool:
        return self.first == self.last

    def __str__(self) -> str:
        start, end = date.fromordinal(self.first), date.fromordinal(self.last)
        if start == end:
            return start.isoformat()
        whole_months = start.day == 1 and end.day == monthrange(end.year, end.month)[1]
        if whole_months and (start.year, start.month) == (end.year, end.month):
            return start.isoformat()[:7]
        if whole_months and (start.month, end.month) == (1, 12) and start.year == end.year:
            return start.isoformat()[:4]
        return f"[{start.isoformat()}..{end.isoformat()}]"


_WRITTEN = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?")


def parse_date(written: str) -> Date:
    """A year, a month or a day: `2014`, `2014-08`, `2014-08-24`. Raises BadDate."""
    match = _WRITTEN.fullmatch(written)
    if not match:
        raise BadDate(f"`{written}` is not a date: write 2014, 2014-08 or 2014-08-24")
    year, month, day = (int(part) if part else 0 for part in match.groups())
    if (match[2] and len(match[2]) < 2) or (match[3] and len(match[3]) < 2):
        parts = [f"{year:04}", f"{month:02}"] + ([f"{day:02}"] if match[3] else [])
        raise BadDate(f"`{written}` lacks a zero: write {'-'.join(parts)}")
    if year == 0:
        raise BadDate("there is no year 0000")
    if not match[2]:
        return Date(date(year, 1, 1).toordinal(), date(year, 12, 31).toordinal())
    if not 1 <= month <= 12:
        raise BadDate(f"there is no month {match[2]}: months go from 01 to 12")
    length = monthrange(year, month)[1]
    if not match[3]:
        return Date(date(year, month, 1).toordinal(), date(year, month, length).toordinal())
    if not 1 <= day <= length:
        raise BadDate(f"{date(year, month, 1):%B %Y} has {length} days, so there is no {written}")
    exact = date(year, month, day).toordinal()
    return Date(exact, exact)


@dataclass(frozen=True)
class When:
    """The time written on a fact: a date (`lasting` false), or a range, whose ends may be open."""

    start: Date | None
    end: Date | None = None
    ranged: bool = False

    @property
    def span(self) -> Interval:
        """All the days from the first that it may mean to the last, closed-open."""
        last = self.end if self.ranged else self.start
        return (self.start.first if self.start else PAST), (last.last + 1 if last else FUTURE)

    def __str__(self) -> str:
        if not self.ranged:
            return str(self.start)
        return f"{self.start or ''}..{self.end or ''}"


def show_day(day: Day) -> str:
    """2016-06-04; a day before or after the calendar is `ever`."""
    return date.fromordinal(day).isoformat() if 1 <= day <= date.max.toordinal() else "ever"


def day_or_none(day: Day) -> str | None:
    """As the JSON has it: null for since ever, or still."""
    return None if day in (PAST, FUTURE) else show_day(day)


@dataclass(frozen=True)
class Days:
    """A set of days: disjoint closed-open intervals in order, no two touching."""

    intervals: tuple[Interval, ...] = ()

    @classmethod
    def of(cls, intervals: Iterable[Interval]) -> Days:
        """The union of any intervals: overlapping and touching ones become one, empty ones vanish."""
        merged: list[Interval] = []
        for start, end in sorted(i for i in intervals if i[0] < i[1]):
            if merged and start <= merged[-1][1]:
                merged[-1] = (merged[-1][0], max(merged[-1][1], end))
            else:
                merged.append((start, end))
        return cls(tuple(merged))

    def __bool__(self) -> bool:
        return bool(self.intervals)

    def __iter__(self) -> Iterator[Interval]:
        return iter(self.intervals)

    def __contains__(self, day: object) -> bool:
        return isinstance(day, int) and any(start <= day < end for start, end in self.intervals)

    def __or__(self, other: Days) -> Days:
        return Days.of((*self.intervals, *other.intervals))

    def __and__(self, other: Days) -> Days:
        return Days.of((max(a, c), min(b, d)) for a, b in self.intervals for c, d in other.intervals)

    def __invert__(self) -> Days:
        edges = [PAST, *(edge for interval in self.intervals for edge in interval), FUTURE]
        return Days.of(zip(edges[::2], edges[1::2], strict=True))

    def __sub__(self, other: Days) -> Days:
        return self & ~other

    def run(self, day: Day) -> Interval | None:
        """The interval that the day lies in."""
        return next(((s, e) for s, e in self.intervals if s <= day < e), None)

    def __str__(self) -> str:
        return ", ".join(
            "always" if (s, e) == (PAST, FUTURE)
            else f"since {show_day(s)}" if e == FUTURE
            else f"until {show_day(e - 1)}" if s == PAST
            else show_day(s) if e == s + 1
            else f"{show_day(s)} to {show_day(e - 1)}"
            for s, e in self.intervals
        ) or "never"  # fmt: skip


ALWAYS = Days(((PAST, FUTURE),))
NEVER = Days()


class Truth(NamedTuple):
    """When something holds, as far as its dates are known.

    `certain`: on each of these days, in every world (a world fixes each uncertain date on one of its days).
    `possible`: on these days in some world. Certain is inside possible.
    `windows`: spans (first, last), both included, within which it holds on some day in every world;
    each certain day is one, and is not listed again.
    """

    certain: Days = NEVER
    possible: Days = NEVER
    windows: tuple[Interval, ...] = ()


ETERNAL = Truth(ALWAYS, ALWAYS)


def happens(on: Date) -> Truth:
    """An event on some day of the date."""
    day = Days(((on.first, on.last + 1),))
    return Truth(day, day) if on.exact else Truth(NEVER, day, ((on.first, on.last),))


def lasts(start: Date | None, end: Date | None) -> Truth:
    """A state from some day of `start` to some day of `end`, both included; None is since ever, or still."""
    if start and end:
        # Nothing ends before it starts.
        start, end = Date(start.first, min(start.last, end.last)), Date(max(start.first, end.first), end.last)
    first, sure = (start.first, start.last) if start else (PAST, PAST)
    stop, last = (end.first + 1, end.last + 1) if end else (FUTURE, FUTURE)
    certain = Days.of([(sure, stop)])
    # Where even a single certain day is missing, it still holds on its first day and on its last.
    windows = ((first, sure), (stop - 1, last - 1)) if start and end and not certain else ()
    return Truth(certain, Days.of([(first, last)]), windows)


def narrowest(windows: Iterable[Interval], certain: Days) -> tuple[Interval, ...]:
    """The windows that say something: none that holds a certain day or another window inside it."""
    kept: list[Interval] = []
    for first, last in sorted(set(windows), key=lambda w: (-w[0], w[1])):
        if (not kept or last < kept[-1][1]) and not Days.of([(first, last + 1)]) & certain:
            kept.append((first, last))
    return tuple(sorted(kept))
