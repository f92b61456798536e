"""Cells to values: names to constants, texts, numbers and dates, each different cell looked at once."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache

from reasoner.evidence.mapping import Cell, Dating, number
from reasoner.evidence.spelling import plain
from reasoner.syntax.mistakes import RESERVED
from reasoner.term import Quoted, Value
from reasoner.when import BadDate, Date, parse_date

MANY = "\x1f"  # stands between the parts of a cell that is a list

# Why a row is refused, for people.
REASONS = {
    "blank": "an empty line",
    "columns": "another number of columns than the header",
    "encoding": "not UTF-8",
    "not_json": "no JSON object",
    "empty": "an empty cell that is needed",
    "bad_date": "no such date",
    "no_day": "a date that is no day, where changes from day to day are told",
    "end_before_start": "ends before it starts",
    "bad_precision": "a precision that the mapping does not know",
    "bad_number": "not a number",
    "out_of_range": "no such coordinate",
    "no_area": "no polygon",
    "open_ring": "a ring of a polygon that is not closed",
    "bad_border": "a polygon whose border crosses or touches itself",
    "no_place_within": "a polygon in which no known place lies",
    "no_constant": "a name without Latin letters or digits",
    "no_column": "no column is named for this value",
    "not_listed": "not a value that the type lists",
    "not_mapped": "a value that the mapping refuses",
    "bad_reliability": "not a grade from a to f",
    "sources": "lists of sources of different lengths",
    "after_source": "dated after its source",
    "where": "no fact is made of such a row",
}


@dataclass(frozen=True)
class Bad:
    """Why a cell cannot be used, and in which column."""

    reason: str
    column: str


@dataclass(frozen=True)
class Named:
    """A constant that was made from a name, or that the mapping gives it; `at` tells homonyms apart."""

    constant: str
    called: tuple[str, ...] = ()
    at: tuple[float, float] | None = None
    mapped: bool = False


@lru_cache(maxsize=1 << 16)
def constant(name: str) -> str | None:
    """The constant that stands for a name; None for one in letters that a constant cannot have.

    >>> constant("Deir ez-Zôr"), constant("U.S."), constant("4th Brigade"), constant("not"), constant("Київ")
    ('deir_ez_zor', 'us', 'n_4th_brigade', 'not_', None)
    """
    letters = re.sub(r"[.']", "", plain(name))
    if not letters.isascii() and any(c.isalnum() and not c.isascii() for c in letters):
        return None
    word = re.sub(r"[^a-z0-9]+", "_", letters).strip("_")
    if word and not word[0].isalpha():
        word = f"n_{word}"
    return (f"{word}_" if word in RESERVED else word) or None


def read_value(cell: Cell, parts: Mapping[str, str], listed: Sequence[str] | None) -> list[Value | Named] | Bad:
    """The values that a cell stands for: one, or several where it is a list or is mapped to several."""
    if cell.constant is not None:
        return [_constant(cell)]
    column = cell.column
    if cell.by:
        choice = number(parts[cell.by])
        if not choice:
            return Bad("empty", cell.by)
        column = cell.choices.get(choice)
        if column is None:
            return Bad("no_column", cell.by)
    assert column is not None
    written = parts[column]
    if not written:
        return Bad("empty", column)
    between = MANY if MANY in written else cell.split  # a list is one already, and its texts may have the mark in them
    found: list[Value | Named] = []
    for one in written.split(between) if between else [written]:
        if not one.strip():
            continue
        its = _read(cell, one.strip(), column, parts, listed)
        if isinstance(its, Bad):
            return its
        found += its
    return list(dict.fromkeys(found)) or Bad("empty", column)


def _constant(cell: Cell) -> Value:
    assert cell.constant is not None
    if cell.reading == "text":
        return Quoted(cell.constant)
    if cell.reading == "name":
        return constant(cell.constant) or cell.constant
    return float(cell.constant) if "." in cell.constant else int(cell.constant)


def _read(
    cell: Cell, written: str, column: str, parts: Mapping[str, str], listed: Sequence[str] | None
) -> list[Value | Named] | Bad:
    if cell.reading == "text":
        return [Quoted(written)]
    if cell.reading != "name":
        return _number(cell.reading, written, column)
    if written in cell.values or number(written) in cell.values:
        meant = cell.values.get(written) or cell.values.get(number(written)) or ()
        if not meant:
            return Bad("not_mapped", column)
        if listed is not None and not set(meant) <= set(listed):
            return Bad("not_listed", column)
        return [Named(one, (written,) if len(meant) == 1 else (), mapped=True) for one in meant]
    name = number(written)
    for ending in cell.drop:
        name = re.sub(rf"(?i)[\s,]+{re.escape(ending)}$", "", name)
    found = constant(name)
    if found is None:
        return Bad("no_constant", column)
    if listed is not None and found not in listed:
        return Bad("not_listed", column)
    called = tuple(one for one in dict.fromkeys((name, written)) if one != found)
    if not cell.key:
        return [Named(found, called)]
    at = []
    for limit, axis in zip((90, 180), cell.key, strict=True):
        if not parts[axis]:
            return Bad("empty", axis)
        its = _number("latitude" if limit == 90 else "longitude", parts[axis], axis)
        if isinstance(its, Bad):
            return its
        at.append(float(str(its[0])))
    return [Named(found, called, (at[0], at[1]))]


def _number(reading: str, written: str, column: str) -> list[Value | Named] | Bad:
    if not re.fullmatch(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,2})?", written):
        return Bad("bad_number", column)
    limit = {"latitude": 90, "longitude": 180}.get(reading)
    if limit is None and re.fullmatch(r"[+-]?\d+", written):
        return [int(written)]
    value = float(written)
    if limit is not None and not -limit <= value <= limit:
        return Bad("out_of_range", column)
    return [value]


# ---------------------------------------------------------------- dates

Dates = tuple[Date, Date | None]


def read_dates(dating: Dating, parts: Mapping[str, str], lasts: bool) -> Dates | Bad:
    """When it was so: an event within one span of days; what lasts from a start to an end, if it has one."""
    assert dating.start is not None
    word = "day"
    if dating.precision:
        written = number(parts[dating.precision])
        if written not in dating.precisions:
            return Bad("bad_precision" if written else "empty", dating.precision)
        word = dating.precisions[written]
    ends: list[Date | None] = []
    for column in (dating.start, dating.end) if dating.end else (dating.start,):
        if not parts[column]:
            if column == dating.end and lasts:
                ends.append(None)
                continue
            return Bad("empty", column)
        found = read_date(parts[column], dating.format)
        if found is None:
            return Bad("bad_date", column)
        ends.append(found)
    start, end = ends[0], ends[1] if dating.end else None
    assert start is not None
    if end and end.last < start.first:
        assert dating.end
        return Bad("end_before_start", dating.end)
    try:
        if lasts:
            return _widened(start, word), _widened(end, word) if end else None
        return _widened(Date(start.first, end.last if end else start.last), word), None
    except (ValueError, OverflowError):
        return Bad("bad_date", dating.start)


@lru_cache(maxsize=1 << 16)
def read_date(written: str, format: str | None) -> Date | None:
    """A day, month or year, or a day in a format of its own; a time of day behind it is left out."""
    try:
        if format:
            day = datetime.strptime(written, format).date().toordinal()
            return Date(day, day)
        if re.fullmatch(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?", written):
            written = written[:10]
        return parse_date(written)
    except (BadDate, ValueError):
        return None


def _widened(span: Date, word: str) -> Date:
    """The days that are meant where no more is known than the week, month or year."""
    first, last = date.fromordinal(span.first), date.fromordinal(span.last)
    if word == "week" and span.last - span.first < 6:
        # Whichever weekday stands for the week, all days of that week lie within six of it.
        return Date((last - timedelta(6)).toordinal(), (first + timedelta(6)).toordinal())
    if word == "month":
        following = date(last.year + last.month // 12, last.month % 12 + 1, 1)
        return Date(first.replace(day=1).toordinal(), following.toordinal() - 1)
    if word == "year":
        return Date(date(first.year, 1, 1).toordinal(), date(last.year, 12, 31).toordinal())
    return span
