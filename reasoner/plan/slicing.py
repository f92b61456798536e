"""Slices of time: the days on which each predicate is needed, where a question is about some days alone.

Operators look back only, so nothing after the last day asked about is ever needed: a day of `ends p` is the day after
one of p, and a window of p that tells something on a day is over by then. How far back is needed the operators say.
`begins` and `ends` need all that was before, for where dates are uncertain a run may have begun on any day.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from reasoner.plan.plan import Plan, read_by
from reasoner.plan.rules import Step
from reasoner.syntax.tree import Always, Begins, Ends, Literal, Once, Since
from reasoner.when import FUTURE, PAST, Day, Days, Interval, Truth, narrowest


def sliced(plan: Plan, goals: Iterable[str], days: Interval) -> Plan:
    """The plan with the span of days on which each predicate, of rules or of facts, is needed."""
    spans = dict.fromkeys(goals, days)
    for stratum in reversed(plan.strata):
        asked = [spans[predicate] for predicate in stratum.predicates if predicate in spans]
        if not asked:
            continue
        # What needs each other does so on the same days: in a stratum no operator stands between.
        own = hull(asked)
        spans.update(dict.fromkeys(stratum.predicates, own))
        for rule in stratum.rules:
            for step in rule.body:
                span = looked_at(step, own)
                for predicate in read_by(step):
                    spans[predicate] = hull((spans.get(predicate, span), span))
    return replace(plan, spans={predicate: span for predicate, span in spans.items() if span != (PAST, FUTURE)})


def reach(plan: Plan) -> tuple[int, tuple[Day, ...]]:
    """How many days after its reasons anything can change: each operator adds its own to those below it.

    And the days at which the plan itself begins or ends something.
    """
    days, named = 2, [day for span in plan.spans.values() for day in span]
    for step in (step for stratum in plan.strata for rule in stratum.rules for step in rule.body):
        match step:
            case Literal(Once(_, near, far) | Always(_, near, far)):
                days += sum(day for day in (near, far) if day < FUTURE)
            case Literal(Begins() | Ends()):
                days += 2
        if isinstance(step, Literal) and step.during:
            named += step.during.span
    return days, tuple(day for day in named if PAST < day < FUTURE)


def hull(spans: Iterable[Interval]) -> Interval:
    """From the first day of any span to the last."""
    starts, ends = zip(*spans, strict=True)
    return min(starts), max(ends)


def looked_at(step: Step, span: Interval) -> Interval:
    """The days that a step looks at to be known on some days."""
    start, end = span
    match step:
        case Literal(Once(_, near, far) | Always(_, near, far)):
            first = PAST if start == PAST or far == FUTURE else start - far
            return first, FUTURE if end == FUTURE else end - near
        case Literal(Since() | Begins() | Ends()):
            return PAST, end
    return span


def within(truth: Truth, days: Interval) -> Truth:
    """What a truth says of some days. A window that reaches beyond them says nothing of them."""
    span = Days((days,))
    certain = truth.certain & span
    inside = ((first, last) for first, last in truth.windows if days[0] <= first and last < days[1])
    return Truth(certain, truth.possible & span, narrowest(inside, certain))
