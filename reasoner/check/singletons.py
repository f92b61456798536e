"""A variable that stands only once joins nothing: either it may be anything, or it is misspelt."""

from __future__ import annotations

from collections.abc import Iterator

from reasoner.check.phrases import slots
from reasoner.check.safety import Body, literal_terms
from reasoner.check.unbound import unbound
from reasoner.diagnostic import Diagnostic, did_you_mean, warning
from reasoner.syntax.tree import Invariant, Rule
from reasoner.syntax.vocabulary import Vocabulary
from reasoner.term import Variable, variables


def singleton_variables(vocabulary: Vocabulary) -> Iterator[Diagnostic]:
    """R206. Standing in the rule's text counts; the variables of a query are its answers."""
    for rule in vocabulary.program.of(Rule):
        head = tuple(v for term in rule.head.terms for v in variables(term))
        yield from _singletons(head, rule.body, rule.text)
    for invariant in vocabulary.program.of(Invariant):
        yield from _singletons((), invariant.body, invariant.text)


def _singletons(head: tuple[Variable, ...], body: Body, text: str | None) -> Iterator[Diagnostic]:
    standing = (*head, *(v for literal in body for term in literal_terms(literal) for v in variables(term)))
    names = [*(v.name for v in standing), *slots(text or "")]
    single = [v for v in standing if not v.name.startswith("_") and names.count(v.name) == 1]
    # A misspelt variable leaves one unbound and one alone; that is one mistake, told by the first.
    if not single or unbound(frozenset(v.name for v in head), body):
        return
    told: set[str] = set()
    for variable in single:
        near = did_you_mean(variable.name, {*names} - {variable.name})
        if near and any(f"`{name}`" in near for name in told):
            continue  # of two that are spelt almost alike, the first has told it
        told.add(variable.name)
        yield warning(
            "R206",
            f"`{variable.name}` stands only once",
            variable.origin,
            help=near or f"write `_` or `_{variable.name}` where any value will do",
        )
