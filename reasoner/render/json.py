"""Answers as the JSON that scripts read: DESIGN section 7."""

from __future__ import annotations

from reasoner.evidence.claim import Claim
from reasoner.query.answers import Answer, Answers
from reasoner.term import Quoted, Value
from reasoner.when import Days, day_or_none

Json = dict[str, object]


def answers(found: Answers) -> Json:
    """One object; days closed-open, null for since ever or still."""
    result: Json = {
        "question": found.question,
        "query": found.query,
        "form": found.form,
        "last_evidence": day_or_none(found.last_evidence) if found.last_evidence is not None else None,
        "asked_days": intervals(Days((found.days,)))[0] if found.days else None,
        "answers": [answer(one) for one in found],
        "assumptions": list(found.assumptions),
        "alternatives": list(found.alternatives),
        "diagnostics": [diagnostic.as_json() for diagnostic in found.diagnostics],
    }
    if found.verdict:
        result["verdict"] = found.verdict
        result["denials"] = [str(claim) for claim in found.denials]
    if found.headline:
        result["summary"] = found.headline
        result["remarks"] = [{"text": text, "citations": _citations(claims)} for text, claims in found.remarks]
    if found.evidence:
        result["evidence"] = [{"atom": str(claim), "citation": citation(claim)} for claim in found.evidence]
    return result


def answer(one: Answer) -> Json:
    """A row of the answer. In every world it holds on some day of each window, both ends included."""
    return {
        "id": one.id,
        "atom": one.atom,
        "bindings": {name: plain(value) for name, value in one.bindings},
        "certain": intervals(one.truth.certain),
        "possible": intervals(one.truth.possible),
        "windows": [{"first": day_or_none(first), "last": day_or_none(last)} for first, last in one.truth.windows],
        "origin": one.origin,
        "assumptions": list(one.assumptions),
        "citations": _citations(one.claims),
    }


def _citations(claims: tuple[Claim, ...]) -> list[Json]:
    return [cited for cited in map(citation, claims) if cited]


def citation(claim: Claim) -> Json | None:
    """Source, place in it, words; `via` where it repeats somebody."""
    evidence = claim.evidence
    if evidence is None:
        return None
    cited: Json = {"source": evidence.source, "locator": evidence.locator, "quote": evidence.quote}
    return cited | ({"via": list(evidence.voices[1:])} if len(evidence.voices) > 1 else {})


def intervals(days: Days) -> list[Json]:
    """Closed-open intervals of days."""
    return [{"start": day_or_none(start), "end": day_or_none(end)} for start, end in days]


def plain(value: Value) -> str | int | float:
    """A value as JSON has it: symbols and strings are both strings."""
    return value.text if isinstance(value, Quoted) else value
