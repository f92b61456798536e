"""Safety: every variable gets its values from somewhere. Also the order in which a body can be evaluated."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from reasoner.syntax.tree import Aggregate, BodyLiteral, Comparison, Literal, Since, atoms_of
from reasoner.term import Atom, Term, Variable, variables

Body = tuple[BodyLiteral, ...]


def names(terms: Iterable[Term]) -> frozenset[str]:
    """The named variables of some terms."""
    return frozenset(v.name for term in terms for v in variables(term))


def atom_variables(atom: Atom) -> frozenset[str]:
    """The named variables of an atom."""
    return names(atom.terms)


def literal_terms(literal: BodyLiteral) -> Iterator[Term]:
    """Every term of a literal as written; of an aggregate, its inner ones too."""
    match literal:
        case Literal(formula):
            for signed in atoms_of(formula):
                yield from signed.atom.terms
        case Comparison(_, left, right):
            yield from (left, right)
        case Aggregate():
            yield from (*literal.terms, literal.bound)
            for inner in literal.body:
                yield from literal_terms(inner)


def literal_variables(literal: BodyLiteral) -> frozenset[str]:
    """Every named variable of a literal; of an aggregate, its inner ones too."""
    return names(literal_terms(literal))


def body_variables(body: Iterable[BodyLiteral]) -> frozenset[str]:
    """Every named variable of a body."""
    return frozenset().union(*(literal_variables(literal) for literal in body))


def outer_variables(body: Iterable[BodyLiteral]) -> frozenset[str]:
    """The variables of a body that are not local to an aggregate in it."""
    return frozenset().union(
        *(names((one.bound,)) if isinstance(one, Aggregate) else literal_variables(one) for one in body)
    )


def groups(aggregate: Aggregate, outside: frozenset[str]) -> frozenset[str]:
    """What an aggregate shares with the rest of its rule: it is computed for each value of these."""
    return (names(aggregate.terms) | body_variables(aggregate.body)) & (outside | names((aggregate.bound,)))


def binds(literal: BodyLiteral, bound: frozenset[str], outside: frozenset[str]) -> frozenset[str] | None:
    """The variables bound once the literal is evaluated, or None where it cannot be evaluated yet.

    `bound` are those that have values; `outside` are the variables of the rest of the rule.
    """
    match literal:
        case Literal(Since(operand, start), negated=False):
            # On the very day of its start a `since` asks nothing of its left side, which so binds nothing.
            return (
                bound | atom_variables(start) if atom_variables(operand.atom) <= bound | atom_variables(start) else None
            )
        case Literal(_, negated):
            used = literal_variables(literal)
            return bound | used if not negated else bound if used <= bound else None
        case Comparison(operator, left, right):
            for one, other in ((left, right), (right, left)):
                if operator == "=" and isinstance(one, Variable) and names((other,)) <= bound:
                    return bound | names((one,))
            return bound if names((left, right)) <= bound else None
        case Aggregate(operator=operator, bound=value):
            if not groups(literal, outside) <= bound:
                return None
            if names((value,)) <= bound:
                return bound
            return bound | names((value,)) if operator == "=" and isinstance(value, Variable) else None


def rank(used: frozenset[str], now: frozenset[str], bound: frozenset[str]) -> tuple[bool, bool, int]:
    """How soon to evaluate what uses some variables, least first: filters, then what multiplies rows least."""
    return now != bound, bool(bound) and not used & bound, len(now - bound) if bound else 0


def order(
    body: tuple[BodyLiteral, ...], head: frozenset[str] = frozenset(), first: int | None = None
) -> tuple[tuple[BodyLiteral, ...], frozenset[str]]:
    """The body in an order in which it can be evaluated, and the variables that nothing binds.

    Filters come as soon as they can; among others, one that shares a variable with what stands before it, and of these
    the one that brings the fewest new variables, then the first written.
    `first` is the place of a literal to start from. Literals that can never be evaluated stand last.
    """
    waiting = list(body)
    done: list[BodyLiteral] = []
    bound: frozenset[str] = frozenset()

    def take(literal: BodyLiteral, now: frozenset[str]) -> None:
        nonlocal bound
        waiting.remove(literal)
        done.append(literal)
        bound = now

    def outside(literal: BodyLiteral) -> frozenset[str]:
        if not isinstance(literal, Aggregate):  # only an aggregate asks
            return frozenset()
        return head | outer_variables(other for other in body if other is not literal)

    if first is not None:
        take(body[first], binds(body[first], bound, outside(body[first])) or bound)
    while True:
        ready = [
            (*rank(literal_variables(literal), now, bound), place)
            for place, literal in enumerate(waiting)
            if (now := binds(literal, bound, outside(literal))) is not None
        ]
        if not ready:
            break
        literal = waiting[min(ready)[-1]]
        take(literal, binds(literal, bound, outside(literal)) or bound)
    needed = head.union(*(_needed(literal, outside(literal)) for literal in waiting))
    return (*done, *waiting), needed - bound


def _needed(literal: BodyLiteral, outside: frozenset[str]) -> frozenset[str]:
    if isinstance(literal, Aggregate):
        return groups(literal, outside) | names((literal.bound,))
    return literal_variables(literal)
