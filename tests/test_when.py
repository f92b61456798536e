"""Days are a boolean algebra, dates read as they are written, uncertain dates are sound in every world."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise, product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reasoner.when import (
    ALWAYS,
    FUTURE,
    NEVER,
    PAST,
    BadDate,
    Date,
    Day,
    Days,
    Interval,
    Truth,
    When,
    day_or_none,
    happens,
    lasts,
    narrowest,
    parse_date,
    show_day,
)
from tests import trees

SPAN = range(-2, 16)
_edges = st.integers(0, 13)
intervals = st.tuples(st.one_of(st.just(PAST), _edges, _edges), st.one_of(st.just(FUTURE), _edges, _edges))
days = st.lists(intervals, max_size=5).map(Days.of)
few = settings(max_examples=300, deadline=None)


def members(some: Days) -> set[Day]:
    """The days of the span that are in the set, asked one by one."""
    return {day for day in SPAN if day in some}


def normal(some: Days) -> bool:
    """Whether the intervals are in order, none empty, no two touching."""
    edges = [edge for interval in some for edge in interval]
    return all(a < b for a, b in pairwise(edges))


# ---------------------------------------------------------------- sets of days


@few
@given(st.lists(intervals, max_size=6))
def test_a_union_of_intervals_has_their_days(parts: list[Interval]) -> None:
    """Days.of holds the days of its intervals, no others, in one normal form."""
    some = Days.of(parts)
    assert normal(some)
    assert members(some) == {day for day in SPAN if any(start <= day < end for start, end in parts)}


@few
@given(days, days)
def test_days_are_a_boolean_algebra(one: Days, two: Days) -> None:
    """Union, intersection, complement and difference are those of sets, and equal sets are equal."""
    a, b, every = members(one), members(two), set(SPAN)
    for made, meant in ((one | two, a | b), (one & two, a & b), (~one, every - a), (one - two, a - b)):
        assert normal(made)
        assert members(made) == meant
    assert (one == two) == (a == b)
    assert ~~one == one
    assert ~(one | two) == ~one & ~two
    assert one | ~one == ALWAYS
    assert one & ~one == NEVER
    assert bool(one) == bool(a)


@few
@given(days, st.sampled_from(SPAN))
def test_a_run_is_the_unbroken_stretch_around_a_day(some: Days, day: Day) -> None:
    """`run` finds the interval that a day lies in, and nothing for a day outside."""
    run = some.run(day)
    assert (run is not None) == (day in some)
    assert run is None or (run in some.intervals and run[0] <= day < run[1])


@pytest.mark.parametrize(
    ("some", "shown"),
    [
        (NEVER, "never"),
        (ALWAYS, "always"),
        (Days(((parse_date("2016-06-04").first, FUTURE),)), "since 2016-06-04"),
        (Days(((PAST, parse_date("2016-06-04").first),)), "until 2016-06-03"),
        (Days(((736119, 736120), (736124, 736126))), "2016-06-04, 2016-06-09 to 2016-06-10"),
    ],
)
def test_days_are_shown_with_both_ends(some: Days, shown: str) -> None:
    """People read spans with both ends in them; open ends say since and until."""
    assert str(some) == shown


def test_days_outside_the_calendar_have_no_date() -> None:
    """Since ever and still are null in JSON and `ever` in words."""
    assert (day_or_none(PAST), day_or_none(FUTURE), day_or_none(736119)) == (None, None, "2016-06-04")
    assert (show_day(PAST), show_day(0), show_day(FUTURE)) == ("ever", "ever", "ever")


# ---------------------------------------------------------------- dates


@few
@given(trees.dates)
def test_a_date_reads_as_it_is_shown(written: Date) -> None:
    """Years, months and days are read back from their text; other spans are shown in brackets."""
    shown = str(written)
    if shown.startswith("["):
        first, last = shown[1:-1].split("..")
        assert Date(parse_date(first).first, parse_date(last).last) == written
    else:
        assert parse_date(shown) == written


@few
@given(trees.whens)
def test_a_range_shows_its_open_ends(when: When) -> None:
    """A range shows as two dates with `..` between them, an open end as nothing."""
    start, end = (str(date) if date else "" for date in (when.start, when.end))
    assert str(when) == (f"{start}..{end}" if when.ranged else start)


@pytest.mark.parametrize(
    ("written", "why"),
    [
        ("2015-02-29", "February 2015 has 28 days, so there is no 2015-02-29"),
        ("2016-04-31", "April 2016 has 30 days"),
        ("2016-04-00", "April 2016 has 30 days"),
        ("2016-13", "there is no month 13"),
        ("2016-00-01", "there is no month 00"),
        ("2016-6-4", "`2016-6-4` lacks a zero: write 2016-06-04"),
        ("2016-6", "write 2016-06"),
        ("0000", "there is no year 0000"),
        ("16-06-04", "is not a date"),
        ("2016-06-04T12", "is not a date"),
        ("", "is not a date"),
        ("20160604", "is not a date"),
    ],
)
def test_what_no_calendar_has_is_refused(written: str, why: str) -> None:
    """A date that cannot be is a BadDate, which is a ValueError, and says what to write."""
    with pytest.raises(BadDate) as bad:
        parse_date(written)
    assert isinstance(bad.value, ValueError)
    assert why in str(bad.value)


@given(st.integers(0, 9999), st.integers(0, 14), st.integers(0, 33))
def test_a_date_is_read_or_refused(year: int, month: int, day: int) -> None:
    """Whatever the numbers, a date is read as its own day or refused as BadDate; nothing else happens."""
    written = f"{year:04}-{month:02}-{day:02}"
    try:
        read = parse_date(written)
    except BadDate:
        return
    assert read.exact
    assert str(read) == written


# ---------------------------------------------------------------- uncertain time, against all worlds

_days = st.integers(0, 9)
spans = st.builds(lambda a, b: Date(min(a, b), max(a, b)), _days, _days)


def completions(date: Date | None) -> list[Day | None]:
    """Every day that the date may turn out to be."""
    return [None] if date is None else list(range(date.first, date.last + 1))


def worlds(start: Date | None, end: Date | None) -> Iterator[frozenset[Day]]:
    """The days of a state in each world: one for each choice of its ends that are not the wrong way round."""
    for a, b in product(completions(start), completions(end)):
        if a is None or b is None or a <= b:
            yield frozenset(d for d in SPAN if (a is None or a <= d) and (b is None or d <= b))


def sound(truth: Truth, every: list[frozenset[Day]]) -> None:
    """Certain is inside all worlds, possible around any, and each window is hit in all of them."""
    assert members(truth.certain) <= set.intersection(*map(set, every))
    assert members(truth.possible) >= set().union(*every)
    for first, last in truth.windows:
        assert all(any(first <= day <= last for day in world) for world in every)


def exact(truth: Truth, every: list[frozenset[Day]]) -> None:
    """Certain is what all worlds have, and possible what any has."""
    assert members(truth.certain) == set.intersection(*map(set, every))
    assert members(truth.possible) == set().union(*every)


@few
@given(spans)
def test_an_event_is_exact_in_all_worlds(on: Date) -> None:
    """An event is certain on an exact date, possible on each day of its date, and its date is a window."""
    truth = happens(on)
    every = [frozenset({day}) for day in range(on.first, on.last + 1)]
    sound(truth, every)
    exact(truth, every)
    assert on.exact or truth.windows == ((on.first, on.last),)


@few
@given(st.none() | spans, st.none() | spans)
def test_a_state_is_exact_in_all_worlds(start: Date | None, end: Date | None) -> None:
    """A state is certain on the days of all worlds, possible on those of any, and each window is hit in every world."""
    every = list(worlds(start, end))
    if every:
        truth = lasts(start, end)
        sound(truth, every)
        exact(truth, every)


@given(_days, _days)
def test_exact_states_cost_one_set(first: Day, last: Day) -> None:
    """Where no date is uncertain, certain and possible are the same and there are no windows."""
    truth = lasts(Date(first, first), Date(max(first, last), max(first, last)))
    assert truth.certain == truth.possible
    assert truth.windows == ()


@few
@given(st.lists(st.tuples(_days, _days).map(lambda w: (min(w), max(w))), max_size=5), days)
def test_narrowest_drops_only_implied_windows(windows: list[Interval], certain: Days) -> None:
    """What it drops holds a certain day or a kept window; what it keeps holds neither."""

    def holds(outer: Interval, inner: Interval) -> bool:
        return outer[0] <= inner[0] and inner[1] <= outer[1]

    def sure(window: Interval) -> bool:
        return any(day in certain for day in range(window[0], window[1] + 1))

    kept = narrowest(windows, certain)
    assert set(kept) <= set(windows)
    assert list(kept) == sorted(kept)
    for window in set(windows) - set(kept):
        assert sure(window) or any(holds(window, other) for other in kept)
    for window in kept:
        assert not sure(window)
        assert not any(holds(window, other) for other in kept if other != window)
