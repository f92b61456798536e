"""W4n, T1n: hostile neighbours counted, and all neighbours hostile, on the fronts of W4; by day and as intervals."""

from __future__ import annotations

from dataclasses import replace

from benchmarks.case import Case, Workload
from benchmarks.supply import by_day, moving, only_by_day

POINTWISE = """\
threat(P, Q, T) :- control(A, P, T), link(P, Q), control(B, Q, T), hostile(A, B).
threats(P, N, T) :- control(A, P, T), N = #count{ Q : threat(P, Q, T) }.
eased(P, T) :- control(A, P, T), link(P, Q), not threat(P, Q, T).
surrounded(P, T) :- control(A, P, T), not eased(P, T).
"""
INTERVALS = """\
state control(actor: Actor, place: Place).
fixed link(place: Place, next: Place).
fixed hostile(actor: Actor, other: Actor).
threat(P, Q) :- control(A, P), link(P, Q), control(B, Q), hostile(A, B).
threats(P, N) :- control(A, P), N = #count{ Q : threat(P, Q) }.
eased(P) :- control(A, P), link(P, Q), not threat(P, Q).
surrounded(P) :- control(A, P), not eased(P).
"""
SQL = {
    "threat": "select distinct c.c1 as c0, l.c1, c.c2 from control c join link l on c.c1 = l.c0"
    " join control d on d.c1 = l.c1 and d.c2 = c.c2 join hostile h on h.c0 = c.c0 and h.c1 = d.c0",
    "threats": "select c.c1, count(t.c0), c.c2 from control c"
    " left join threat t on t.c0 = c.c1 and t.c2 = c.c2 group by c.c1, c.c2",
    "eased": "select distinct c.c1 as c0, c.c2 as c1 from control c join link l on c.c1 = l.c0"
    " anti join threat t on t.c0 = c.c1 and t.c1 = l.c1 and t.c2 = c.c2",
    "surrounded": "select distinct c.c1, c.c2 from control c anti join eased e on e.c0 = c.c1 and e.c1 = c.c2",
}


def _neighbours(places: int) -> Case:
    """The fronts of W4; of the four actors, the first and the last leave each other alone."""
    import numpy as np

    timed = moving(places)
    pairs = [(a, b) for a in range(4) for b in range(4) if a != b and {a, b} != {0, 3}]
    facts = {"control": timed.facts["control"], "link": timed.facts["link"], "hostile": np.array(pairs)}
    timed = replace(timed, program=INTERVALS, facts=facts, outputs=("threat", "threats", "surrounded"))
    return by_day(timed, POINTWISE, SQL)


WORKLOADS = (
    Workload("W4n", "hostile neighbours counted, all neighbours hostile; day by day", "places", (250, 1_000, 5_000),
             lambda n: only_by_day(_neighbours(n))),
    Workload("T1n", "the same as intervals, 300 days; peers day by day", "places", (250, 1_000, 5_000), _neighbours),
)  # fmt: skip
