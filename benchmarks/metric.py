"""T6: rules that look back, which DatalogMTL can say too: windows, `since`, and recursion without time."""

from __future__ import annotations

from typing import Any

from benchmarks.case import DAY_ONE, Case, Workload

# Without `not`, which MeTeoR lacks. `since` stands on given facts, and who arrives is present on the days of arrival:
# see README.md.
PROGRAM = """\
state control(actor: Actor, place: Place).
state open(place: Place, next: Place).
state attack(actor: Actor, place: Place).
state present(actor: Actor, place: Place).
state arrival(actor: Actor, place: Place).
fixed base(actor: Actor, place: Place).
embattled(A, P) :- once[0..14] attack(A, P).
raided(A, P) :- once[7..30] attack(A, P).
firm(A, P) :- always[0..7] control(A, P).
settled(A, P) :- always[10..20] control(A, P).
stays(A, P) :- arrival(A, P).
stays(A, P) :- present(A, P) since arrival(A, P), present(A, P).
supplied(A, P) :- base(A, P), control(A, P).
supplied(A, Q) :- supplied(A, P), open(P, Q), firm(A, Q).
strained(A, P) :- supplied(A, P), embattled(B, P).
rear(A, P) :- supplied(A, P), settled(A, P).
"""
OUTPUTS = ("embattled", "raided", "firm", "stays", "supplied", "strained", "rear")
DAYS = 1_000


def _spans(rng: Any, rows: Any, each: int, longest: int) -> Any:
    """For each row so many intervals at random, which may touch or overlap."""
    import numpy as np

    rows = np.repeat(rows, each, axis=0)
    start = rng.integers(0, DAYS - longest, len(rows))
    start += DAY_ONE
    return np.column_stack((rows, start, start + rng.integers(1, longest, len(rows))))


def _metric(places: int) -> Case:
    """Places on a ring road with roads across; four actors, two of which claim each place now and then."""
    import numpy as np

    rng = np.random.default_rng(6)
    place = np.arange(places)
    claims = np.vstack([np.column_stack((rng.integers(0, 4, places), place)) for _ in (0, 1)])
    across = np.column_stack((place, rng.integers(0, places, places)))
    roads = np.vstack((np.column_stack((place, (place + 1) % places)), across))
    present = _spans(rng, claims, 2, 60)
    arrival = present[rng.integers(0, len(present), places)]
    length = np.minimum(rng.integers(1, 10, places), arrival[:, 3] - arrival[:, 2])
    arrival[:, 2] += rng.integers(0, arrival[:, 3] - arrival[:, 2] - length + 1)
    arrival[:, 3] = arrival[:, 2] + length
    facts = {
        "control": _spans(rng, claims, 5, 400),
        "open": _spans(rng, roads, 4, 500),
        "attack": _spans(rng, claims[:places], 5, 10),
        "present": present,
        "arrival": arrival,
        "base": np.unique(claims[: places // 10], axis=0),
    }
    about = f"{sum(map(len, facts.values())):,} intervals of facts, {DAYS:,} days"
    lasting = tuple(name for name in facts if name != "base")
    return Case(PROGRAM, facts, OUTPUTS, lasting=lasting, days=DAYS + 30, about=about)


WORKLOADS = (
    Workload("T6", "DatalogMTL: windows, since, and recursion without time", "places", (100, 1_000, 10_000), _metric),
)
