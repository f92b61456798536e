"""What a program's predicates are: their kinds, arguments, types and phrases, gathered from its statements."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property

from reasoner.syntax.tree import (
    Aggregate,
    BodyLiteral,
    Declaration,
    Fact,
    Invariant,
    Literal,
    Parameter,
    Program,
    Query,
    Rule,
    TypeDeclaration,
    atoms_of,
)
from reasoner.term import Atom, Constant, Term, Variable


class Vocabulary:
    """The words of a program, each looked up in one place."""

    def __init__(self, program: Program) -> None:
        self.program = program

    @cached_property
    def declarations(self) -> dict[str, Declaration]:
        """Predicate to declaration; the first one stands where two clash."""
        return {d.predicate: d for d in reversed(self.program.of(Declaration))}

    @cached_property
    def plain(self) -> bool:
        """A program with no declaration at all: plain Datalog, timeless, untyped and uncited."""
        return not self.declarations

    @cached_property
    def types(self) -> dict[str, tuple[str, ...] | None]:
        """Type name to its members; None for an open type, which needs no declaration."""
        used = {p.type: None for d in self.program.of(Declaration) for p in d.parameters if p.type}
        return {**used, **{t.name: t.members for t in reversed(self.program.of(TypeDeclaration))}}

    @cached_property
    def type_predicates(self) -> dict[str, str]:
        """The predicate that holds of every constant of a type: `place_kind` for PlaceKind, unless it is declared."""
        return {type_predicate(t): t for t in self.types if type_predicate(t) not in self.declarations}

    @cached_property
    def derived(self) -> frozenset[str]:
        """The predicates that some rule derives."""
        return frozenset(rule.head.predicate for rule in self.program.of(Rule))

    def parameters(self, predicate: str) -> tuple[Parameter, ...]:
        """The declared arguments; none where the predicate is not declared."""
        declaration = self.declarations.get(predicate)
        return declaration.parameters if declaration else ()

    def arity(self, predicate: str) -> int | None:
        """The number of arguments, as declared or else as first written; None for a predicate that never occurs."""
        if predicate in self.declarations:
            return len(self.declarations[predicate].parameters)
        if predicate in self.type_predicates:
            return 1
        return self._written.get(predicate)

    @cached_property
    def _written(self) -> dict[str, int]:
        """Arity by first use: heads before facts before bodies."""
        rules, facts = self.program.of(Rule), self.program.of(Fact)
        arities: dict[str, int] = {}
        for atom in (
            *(r.head for r in rules),
            *(f.atom for f in facts),
            *(a for b in bodies(self.program) for a in atoms(b)),
        ):
            arities.setdefault(atom.predicate, len(atom.terms))
        return arities

    def positional(self, atom: Atom) -> Atom:
        """The atom with its terms in declared order; arguments that it does not name are `_`."""
        if not any(atom.names):
            return atom
        given: dict[str, Term] = {}
        parameters = [p.name for p in self.parameters(atom.predicate)]
        for place, (name, term) in enumerate(zip(atom.names, atom.terms, strict=True)):
            if name or place < len(parameters):  # beyond them stands the year of a fact
                given[name or parameters[place]] = term
        return Atom(atom.predicate, tuple(given.get(p, Variable("_")) for p in parameters), (), atom.origin)

    def typed_constants(self) -> Iterator[tuple[str, Constant]]:
        """Each constant that stands in an argument of a declared type, with the type."""
        facts = (fact.atom for fact in self.program.of(Fact))
        heads = (rule.head for rule in self.program.of(Rule))
        used = (atom for body in bodies(self.program) for atom in atoms(body))
        for written in (*facts, *heads, *used):
            parameters = self.parameters(written.predicate)
            if any(name and name not in {p.name for p in parameters} for name in written.names):
                continue
            for parameter, term in zip(parameters, self.positional(written).terms, strict=False):
                if parameter.type and isinstance(term, Constant):
                    yield parameter.type, term


def type_predicate(type_name: str) -> str:
    """`place_kind` for PlaceKind."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", type_name).lower()


def bodies(program: Program) -> Iterator[tuple[BodyLiteral, ...]]:
    """Every body of a program: of rules, invariants and queries."""
    for statement in program:
        if isinstance(statement, Rule | Invariant | Query):
            yield statement.body


def atoms(body: tuple[BodyLiteral, ...]) -> Iterator[Atom]:
    """Every atom in a body, those inside aggregates included."""
    for literal in body:
        match literal:
            case Literal(formula):
                yield from (signed.atom for signed in atoms_of(formula))
            case Aggregate():
                yield from atoms(literal.body)
