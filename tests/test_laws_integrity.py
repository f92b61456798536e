"""What holds on every day of every war: invariants of the doctrine, and what a second reading of a war says of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from reasoner.engine.model import Model
from reasoner.syntax.tree import Invariant
from reasoner.when import Days
from tests.wars import EVER, FRIENDLESS, LAST, SIDES, Told, War, broken, doctrine, examples, follow, on, ordinal, wars

# Claims about the world, and facts that contradict one.
WORLD = {
    "nobody is hostile to their own side": "hostile(red, blue, 2016-01-01). allied(red, blue, 2016-01-01).",
    "nobody is in a place from which they are absent": "absent(red, p1, 2016-01-01). enter(red, p1, 2016-01-02).",
    "no place is part of itself": "part_of(p1, p2). part_of(p2, p3). part_of(p3, p1).",
    "no place is its own neighbour": "adjacent(p1, p1, n).",
}


def test_wars_have_sieges() -> None:
    """Laws are tried on wars in which something happens: not one of them holds because nothing ever does."""
    seen: Counter[str] = Counter()

    @settings(max_examples=30, deadline=None, database=None, derandomize=True,
              phases=[Phase.generate], suppress_health_check=list(HealthCheck))  # fmt: skip
    @given(wars())
    def count(war: War) -> None:
        model = follow(war, *least)
        seen.update(name for name in least if any(truth.certain for truth in model.rows(name).values()))
        seen["perhaps besieged"] += any(t.certain != t.possible for t in model.rows("besieged").values())

    least = {"besieges": 15, "encircled": 6, "cut_off": 6, "chokepoint": 6, "contested": 1, "mixed": 1}
    count()
    assert not {name: seen[name] for name, number in least.items() if seen[name] < number}
    assert seen["perhaps besieged"] >= 6


@examples(25)
@given(wars())
def test_invariants_hold(war: War) -> None:
    """No facts break an invariant of the doctrine, whatever their dates, but for those that contradict each other."""
    assert not [message for message in broken(war) if not any(f"broken: {text} (" in message for text in WORLD)]


@pytest.mark.parametrize("text", WORLD)
def test_claims_about_the_world(text: str) -> None:
    """Facts that contradict each other break a claim about the world, which says so."""
    assert text in {one.text for one in doctrine().of(Invariant)}
    assert any(f"broken: {text} (" in one for one in broken(f'source s publisher "S" date 2016-02-01. {WORLD[text]}'))


# ---------------------------------------------------------------- before the first evidence, and who never besieges


@examples(12)
@given(wars())
def test_nothing_before_the_first_evidence(war: War) -> None:
    """Before any evidence of who takes a place, or what it is part of, nobody holds it and nothing befalls it."""
    wholes = dict(war.of("part_of"))
    first: dict[object, int] = {}
    for one in war.facts:
        if one.predicate in ("control", "capture", "handover", "capital", "stronghold"):
            first[one.terms[-1]] = min(first.get(one.terms[-1], LAST + 99), one.when[0])
    model = follow(war)
    second = dict.fromkeys(("holds", "pressure", "besieges"), 1)
    others = ("contested", "besieged", "encircled", "cut_off", "supply", "corridor", "open_side")
    for name, place in (second | dict.fromkeys(others, 0)).items():
        for row, truth in model.rows(name).items():
            evidence = [first[p] for p in (row[place], wholes.get(str(row[place]))) if p in first]
            assert not truth.possible or evidence, (name, row)
            assert not truth.possible & Days(((ordinal(-999), ordinal(min(evidence, default=0))),)), (name, row)


@examples(12)
@given(wars(), st.lists(st.sampled_from(SIDES), min_size=1, max_size=3))
def test_who_is_not_on_the_ground_besieges_nobody(war: War, sides: list[str]) -> None:
    """Who only strikes, backs, allies and hates presses on no side and besieges nothing, whoever else does."""
    place = war.places[0]
    model = follow(
        war.more(
            Told("hostile", (FRIENDLESS, "blue"), EVER), Told("strike", (FRIENDLESS, place, "air"), (3, 3)),
            Told("backs", (FRIENDLESS, "red", "air"), EVER), Told("allied", (FRIENDLESS, "red"), EVER),
            Told("objective", (FRIENDLESS, place), EVER),
            *(Told("reported_siege", ("paper", FRIENDLESS, place, side), (4, 4)) for side in sides),
        ),
        "besieges",
        "enemies",
    )  # fmt: skip
    assert model.truth("enemies", (FRIENDLESS, "blue")).certain
    assert not [
        row for name in ("besieges", "pressure", "approach") for row in model.rows(name) if row[0] == FRIENDLESS
    ]


@examples(8)
@given(wars())
def test_runs_of_days_are_disjoint(war: War) -> None:
    """The runs of a siege, as of all else, are in order, none is empty and no two touch; certain lies in possible."""
    for name, rows in follow(war, "besieged", "besieges", "encircled").relations.items():
        for row, truth in rows.items():
            for span in (truth.certain, truth.possible):
                edges = [day for run in span for day in run]
                assert edges == sorted(set(edges)), (name, row)
            assert not truth.certain - truth.possible, (name, row)


# ---------------------------------------------------------------- supply, worked out path by path

RANK = {"open": 5, "threatened": 4, "restricted": 3, "under_fire": 2, "contested": 1, "closed": 0, "unknown": 0}
GROUND = {"road", "track", "rail", "bridge", "tunnel", "ice"}


@dataclass
class Ways:
    """The ways of one day: every path without a circle, from the definitions, knowing of no rule about supply."""

    war: War
    model: Model
    day: int

    def __post_init__(self) -> None:
        self.holders: dict[object, set[object]] = {place: set() for place in self.war.places}
        for actor, place in on(self.model, "holds", self.day):
            self.holders.setdefault(place, set()).add(actor)
        self.same, self.enemies = on(self.model, "same_side", self.day), on(self.model, "enemies", self.day)
        self.legs: list[tuple[object, object, object, object]] = []
        for route, one, other, mode in self.war.of("route"):
            self.legs += [(route, one, other, mode), (route, other, one, mode)]
        self.statuses: dict[object, dict[int, set[str]]] = {}
        for told in self.war.facts:
            if told.predicate == "route_status" and told.when[0] <= self.day:
                days_of = self.statuses.setdefault(told.terms[0], {})
                days_of.setdefault(told.when[0], set()).add(str(told.terms[1]))

    def leg_rank(self, route: object) -> int:
        """The worst of the last reports; without one it is as good as its ends."""
        reports = self.statuses.get(route, {})
        return min((RANK[status] for status in reports[max(reports)]), default=5) if reports else 5

    def passes(self, actor: object, place: object) -> int:
        """How well supplies of an actor pass a place, 0 where they do not."""
        holders = self.holders[place]
        groups = {g for a, g in self.war.of("member_of") if a == actor}
        friends = {
            b for b in holders
            if (actor, b) in self.same
            or ({g for a, g in self.war.of("member_of") if a == b} & groups and (actor, b) not in self.enemies)
            or (b, actor, place) in self.war.of("permits")
        }  # fmt: skip
        if not friends and (holders or not any((actor, b) in self.same for b, p in self.war.of("base") if p == place)):
            return 0
        if any((actor, b) in self.enemies for b in holders):
            return 1
        beside = {q for row in self.war.of("adjacent") for p, q in (row[:2], row[1::-1]) if p == place}
        near = {b for q in beside for b in self.holders[q]}
        aims = {t.terms[0] for t in self.war.facts
                if t.predicate == "offensive" and t.terms[1] == place and t.when[0] <= self.day}  # fmt: skip
        return 4 if any((actor, b) in self.enemies for b in near | aims) else 5

    def is_base(self, actor: object, place: object) -> bool:
        """Whether an actor's supplies start there."""
        groups = {g for a, g in self.war.of("member_of") if a == actor}
        return bool(self.passes(actor, place)) and any(
            (actor, b) in self.same
            or ({g for a, g in self.war.of("member_of") if a == b} & groups and (actor, b) not in self.enemies)
            for b, p in self.war.of("base")
            if p == place
        )

    def to(self, actor: object, place: object, ground: bool) -> Iterator[tuple[object, int, list[object]]]:
        """Each way to a place: its leg there, how good it is, and the places it comes by, the base last."""

        def onward(
            at: object, rank: int, seen: list[object], first: object
        ) -> Iterator[tuple[object, int, list[object]]]:
            for route, here, there, mode in self.legs:
                worst = min(rank, self.leg_rank(route), self.passes(actor, there))
                if here == at and there not in seen and worst and (mode in GROUND or not ground):
                    path = [*seen, there]
                    if self.is_base(actor, there):
                        yield first or route, worst, path[1:]
                    yield from onward(there, worst, path, first or route)

        yield from onward(place, 5, [place], None)


