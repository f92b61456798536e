"""The story of a place, or of anybody: what lasted and when, and what happened. Plain data, to be drawn in any way."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from reasoner.diagnostic import Problems, error
from reasoner.evidence.claim import Claim
from reasoner.evidence.spelling import fold
from reasoner.evidence.store import Store
from reasoner.explain.why import Prover
from reasoner.query.bodies import asking
from reasoner.query.citing import a_day, assumed, resting_on, to_cite
from reasoner.query.names import Names
from reasoner.query.phrases import declared
from reasoner.syntax.tree import Declaration, Rule
from reasoner.syntax.vocabulary import Vocabulary
from reasoner.term import Atom, Constant, Row, Term, Variable
from reasoner.text import Text
from reasoner.when import ALWAYS, FUTURE, PAST, Date, Day, Days, Interval, Truth

# What a reader looks for first; all other states follow in the order of their declarations.
FIRST = ("holds", "contested", "besieged", "besieges", "encircled", "cut_off", "supply", "corridor", "corridor_on")
# What says less of a place than others do, and need not be told beside them.
TOLD_BY = {
    "corridor_on": ("corridor",),
    "open_side": ("corridor", "corridor_on"),
    "open_towards": ("corridor", "corridor_on"),
    "closed_side": ("corridor", "corridor_on"),
    "known_side": ("corridor", "corridor_on", "threatens", "pressure"),
    "supplied": ("supply",),
    "ground_supply": ("supply",),
    "encircled_in": ("encircled",),
    "threatens": ("pressure", "besieges"),
    "front": ("pressure", "besieges"),
}
# What others may say of the very same row on the very same days.
REPEATED_BY = {"present": ("holds",), "reached": ("holds", "present"), "pressure": ("besieges",)}
# Ways over many routes take seconds each to prove; then only what the routes to the subject assume is told.
WAYS = frozenset({"supply", "supplied", "ground_supply", "corridor", "corridor_on", "chokepoint", "pocket"})
MANY = 100


@dataclass(frozen=True)
class Strand:
    """One thing that lasted: a row of a state, and when it held. `claims` and `assumptions` are what it rests on."""

    predicate: str
    row: Row
    truth: Truth
    claims: tuple[Claim, ...] = field(default=(), repr=False)
    assumptions: tuple[str, ...] = ()


@dataclass(frozen=True)
class Event:
    """One thing that happened, or was reported, on one date or on several. Without claims it is a conclusion."""

    predicate: str
    row: Row
    truth: Truth
    dates: tuple[Date, ...]
    claims: tuple[Claim, ...] = field(default=(), repr=False)


@dataclass(frozen=True)
class Story:
    """What is known of one constant. `days`, closed-open, are those worth drawing.

    `left_out` are predicates that were not evaluated, for they have too many rows.
    """

    subject: str
    name: str
    strands: tuple[Strand, ...]
    events: tuple[Event, ...]
    days: Interval
    last_evidence: Day | None
    assumptions: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()


def subject_of(names: Names, written: str, type_name: str | None = None) -> tuple[str, tuple[str, ...]]:
    """The constant that a name means, and the assumption that this is what is meant. Raises Problems: R110."""
    if written in names.types:
        return written, ()
    text = Text("query", written)
    found = names.find(fold(written), type_name, written)
    if found is None or not found.fits:
        near = " or ".join(f"`{one}`" for one in names.nearest(fold(written), type_name))
        help = f"did you mean {near}?" if near else ""
        what = f"no {type_name.lower()} is known" if type_name else "nothing is known"
        raise Problems([error("R110", f'{what} as "{written}"', text.span(0, len(written)), help=help)])
    return found.constant, ((found.assumption,) if found.assumption else ())


def about(vocabulary: Vocabulary, types: Iterable[str]) -> Iterator[tuple[Declaration, int]]:
    """What is told of a constant of these types: declarations, each with the first argument of such a type."""
    wanted: set[str | None] = {*types} or {None}
    for declaration in declared(vocabulary):
        places = [n for n, one in enumerate(declaration.parameters) if one.type in wanted]
        derived = declaration.predicate in vocabulary.derived
        if (
            places
            and declaration.phrases
            and (declaration.kind == "state" or (declaration.kind == "event" and derived))
        ):
            yield declaration, places[0]


def rules_about(vocabulary: Vocabulary, names: Names, subject: str) -> tuple[Rule, ...]:
    """Rules whose heads hold all that the story of a constant needs, so that nothing else need be derived."""
    found = []
    for declaration, at in about(vocabulary, names.types.get(subject, ())):
        others = tuple(Variable(f"V{n}") for n in range(len(declaration.parameters)))
        terms: tuple[Term, ...] = (*others[:at], Constant(subject), *others[at + 1 :])
        head = Atom(f"#{declaration.predicate}", others[:at] + others[at + 1 :])
        found.append(asking(head, Atom(declaration.predicate, terms)))
    return tuple(found)


def story(
    vocabulary: Vocabulary, store: Store, names: Names, prover: Prover, subject: str, texts: Mapping[str, str],
    on: Day | None = None,
) -> Story:  # fmt: skip
    """The story of a constant, or what of it may be so on a day; the prover knows what `rules_about` derive.

    `texts` are those of the assumptions.
    """
    strands: list[Strand] = []
    events = list(_stated(vocabulary, store, subject))
    at = {declaration.predicate: place for declaration, place in about(vocabulary, names.types.get(subject, ()))}
    for predicate, place in at.items():
        declaration, head = vocabulary.declarations[predicate], f"#{predicate}"
        for rest, truth in sorted(prover.model.rows(head).items(), key=lambda one: (_began(one[1]), str(one[0]))):
            row = (*rest[:place], subject, *rest[place:])
            if declaration.kind == "event":
                dates = tuple(Date(first, end - 1) for first, end in truth.possible)
                events.append(Event(predicate, row, truth, dates))
            elif truth.certain != ALWAYS and (on is None or on in truth.possible):
                strands.append(Strand(predicate, row, truth))
    routes = store.facts.get("route", {})
    near = () if len(routes) < MANY else _routes(store, subject)
    cited = [
        replace(one, assumptions=assumed(near, texts))
        if one.predicate in WAYS and near
        else _cited(prover, one, at[one.predicate], texts, on)
        for one in _telling(strands)
    ]
    last = store.last_evidence([subject])
    assumptions = tuple(dict.fromkeys(text for one in cited for text in one.assumptions))
    kept = [one for one in events if on is None or on in one.truth.possible]
    kept.sort(key=lambda one: (one.dates[0].first if one.dates else 0, str(one.row)))
    name = names.show(subject)
    left_out = tuple(predicate for predicate in at if f"#{predicate}" in prover.model.apart)
    return Story(subject, name, tuple(cited), tuple(kept), _span(store, subject, cited), last, assumptions, left_out)


def _stated(vocabulary: Vocabulary, store: Store, subject: str) -> Iterator[Event]:
    """The events that somebody dates, each row once with all its dates."""
    for claims in store.mentioning([subject]):
        declaration = vocabulary.declarations.get(claims[0].predicate)
        dated = sorted((one for one in claims if one.dates), key=lambda one: one.dates[0].first)
        if declaration and declaration.kind == "event" and declaration.predicate not in vocabulary.derived and dated:
            dates = tuple(dict.fromkeys(Date(one.dates[0].first, one.dates[-1].last) for one in dated))
            possible = Days.of(i for one in dated for i in one.truth.possible)
            certain = Days.of(i for one in dated for i in one.truth.certain)
            yield Event(dated[0].predicate, dated[0].row, Truth(certain, possible), dates, tuple(dated))


def _telling(strands: list[Strand]) -> Iterator[Strand]:
    """The strands in the order of telling, without those that say nothing beside others."""
    there = {one.predicate for one in strands}
    rank = {predicate: n for n, predicate in enumerate(FIRST)}
    said = {(one.predicate, one.row, one.truth) for one in strands}
    for one in sorted(strands, key=lambda one: rank.get(one.predicate, len(rank))):
        again = any((other, one.row, one.truth) in said for other in REPEATED_BY.get(one.predicate, ()))
        if not again and not there & set(TOLD_BY.get(one.predicate, ())):
            yield one


def _cited(prover: Prover, one: Strand, at: int, texts: Mapping[str, str], on: Day | None) -> Strand:
    run = on is not None and (one.truth.certain.run(on) or one.truth.possible.run(on))
    days = [a_day(one.truth)] if on is None else [on, *([run[0]] if run and run[0] != PAST else [])]
    used = resting_on(prover, f"#{one.predicate}", one.row[:at] + one.row[at + 1 :], days)
    return replace(one, claims=to_cite(used), assumptions=assumed(used, texts))


def _routes(store: Store, subject: str) -> tuple[Claim, ...]:
    return tuple(one for claims in store.mentioning([subject]) for one in claims if one.predicate == "route")


def _began(truth: Truth) -> Day:
    return truth.possible.intervals[0][0] if truth.possible else FUTURE


def _span(store: Store, subject: str, strands: Iterable[Strand]) -> Interval:
    """From the first day that a claim is dated to the last, or to what changes by the last evidence of anything."""
    dated = [date for claims in store.mentioning([subject]) for claim in claims for date in claim.dates]
    known = store.dated() or (1, 1)
    main = [one for one in strands if one.predicate in FIRST[:6]]
    edges = [edge for one in main for run in one.truth.possible for edge in run if known[0] <= edge <= known[1]]
    first, last = [d.first for d in dated] or edges or [known[0]], [d.last for d in dated] + edges or [known[1]]
    return min(first), max(last) + 1
