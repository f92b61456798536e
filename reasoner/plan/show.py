"""A plan as text and as plain data: strata in order, rules as they are evaluated, demands and days."""

from __future__ import annotations

from reasoner.plan.goal import Directed
from reasoner.plan.plan import Plan, read
from reasoner.plan.rules import Gather, PlannedRule, Step
from reasoner.syntax.vocabulary import Vocabulary
from reasoner.syntax.write import write_atom, write_literal, write_term
from reasoner.when import Days, Interval, day_or_none


def as_text(directed: Directed, vocabulary: Vocabulary) -> str:
    """The plan for a terminal."""
    plan, spans = directed.plan, directed.narrowed.plan.spans
    lines = [f"demand  {directed.reason}", f"days    {_days(directed.days)}"]
    for number, stratum in enumerate(plan.strata, 1):
        lines += ["", f"stratum {number}{', recursive' if stratum.recursive else ''}"]
        lines += [f"  {_predicate(one, directed, vocabulary)}" for one in sorted(stratum.predicates)]
        lines += [f"    {_place(rule):<{_widest(plan)}}  {write_rule(rule)}" for rule in stratum.rules]
    if facts := [
        f"  {predicate}: needed {_days(spans[predicate])}" for predicate in _facts(plan) if predicate in spans
    ]:
        lines += ["", "facts", *facts]
    return "\n".join(lines)


def _predicate(predicate: str, directed: Directed, vocabulary: Vocabulary) -> str:
    """`held: asked for by place; needed until 2016-06-04`."""
    places, spans = directed.narrowed.places, directed.narrowed.plan.spans
    about = ["a demand, which holds on all days"] if predicate in directed.plan.demands else []
    if predicate in places:
        asked = "asked for by" if directed.pays else "could be asked for by"
        about.append(f"{asked} {_arguments(predicate, places[predicate], vocabulary)}")
    if predicate in spans:
        about.append(f"needed {_days(spans[predicate])}")
    return f"{predicate}: {'; '.join(about)}" if about else predicate


def _arguments(predicate: str, at: tuple[int, ...], vocabulary: Vocabulary) -> str:
    """`place and side`, or `argument 2 and argument 3` where they have no names."""
    parameters = vocabulary.parameters(predicate)
    return " and ".join(parameters[n].name if n < len(parameters) else f"argument {n + 1}" for n in at)


def _days(span: Interval | None) -> str:
    return str(Days((span,))) if span else "all days"


def _widest(plan: Plan) -> int:
    return max((len(_place(rule)) for stratum in plan.strata for rule in stratum.rules), default=0)


def _place(rule: PlannedRule) -> str:
    origin = rule.rule.origin
    return f"{origin.file}:{origin.line}"


def _facts(plan: Plan) -> list[str]:
    """The predicates that facts alone give."""
    derived = {predicate for stratum in plan.strata for predicate in stratum.predicates}
    return sorted({p for s in plan.strata for rule in s.rules for p in read(rule)} - derived)


def write_rule(rule: PlannedRule) -> str:
    """A rule in the order in which it is evaluated."""
    body = ", ".join(map(_step, rule.body))
    return f"{write_atom(rule.head)}{' :- ' if body else ''}{body}."


def _step(step: Step) -> str:
    if not isinstance(step, Gather):
        return write_literal(step)
    terms = ", ".join([*map(str, step.groups), *("_" for _ in range(step.width))])
    return f"#{step.function}{{ {step.elements}({terms}) }} {step.operator} {write_term(step.bound)}"


def as_json(directed: Directed) -> dict[str, object]:
    """The plan for scripts. Places of arguments count from 0; null stands for all days, or for no end of them."""
    plan, narrowed = directed.plan, directed.narrowed
    spans = {predicate: dict(zip(("start", "end"), map(day_or_none, span), strict=True))
             for predicate, span in narrowed.plan.spans.items()}  # fmt: skip
    return {
        "demand": {"used": directed.used, "reason": directed.reason},
        "strata": [
            {
                "predicates": [
                    {
                        "predicate": predicate,
                        "demand": predicate in plan.demands,
                        "bound": list(narrowed.places.get(predicate, ())),
                        "days": spans.get(predicate),
                    }
                    for predicate in sorted(stratum.predicates)
                ],
                "recursive": stratum.recursive,
                "rules": [{"at": _place(rule), "rule": write_rule(rule)} for rule in stratum.rules],
            }
            for stratum in plan.strata
        ],
        "facts": [{"predicate": predicate, "days": spans.get(predicate)} for predicate in _facts(plan)],
    }
