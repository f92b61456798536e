"""All places and what runs between them, over time: what a map needs to draw any day without asking again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from reasoner.evidence.store import Store
from reasoner.explain.why import Prover
from reasoner.query.atlas import Spot, flags, spots
from reasoner.query.bodies import asking
from reasoner.query.names import Names
from reasoner.syntax.tree import Rule
from reasoner.syntax.vocabulary import Vocabulary
from reasoner.term import Atom, Row, Value, Variable
from reasoner.when import Day, Days, Truth

# What is needed beside the states of a place alone, with the arguments that it must have.
SHOWN = {"holds": 2, "besieges": 3, "front": 2, "reported": 2, "open_towards": 3, "way_out": 2}
CORRIDORS = ("corridor", 3)  # one climb for each place and route, so only where there are few routes:
FEW = 1_000
SIDE = "side"  # the mode of a way out that is known by its side alone


@dataclass(frozen=True)
class Siege:
    """Who besieges a place from a side, and when: as rules derive it, or as it was reported."""

    actor: str
    side: str
    truth: Truth
    origin: str  # derived or reported


@dataclass(frozen=True)
class Standing:
    """How a place stands over time. `flags` are the states that are told of a place alone, such as `encircled`."""

    spot: Spot
    holders: tuple[tuple[str, Truth], ...]
    sieges: tuple[Siege, ...]
    flags: Mapping[str, Truth]


@dataclass(frozen=True)
class Way:
    """A way out of `start` towards `end`, by a route or a side, and what it is good for when.

    A route is two ways, since each end may get other supplies by it. Where there are many routes, their statuses are
    those that were reported, the same both ways.
    """

    id: str
    start: str
    end: str
    mode: str
    statuses: tuple[tuple[str, Truth], ...]


@dataclass(frozen=True)
class Front:
    """Two neighbouring places that enemies hold, told once, and when."""

    place: str
    other: str
    truth: Truth


@dataclass(frozen=True)
class Theatre:
    """Everything, over all days. On `days`, in order, something begins or ends, from the first dated claim on."""

    places: tuple[Standing, ...]
    ways: tuple[Way, ...]
    fronts: tuple[Front, ...]
    days: tuple[Day, ...]
    last_evidence: Day | None

    def actors(self) -> tuple[str, ...]:
        """All who hold or besiege something."""
        held = (actor for one in self.places for actor, _ in one.holders)
        besieging = (siege.actor for one in self.places for siege in one.sieges)
        return tuple(sorted({*held, *besieging}))


def rules_of_theatre(vocabulary: Vocabulary, store: Store) -> tuple[Rule, ...]:
    """Rules whose heads hold all that a theatre needs."""
    shown = {name: arity for name, arity in SHOWN.items() if vocabulary.arity(name) == arity}
    shown |= dict.fromkeys(flags(vocabulary), 1)
    if _few_routes(store) and vocabulary.arity(CORRIDORS[0]) == CORRIDORS[1]:
        shown[CORRIDORS[0]] = CORRIDORS[1]
    found = []
    for name, arity in shown.items():
        terms = tuple(Variable(f"V{n}") for n in range(arity))
        found.append(asking(Atom(f"#{name}", terms), Atom(name, terms)))
    return tuple(found)


def theatre(vocabulary: Vocabulary, store: Store, names: Names, prover: Prover) -> Theatre:
    """The theatre of all places; the prover knows what `rules_of_theatre` derive."""
    holders: dict[Value, list[tuple[str, Truth]]] = {}
    for (actor, place), truth in _rows(prover, "holds"):
        holders.setdefault(place, []).append((str(actor), truth))
    sieges: dict[Value, list[Siege]] = {}
    for place, siege in _sieges(vocabulary, store, prover):
        sieges.setdefault(place, []).append(siege)
    alone = {name: dict(_rows(prover, name)) for name in flags(vocabulary)}
    places = tuple(
        Standing(
            spot,
            tuple(holders.get(place, ())),
            tuple(sieges.get(place, ())),
            {name: its[place,] for name, its in alone.items() if (place,) in its},
        )
        for place, spot in spots(store, names).items()
    )
    ways = (*_routes(store, prover), *_sides(store, prover))
    fronts = tuple(Front(str(p), str(q), truth) for (p, q), truth in _rows(prover, "front") if str(p) < str(q))
    return Theatre(places, ways, fronts, _days(store, places, ways, fronts), store.last_evidence())


def _few_routes(store: Store) -> bool:
    return len(store.facts.get("route", {})) < FEW


def _rows(prover: Prover, predicate: str) -> list[tuple[Row, Truth]]:
    return sorted(prover.model.rows(f"#{predicate}").items(), key=lambda one: str(one[0]))


def _sieges(vocabulary: Vocabulary, store: Store, prover: Prover) -> Iterator[tuple[Value, Siege]]:
    """What is derived, then what is reported, each with its place."""
    for (actor, place, side), truth in _rows(prover, "besieges"):
        yield place, Siege(str(actor), str(side), truth, "derived")
    names = [one.name for one in vocabulary.parameters("besieges")]
    for report in vocabulary.declarations.values():
        at = [next((n for n, one in enumerate(report.parameters) if one.name == name), None) for name in names]
        if report.reports == "besieges" and None not in at:
            for row, claims in store.stated(report.predicate):
                actor, place, side = (row[n] for n in at if n is not None)
                certain = Days.of(run for one in claims for run in one.truth.certain)
                possible = Days.of(run for one in claims for run in one.truth.possible)
                yield place, Siege(str(actor), str(side), Truth(certain, possible), "reported")


def _routes(store: Store, prover: Prover) -> Iterator[Way]:
    reported: dict[Value, list[tuple[str, Truth]]] = {}
    for (route, status), truth in _rows(prover, "reported"):
        reported.setdefault(route, []).append((str(status), truth))
    corridors: dict[tuple[Value, Value], list[tuple[str, Truth]]] = {}
    for (place, route, status), truth in _rows(prover, CORRIDORS[0]):
        corridors.setdefault((place, route), []).append((str(status), truth))
    for name, start, end, mode in sorted(store.facts.get("route", {}), key=str):
        for here, there in ((start, end), (end, start)):
            statuses = corridors.get((here, name)) or reported.get(name) or []
            yield Way(str(name), str(here), str(there), str(mode), tuple(statuses))


def _sides(store: Store, prover: Prover) -> Iterator[Way]:
    """Where no route is known, the sides towards a place, open while they lead out of any ring."""
    routed = {end for _, *ends, _ in store.facts.get("route", {}) for end in ends}
    out = dict(_rows(prover, "way_out"))
    for (place, side, towards), truth in _rows(prover, "open_towards"):
        if place not in routed:
            leads = out.get((place, side), Truth())
            is_open = Truth(truth.certain & leads.certain, truth.possible & leads.possible)
            yield Way(f"{place}_{side}", str(place), str(towards), SIDE, (("open", is_open),))


def _days(
    store: Store, places: Iterable[Standing], ways: Iterable[Way], fronts: Iterable[Front]
) -> tuple[Day, ...]:  # fmt: skip
    """Days on which something begins or ends, from the first that a claim is dated, and that of the last evidence."""
    truths = [truth for one in places for _, truth in one.holders]
    truths += [siege.truth for one in places for siege in one.sieges]
    truths += [truth for one in places for truth in one.flags.values()]
    truths += [truth for way in ways for _, truth in way.statuses]
    truths += [one.truth for one in fronts]
    edges = {edge for truth in truths for days in (truth.certain, truth.possible) for run in days for edge in run}
    first, last = store.dated() or (1, 0)
    return tuple(sorted({day for day in edges if first <= day <= last} | {first, last} if last else ()))
