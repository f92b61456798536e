"""Small wars: a few places with roads, two sides and their friends, and what happens to them in a fortnight.

A war is drawn so that something comes of it: most have a siege, many a ring (`test_wars_have_sieges`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import NamedTuple

from hypothesis import settings
from hypothesis import strategies as st

from reasoner.engine.columnar import evaluate
from reasoner.engine.model import Model
from reasoner.evidence.claim import claims
from reasoner.evidence.store import Store, store
from reasoner.plan.plan import Plan, plan
from reasoner.syntax.tree import Program, Rule
from reasoner.syntax.vocabulary import Vocabulary
from reasoner.term import Row
from reasoner.verify import invariants
from reasoner.when import Day, Truth
from tests.programs import read

RULES = Path(__file__).parent.parent / "rules"
START = date(2016, 1, 1).toordinal()  # day 0 of every war
LAST = 14  # and its last one
EVER = (-1, -1)
SIDES = ("n", "ne", "e", "se", "s", "sw", "w", "nw")
STATUSES = ("open", "threatened", "restricted", "under_fire", "contested", "closed", "unknown")
ACTORS = ("red", "blue", "green", "grey")
FRIENDLESS = "sky"  # strikes and backs, and has nobody on the ground
Term = str | int


class Told(NamedTuple):
    """A fact. `when` is nothing; or a first and a last day, of an event or of the start of a state; then its end."""

    predicate: str
    terms: tuple[Term, ...]
    when: tuple[int, ...] = ()

    def __str__(self) -> str:
        days = [date.fromordinal(START + day).isoformat() for day in self.when]
        written = [str(term) for term in self.terms]
        if days:
            start = days[0] if days[0] == days[1] else f"[{days[0]}..{days[1]}]"
            written.append(f"{start}..{days[2]}" if len(days) == 3 else start)
        return f"{self.predicate}({', '.join(written)})."


@dataclass(frozen=True)
class War:
    """Its facts."""

    facts: tuple[Told, ...]

    def __str__(self) -> str:
        return "\n".join(('source drawn publisher "Drawn" date 2016-12-31.', *map(str, self.facts), ""))

    __repr__ = __str__  # which Hypothesis shows

    def more(self, *facts: Told) -> War:
        """With more facts."""
        return War(tuple(dict.fromkeys((*self.facts, *facts))))

    def only(self, kept: Callable[[Told], bool]) -> War:
        """With some of its facts."""
        return War(tuple(one for one in self.facts if kept(one)))

    def renamed(self, names: Mapping[Term, Term]) -> War:
        """With other constants."""
        return War(tuple(one._replace(terms=tuple(names.get(t, t) for t in one.terms)) for one in self.facts))

    def later(self, days: int) -> War:
        """Some days later."""
        return War(tuple(one._replace(when=tuple(day + days for day in one.when)) for one in self.facts))

    def of(self, predicate: str) -> list[tuple[Term, ...]]:
        """The rows of a predicate."""
        return [one.terms for one in self.facts if one.predicate == predicate]

    @property
    def places(self) -> list[str]:
        """The places of the map."""
        return sorted({str(t) for one in self.facts for t in one.terms if str(t)[:1] == "p" and str(t)[1:].isdigit()})


# ---------------------------------------------------------------- what follows


def examples(number: int) -> settings:
    """So many in a hundred of the profile's examples, and at least one."""
    return settings(max_examples=max(1, number * settings.default.max_examples // 100), deadline=None)


@cache
def doctrine() -> Program:
    """The default rules."""
    return read("\n".join(path.read_text(encoding="utf-8") for path in sorted(RULES.glob("*.dl"))))


@cache
def _plan(goals: tuple[str, ...], extra: tuple[Rule, ...] = ()) -> Plan:
    return plan(Vocabulary(doctrine()), goals or None, extra)


def facts_of(war: War | str) -> Store:
    """What engines read of it."""
    vocabulary = Vocabulary(Program((*doctrine().files, *read(str(war)).files)))
    return store(vocabulary, claims(vocabulary))


def follow(war: War | str, *goals: str) -> Model:
    """What follows from it by the doctrine: all, or what the goals need."""
    return evaluate(_plan(goals), facts_of(war))


def broken(war: War | str) -> list[str]:
    """The invariants that it breaks, as they are told."""
    rules = invariants.as_rules(doctrine())
    model = evaluate(_plan(tuple(rule.head.predicate for rule in rules), rules), facts_of(war))
    return [diagnostic.message for diagnostic in invariants.broken(rules, model)]


def told(model: Model) -> dict[tuple[str, Row], Truth]:
    """All that a model says, without the plan's own predicates."""
    return {
        (name, row): truth
        for name, rows in model.relations.items()
        if "#" not in name
        for row, truth in rows.items()
        if truth.possible
    }


def on(model: Model, predicate: str, day: int) -> set[Row]:
    """The rows that are certain on a day of the war."""
    return {row for row, truth in model.rows(predicate).items() if START + day in truth.certain}


def ordinal(day: int) -> Day:
    """A day of the war as models count it."""
    return START + day


# ---------------------------------------------------------------- drawing one


def roads(places: Iterable[tuple[str, str]]) -> list[Told]:
    """A road between each two."""
    return [Told("route", (f"r{n}", one, other, "road")) for n, (one, other) in enumerate(places, 1)]


@st.composite
def maps(draw: st.DrawFn) -> War:
    """Four to six places in two rows, most of them joined by roads, perhaps by air or over a lake, in regions."""
    columns = draw(st.sampled_from((3, 3, 2)))
    spots = [(row, column) for row in range(2) for column in range(columns)]
    names = {spot: f"p{number}" for number, spot in enumerate(spots, 1)}
    facts: list[Told] = []
    for row, column in spots:
        for down, right, side in ((0, 1, "e"), (1, 0, "s"), (1, 1, "se")):
            here, there = names[row, column], names.get((row + down, column + right))
            if there and (side != "se" or draw(st.booleans())):
                facts.append(Told("adjacent", (here, there, side)))
                if draw(st.integers(0, 4)):
                    mode = draw(st.sampled_from(("road", "road", "road", "track", "bridge")))
                    facts.append(Told("route", (f"r{len(facts)}", here, there, mode)))
    places = st.sampled_from(list(names.values()))
    for mode in draw(st.lists(st.sampled_from(("air", "ferry", "road")), max_size=2)):
        one, other = draw(places), draw(places)
        if one != other:
            facts.append(Told("route", (f"r{len(facts)}", one, other, mode)))
    if draw(st.integers(0, 3)) == 0:
        side, kind = draw(st.sampled_from(SIDES)), draw(st.sampled_from(("lake", "mountain", "sea")))
        facts.append(Told("barrier", (draw(places), side, kind)))
    if draw(st.integers(0, 2)) == 0:
        facts += [Told("part_of", (place, "region")) for place in draw(st.lists(places, max_size=3, unique=True))]
    return War(tuple(dict.fromkeys(facts)))


@st.composite
def wars(draw: st.DrawFn, exact: bool = False, most: int = 8) -> War:
    """A war with so many events at most; with exact dates only, or some that are within a few days."""
    theatre = draw(maps())
    places = theatre.places
    town, port = draw(st.permutations(places))[:2]
    if draw(st.integers(0, 5)) == 3:  # nothing is known of the roads to the town
        theatre = theatre.only(lambda one: one.predicate != "route" or town not in one.terms)
    facts = [Told("base", ("blue", port), EVER), Told("hostile", ("red", "blue"), EVER)]
    facts += draw(st.lists(relations(places), max_size=2))
    for place in places:
        holder = draw(st.sampled_from(("red", "red", "red", "red", "blue", "blue", "green", "")))
        holder = "blue" if place in (town, port) else holder
        if holder:
            facts.append(Told("control", (holder, place), draw(days(exact, first=0, last=1))))
    facts += draw(st.lists(events(theatre, town, exact), max_size=most))
    if draw(st.integers(0, 3)) == 1:  # two papers disagree
        facts += [Told("control", (actor, town), (3, 3)) for actor in ("red", "blue")]
    if draw(st.booleans()):  # the other side strikes back
        again = [place for place in places if place != town]
        for place in draw(st.lists(st.sampled_from(again), min_size=2, max_size=4, unique=True)):
            facts.append(Told("capture", ("blue", place), draw(days(exact, first=10))))
    return theatre.more(*facts)


def days(exact: bool, first: int = 2, last: int = LAST) -> st.SearchStrategy[tuple[int, ...]]:
    """A day, or a few of them on one of which it was."""
    width = st.just(0) if exact else st.sampled_from((0, 0, 0, 0, 2, 4))
    return st.builds(lambda day, more: (day, day + more), st.integers(first, last), width)


def relations(places: list[str]) -> st.SearchStrategy[Told]:
    """Who is with whom, and against whom, since ever."""
    place = st.sampled_from(places)
    pairs = st.sampled_from([(a, b) for a in ACTORS for b in ACTORS if a != b and {a, b} != {"red", "blue"}])
    return st.one_of(
        pairs.map(lambda pair: Told("allied", pair, EVER)),
        pairs.map(lambda pair: Told("hostile", pair, EVER)),
        pairs.map(lambda pair: Told("member_of", (pair[0], "axis"), EVER)),
        st.sampled_from(ACTORS).map(lambda actor: Told("backs", (FRIENDLESS, actor, "air"), EVER)),
        st.sampled_from(ACTORS).map(lambda actor: Told("hostile", (FRIENDLESS, actor), EVER)),
        st.tuples(st.sampled_from(ACTORS), place).map(lambda pair: Told("base", pair, EVER)),
        st.tuples(pairs, place).map(lambda it: Told("permits", (*it[0], it[1]), EVER)),
    )


def events(theatre: War, town: str, exact: bool) -> st.SearchStrategy[Told]:
    """What may happen; to the town more often than elsewhere."""
    place = st.sampled_from([*theatre.places, *[town] * len(theatre.places)])
    region = st.sampled_from([*theatre.places, "region"]) if theatre.of("part_of") else place
    actor = st.sampled_from(("red", "red", "blue", "blue", *ACTORS))
    two = st.permutations(ACTORS).map(lambda names: names[:2])
    side, route = st.sampled_from(SIDES[::2]), st.sampled_from([str(row[0]) for row in theatre.of("route")] or ["r0"])
    status = st.sampled_from(STATUSES)

    def one(predicate: str, *terms: st.SearchStrategy[Term]) -> st.SearchStrategy[Told]:
        return st.builds(lambda t, when: Told(predicate, t, when), st.tuples(*terms), days(exact))

    def pair(predicate: str) -> st.SearchStrategy[Told]:
        return st.builds(lambda two, at, when: Told(predicate, (*two, at), when), two, region, days(exact))

    capture, approach = one("capture", actor, place), one("advance_from", actor, place, side)
    return st.one_of(
        capture, capture, capture, capture, approach, approach, approach,
        one("control", actor, region), one("withdraw", actor, region), one("withdraw", actor, place),
        one("enter", actor, region), one("presence", actor, place), one("attack", actor, place),
        one("advance", actor, place), one("strike", st.sampled_from((FRIENDLESS, *ACTORS)), place, st.just("air")),
        pair("ousted"), pair("handover"), pair("clash"), pair("link_up"),
        one("route_status", route, status), one("route_status", route, status),
        one("reported_siege", st.just("paper"), actor, place, side),
        one("reported_link", st.just("paper"), place, place, side).filter(lambda told: told.terms[1] != told.terms[2]),
        one("offensive", actor, place), one("offensive_from", actor, place, side), one("objective", actor, place),
        one("offensive", st.sampled_from(("green", "grey")), place), one("absent", actor, place),
        one("stronghold", actor, region), one("capital", actor, place), one("allied", actor, actor),
    ).filter(lambda told: told.terms[:2] not in (("red", "red"), ("blue", "blue")))  # fmt: skip
