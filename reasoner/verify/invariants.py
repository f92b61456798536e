"""Invariants and disputes: what the evidence breaks, and where sources disagree."""

from __future__ import annotations

from collections.abc import Iterator

from reasoner.check.safety import outer_variables
from reasoner.diagnostic import Diagnostic, Label, error
from reasoner.engine.model import Model
from reasoner.evidence.store import Store
from reasoner.syntax.tree import Citation, Invariant, Program, Rule
from reasoner.term import Atom, Variable


def as_rules(program: Program) -> tuple[Rule, ...]:
    """Each `never` as a rule, so that an engine finds the days on which it is broken."""
    return tuple(
        Rule(
            Atom(f"#never{number}", tuple(Variable(name) for name in sorted(outer_variables(invariant.body)))),
            invariant.body,
            Citation(text=invariant.text),
            origin=invariant.origin,
        )
        for number, invariant in enumerate(program.of(Invariant), 1)
    )


def broken(program: Program, model: Model) -> Iterator[Diagnostic]:
    """An error for each row that breaks an invariant, whatever its uncertain dates turn out to be."""
    for rule in as_rules(program):
        for row, truth in sorted(model.rows(rule.head.predicate).items(), key=str):
            values = ", ".join(f"{term} = {value}" for term, value in zip(rule.head.terms, row, strict=True))
            message = f"broken: {rule.text or 'this must never hold'} ({values})"
            if truth.certain:
                yield error("R420", message, rule.origin, f"holds {truth.certain}")


def disputes(model: Model, store: Store) -> Iterator[Diagnostic]:
    """A warning for each place that two are reported to hold, with the words of both sides."""
    for (place,), truth in sorted(model.rows("contested").items(), key=str):
        days = truth.certain or truth.possible
        holders = sorted(str(a) for (a, p), t in model.rows("holds").items() if p == place and t.possible & days)
        labels = tuple(
            Label(claim.origin, f"said by {claim.evidence.source if claim.evidence else 'nobody'}")
            for (predicate, row), stated in sorted(store.claims.items(), key=str)
            if predicate in ("control", "capture", "handover") and row[-1] == place and str(row[-2]) in holders
            for claim in stated
            if claim.origin
        )
        message = f"`{place}` is contested: {' and '.join(holders)} are both reported to hold it, {days}"
        yield Diagnostic("R421", "warning", message, labels)
