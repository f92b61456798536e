"""Questions about a model that is known: only what they add to it is evaluated."""

from __future__ import annotations

from collections.abc import Callable, Set
from dataclasses import replace

from reasoner.engine.model import Model
from reasoner.evidence.store import Store
from reasoner.plan.plan import Plan, read


def beyond(
    known: Model, derived: Set[str], plan: Plan, store: Store, evaluate: Callable[[Plan, Store], Model]
) -> Model:
    """The model of a plan, of which all that is `derived` is known, from the strata that derive anything else."""
    strata = tuple(stratum for stratum in plan.strata if not stratum.predicates <= derived)
    needed = {name for stratum in strata for rule in stratum.rules for name in read(rule)}
    facts = {name: rows for name in needed if (rows := known.rows(name))}
    more = evaluate(replace(plan, strata=strata), Store(facts, {}))
    found = {name: rows for stratum in strata for name in stratum.predicates if (rows := more.rows(name))}
    return Model.of(found, known.relations)
