"""T2, T2choke, T4, T5: the whole doctrine on a large war, changes of it, and bound questions about it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from benchmarks.case import DAY_ONE, Case, Workload
from benchmarks.supply import ACTORS, fronts

RULES = Path(__file__).parent.parent / "rules"
OUTPUTS = ("holds", "pressure", "besieged", "encircled", "cut_off")
SIDES = ("e", "s", "se")
STATUSES = ("open", "restricted", "under_fire", "closed")
ASKED = 5  # places whose corridors and chokepoints are asked for
DAYS = 1_700


class _Names:
    """Names as integers, in the order of their first use."""

    def __init__(self) -> None:
        self.known: dict[str, int] = {}

    def __call__(self, name: str) -> int:
        return self.known.setdefault(name, len(self.known))


def war(places: int, days: int, changes: int) -> tuple[Case, list[str]]:
    """Facts of a war of four actors for the whole doctrine, and the places that most enemies border on half-way.

    Places lie on a grid, each with a neighbour and a road to the right, down and across; a road in twenty is a track, a
    bridge or a ferry. Each actor is reported to hold a quarter on the first day. A change is a report that a place
    next to another actor's is now that actor's. One place in a hundred is a base of its quarter's actor. Actors fight
    all others, but two of them are allied. A road in fifty has reports of its status.
    """
    import numpy as np

    held, link, bases = fronts(places, days, changes)
    rng = np.random.default_rng(5)
    side = int(np.sqrt(places))
    name = _Names()
    # Names do not follow the map, which would make the order of codes too easy.
    place = np.array([name(f"p{n:05}") for n in rng.permutation(side * side).tolist()])
    actor = np.array([name(f"actor_{n}") for n in range(ACTORS)])
    link = link[link[:, 0] < link[:, 1]]
    route = np.array([name(f"r{n:06}") for n in range(len(link))])
    step = {1: name("e"), side: name("s"), side + 1: name("se")}
    sides = np.array([step[by] for by in (link[:, 1] - link[:, 0]).tolist()])
    kinds = np.array([name(mode) for mode in ("track", "bridge", "ferry", *["road"] * 57)])
    some = np.repeat(rng.permutation(len(link))[: len(link) // 50], 4)
    status = np.array([name(each) for each in STATUSES])[rng.integers(0, len(STATUSES), len(some))]
    ends = place[link]

    def reports(day: Any, *columns: Any) -> Any:
        return np.unique(np.column_stack((*columns, day + DAY_ONE, day + DAY_ONE + 1)), axis=0)

    friends = [(0, 3)]
    foes = [(a, b) for a in range(ACTORS) for b in range(a + 1, ACTORS) if (a, b) not in friends]
    facts = {
        "adjacent": np.column_stack((ends, sides)),
        "route": np.column_stack((route, ends, kinds[rng.integers(0, len(kinds), len(link))])),
        "base": np.column_stack((actor[bases[:, 0]], place[bases[:, 1]])),
        "control": reports(held[:, 2], actor[held[:, 0]], place[held[:, 1]]),
        "route_status": reports(rng.integers(0, days, len(some)), route[some], status),
        "hostile": actor[np.array(foes)],
        "allied": actor[np.array(friends)],
        "place": np.sort(place)[:, None],
        "actor": actor[:, None],
        "route_name": route[:, None],
    }
    about = f"{side * side:,} places, {len(link):,} links, {days:,} days, {len(held):,} reports of control"
    names = tuple(name.known)
    case = Case("", facts, (), lasting=("control", "route_status"), days=days, about=about, names=names)
    then = held[(held[:, 2] <= days // 2) & (days // 2 < held[:, 3])]
    owner = then[np.argsort(then[:, 1]), 0]
    both = np.sort(owner[link], axis=1)
    hostile = (both[:, 0] != both[:, 1]) & (both != friends[0]).any(axis=1)
    pressed = np.argsort(-np.bincount(link[hostile].ravel(), minlength=side * side), kind="stable")
    return case, [names[place[at]] for at in pressed[:ASKED].tolist()]


def _doctrine() -> str:
    return "\n".join(path.read_text() for path in sorted(RULES.glob("*.dl")))


def _whole(places: int) -> Case:
    return _with_each(places, "corridors({place}, R, S) :- corridor({place}, R, S).", (*OUTPUTS, "corridors"))


def _chokepoints(places: int) -> Case:
    return _with_each(places, "chokepoints({place}, X) :- chokepoint({place}, X).", ("chokepoints",))


def _with_each(places: int, rule: str, outputs: tuple[str, ...]) -> Case:
    """The doctrine, with a rule for each of the places that are asked about."""
    case, asked = war(places, DAYS, 3 * places)
    rules = (rule.format(place=place) for place in asked)
    return replace(case, program="\n".join((_doctrine(), *rules)), outputs=outputs, asks=True)


def _question(places: int) -> Case:
    """How well one place is supplied, by which roads, and who presses on it, in the middle of the war."""
    case, (place, *_) = war(places, DAYS, 3 * places)
    day = DAY_ONE + DAYS // 2
    rules = [
        _doctrine(),
        f"asked_supply(K, S) :- supply({place}, K, S).",
        f"asked_corridor(R, S) :- corridor({place}, R, S).",
        f"asked_pressure(A, S) :- pressure(A, {place}, S).",
    ]
    outputs = ("asked_supply", "asked_corridor", "asked_pressure")
    return replace(case, program="\n".join(rules), outputs=outputs, asks=True, at=(day, day + 1))


def _appended(places: int) -> Case:
    """Three places change hands on the day after the last one."""
    case = _moving(places)
    some = case.facts["control"][:: len(case.facts["control"]) // 3][:3]
    others = case.facts["actor"][:, 0].tolist()
    day = DAY_ONE + DAYS + 1
    rows = [[others[(others.index(a) + 1) % len(others)], p, day, day + 1] for a, p in some[:, :2].tolist()]
    return replace(case, added={"control": rows})


def _retracted(places: int) -> Case:
    """The last report of control is withdrawn."""
    case = _moving(places)
    last = case.facts["control"][case.facts["control"][:, 2].argmax()]
    return replace(case, gone={"control": [last.tolist()]})


def _moving(places: int) -> Case:
    case, _ = war(places, DAYS, 3 * places)
    return replace(case, program=_doctrine(), outputs=OUTPUTS)


WORKLOADS = (
    Workload("T2", "the large war, 1,700 days: the whole doctrine", "places", (1_000, 5_000, 33_000), _whole),
    Workload("T2choke", "chokepoints of five places of T2, on all days", "places", (100, 400, 2_000), _chokepoints),
    Workload(
        "T4append",
        "a day with three reports added to the model of T2; whole: made anew",
        "places",
        (1_000, 5_000, 33_000),
        _appended,
    ),
    Workload(
        "T4retract", "the last report of T2 withdrawn; whole: made anew", "places", (1_000, 5_000, 33_000), _retracted
    ),
    Workload("T5", "three bound questions about one day of T2", "places", (1_000, 5_000, 33_000), _question),
)
