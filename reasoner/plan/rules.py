"""Rules in the plain form that engines read: terms in their places, no arithmetic inside atoms, aggregates apart."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from itertools import count

from reasoner.check.safety import binds, groups, literal_variables, names, order, outer_variables, rank
from reasoner.syntax.tree import (
    Aggregate,
    Always,
    Begins,
    BodyLiteral,
    Citation,
    Comparison,
    Ends,
    Formula,
    Literal,
    Once,
    Plain,
    Rule,
    Signed,
    Since,
)
from reasoner.syntax.vocabulary import Vocabulary
from reasoner.term import Atom, Expression, Term, Variable


@dataclass(frozen=True)
class Gather:
    """`function` over the last terms of `elements`, for each value of its first ones, the `groups`.

    `elements` is derived by a rule of its own: `elements(groups..., terms...) :- the aggregate's body`.
    Each row of terms counts once; #sum, #min and #max read the first of them.
    """

    function: str
    elements: str
    groups: tuple[Variable, ...]
    width: int
    operator: str
    bound: Term


Step = Literal | Comparison | Gather


@dataclass(frozen=True)
class PlannedRule:
    """A rule whose body can be evaluated from left to right. Atoms hold variables and constants only."""

    head: Atom
    body: tuple[Step, ...]
    rule: Rule = field(compare=False, repr=False)


def ordered(steps: Iterable[Step], bound: frozenset[str]) -> tuple[Step, ...]:
    """The steps as they can be evaluated once some variables are bound: filters first, then what multiplies least."""
    waiting, done = list(steps), []
    while waiting:
        ready = [
            (*rank(variables_of(step), now, bound), place)
            for place, step in enumerate(waiting)
            if (now := binds_after(step, bound)) is not None
        ]
        step = waiting.pop(min(ready)[-1])
        bound = binds_after(step, bound) or bound
        done.append(step)
    return tuple(done)


def variables_of(step: Step) -> frozenset[str]:
    """The named variables of a step."""
    return names((*step.groups, step.bound)) if isinstance(step, Gather) else literal_variables(step)


def binds_after(step: Step, bound: frozenset[str]) -> frozenset[str] | None:
    """The variables bound after a step, None where it cannot be evaluated yet."""
    if not isinstance(step, Gather):
        return binds(step, bound, frozenset())
    if not names(step.groups) <= bound:
        return None
    if names((step.bound,)) <= bound:
        return bound
    return bound | names((step.bound,)) if step.operator == "=" and isinstance(step.bound, Variable) else None


def _evaluable(body: tuple[BodyLiteral, ...], outside: frozenset[str]) -> list[BodyLiteral]:
    """The literals that can be evaluated, one after the other."""
    done: list[BodyLiteral] = []
    bound: frozenset[str] = frozenset()
    while ready := [one for one in body if one not in done and binds(one, bound, outside) is not None]:
        done += ready
        bound = bound.union(*(binds(one, bound, outside) or frozenset() for one in ready))
    return done


class Normaliser:
    """Turns the rules of one program into planned ones."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary
        self._fresh = count(1)

    def rules(self, rule: Rule) -> tuple[PlannedRule, ...]:
        """The rule, with a rule before it for each aggregate in it."""
        before: list[PlannedRule] = []
        extra: list[BodyLiteral] = []
        head = self._flat(rule.head, extra)
        body = [self._literal(literal, extra) for literal in rule.body]
        body.extend(extra)
        ordered, _ = order(tuple(body), names(head.terms))
        steps: list[Step] = []
        for literal in ordered:
            if isinstance(literal, Aggregate):
                outside = names(head.terms) | outer_variables(other for other in body if other is not literal)
                gather, element_rules = self._gather(literal, outside, tuple(body), rule)
                steps.append(gather)
                before.extend(element_rules)
            else:
                steps.append(literal)
        return (*before, PlannedRule(head, tuple(steps), rule))

    def _gather(
        self, aggregate: Aggregate, outside: frozenset[str], body: tuple[BodyLiteral, ...], rule: Rule
    ) -> tuple[Gather, tuple[PlannedRule, ...]]:
        by = tuple(Variable(name) for name in sorted(groups(aggregate, outside)))
        elements = f"#{aggregate.function}{next(self._fresh)}"
        inner = aggregate.body
        # A group that the aggregate's own body does not bind takes its values from the rule around it.
        waiting = [other for other in body if other is not aggregate and not getattr(other, "negated", False)]
        while missing := order(inner, names((*by, *aggregate.terms)))[1]:
            lenders = [other for other in waiting if missing & literal_variables(other)]
            if not lenders:
                break
            inner = (*inner, *lenders)
            waiting = [other for other in waiting if other not in lenders]
        # What compares such a group with what only the rule around it knows lends nothing.
        inner = tuple(one for one in inner if one in aggregate.body or one in _evaluable(inner, outside))
        head = Atom(elements, (*by, *aggregate.terms))
        gather = Gather(aggregate.function, elements, by, len(aggregate.terms), aggregate.operator, aggregate.bound)
        return gather, self.rules(Rule(head, inner, Citation(), origin=rule.origin))

    def _literal(self, literal: BodyLiteral, extra: list[BodyLiteral]) -> BodyLiteral:
        match literal:
            case Literal(Always(Signed(atom, True), near, far), negated):
                # `always not p` is `not once p`.
                return replace(literal, formula=Once(self._flat(atom, extra), near, far), negated=not negated)
            case Literal(formula):
                return replace(literal, formula=self._formula(formula, extra))
        return literal

    def _formula(self, formula: Formula, extra: list[BodyLiteral]) -> Formula:
        match formula:
            case Plain(atom):
                return Plain(self._flat(atom, extra))
            case Once(atom, near, far):
                return Once(self._flat(atom, extra), near, far)
            case Always(Signed(atom, negated), near, far):
                return Always(Signed(self._flat(atom, extra), negated), near, far)
            case Since(Signed(atom, negated), start):
                return Since(Signed(self._flat(atom, extra), negated), self._flat(start, extra))
            case Begins(atom):
                return Begins(self._flat(atom, extra))
            case Ends(atom):
                return Ends(self._flat(atom, extra))

    def _flat(self, atom: Atom, extra: list[BodyLiteral]) -> Atom:
        """The atom with a new variable for each piece of arithmetic in it."""
        terms: list[Term] = []
        for term in self.vocabulary.positional(atom).terms:
            if isinstance(term, Expression):
                variable = Variable(f"#{next(self._fresh)}")
                assert term.origin is not None
                extra.append(Comparison("=", variable, term, origin=term.origin))
                term = variable
            terms.append(term)
        return Atom(atom.predicate, tuple(terms), (), atom.origin)
