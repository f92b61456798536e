"""What may stand in each argument: the members of its type, what rules name there, a few new names."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from functools import cached_property

from reasoner.check.safety import names
from reasoner.syntax.tree import Aggregate, BodyLiteral, Comparison, Fact, Invariant, Literal, Query, Rule, atoms_of
from reasoner.syntax.vocabulary import Vocabulary, atoms, type_predicate
from reasoner.term import Atom, Constant, Expression, Term, Value, Variable

NUMBER = "number"  # what stands in arithmetic; no type has such a name, for types begin with a capital letter
NEW_NAMES = 4  # of each open type
NUMBERS = (0, 1, 2, 3)

Place = tuple[str, int]  # a predicate and the place of an argument of it
Scope = tuple[tuple[Atom, ...], tuple[BodyLiteral, ...]]  # the head, if any, and the body of a statement


class Pools:
    """The values of each argument of each predicate. An argument without a type takes what its variables take."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary

    def values(self, predicate: str, place: int) -> tuple[Value, ...]:
        """What may be drawn there; constants that rules name come after new names of their type."""
        if (predicate, place) not in self._values:
            kinds = sorted(self.kinds.get((predicate, place), ()))
            drawn = [value for kind in kinds for value in self._of_kind(kind)]
            parameters = self.vocabulary.parameters(predicate)
            if not kinds:
                name = parameters[place].name if parameters else "c"
                drawn = [f"{name}_{number}" for number in range(1, NEW_NAMES + 1)]
            if not (kinds and parameters and parameters[place].type):
                drawn.extend(self._named[predicate, place])
            self._values[predicate, place] = tuple(dict.fromkeys(drawn))
        return self._values[predicate, place]

    @cached_property
    def _values(self) -> dict[Place, tuple[Value, ...]]:
        return {}

    def _of_kind(self, kind: str) -> tuple[Value, ...]:
        if kind == NUMBER:
            return NUMBERS
        members = self.vocabulary.types.get(kind)
        if members is not None:
            return members
        named = [c.value for t, c in self.vocabulary.typed_constants() if t == kind]
        new = (f"{type_predicate(kind)}_{number}" for number in range(1, NEW_NAMES + 1))
        return (*new, *dict.fromkeys(named))

    @cached_property
    def kinds(self) -> dict[Place, frozenset[str]]:
        """The types that may stand in each place: the declared one, else those of the variables that stand there."""
        found: dict[Place, frozenset[str]] = {
            (name, place): frozenset((parameter.type,))
            for name, declaration in self.vocabulary.declarations.items()
            for place, parameter in enumerate(declaration.parameters)
            if parameter.type
        }
        found.update({(name, 0): frozenset((kind,)) for name, kind in self.vocabulary.type_predicates.items()})
        declared = frozenset(found)
        while True:
            before = dict(found)
            for head, body in self._scopes:
                self._spread(head, body, found, declared)
            if found == before:
                return found

    def _spread(
        self,
        head: tuple[Atom, ...],
        body: tuple[BodyLiteral, ...],
        found: dict[Place, frozenset[str]],
        declared: frozenset[Place],
    ) -> None:
        """One statement's variables carry the types of their declared places, else of all, to the other places."""
        places: dict[str, list[Place]] = defaultdict(list)
        for atom in (*head, *map(self.vocabulary.positional, atoms(body))):
            for place, term in enumerate(atom.terms):
                if isinstance(term, Variable) and not term.anonymous:
                    places[term.name].append((atom.predicate, place))
        numbers = _numbers(body) | names(t for atom in head for t in atom.terms if isinstance(t, Expression))
        for name, its in places.items():
            sure = [place for place in its if place in declared]
            kinds = frozenset().union(*(found.get(place, frozenset()) for place in sure or its))
            if name in numbers and not kinds:
                kinds = frozenset((NUMBER,))
            for here in its:
                if here not in declared and kinds:
                    found[here] = found.get(here, frozenset()) | kinds

    @cached_property
    def _scopes(self) -> tuple[Scope, ...]:
        return tuple(
            ((self.vocabulary.positional(s.head),) if isinstance(s, Rule) else (), s.body)
            for s in self.vocabulary.program
            if isinstance(s, Rule | Invariant | Query)
        )

    @cached_property
    def _named(self) -> dict[Place, list[Value]]:
        """The constants that rules and facts name in each place, or compare what stands there with."""
        found: dict[Place, list[Value]] = defaultdict(list)
        facts = (self.vocabulary.positional(fact.atom) for fact in self.vocabulary.program.of(Fact))
        read = (atom for head, body in self._scopes for atom in (*head, *map(self.vocabulary.positional, atoms(body))))
        for atom in (*facts, *read):
            for place, term in enumerate(atom.terms):
                if isinstance(term, Constant):
                    found[atom.predicate, place].append(term.value)
        for _, body in self._scopes:
            compared = dict(_compared(body))
            for atom in map(self.vocabulary.positional, atoms(body)):
                for place, term in enumerate(atom.terms):
                    if isinstance(term, Variable) and term.name in compared:
                        found[atom.predicate, place].append(compared[term.name])
        return found


def _compared(body: tuple[BodyLiteral, ...]) -> Iterator[tuple[str, Value]]:
    """Variables with the constants that they are compared with."""
    for literal in body:
        if isinstance(literal, Comparison):
            for one, other in ((literal.left, literal.right), (literal.right, literal.left)):
                if isinstance(one, Variable) and isinstance(other, Constant):
                    yield one.name, other.value


def _numbers(body: tuple[BodyLiteral, ...]) -> frozenset[str]:
    """The variables that arithmetic, or a comparison with a number, shows to be numbers."""
    found: list[Term] = []
    for literal in body:
        match literal:
            case Comparison(_, left, right):
                numeric = any(isinstance(t, Constant) and isinstance(t.value, int | float) for t in (left, right))
                found.extend(t for t in (left, right) if numeric or isinstance(t, Expression))
            case Aggregate(function, terms, inner):
                found.extend(terms[:1] if function == "sum" else ())
                found.extend(map(Variable, _numbers(inner)))
            case Literal(formula):
                found.extend(t for s in atoms_of(formula) for t in s.atom.terms if isinstance(t, Expression))
    return names(found)
