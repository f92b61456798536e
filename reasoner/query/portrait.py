"""A place on a day: its story then, who holds what lies around it, and what is told of each of its sides."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from reasoner.engine.model import Model
from reasoner.evidence.store import Store
from reasoner.explain.why import Prover
from reasoner.query.bodies import asking
from reasoner.query.names import COMPASS, Names
from reasoner.query.story import Story, rules_about, story
from reasoner.syntax.tree import Rule
from reasoner.syntax.vocabulary import Vocabulary
from reasoner.term import Atom, Constant, Variable
from reasoner.verify.invariants import disputes
from reasoner.when import Day

# What is told of a side, the worst first, with the predicate that says so.
MARKS = {"pressed": "pressure", "closed": "closed_side", "open": "open_side", "known": "known_side"}
BESIDE = "#beside"  # who holds what lies beside the place


@dataclass(frozen=True)
class Neighbour:
    """What lies on a side of a place, and who holds it for certain, or possibly, as constants."""

    side: str
    place: str
    holders: tuple[str, ...]
    possible_holders: tuple[str, ...]


@dataclass(frozen=True)
class Side:
    """A side of a place, and of the words in MARKS the worst that is told of it."""

    side: str
    mark: str
    certain: bool


@dataclass(frozen=True)
class Portrait:
    """A story on a day, with what lies around; `disputes` say who is reported to hold the place beside whom."""

    story: Story
    day: Day
    neighbours: tuple[Neighbour, ...]
    sides: tuple[Side, ...]
    disputes: tuple[str, ...]


def rules_around(vocabulary: Vocabulary, names: Names, subject: str) -> tuple[Rule, ...]:
    """Rules whose heads hold all that a portrait needs."""
    rules = rules_about(vocabulary, names, subject)
    if vocabulary.arity("adjacent") != 3 or vocabulary.arity("holds") != 2:
        return rules
    place, actor = Variable("Q"), Variable("A")
    around = [Atom("adjacent", (Constant(subject), place, Variable("_")))]
    if vocabulary.arity("open_towards") == 3:
        around.append(Atom("open_towards", (Constant(subject), Variable("_"), place)))
    head, held = Atom(BESIDE, (place, actor)), Atom("holds", (actor, place))
    return (*rules, *(asking(head, near, held) for near in around))


def portrait(
    vocabulary: Vocabulary, store: Store, names: Names, prover: Prover, subject: str, texts: Mapping[str, str], on: Day
) -> Portrait:
    """A place on a day; the prover knows what `rules_around` derive."""
    told = story(vocabulary, store, names, prover, subject, texts, on)
    around = {(str(row[2]), str(row[1])) for row in store.matching("adjacent", (subject, None, None))}
    towards = prover.model.rows("#open_towards").items()
    around |= {(str(row[0]), str(row[1])) for row, truth in towards if on in truth.possible}
    held = prover.model.rows(BESIDE)
    neighbours = tuple(
        Neighbour(
            side,
            place,
            tuple(sorted(str(a) for (q, a), truth in held.items() if q == place and on in truth.certain)),
            tuple(sorted(str(a) for (q, a), t in held.items() if q == place and on in t.possible - t.certain)),
        )
        for side, place in sorted(around)
    )
    contested = prover.model.truth("#contested", ())
    model = Model({
        "contested": {(subject,): contested} if on in contested.certain else {},
        "holds": {(row[0], subject): truth for row, truth in prover.model.rows("#holds").items() if len(row) == 1},
    })  # fmt: skip
    said = tuple(one.message for one in disputes(model, store))
    return Portrait(told, on, neighbours, _sides(prover.model, neighbours, on), said)


def _sides(model: Model, neighbours: tuple[Neighbour, ...], on: Day) -> tuple[Side, ...]:
    worst = list(MARKS)
    found = {one.side: Side(one.side, "known", True) for one in neighbours}
    for mark, predicate in MARKS.items():
        for row, truth in model.rows(f"#{predicate}").items():
            side = str(row[-1]) if row else ""
            now = found.get(side, Side(side, "known", True))
            if side in COMPASS and on in truth.possible and worst.index(mark) <= worst.index(now.mark):
                found[side] = Side(side, mark, on in truth.certain)
    return tuple(found[side] for side in COMPASS if side in found)
