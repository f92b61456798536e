"""Changes of facts, sets of them that may do, and the values that they leave open."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Literal as OneOf

from reasoner.term import Atom, Constant, Row, Term, Variable, show_atom

BEST = 24  # ways kept for each atom
BEAM = 64  # half-evaluated bodies kept
TIERS = 3
Kind = OneOf["add", "remove", "redate"]


@dataclass(frozen=True)
class Change:
    """A fact that is added, taken away, or dated anew. `when` is the date as it is written, "" for none.

    `cost` says how far from what happens by itself it is: an event is cheap, another map is dear.
    """

    kind: Kind
    predicate: str
    terms: tuple[Term, ...]
    when: str = ""
    cost: int = field(default=2, compare=False)

    def __str__(self) -> str:
        return f"{'not ' if self.kind == 'remove' else ''}{self.fact}"

    @property
    def row(self) -> Row:
        return tuple(term.value for term in self.terms if isinstance(term, Constant))

    @property
    def fact(self) -> str:
        return show_atom(self.predicate, (*self.terms, self.when) if self.when else self.terms)

    @property
    def suppositions(self) -> tuple[str, ...]:
        """The change as `--suppose` takes it."""
        gone = f"not {show_atom(self.predicate, self.terms)}"
        return {"add": (self.fact,), "remove": (gone,), "redate": (gone, self.fact)}[self.kind]

    def filled(self, named: Mapping[str, Term]) -> Change:
        """The change with what its open values have become."""
        return replace(self, terms=tuple(resolve(term, named) for term in self.terms))


Limit = tuple[str, Term, Term]
Known = dict[str, Term]


@dataclass(frozen=True)
class Option:
    """Changes that may do; `named` is what they make of the goal's open values."""

    changes: frozenset[Change] = frozenset()
    named: tuple[tuple[str, Term], ...] = ()
    limits: frozenset[Limit] = frozenset()

    @cached_property
    def size(self) -> tuple[int, int]:
        """The cost and the number of the changes. Two that differ in open values alone may turn out to be one."""
        shapes = {(c.predicate, tuple(None if isinstance(t, Variable) else t for t in c.terms), c.kind): c.cost
                  for c in self.changes}  # fmt: skip
        return sum(shapes.values()), len(shapes)

    @cached_property
    def about(self) -> frozenset[object]:
        """What the changes are about, whatever predicate says it and whatever stays open."""
        return frozenset((c.kind, tuple(t for t in c.terms if isinstance(t, Constant))) for c in self.changes)

    def renamed(self, back: Known, fresh: Callable[[], Variable]) -> Option:
        """The same with other names for the open values: those of the goal by `back`, all others anew."""
        names = dict(back)

        def new(term: Term) -> Term:
            if isinstance(term, Variable) and term.name not in names:
                names[term.name] = fresh()
            return names[term.name] if isinstance(term, Variable) else term

        return Option(
            frozenset(replace(c, terms=tuple(map(new, c.terms))) for c in sorted(self.changes, key=str)),
            tuple((str(new(Variable(name))), new(term)) for name, term in self.named),
            frozenset((sign, new(one), new(other)) for sign, one, other in sorted(self.limits, key=str)),
        )

    def joined(self, other: Option) -> Option:
        """Both together."""
        return Option(self.changes | other.changes, (*self.named, *other.named), self.limits | other.limits)


NOTHING = Option()


# ---------------------------------------------------------------- terms that may be open


def resolve(term: Term, known: Mapping[str, Term]) -> Term:
    """What a term has become."""
    while isinstance(term, Variable) and term.name in known and known[term.name] != term:
        term = known[term.name]
    return term


def unify(one: Term, other: Term, known: Known) -> Known | None:
    """What is known once two terms are one; None where they cannot be."""
    one, other = resolve(one, known), resolve(other, known)
    if one == other or any(isinstance(term, Variable) and term.anonymous for term in (one, other)):
        return known
    if isinstance(one, Variable):
        return {**known, one.name: other}
    if isinstance(other, Variable):
        return {**known, other.name: one}
    return None


def unified(some: Iterable[Term], others: Iterable[Term], known: Known) -> Known | None:
    """The same for rows of terms."""
    now: Known | None = known
    for one, other in zip(some, others, strict=True):
        if now is not None:
            now = unify(one, other, now)
    return now


def of_holes(atom: Atom, known: Known) -> tuple[tuple[str, Term], ...]:
    """What has become of the open values of a goal."""
    open_values = [t for t in atom.terms if isinstance(t, Variable)]
    return tuple((t.name, resolve(t, known)) for t in open_values if resolve(t, known) != t)


# ---------------------------------------------------------------- options


def all_of(chosen: Iterable[Option]) -> Option:
    """Several options together."""
    found = NOTHING
    for option in chosen:
        found = found.joined(option)
    return found


def together(needed: Iterable[list[Option]]) -> list[Option]:
    """One of each, the cheapest combinations; none where there is none of one."""
    found = [NOTHING]
    for options in needed:
        found = best([so_far.joined(option) for so_far in found for option in options])
    return found


def best(options: Iterable[Option]) -> list[Option]:
    """The cheapest options, each once. Those about other things come before the same things done otherwise."""
    ranked = dict.fromkeys(sorted(options, key=lambda option: option.size))
    first = {(option.named, option.about): option for option in reversed(ranked)}.values()
    chosen = set(map(id, first))
    return sorted(ranked, key=lambda option: (id(option) not in chosen, option.size))[:BEST]


def cheapest(partial: list[tuple[Option, Known]]) -> list[tuple[Option, Known]]:
    """The cheapest of half-evaluated bodies."""
    return sorted(partial, key=lambda one: one[0].size)[:BEAM]
