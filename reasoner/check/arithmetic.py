"""Arithmetic is for rules, and for numbers: `al-bab` is a difference, not a name."""

from __future__ import annotations

import re
from collections.abc import Iterator

from reasoner.check.safety import literal_terms
from reasoner.diagnostic import Diagnostic, error
from reasoner.syntax.tree import Fact, Rule
from reasoner.syntax.vocabulary import Vocabulary, bodies
from reasoner.term import Constant, Expression, Term, variables

_DATE = re.compile(r"\d{4}-\d{1,2}(-\d{1,2})?")


def wrong_arithmetic(vocabulary: Vocabulary) -> Iterator[Diagnostic]:
    """R216, R217, R414. Only numbers can be computed with, dates are not, and a fact is written as it is."""
    for fact in vocabulary.program.of(Fact):
        for term in fact.atom.terms:
            if isinstance(term, Expression):
                found = tuple(_on_names(term))
                yield from found
                if not found and not variables(term):
                    yield error("R414", "a fact does no arithmetic", term.origin, help="write the result")
    heads = (term for rule in vocabulary.program.of(Rule) for term in rule.head.terms)
    used = (term for body in bodies(vocabulary.program) for literal in body for term in literal_terms(literal))
    for term in (*heads, *used):
        yield from _on_names(term)
        if reads_as_date(term):
            yield error(
                "R217",
                "a rule's atoms and comparisons take no date",
                term.origin,
                "would be a difference of numbers",
                help="write `p(X) during 2014-08`; for a difference, put spaces around the `-`",
            )


def reads_as_date(term: Term) -> bool:
    """Whether somebody meant a date: `2014-08` outside a fact is 2014 minus 8."""
    return isinstance(term, Expression) and bool(term.origin and _DATE.fullmatch(term.origin.excerpt))


def _on_names(term: Term) -> Iterator[Diagnostic]:
    """One message for an expression, however many names are in it."""
    if isinstance(term, Expression):
        names = [c for c in _constants(term) if not isinstance(c.value, int | float)]
        if names:
            joined = "_".join(str(c.value) for c in _constants(term))
            hyphens = term.operator == "-" and all(isinstance(c.value, str) for c in names)
            yield error(
                "R216",
                f"`{names[0]}` is not a number",
                names[0].origin,
                "computed with here",
                help=f"a name has no hyphen: write `{joined}`"
                if hyphens
                else "compute with numbers and variables alone",
            )


def _constants(term: Term) -> tuple[Constant, ...]:
    match term:
        case Constant():
            return (term,)
        case Expression(_, left, right):
            return _constants(left) + _constants(right)
    return ()
