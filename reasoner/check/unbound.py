"""Safety: every variable of a statement gets its values from somewhere, and a fact has none to give."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from reasoner.check.places import also
from reasoner.check.safety import (
    Body,
    binds,
    body_variables,
    groups,
    literal_terms,
    literal_variables,
    names,
    order,
    outer_variables,
)
from reasoner.diagnostic import Diagnostic, did_you_mean, error
from reasoner.syntax.tree import (
    Aggregate,
    Always,
    Begins,
    BodyLiteral,
    Comparison,
    Ends,
    Fact,
    Invariant,
    Literal,
    Once,
    Plain,
    Query,
    Rule,
    Signed,
    Since,
)
from reasoner.syntax.vocabulary import Vocabulary
from reasoner.term import Atom, Constant, Expression, Term, Variable, variables


def unbound_variables(vocabulary: Vocabulary) -> Iterator[Diagnostic]:
    """R203. What no atom of the body gives a value cannot be told, compared, counted or denied."""
    for fact in vocabulary.program.of(Fact):
        for term in fact.atom.terms:
            if not isinstance(term, Constant):
                yield from map(_in_fact, (*variables(term), *_anonymous(term)))
    for statement in vocabulary.program:
        match statement:
            case Rule(head, body):
                yield from _unbound(head.terms, body)
            case Invariant(body) | Query(body):
                yield from _unbound((), body)


def unbound(head: frozenset[str], body: Body) -> dict[str, BodyLiteral | None]:
    """Each variable that nothing binds, with the literal that waits for it; None where only the head does."""
    flat = _flat(body)

    def outside(literal: BodyLiteral) -> frozenset[str]:
        return head | outer_variables(other for other in flat if other is not literal)

    missing = order(flat, head)[1]
    everything = head | body_variables(flat)
    # One that would be bound if the others were is not the one to blame.
    to_blame = [
        name
        for name in sorted(missing)
        if not any(name in (binds(one, everything - {name}, outside(one)) or ()) for one in flat)
    ]
    found: dict[str, BodyLiteral | None] = {
        name: next((one for one in flat if name in literal_variables(one)), None)
        for name in to_blame or sorted(missing)
        if not name.startswith("#")
    }
    for one in flat:
        if isinstance(one, Aggregate):
            for name in _inside(one, outside(one), flat):
                found.setdefault(name, one)
    return found


def _inside(aggregate: Aggregate, outside: frozenset[str], body: Body) -> dict[str, BodyLiteral | None]:
    """What nothing binds in an aggregate. As in the plan, the rule around it may lend values to its group."""
    wanted = groups(aggregate, outside) | names(aggregate.terms)
    lacking = order(aggregate.body, wanted)[1]
    lenders = (one for one in body if isinstance(one, Literal) and not one.negated and lacking & literal_variables(one))
    return unbound(wanted, (*aggregate.body, *lenders))


def _flat(body: Body) -> Body:
    """The body as the plan reads it: arithmetic apart from the atoms, `always not p` as `not once p`."""
    apart: list[BodyLiteral] = []

    def lift(atom: Atom, literal: Literal) -> Atom:
        terms: list[Term] = []
        for term in atom.terms:
            if isinstance(term, Expression):
                value = Variable(f"#{len(apart)}")
                apart.append(Comparison("=", value, term, origin=literal.origin))
                term = value
            terms.append(term)
        return replace(atom, terms=tuple(terms))

    def flatten(literal: BodyLiteral) -> BodyLiteral:
        match literal:
            case Literal(Always(Signed(atom, True), near, far), negated):
                return replace(literal, formula=Once(lift(atom, literal), near, far), negated=not negated)
            case Literal(Since(operand, start) as formula):
                left = replace(operand, atom=lift(operand.atom, literal))
                return replace(literal, formula=replace(formula, operand=left, start=lift(start, literal)))
            case Literal(Always(operand) as formula):
                return replace(
                    literal,
                    formula=replace(formula, operand=replace(operand, atom=lift(operand.atom, literal))),
                )
            case Literal((Plain() | Once() | Begins() | Ends()) as formula):
                return replace(literal, formula=replace(formula, atom=lift(formula.atom, literal)))
        return literal

    return (*[flatten(literal) for literal in body], *apart)


# ---------------------------------------------------------------- messages


def _unbound(head: tuple[Term, ...], body: Body) -> Iterator[Diagnostic]:
    for place in (*head, *_computed(body)):
        for variable in _anonymous(place):
            yield error(
                "R203",
                "`_` stands for any value, and so has none to give here",
                variable.origin,
                "never bound",
                help="give it a name, and name it in an atom of the body too",
            )
    for name, waiting in unbound(names(head), body).items():
        yield _message(name, waiting, head, body)


def _message(name: str, waiting: BodyLiteral | None, head: tuple[Term, ...], body: Body) -> Diagnostic:
    in_head = _first(name, head)
    in_body = _first(name, tuple(term for literal in body for term in literal_terms(literal)))
    bound = outer_variables(body) - unbound(names(head), body).keys()
    why, remedy = _why(waiting)
    spare = bound - names(head)
    near = f"did you mean `{next(iter(spare))}`?" if in_head and len(spare) == 1 else did_you_mean(name, bound)
    if in_head:
        found = error(
            "R203",
            f"`{name}` is in the head but nothing in the body binds it",
            in_head.origin,
            "never bound",
            help=near or f"name `{name}` in an atom of the body",
        )
        return also(found, in_body.origin, f"`{name}` {why}") if in_body else found
    at = in_body.origin if in_body else None
    return error(
        "R203",
        f"`{name}` {why}",
        at,
        "never bound",
        help=near or f"{remedy or f'name `{name}` in an atom of the body'}",
    )


def _why(waiting: BodyLiteral | None) -> tuple[str, str]:
    """What is said of a variable that a literal waits for, and what to do about it."""
    match waiting:
        case Literal(Since(), negated=False):
            return (
                "is on the left of `since`, which binds nothing",
                "name it on the right of `since`, or in another atom",
            )
        case Literal():
            return (
                "is in a negated atom, which binds nothing",
                "name it in another atom, or write `_` for any value",
            )
        case Comparison():
            return "is compared or computed with, which binds nothing", ""
        case Aggregate():
            own = "what is local to one aggregate needs a name of its own"
            return "is used by an aggregate, but nothing outside binds it", own
    return "is never bound", ""


def _first(name: str, terms: tuple[Term, ...]) -> Variable | None:
    return next((v for term in terms for v in variables(term) if v.name == name), None)


def _computed(body: Body) -> Iterator[Term]:
    """The terms that must have a value of their own."""
    for literal in body:
        match literal:
            case Comparison(_, left, right):
                yield from (left, right)
            case Aggregate():
                yield from (*literal.terms, literal.bound)
                yield from _computed(literal.body)
            case Literal():
                yield from (term for term in literal_terms(literal) if isinstance(term, Expression))


def _anonymous(term: Term) -> Iterator[Variable]:
    match term:
        case Variable() if term.anonymous:
            yield term
        case Expression(_, left, right):
            yield from _anonymous(left)
            yield from _anonymous(right)


def _in_fact(variable: Variable) -> Diagnostic:
    lower = variable.name.strip("_").lower()
    return error(
        "R203",
        f"`{variable.name}` is a variable, and a fact has none",
        variable.origin,
        "never bound",
        help=f"constants start with a small letter{f': write `{lower}`' if lower[:1].isalpha() else ''}",
    )
