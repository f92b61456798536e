"""W4, T1, T2supply, T3: who is supplied, over days on which fronts move; day by day, and as intervals."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from benchmarks.case import DAY_ONE, Case, Workload

POINTWISE = """\
supplied(A, P, T) :- base(A, P), control(A, P, T).
supplied(A, Q, T) :- supplied(A, P, T), link(P, Q), control(A, Q, T).
cut_off(A, P, T) :- control(A, P, T), not supplied(A, P, T).
backed(A, P, T) :- control(A, P, T), link(P, Q), control(A, Q, T).
alone(A, P, T) :- control(A, P, T), not backed(A, P, T).
"""
# The same rules with time left out: they hold on each day on which their bodies hold.
INTERVALS = """\
state control(actor: Actor, place: Place).
fixed base(actor: Actor, place: Place).
fixed link(place: Place, next: Place).
supplied(A, P) :- base(A, P), control(A, P).
supplied(A, Q) :- supplied(A, P), link(P, Q), control(A, Q).
cut_off(A, P) :- control(A, P), not supplied(A, P).
backed(A, P) :- control(A, P), link(P, Q), control(A, Q).
alone(A, P) :- control(A, P), not backed(A, P).
"""
SQL = {
    "supplied": "with recursive s(a, p, t) as ("
    "select c.c0, c.c1, c.c2 from base b join control c on b.c0 = c.c0 and b.c1 = c.c1 union"
    " select s.a, c.c1, s.t from s join link l on s.p = l.c0"
    " join control c on c.c0 = s.a and c.c1 = l.c1 and c.c2 = s.t) select * from s",
    "cut_off": "select * from control c anti join supplied s on s.a = c.c0 and s.p = c.c1 and s.t = c.c2",
    "backed": "select distinct c.c0, c.c1, c.c2 from control c join link l on c.c1 = l.c0"
    " join control d on d.c0 = c.c0 and d.c1 = l.c1 and d.c2 = c.c2",
    "alone": "select * from control c anti join backed b on b.c0 = c.c0 and b.c1 = c.c1 and b.c2 = c.c2",
}
OUTPUTS = ("supplied", "cut_off", "alone")
ACTORS = 4


def fronts(places: int, days: int, changes: int) -> tuple[Any, Any, Any]:
    """A map of places, its owners' intervals (actor, place, first, end), links both ways, and bases.

    Places lie on a grid, linked to the right, down and across. Four actors start with a quarter each. A change gives
    a place next to another actor's to that actor, on a day at random.
    """
    import numpy as np

    rng = np.random.default_rng(4)
    side = int(np.sqrt(places))
    cell = np.arange(side * side).reshape(side, side)
    steps = ((cell[:, :-1], cell[:, 1:]), (cell[:-1], cell[1:]), (cell[:-1, :-1], cell[1:, 1:]))
    pairs = np.vstack([np.column_stack((one.ravel(), other.ravel())) for one, other in steps])
    link = np.vstack((pairs, pairs[:, ::-1]))
    link = link[np.argsort(link[:, 0], kind="stable")]
    first = np.searchsorted(link[:, 0], np.arange(side * side + 1)).tolist()
    quarter = np.arange(side) * 2 // side
    quarters = (quarter[:, None] * 2 + quarter).ravel()
    based = np.sort(rng.permutation(side * side)[: side * side // 100 + ACTORS])
    bases = np.column_stack((quarters[based], based))
    owner, since, rows, to = quarters.tolist(), [0] * side * side, [], link[:, 1].tolist()
    for day in np.sort(rng.integers(1, days, changes)).tolist():
        for place, pick in rng.integers(0, (side * side, 6), (20, 2)).tolist():  # the first of twenty at a front
            taker = owner[to[first[place] + pick % (first[place + 1] - first[place])]]
            if taker != owner[place] and since[place] < day:
                rows.append((owner[place], place, since[place], day))
                owner[place], since[place] = taker, day
                break
    rows += [(holder, place, since[place], days) for place, holder in enumerate(owner)]
    return np.array(rows), link, bases


def intervals(places: int, days: int, changes: int) -> Case:
    """Supply as intervals alone."""
    held, link, bases = fronts(places, days, changes)
    held[:, 2:] += DAY_ONE
    there = len(set(held[:, 1].tolist()))
    about = f"{there:,} places, {len(link) // 2:,} links, {days:,} days, {len(held):,} intervals of control: "
    about += f"{100 * (len(held) - there) / there / days:.2f} % of the places change hands in a day"
    facts = {"control": held, "link": link, "base": bases}
    return Case(INTERVALS, facts, OUTPUTS, lasting=("control",), days=days, about=about)


def moving(places: int) -> Case:
    """Supply as intervals over the 300 days of W4 and T1."""
    return intervals(places, 300, changes=places * 300 * 19 // 1_000)


def by_day(timed: Case, program: str, sql: Mapping[str, str]) -> Case:
    """The same with one fact of control a place and day, and as intervals for who can read them."""
    import numpy as np

    held = timed.facts["control"]
    length = held[:, 3] - held[:, 2]
    day = np.arange(length.sum()) - np.repeat(np.cumsum(length) - length, length)
    daily = np.column_stack((np.repeat(held[:, :2], length, axis=0), day + np.repeat(held[:, 2] - DAY_ONE, length)))
    facts = {**timed.facts, "control": daily}
    return Case(program, facts, timed.outputs, sql, timed=timed, days=timed.days, about=timed.about)


def _first_days(days: int) -> Case:
    """The beginning of a war of 5,000 places that lasts 1,700 days."""
    import numpy as np

    war = intervals(5_000, 1_700, changes=15_000)
    held = war.facts["control"]
    held = held[held[:, 2] < DAY_ONE + days]
    held = np.column_stack((held[:, :3], np.minimum(held[:, 3], DAY_ONE + days)))
    return by_day(replace(war, facts={**war.facts, "control": held}, days=days), POINTWISE, SQL)


def only_by_day(case: Case) -> Case:
    """The same for everybody."""
    return replace(case, timed=None)


WORKLOADS = (
    Workload("W4", "supply day by day, 300 days: no engine is told of time", "places", (250, 1_000, 5_000),
             lambda n: only_by_day(by_day(moving(n), POINTWISE, SQL))),
    Workload("T1", "supply as intervals, 300 days; peers day by day", "places", (250, 1_000, 5_000),
             lambda n: by_day(moving(n), POINTWISE, SQL)),
    Workload("T2supply", "supply part of the large war: its first days; peers day by day", "days", (13, 53, 53),
             _first_days, doublings=5),
    Workload("T3", "T1 as intervals, 1,000 days", "places", (1_000, 5_000, 33_000),
             lambda n: intervals(n, 1_000, 3 * n)),
    Workload("T3days", "T3 with the days doubled, the changes equal", "places", (1_000, 5_000, 33_000),
             lambda n: intervals(n, 2_000, 3 * n)),
    Workload("T3changes", "T3 with the changes doubled, the days equal", "places", (1_000, 5_000, 33_000),
             lambda n: intervals(n, 1_000, 6 * n)),
)  # fmt: skip
