"""A program to a plan: its rules in strata, each of which is known before the next one needs it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, field, replace
from functools import cached_property

from reasoner.check.dependencies import components
from reasoner.plan.rules import Gather, Normaliser, PlannedRule, Step
from reasoner.syntax.tree import Comparison, Literal, Rule, atoms_of
from reasoner.syntax.vocabulary import Vocabulary
from reasoner.term import Expression
from reasoner.when import Interval


@dataclass(frozen=True)
class Stratum:
    """Predicates that need each other, or a single one, with the rules that derive them.

    The rules of elements come first, each after those that it gathers itself, for an aggregate looks at all of them.
    """

    predicates: frozenset[str]
    rules: tuple[PlannedRule, ...]
    recursive: bool

    @cached_property
    def gathered(self) -> frozenset[str]:
        """The elements of aggregates to which the recursion lends values: in each round they are derived first."""
        return self.predicates & {
            step.elements for rule in self.rules for step in rule.body if isinstance(step, Gather)
        }

    @property
    def calculates(self) -> bool:
        """Whether a rule makes values by arithmetic, so that a recursion may go on for ever."""
        steps = (step for rule in self.rules for step in rule.body if isinstance(step, Comparison))
        return any(isinstance(term, Expression) for step in steps for term in (step.left, step.right))


@dataclass(frozen=True)
class Plan:
    """Strata in the order of their evaluation. Predicates with `#` in their names are the plan's own.

    A row of a demand that possibly holds on any day holds always. A predicate is needed within its span alone, a
    closed-open hull of days, and on all days where it has none: an engine may leave out what lies outside.
    """

    strata: tuple[Stratum, ...]
    demands: frozenset[str] = frozenset()
    spans: Mapping[str, Interval] = field(default_factory=dict)

    @cached_property
    def rules(self) -> Mapping[str, list[PlannedRule]]:
        """All rules by the predicate that they derive."""
        return by_head(rule for stratum in self.strata for rule in stratum.rules)


def plan(vocabulary: Vocabulary, goals: Iterable[str] | None = None, extra: Iterable[Rule] = ()) -> Plan:
    """The rules that the goals need (all rules without goals), in strata. The program has passed its checks.

    `extra` are rules beside the program's own, such as a question's.
    """
    normaliser = Normaliser(vocabulary)
    rules = by_head(planned for rule in (*vocabulary.program.of(Rule), *extra) for planned in normaliser.rules(rule))
    if goals is not None:
        rules = _needed(rules, goals)
    return Plan(in_strata(rule for derived in rules.values() for rule in derived))


def beyond(whole: Plan, known: Set[str], goals: Iterable[str] | None = None) -> Plan:
    """What of a plan must be evaluated, for some goals or for all, where some of its predicates are known."""
    rules = {head: list(its) for head, its in whole.rules.items() if head not in known}
    found = rules if goals is None else _needed(rules, goals)
    return replace(whole, strata=in_strata(rule for its in found.values() for rule in its))


def in_strata(rules: Iterable[PlannedRule]) -> tuple[Stratum, ...]:
    """Rules grouped so that each group needs only itself and those before it."""
    derived = by_head(rules)
    graph = _graph(derived)
    return tuple(
        Stratum(
            frozenset(component),
            tuple(rule for head in _in_turn(component, derived) for rule in derived[head]),
            len(component) > 1 or component[0] in graph[component[0]],
        )
        for component in components(graph)
    )


def _in_turn(component: list[str], derived: Mapping[str, list[PlannedRule]]) -> list[str]:
    """The predicates of a stratum by name, but elements of aggregates before what gathers them."""
    gathers = {
        head: [step.elements for rule in derived[head] for step in rule.body if isinstance(step, Gather)]
        for head in sorted(component)
    }
    return [head for (head,) in components(gathers)]


def by_head(rules: Iterable[PlannedRule]) -> dict[str, list[PlannedRule]]:
    """Rules by the predicate that they derive."""
    found: dict[str, list[PlannedRule]] = {}
    for rule in rules:
        found.setdefault(rule.head.predicate, []).append(rule)
    return found


def _graph(rules: Mapping[str, Iterable[PlannedRule]]) -> dict[str, list[str]]:
    return {head: sorted({p for rule in derived for p in read(rule)}) for head, derived in rules.items()}


def read(rule: PlannedRule) -> Iterable[str]:
    """The predicates that a rule reads."""
    for step in rule.body:
        yield from read_by(step)


def read_by(step: Step) -> Iterable[str]:
    """The predicates that a step reads."""
    match step:
        case Literal(formula):
            yield from (signed.atom.predicate for signed in atoms_of(formula))
        case Gather(elements=elements):
            yield elements


def _needed(rules: Mapping[str, list[PlannedRule]], goals: Iterable[str]) -> dict[str, list[PlannedRule]]:
    graph = _graph(rules)
    reached: dict[str, list[PlannedRule]] = {}
    waiting = [goal for goal in goals if goal in graph]
    while waiting:
        head = waiting.pop()
        if head not in reached:
            reached[head] = rules[head]
            waiting.extend(body for body in graph[head] if body in graph)
    return reached
