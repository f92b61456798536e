"""The order of joins: what there are fewest rows of for each binding comes first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import prod
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


MANY = 1e6  # rows that a relation is taken to have while it is still growing


def join_order(
    steps: tuple[Step, ...], relations: Mapping[str, Sized], growing: frozenset[str], first: int | None = None
) -> Iterator[int]:
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
            (now != bound, _rows(steps[place], bound, relations, growing) if now != bound else 0, place)
            for place in waiting
            if (now := binds_after(steps[place], bound)) is not None
        ]
        place = min(ready)[-1]
        waiting.remove(place)
        bound = binds_after(steps[place], bound) or bound
        yield place


def _rows(step: Step, bound: frozenset[str], relations: Mapping[str, Sized], growing: frozenset[str]) -> float:
    """How many rows a literal is likely to have for each binding of the variables that are bound."""
    if not isinstance(step, Literal):
        return 1
    atom = atoms_of(step.formula)[-1].atom
    known = [
        n for n, t in enumerate(atom.terms) if isinstance(t, Constant) or (isinstance(t, Variable) and t.name in bound)
    ]
    if atom.predicate in growing:
        return float(MANY ** (1 - len(known) / max(len(atom.terms), 1)))
    relation = relations[atom.predicate]
    return max(len(relation), 1) / prod(relation.different(place) for place in known)
