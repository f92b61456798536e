"""What a stratum reads, and on which days: how far a change reaches, and how far back an evaluation looks."""

from __future__ import annotations

from collections.abc import Iterator

from reasoner.plan.plan import Stratum, read_by
from reasoner.plan.rules import Gather, Step
from reasoner.plan.slicing import looked_at
from reasoner.syntax.tree import Always, Begins, Ends, Literal, Once, Plain, Since
from reasoner.when import FUTURE, PAST, Day, Interval

EVER = (PAST, FUTURE)


def reads(stratum: Stratum) -> Iterator[tuple[str, Step]]:
    """Each step of the stratum's rules with each predicate that it reads."""
    for step in (step for rule in stratum.rules for step in rule.body):
        yield from ((predicate, step) for predicate in read_by(step))


def adding(stratum: Stratum) -> frozenset[str]:
    """The predicates whose further rows can only add to what the stratum derives, by some step at least."""
    return stratum.predicates.union(predicate for predicate, step in reads(stratum) if adds(step))


def adds(step: Step) -> bool:
    """Whether more rows of what it reads can only add to what the step gives."""
    return isinstance(step, Literal) and isinstance(step.formula, Plain) and not step.negated


def local(step: Step) -> bool:
    """Whether a day asks of that day alone."""
    return isinstance(step, Gather) or (isinstance(step, Literal) and isinstance(step.formula, Plain))


def after(step: Step, span: Interval) -> list[Interval]:
    """The days on which a step differs if what it reads does on the days of a span: one span, or none."""
    start, end = span
    match step:
        case Literal(Once(_, near, far) | Always(_, near, far)):
            start, end = _later(start, near), _later(end, far)
        case Literal(Since()):
            end = FUTURE
        case Literal(Begins() | Ends()):
            end = _later(end, 1)
    if isinstance(step, Literal) and step.during:
        start, end = meet((start, end), step.during.span)
    return [(start, end)] if start < end else []


def before(step: Step, span: Interval) -> Interval:
    """The days that a step reads to know of the days of a span, where all that it reads is exact."""
    if isinstance(step, Literal) and isinstance(step.formula, Begins | Ends):
        return _later(span[0], -1), span[1]
    return looked_at(step, span)


def _later(day: Day, by: int) -> Day:
    if abs(by) >= FUTURE:
        return FUTURE if by > 0 else PAST
    return day if day in EVER else day + by


def meet(one: Interval, other: Interval) -> Interval:
    """The days in both spans."""
    return max(one[0], other[0]), min(one[1], other[1])
