"""Coverage: how often each rule fires on some facts. One that never fires is untested, or lacks its facts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from reasoner.engine import engine
from reasoner.engine.model import Model
from reasoner.evidence.store import Store
from reasoner.plan.plan import Plan, plan
from reasoner.syntax.tree import Rule
from reasoner.syntax.vocabulary import Vocabulary
from reasoner.term import Atom


def firings(
    vocabulary: Vocabulary, store: Store, evaluate: Callable[[Plan, Store], Model] | None = None
) -> dict[Rule, int]:
    """How many rows each rule derives, at least possibly; 0 for one that never fires.

    Each rule gets a second one beside it, `#fired7(head terms) :- body`, that nothing reads: what this derives is what
    the rule derives by itself, whichever engine evaluates it. Rules that are written twice alike are one.
    """
    rules = vocabulary.program.of(Rule)
    alone = tuple(_alone(vocabulary, number, rule) for number, rule in enumerate(rules, 1))
    model = (evaluate or engine())(plan(vocabulary, extra=alone), store)
    return {
        rule: sum(bool(truth.possible) for truth in model.rows(one.head.predicate).values())
        for rule, one in zip(rules, alone, strict=True)
    }


def _alone(vocabulary: Vocabulary, number: int, rule: Rule) -> Rule:
    return replace(rule, head=Atom(f"#fired{number}", vocabulary.positional(rule.head).terms))
