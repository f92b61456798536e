"""A place in a sentence: on how many sides it is besieged, whether it is encircled, what is still open."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from reasoner.engine.model import Model
from reasoner.term import Atom, Constant, Row, Value, Variable
from reasoner.when import Day

# What the doctrine must say of a place for this to be told, with the argument that is the place and how many there are;
# and the questions that it helps to answer.
NEEDS = {
    "besieges": (1, 3),
    "besieged": (0, 1),
    "encircled": (0, 1),
    "cut_off": (0, 1),
    "known_side": (0, 2),
    "holds": (1, 2),
    "open_towards": (0, 3),
}
ABOUT = frozenset({"besieges", "besieged", "encircled", "cut_off", "open_side", "pressure"})
# Questions that are not about a siege, but about what is still open.
WAYS = frozenset({"chokepoint"})

Say = Callable[[Value], str]


def bodies(place: Value) -> Iterator[tuple[Atom, ...]]:
    """What must be known to tell the situation of a place."""
    for predicate, (at, arity) in NEEDS.items():
        yield (Atom(predicate, tuple(Constant(place) if n == at else Variable("_") for n in range(arity))),)
    side = Variable("Q")
    yield Atom("open_towards", (Constant(place), Variable("_"), side)), Atom("holds", (Variable("_"), side))


def headline(model: Model, place: Value, day: Day, sides: Iterable[Value], say: Say) -> str:
    """`Raqqa city is besieged on 3 of 4 sides: partly besieged, not encircled.` Sides are those of the answers."""

    def surely(predicate: str) -> str | None:
        """How sure it is, None where it is not so."""
        truth = model.truth(predicate, (place,))
        return "" if day in truth.certain else "possibly " if day in truth.possible else None

    if not rows(model, "holds", 1, place, day):
        return f"Who holds {say(place)} is not known, so nothing is concluded about a siege."
    known = {row[1] for row in rows(model, "known_side", 0, place, day)}
    pressed = set(sides)
    count = f" on {len(pressed)} of {len(known | pressed)} sides" if pressed else ""
    besieged, encircled, cut_off = map(surely, ("besieged", "encircled", "cut_off"))
    if besieged is None:
        said = f"is said to be besieged{count}; by the doctrine it is not, and it is not encircled"
        return f"{say(place)} {said if pressed else 'is not besieged'}."
    if encircled is None:
        ring = "partly besieged, not encircled"
    elif encircled == cut_off == "":
        ring = "cut off"
    else:
        ring = f"{encircled}encircled, " + ("not cut off from every way" if cut_off is None else f"{cut_off}cut off")
    return f"{say(place)} is {besieged}besieged{count}: {ring}."


def open_sides(model: Model, place: Value, day: Day, say: Say) -> dict[Row, str]:
    """`south, towards Deir ez-Zor province (isil)` for each row of `open_towards` that may hold on the day.

    What lies in the same ring is no way out of it.
    """
    ways: dict[Row, str] = {}
    if day in model.truth("encircled", (place,)).certain:
        return ways
    for row in sorted(rows(model, "open_towards", 0, place, day), key=str):
        holders = sorted(str(holder[0]) for holder in rows(model, "holds", 1, row[2], day))
        ways[row] = f"{say(row[1])}, towards {say(row[2])}" + (f" ({', '.join(holders)})" if holders else "")
    return ways


def rows(model: Model, predicate: str, argument: int, value: Value, day: Day) -> list[Row]:
    """The rows of a predicate with that value in that argument (from 0) that may hold on the day."""
    return [
        row
        for row, truth in model.rows(predicate).items()
        if len(row) > argument and row[argument] == value and day in truth.possible
    ]
