"""What follows from facts: evaluated for a question, or once for all, kept, and moved with its facts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from reasoner.engine import engine, memory
from reasoner.engine.model import Model
from reasoner.evidence.store import Store
from reasoner.plan.plan import Plan, beyond, plan, read
from reasoner.syntax.tree import Rule
from reasoner.syntax.vocabulary import Vocabulary
from reasoner.term import Row
from reasoner.when import Truth

if TYPE_CHECKING:
    from reasoner.engine.living import Living

Relations = Mapping[str, Mapping[Row, Truth]]


@dataclass(eq=False)
class Conclusions:
    """What the rules of a program say of a store, by an engine.

    `given` is what is derived, where that is known, but for what is left `apart` until somebody asks for it.
    `earlier` are the conclusions of other facts, to be moved to these.
    """

    vocabulary: Vocabulary
    store: Store
    engine: str = "columnar"
    given: Relations | None = None
    apart: frozenset[str] = frozenset()
    earlier: Conclusions | None = None

    def model(self, goals: Iterable[str] | None = None, extra: Iterable[Rule] = ()) -> Model:
        """What follows: every predicate, or what the goals need."""
        if goals is None and not extra and self.engine == "columnar" and not self.apart:
            return self.kept
        return self.evaluate(plan(self.vocabulary, goals, extra), self.store)

    def evaluate(self, wanted: Plan, store: Store) -> Model:
        """The model of a plan that has this program's rules; what is known is not evaluated again."""
        if not (known := self.known):
            return engine(self.engine)(wanted, store)
        rest = beyond(wanted, self.derived)
        needed = {name for rules in rest.rules.values() for rule in rules for name in read(rule)} | rest.rules.keys()
        facts = {name: rows for name in needed if (rows := known.rows(name) or store.facts.get(name))}
        found = engine(self.engine)(rest, Store(facts, {}))
        derived = {name: rows for name in rest.rules if (rows := found.rows(name))}
        return Model.of(derived, known.relations, apart=found.apart)

    @property
    def kept(self) -> Model:
        """The model that is evaluated once and follows its facts: all, but for what is left apart."""
        return self.known or self.living.model

    @property
    def settled(self) -> bool:
        """Whether that model need not be evaluated any more."""
        return self.engine == "columnar" and (self.given is not None or "living" in self.__dict__)

    @property
    def known(self) -> Model | None:
        """That model, where it need not be evaluated any more."""
        if not self.settled:
            return None
        if self.given is None or "living" in self.__dict__:
            return self.living.model
        return Model.of(self.given, self.store.facts)

    @cached_property
    def derived(self) -> frozenset[str]:
        """What the rules derive that is kept, the plan's own predicates among them."""
        return frozenset(self.plan.rules)

    @cached_property
    def plan(self) -> Plan:
        """The plan of what is kept."""
        whole = plan(self.vocabulary)
        return replace(whole, strata=tuple(s for s in whole.strata if s.predicates.isdisjoint(self.apart)))

    @cached_property
    def living(self) -> Living:
        """The model that is kept, as it moves: from that of earlier facts, where these have the same rules."""
        from reasoner.engine.living import Living  # numpy takes its time

        earlier, self.earlier = self.earlier, None  # which need not be held any longer
        if self.given is not None:
            return Living.restored(self.plan, self.store, self.given)
        if earlier is not None and earlier.plan == self.plan:
            return earlier.living.update(self.store)
        return Living.of(self.plan, self.store)

    def within(self, rows: int) -> Conclusions:
        """The same, evaluated, but for strata of more rows than these and what needs them, which are left apart."""
        whole = plan(self.vocabulary)
        with memory.at_most(rows):
            found = engine()(whole, self.store)
        given = {name: its for name in whole.rules if (its := found.rows(name))}
        return replace(self, given=given, apart=found.apart, earlier=None)
