"""Whose word something rests on, and what it takes for granted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from reasoner.evidence.claim import Claim
from reasoner.explain.proof import supports
from reasoner.explain.why import Prover
from reasoner.term import Row
from reasoner.when import FUTURE, PAST, Day, Truth


def to_cite(used: Iterable[Claim]) -> tuple[Claim, ...]:
    """The claims to cite: those with a place in their source, or its words; without any, all that have a source."""
    used = tuple(used)
    found = tuple(
        c for c in used if c.evidence and (c.evidence.quote or c.evidence.locator) and not c.evidence.is_analyst
    )
    return found or tuple(c for c in used if c.evidence)


def assumed(used: Iterable[Claim], texts: Mapping[str, str]) -> tuple[str, ...]:
    """What claims take for granted: named assumptions by their texts, and the analyst's own words."""
    found: dict[str, None] = {}
    for claim in used:
        found.update(dict.fromkeys(texts.get(name, name) for name in claim.assumptions))
        if claim.evidence and claim.evidence.is_analyst:
            found[f"{claim}: {claim.evidence.quote or 'on the word of the analyst'}"] = None
    return tuple(found)


def resting_on(prover: Prover, predicate: str, row: Row, days: Iterable[Day]) -> tuple[Claim, ...]:
    """The claims that a row rests on, on some days."""
    proofs = (prover.prove(predicate, row, day) for day in days)
    return tuple(dict.fromkeys(claim for proof in proofs if proof for claim in supports(proof)))


def a_day(truth: Truth) -> Day:
    """The first day of the last run on which it is certain, else possible: on it is said what made it so."""
    start, end = (truth.certain or truth.possible).intervals[-1]
    return start if start != PAST else end - 1 if end != FUTURE else 0
