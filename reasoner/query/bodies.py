"""The body of a question: its variables, and the same with values in their place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from reasoner.check.safety import order
from reasoner.syntax.tree import Aggregate, BodyLiteral, Citation, Comparison, Literal, Plain, Rule, atoms_of
from reasoner.syntax.write import write_literal
from reasoner.term import Atom, Constant, Row, Term, Value, Variable, variables
from reasoner.text import Text

NOWHERE = Text("query", "").span(0, 0)


def asking(head: Atom, *atoms: Atom) -> Rule:
    """A rule of a question's own, for what it needs to be told."""
    return Rule(head, tuple(Literal(Plain(atom), origin=NOWHERE) for atom in atoms), Citation(), origin=NOWHERE)


def variable_names(atom: Atom | None) -> tuple[str, ...]:
    """The variable of each argument, "" where a constant stands."""
    return tuple(t.name if isinstance(t, Variable) else "" for t in atom.terms) if atom else ()


def instance(atom: Atom, bindings: Mapping[str, Value]) -> Row:
    """The atom's row; `_` where any value will do."""
    return tuple(t.value if isinstance(t, Constant) else bindings.get(str(t), "_") for t in atom.terms)


def free_variables(body: tuple[BodyLiteral, ...]) -> Iterator[str]:
    """The variables that a question asks for, as it names them first: not those inside an aggregate alone."""
    bindable = order(body)[0]
    terms: list[Term] = []
    for literal in sorted(bindable, key=lambda one: one.origin.start):
        match literal:
            case Literal(formula, negated=False):
                terms.extend(term for signed in atoms_of(formula) for term in signed.atom.terms)
            case Comparison("=", left, right):
                terms.extend((left, right))
            case Aggregate(bound=bound):
                terms.append(bound)
    yield from (v.name for term in terms for v in variables(term) if not v.name.startswith("_"))


def filled(body: tuple[BodyLiteral, ...], bindings: Mapping[str, Value]) -> tuple[BodyLiteral, ...]:
    """The body with its variables replaced by their values."""

    def term(one: Term) -> Term:
        return Constant(bindings[one.name]) if isinstance(one, Variable) and one.name in bindings else one

    def literal(one: BodyLiteral) -> BodyLiteral:
        match one:
            case Literal(Plain(atom)):
                return replace(one, formula=Plain(replace(atom, terms=tuple(map(term, atom.terms)))))
            case Comparison(_, left, right):
                return replace(one, left=term(left), right=term(right))
        return one

    return tuple(map(literal, body))


def write(body: tuple[BodyLiteral, ...]) -> str:
    """The body as it is written in a rule."""
    return ", ".join(map(write_literal, body))
