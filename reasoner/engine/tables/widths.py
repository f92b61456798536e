"""How wide the columns of derived relations are: codes flow from facts through rules."""

from __future__ import annotations

from collections.abc import Iterable

from reasoner.engine.tables.base import bits_of
from reasoner.engine.tables.codes import Codes
from reasoner.engine.tables.layout import OPEN
from reasoner.plan.plan import Stratum
from reasoner.plan.rules import Gather, PlannedRule
from reasoner.syntax.tree import Comparison, Literal, atoms_of
from reasoner.term import Constant, Term, Variable

Bits = dict[str, tuple[int, ...]]


def widen(stratum: Stratum, bits: Bits, codes: Codes) -> None:
    """Adds the bits of each column of the stratum's predicates, known those that it reads."""
    for rule in stratum.rules:
        for predicate, width in ((rule.head.predicate, len(rule.head.terms)), *_read(rule)):
            bits.setdefault(predicate, (1,) * width)
    changed = True
    while changed:
        changed = False
        for rule in stratum.rules:
            known = _variables(rule, bits, codes)
            head = rule.head
            widths = [_width(term, known, codes) for term in head.terms]
            wider = tuple(map(max, bits[head.predicate], widths))
            changed |= wider != bits[head.predicate]
            bits[head.predicate] = wider


def _read(rule: PlannedRule) -> Iterable[tuple[str, int]]:
    """What a rule reads, with the number of its columns."""
    for step in rule.body:
        match step:
            case Literal(formula):
                yield from ((signed.atom.predicate, len(signed.atom.terms)) for signed in atoms_of(formula))
            case Gather():
                yield step.elements, len(step.groups) + step.width


def _variables(rule: PlannedRule, bits: Bits, codes: Codes) -> dict[str, int]:
    """The bits of each variable: no more than any column has in which it stands."""
    known: dict[str, int] = {}
    for step in rule.body:
        match step:
            case Literal(formula, negated=False):
                # On the day of its start a `since` asks nothing of its left side.
                for signed in atoms_of(formula)[-1:]:
                    if not signed.negated:
                        for term, width in zip(signed.atom.terms, bits[signed.atom.predicate], strict=True):
                            if isinstance(term, Variable):
                                known[term.name] = min(known.get(term.name, OPEN), width)
            case Comparison("=", left, right):
                for one, other in ((left, right), (right, left)):
                    if isinstance(one, Variable) and isinstance(other, Constant):
                        known[one.name] = min(known.get(one.name, OPEN), bits_of(codes.code(other.value)))
    return known


def _width(term: Term, known: dict[str, int], codes: Codes) -> int:
    if isinstance(term, Constant):
        return bits_of(codes.code(term.value))
    return known.get(term.name, OPEN) if isinstance(term, Variable) else OPEN
