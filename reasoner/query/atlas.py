"""All places, and how each stands: who holds it, whether it is besieged, how it is supplied; on a day or over time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import pairwise

from reasoner.evidence.claim import Claim
from reasoner.evidence.store import Store
from reasoner.explain.why import Prover
from reasoner.query.bodies import asking
from reasoner.query.citing import assumed, resting_on, to_cite
from reasoner.query.names import Names
from reasoner.query.phrases import declared
from reasoner.query.story import FIRST
from reasoner.syntax.tree import Rule
from reasoner.syntax.vocabulary import Vocabulary
from reasoner.term import Atom, Row, Value, Variable
from reasoner.when import FUTURE, PAST, Day, Interval, Truth

# Columns with values: a predicate, its arity, the arguments that are the place and the value, and what others must be.
Valued = tuple[str, int, int, int, Mapping[int, Value]]
VALUED: dict[str, Valued] = {
    "holder": ("holds", 2, 1, 0, {}),
    "besieger": ("besieges", 3, 1, 0, {}),
    "besieged_from": ("besieges", 3, 1, 2, {}),
    "supply": ("supply", 3, 0, 2, {1: "any"}),
    "ground_supply": ("supply", 3, 0, 2, {1: "ground"}),
}
CITED = ("holds", "besieges")  # beside what is said of the place alone; of ways, only what their routes assume


@dataclass(frozen=True)
class Spot:
    """A place: its constant, what people call it, and where it lies, as far as that is known."""

    id: str
    name: str
    latitude: float | None = None
    longitude: float | None = None


@dataclass(frozen=True)
class Spell:
    """How a place stands on some days, closed-open.

    `values` has for each valued column what is certain and what is possible beside it; `flags` has for each state that
    is said of a place alone `yes`, `possibly`, `no`, or `unknown` where nobody is known to hold the place.
    """

    place: str
    days: Interval
    values: tuple[tuple[str, tuple[Value, ...], tuple[Value, ...]], ...]
    flags: tuple[tuple[str, str], ...]
    claims: tuple[Claim, ...] = field(default=(), repr=False)
    assumptions: tuple[str, ...] = ()

    @property
    def says_nothing(self) -> bool:
        told = {said for _, said in self.flags} & {"yes", "possibly"}
        return not told and not any(sure or may for _, sure, may in self.values)


@dataclass(frozen=True)
class Link:
    """A route between two places, or a neighbour on a side of a place, which `kind` tells apart."""

    id: str
    kind: str
    start: str
    end: str
    mode: str
    status: str
    claims: tuple[Claim, ...] = field(default=(), repr=False)
    assumptions: tuple[str, ...] = ()


def flags(vocabulary: Vocabulary) -> tuple[str, ...]:
    """The states that rules derive of a place alone, such as `encircled`."""
    found = [
        one.predicate
        for one in declared(vocabulary)
        if one.kind == "state" and [p.type for p in one.parameters] == ["Place"] and one.predicate in vocabulary.derived
    ]
    return (*(name for name in FIRST if name in found), *(name for name in found if name not in FIRST))


def valued(vocabulary: Vocabulary) -> dict[str, Valued]:
    """The columns with values that the rules have a word for."""
    return {name: one for name, one in VALUED.items() if vocabulary.arity(one[0]) == one[1]}


def rules_for(vocabulary: Vocabulary) -> tuple[Rule, ...]:
    """Rules whose heads hold all that is told of places."""
    needed = [*((one[0], one[1]) for one in valued(vocabulary).values()), *((name, 1) for name in flags(vocabulary))]
    needed += [("reported", 2)] if vocabulary.arity("reported") == 2 else []
    found = []
    for predicate, arity in dict.fromkeys(needed):
        terms = tuple(Variable(f"V{n}") for n in range(arity))
        found.append(asking(Atom(f"#{predicate}", terms), Atom(predicate, terms)))
    return tuple(found)


def spots(store: Store, names: Names) -> dict[str, Spot]:
    """All places by their constants. Of several coordinates the smallest count; what no map has counts for nothing."""
    found = {str(row[0]): Spot(str(row[0]), names.show(str(row[0]), "Place")) for row in store.facts.get("place", {})}
    for row in sorted(store.facts.get("located", {}), key=str, reverse=True):
        match row:
            case (str(place), int() | float() as latitude, int() | float() as longitude):
                if abs(latitude) <= 90 and abs(longitude) <= 360:
                    east = float(longitude) if abs(longitude) <= 180 else (longitude + 180) % 360 - 180
                    found[place] = Spot(place, names.show(place, "Place"), float(latitude), east)
    return dict(sorted(found.items()))


def spells(
    vocabulary: Vocabulary, store: Store, prover: Prover, places: Iterable[str], texts: Mapping[str, str],
    on: Day | None = None,
) -> Iterator[Spell]:  # fmt: skip
    """Each place on a day, or else in spells, from each change to the next; the prover knows what `rules_for` derive.

    Days on which nothing is known of a place are in no spell.
    """
    columns, said = valued(vocabulary), flags(vocabulary)
    held = {name: _by_place(prover, one) for name, one in columns.items()}
    alone = {name: {row[0]: truth for row, truth in prover.model.rows(f"#{name}").items()} for name in said}
    for place in places:
        about = {name: its.get(place, ()) for name, its in held.items()}
        known = {name: its.get(place, Truth()) for name, its in alone.items()}
        truths = [*(truth for its in about.values() for _, truth, _ in its), *known.values()]
        roads = _routes(store, place)
        last: Spell | None = None
        for days in [(on, on + 1)] if on is not None else _spans(truths):
            spell = _spell(place, days, about, known)
            if last and (last.values, last.flags) == (spell.values, spell.flags) and last.days[1] == days[0]:
                last = Spell(place, (last.days[0], days[1]), last.values, last.flags)
                continue
            if last and not last.says_nothing:
                yield _cited(prover, last, about, known, roads, texts)
            last = spell
        if last and (on is not None or not last.says_nothing):
            yield _cited(prover, last, about, known, roads, texts)


About = Mapping[str, Iterable[tuple[Value, Truth, Row]]]


def _by_place(prover: Prover, column: Valued) -> dict[Value, list[tuple[Value, Truth, Row]]]:
    predicate, _, at, value, others = column
    found: dict[Value, list[tuple[Value, Truth, Row]]] = {}
    for row, truth in sorted(prover.model.rows(f"#{predicate}").items(), key=lambda one: str(one[0])):
        if all(row[n] == one for n, one in others.items()):
            found.setdefault(row[at], []).append((row[value], truth, row))
    return found


def _spans(truths: Iterable[Truth]) -> Iterator[Interval]:
    """From each change to the next."""
    edges = {edge for truth in truths for days in (truth.certain, truth.possible) for run in days for edge in run}
    yield from pairwise(sorted({PAST, FUTURE, *edges}))


def _spell(place: str, days: Interval, about: About, known: Mapping[str, Truth]) -> Spell:
    day = days[0]
    values = []
    for name, its in about.items():
        sure = tuple(dict.fromkeys(value for value, truth, _ in its if day in truth.certain))
        may = tuple(dict.fromkeys(v for v, truth, _ in its if day in truth.possible and v not in sure))
        values.append((name, sure, may))
    unheld = not any(sure or may for name, sure, may in values if name == "holder")
    no = "unknown" if unheld and "holder" in about else "no"
    told = tuple(
        (name, "yes" if day in truth.certain else "possibly" if day in truth.possible else no)
        for name, truth in known.items()
    )
    return Spell(place, days, tuple(values), told)


def _cited(
    prover: Prover, spell: Spell, about: About, known: Mapping[str, Truth], roads: tuple[Claim, ...],
    texts: Mapping[str, str],
) -> Spell:  # fmt: skip
    """The spell with what it rests on, on its first day."""
    day = spell.days[0] if spell.days[0] != PAST else min(spell.days[1] - 1, 0)
    used: dict[Claim, None] = {}
    rows = {(f"#{VALUED[name][0]}", row): truth for name, its in about.items() for _, truth, row in its}
    rows |= {(f"#{name}", (spell.place,)): truth for name, truth in known.items()}
    supplied = False
    for (predicate, row), truth in rows.items():
        if day in truth.possible:
            if predicate[1:] in CITED or len(row) == 1:
                used.update(dict.fromkeys(resting_on(prover, predicate, row, [day])))
            else:
                supplied = True
    assumptions = assumed((*used, *(roads if supplied else ())), texts)
    return Spell(spell.place, spell.days, spell.values, spell.flags, to_cite(used), assumptions)


def _routes(store: Store, place: str) -> tuple[Claim, ...]:
    if not store.facts.get("route"):
        return ()
    return tuple(one for claims in store.mentioning([place]) for one in claims if one.predicate == "route")


def links(store: Store, prover: Prover, texts: Mapping[str, str], on: Day) -> Iterator[Link]:
    """The routes, each with what it was last reported to be on a day, and the neighbours of each place by side."""
    reported: dict[Value, list[str]] = {}
    for (route, status), truth in prover.model.rows("#reported").items():
        if on in truth.possible:
            reported.setdefault(route, []).append(str(status) if on in truth.certain else f"possibly {status}")
    for predicate in ("route", "adjacent"):
        for row, claims in sorted(store.stated(predicate), key=lambda one: str(one[0])):
            cited, assumes = to_cite(claims), assumed(claims, texts)
            match predicate, row:
                case "route", (name, start, end, mode):
                    status = " or ".join(sorted(reported.get(name, ())))
                    yield Link(str(name), "route", str(start), str(end), str(mode), status, cited, assumes)
                case "adjacent", (start, end, side):
                    yield Link(f"{start}_{side}_{end}", "adjacent", str(start), str(end), str(side), "", cited, assumes)
