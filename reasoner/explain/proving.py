"""Proofs to be shown: the best ones of an answer, each of which the checker has accepted."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from reasoner.engine.model import Model
from reasoner.evidence.store import Store
from reasoner.explain.checker import Checker
from reasoner.explain.proof import Derived, Proof
from reasoner.explain.why import Prover
from reasoner.plan.plan import plan
from reasoner.syntax.tree import Rule
from reasoner.syntax.vocabulary import Vocabulary


def shortest(
    vocabulary: Vocabulary,
    store: Store,
    model: Callable[[Iterable[str], Iterable[Rule]], Model],
    proof: Proof,
    most: int = 1,
) -> tuple[Proof, ...]:
    """The proof, or so many of what it proves on its day that rest on different claims; the best first."""
    asked = isinstance(proof, Derived) and proof.predicate.startswith("#")
    extra = (proof.rule,) if isinstance(proof, Derived) and asked else ()
    checker = Checker(vocabulary, store, extra)
    checker.accept(proof)
    if most == 1:
        return (proof,)
    goals = (proof.predicate,)
    prover = Prover(plan(vocabulary, goals, extra), store, model(goals, extra), checker)
    return prover.several(proof.predicate, tuple(v for v in proof.row if v is not None), proof.day, most)
