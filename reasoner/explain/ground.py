"""What a model says of parts of rules on a day: the engine is asked again, of one small rule at a time.

So every operator and aggregate means here what it means to the engine, and nothing is evaluated that was known before.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property

from reasoner.engine.model import Model
from reasoner.evidence.indexed import Pattern
from reasoner.evidence.store import Store
from reasoner.plan.plan import Plan, in_strata, read
from reasoner.plan.rules import Gather, PlannedRule, Step, ordered, variables_of
from reasoner.syntax.tree import Comparison
from reasoner.syntax.vocabulary import Vocabulary
from reasoner.term import Atom, Constant, Row, Term, Value, Variable
from reasoner.when import Day

Binding = dict[str, Value]
Evaluate = Callable[[Plan, Store], Model]

PROBE = "#probe"


class Ground:
    """One model with the rules and claims that it was made of."""

    def __init__(self, vocabulary: Vocabulary, plan: Plan, store: Store, model: Model, evaluate: Evaluate) -> None:
        self.vocabulary, self.store, self.model, self._evaluate = vocabulary, store, model, evaluate
        self.rules = plan.rules
        self._ways: dict[object, list[tuple[Binding, bool]]] = {}
        self._known = Store({**store.facts, **model.relations}, {})
        self._matching: dict[tuple[str, Pattern], list[Row]] = {}

    def ways(
        self, rule: PlannedRule, steps: Sequence[Step], binding: Mapping[str, Value], day: Day
    ) -> list[tuple[Binding, bool]]:
        """The values for which some steps of a rule hold on a day, each with whether it is sure; those first."""
        asked = (tuple(steps), frozenset(binding.items()), day)
        if asked not in self._ways:
            self._ways[asked] = self._found(rule, steps, binding, day)
        return self._ways[asked]

    def _found(
        self, rule: PlannedRule, steps: Sequence[Step], binding: Mapping[str, Value], day: Day
    ) -> list[tuple[Binding, bool]]:
        nowhere = rule.rule.origin
        given = [Comparison("=", Variable(name), Constant(value), origin=nowhere) for name, value in binding.items()]
        whole = (*given, *steps)
        head = sorted(frozenset(binding).union(*(variables_of(step) for step in steps)))
        try:
            body = ordered(whole, frozenset())
        except ValueError:  # with these values alone the steps cannot be evaluated yet
            return []
        probe = PlannedRule(Atom(PROBE, tuple(map(Variable, head))), body, rule.rule)
        # An engine keeps no relation without rows, and what an aggregate gathers may have none.
        empty = (s.elements for s in steps if isinstance(s, Gather) and s.elements not in self._known.facts)
        gathered = (rule for elements in empty for rule in self.rules[elements])
        model = self._evaluate(Plan(in_strata((probe, *gathered))), self._known)
        found = [
            (dict(zip(head, row, strict=True)), day in truth.certain)
            for row, truth in model.rows(PROBE).items()
            if day in truth.possible
        ]
        return sorted(found, key=lambda way: (not way[1], str(way[0])))

    @cached_property
    def read(self) -> frozenset[str]:
        """The predicates that rules read."""
        return frozenset(predicate for rules in self.rules.values() for rule in rules for predicate in read(rule))

    def spoken_of(self, row: Iterable[Value]) -> int:
        """How often dated claims speak of the values of a row."""
        return sum(self._mentions[value] for value in row)

    @cached_property
    def _mentions(self) -> Counter[Value]:
        return self.store.mentions()

    def beside(self, things: Iterable[Value]) -> frozenset[Value]:
        """What timeless facts name together with some things, as a map does neighbours, and these themselves."""
        asked = frozenset(things)
        fixed = (name for name, one in self.vocabulary.declarations.items() if one.kind == "fixed")
        rows = (row for name in fixed for row in self.store.facts.get(name, {}) if not asked.isdisjoint(row))
        return asked.union(*rows)

    def rows(self, predicate: str, terms: Iterable[Term]) -> list[Row]:
        """The rows that have these constants where there are any, on whatever day; by their names."""
        pattern = tuple(term.value if isinstance(term, Constant) else None for term in terms)
        if (predicate, pattern) not in self._matching:
            self._matching[predicate, pattern] = sorted(self._known.matching(predicate, pattern), key=str)
        return self._matching[predicate, pattern]

    def sure(self, predicate: str, row: Row, day: Day) -> bool:
        """Whether a row holds on a day for certain."""
        return day in self.model.truth(predicate, row).certain

    def possible(self, predicate: str, row: Row, day: Day) -> bool:
        """Whether a row may hold on a day."""
        return day in self.model.truth(predicate, row).possible

    def can_be_stated(self, predicate: str) -> bool:
        """Whether a source could say so: no conclusion of rules alone, no type, nothing of the plan's own."""
        if predicate.startswith("#") or predicate in self.vocabulary.type_predicates:
            return False
        return predicate not in self.vocabulary.derived or predicate in self.store.claimed


def from_head(rule: PlannedRule, row: Iterable[Value | None]) -> Binding | None:
    """The values that a rule's head takes from a row, in which None is any value; None where it cannot be that row."""
    binding: Binding = {}
    for term, value in zip(rule.head.terms, row, strict=True):
        if isinstance(term, Constant):
            if value is not None and term.value != value:
                return None
        elif isinstance(term, Variable) and value is not None and binding.setdefault(term.name, value) != value:
            return None
    return binding
