"""The order of joins: what there are fewest rows of for each binding comes first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Protocol

from reasoner.plan.rules import Gather, Step, binds_after, ordered, variables_of
from reasoner.syntax.tree import Literal, atoms_of
from reasoner.term import Constant, Variable


class Sized(Protocol):
    """What is known of a relation before it is joined."""

    def __len__(self) -> int:
        """How many rows there are."""

    def different(self, place: int) -> int:
        """How many different values a column has."""


def join_order(steps: tuple[Step, ...], relations: Mapping[str, Sized], first: int | None = None) -> Iterator[int]:
    """The places of the steps as they are best evaluated, after the first one where it is given.

    Filters come as soon as they can; then what is likely to have the fewest rows for each binding.
    """
    waiting = [place for place in range(len(steps)) if place != first]
    bound = variables_of(steps[first]) if first is not None else frozenset()
    if any(isinstance(step, Gather) for step in steps):
        # Whether an aggregate makes its value or is compared with one depends on the order: it stays as planned.
        places = {id(steps[place]): place for place in waiting}
        rest = tuple(steps[place] for place in waiting)
        yield from (places[id(step)] for step in (ordered(rest, bound) if first is not None else rest))
        return
    while waiting:
        ready = [
            (now != bound, _rows(steps[place], bound, relations) if now != bound else 0, place)
            for place in waiting
            if (now := binds_after(steps[place], bound)) is not None
        ]
        place = min(ready)[-1]
        waiting.remove(place)
        bound = binds_after(steps[place], bound) or bound
        yield place


def _rows(step: Step, bound: frozenset[str], relations: Mapping[str, Sized]) -> float:
    """How many rows a literal is likely to have for each binding of the variables that are bound."""
    if not isinstance(step, Literal):
        return 1
    rows = 1.0
    for signed in atoms_of(step.formula)[-1:]:
        relation = relations[signed.atom.predicate]
        rows = max(len(relation), 1)
        for place, term in enumerate(signed.atom.terms):
            if isinstance(term, Constant) or (isinstance(term, Variable) and term.name in bound):
                rows /= relation.different(place)
    return rows
