"""Invariants and disputes: what the evidence breaks, and where sources disagree."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from reasoner.check.safety import outer_variables
from reasoner.diagnostic import Diagnostic, Label, error
from reasoner.engine.model import Model
from reasoner.evidence.store import Store
from reasoner.syntax.tree import Citation, Comparison, Declaration, Invariant, Literal, Plain, Program, Rule, atoms_of
from reasoner.syntax.vocabulary import Vocabulary, atoms
from reasoner.term import Atom, Row, Value, Variable


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


def broken(rules: Iterable[Rule], model: Model) -> Iterator[Diagnostic]:
    """An error for each row that breaks an invariant, whatever its uncertain dates turn out to be."""
    for rule in rules:
        for row, truth in sorted(model.rows(rule.head.predicate).items(), key=str):
            values = ", ".join(f"{term} = {value}" for term, value in zip(rule.head.terms, row, strict=True))
            message = f"broken: {rule.text or 'this must never hold'} ({values})"
            if truth.certain:
                yield error("R420", message, rule.origin, f"holds {truth.certain}")


def unchecked(rules: Sequence[Rule], model: Model) -> Iterator[Diagnostic]:
    """A warning where the map is so large that what some invariants read was not evaluated."""
    if missing := [rule for rule in rules if rule.head.predicate in model.apart]:
        message = f"{len(missing)} of {len(rules)} invariants are not checked: what they read has too many rows"
        labels = tuple(Label(rule.origin, rule.text or "") for rule in missing if rule.origin)
        yield Diagnostic("R428", "warning", message, labels, help="read fewer places, for it grows with their square")


def disputes(model: Model, store: Store) -> Iterator[Diagnostic]:
    """A warning for each place that two are reported to hold, with the words of both sides."""
    said: dict[Value, list[tuple[str, Row]]] = {}
    for predicate in ("capture", "control", "handover"):
        for row in sorted(store.facts.get(predicate, {}), key=str):
            said.setdefault(row[-1], []).append((predicate, row))
    for (place,), truth in sorted(model.rows("contested").items(), key=str):
        if not (days := truth.certain):
            continue  # a place that changes hands on a day not known is in no dispute
        holders = sorted(str(a) for (a, p), t in model.rows("holds").items() if p == place and t.possible & days)
        labels = tuple(
            Label(claim.origin, f"said by {claim.evidence.source if claim.evidence else 'nobody'}")
            for predicate, row in said.get(place, ())
            if str(row[-2]) in holders
            for claim in store.claims.get((predicate, row), ())
            if claim.origin
        )
        message = f"`{place}` is contested: {' and '.join(holders)} are both reported to hold it, {days}"
        yield Diagnostic("R421", "warning", message, labels)


def of_facts(invariant: Invariant, vocabulary: Vocabulary) -> bool:
    """Whether an invariant is a constraint on facts, rather than a law that rules keep whatever the facts.

    It is one where it reads an event or state that no rule derives: since anybody may state that, it can always be
    broken, unless facts agree with what follows from others. `never enemies(A, B), allied(A, B)` is one.
    So is what reads nothing but the map: what is fixed, and what rules make of that alone, as `within` of `part_of`.
    """
    derived = vocabulary.derived
    stated = {d.predicate for d in vocabulary.program.of(Declaration) if d.kind != "fixed"} - derived
    literals = [one for one in invariant.body if isinstance(one, Literal) and not one.negated]
    if any(signed.atom.predicate in stated for one in literals for signed in atoms_of(one.formula)):
        return True
    fixed = {d.predicate for d in vocabulary.program.of(Declaration) if d.kind == "fixed"} - derived
    fixed |= set(vocabulary.type_predicates)
    while more := {p for p in derived - fixed if _maps(p, vocabulary.program, fixed | {p})}:
        fixed |= more
    return all(atom.predicate in fixed for atom in atoms(invariant.body))


def _maps(predicate: str, program: Program, known: set[str]) -> bool:
    return all(
        isinstance(one, Comparison)
        or (
            isinstance(one, Literal)
            and not one.negated
            and isinstance(one.formula, Plain)
            and one.formula.atom.predicate in known
        )
        for rule in program.of(Rule)
        if rule.head.predicate == predicate
        for one in rule.body
    )