def ranked(rows: Iterable[tuple[object, ...]], place: object) -> set[tuple[object, int]]:
    """The statuses of a place as ranks, of ways that can be used."""
    return {(row[1], RANK[str(row[2])]) for row in rows if row[0] == place and RANK[str(row[2])]}


@examples(25)
@given(wars(exact=True), st.integers(0, LAST), st.data())
def test_the_worst_leg_decides_a_way_the_best_way_a_place(war: War, day: int, data: st.DataObject) -> None:
    """On exact dates supply and corridors are what all paths to a base, one by one, come to; a ring is where there is
    none by ground; a chokepoint is where all of them pass."""
    statuses = st.sampled_from(("", *RANK))
    reports = [(row[0], data.draw(statuses)) for row in war.of("route")]
    war = war.more(*(Told("route_status", report, (0, 0)) for report in reports if report[1]))
    model = follow(war)
    ways = Ways(war, model, day)
    by_side, pressed, chokes = (on(model, name, day) for name in ("by_side", "pressed", "chokepoint"))
    for place, holders in ways.holders.items():
        for actor in holders if len(holders) == 1 else ():
            paths = {means: list(ways.to(actor, place, means == "ground")) for means in ("ground", "any")}
            corridors: dict[object, int] = {}
            for route, rank, _ in paths["any"]:
                corridors[route] = max(rank, corridors.get(route, 0))
            assert ranked(on(model, "corridor", day), place) == set(corridors.items()), place
            own = ways.passes(actor, place) if ways.is_base(actor, place) else 0
            best = {m: max([own, *(rank for _, rank, _ in found)]) for m, found in paths.items()}
            if (place,) in by_side:
                best = dict.fromkeys(best, 5)
            found = {(m, rank) for m, rank in ranked(on(model, "supply", day), place) if m != "surface"}
            assert found == {(m, rank) for m, rank in best.items() if rank}, place
            assert not (best["ground"] and (place,) in on(model, "encircled", day)), place
            every = [set(path) for _, _, path in paths["ground"]]
            shared = set.intersection(*every) if every and not own and (place,) in pressed else set()
            assert {node for at, node in chokes if at == place} == shared, place
