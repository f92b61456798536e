"""A proof as sentences, each under what it supports, down to the quoted words."""

from __future__ import annotations

import re
from collections.abc import Iterator

from reasoner.evidence.claim import Claim
from reasoner.explain.proof import Absent, Derived, Given, Proof, Stated, show
from reasoner.query.answers import Answer
from reasoner.render.json import citation
from reasoner.render.text import Footnotes, TextRenderer, shown
from reasoner.term import Value
from reasoner.when import PAST, Day, day_or_none, show_day

DEPTH = 80  # steps below each other that are told and put into JSON


def sentences(proof: Proof, renderer: TextRenderer) -> str:
    """The proof as an indented list, and the sources that it cites."""
    notes = Footnotes(renderer.sources)
    lines = list(_tree(proof, renderer, notes, "", "", set()))
    return shown("\n".join((*lines, *notes.lines())))


def _tree(
    proof: Proof,
    renderer: TextRenderer,
    notes: Footnotes,
    first: str,
    rest: str,
    told: set[Proof],
    day: Day | None = None,
) -> Iterator[str]:
    """The lines of a proof; `day` is the day of what it supports, told only where it changes."""
    if len(rest) > 3 * DEPTH:
        yield f"{rest}... and so on: ask why for `{show(proof)}`"
        return
    again = bool(proof.premises) and proof in told
    yield first + _line(proof, renderer, notes, day) + ("  (as above)" if again else "")
    if again:
        return
    told.add(proof)
    if isinstance(proof, Derived) and proof.premises and _declared(proof, renderer):
        yield f"{rest}because {_reason(proof, renderer)}  ({_place(proof)})"
    for number, premise in enumerate(proof.premises, 1):
        bars = ("└─ ", "   ") if number == len(proof.premises) else ("├─ ", "│  ")
        yield from _tree(premise, renderer, notes, rest + bars[0], rest + bars[1], told, proof.day)


def _line(proof: Proof, renderer: TextRenderer, notes: Footnotes, day: Day | None) -> str:
    on = f", on {show_day(proof.day)}" if proof.day not in (day, 0) else ""
    match proof:
        case Stated(claim=claim):
            dates = " to ".join(map(str, claim.dates))
            return f"{_sentence(proof, renderer)}{f', {dates}' if dates else ''}  {notes.mark((claim,)) or '(uncited)'}"
        case Derived():
            if _declared(proof, renderer):
                return _sentence(proof, renderer) + on
            return f"{_reason(proof, renderer)}{on}  ({_place(proof)})"
        case Absent(first=start):
            span = (
                show_day(proof.day)
                if start == proof.day
                else f"{'ever' if start == PAST else show_day(start)} to {show_day(proof.day)}"
            )
            return f"nothing says: {_sentence(proof, renderer)} ({span})"
        case Given():
            return f"{_sentence(proof, renderer)} (by definition)"


def _declared(proof: Proof, renderer: TextRenderer) -> bool:
    """Whether the predicate has a phrase of its own; if not, its rule's sentence tells it."""
    declaration = renderer.vocabulary.declarations.get(proof.predicate)
    return bool(declaration and declaration.phrases)


def _sentence(proof: Proof, renderer: TextRenderer) -> str:
    row = tuple("_" if value is None else value for value in proof.row)
    return renderer.sentence(proof.predicate, row)


def _reason(proof: Derived, renderer: TextRenderer) -> str:
    """The rule's own sentence with the values of its variables, or the rule's place."""
    values = dict(proof.binding)
    if not proof.rule.text:
        return "the rule says so"
    return re.sub(r"{(\w+)}", lambda m: _say(values.get(m[1]), m[0], renderer), proof.rule.text)


def _say(value: Value | None, written: str, renderer: TextRenderer) -> str:
    return written if value is None else renderer.names.show(value) if isinstance(value, str) else str(value)


def _place(proof: Derived) -> str:
    return f"{proof.rule.origin.file}:{proof.rule.origin.line}"


def explain(answer: Answer, renderer: TextRenderer) -> str:
    """Why an answer is given: who says so, and what it follows from."""
    if answer.proof is not None and answer.origin != "both":
        return sentences(answer.proof, renderer)
    notes = Footnotes(renderer.sources)
    said = [f"it is reported: {renderer.claim(claim, notes)}" for claim in answer.claims if _is_report(claim, renderer)]
    if answer.proof is None:
        return "\n".join((renderer.sentence(answer.predicate, answer.row), *said, *notes.lines()))
    lines = list(_tree(answer.proof, renderer, notes, "", "", set()))
    return shown("\n".join((*said, "and it follows:", *lines, *notes.lines())))


def _is_report(claim: Claim, renderer: TextRenderer) -> bool:
    declaration = renderer.vocabulary.declarations.get(claim.predicate)
    return declaration is not None and declaration.reports is not None


def as_json(proof: Proof | None, depth: int = DEPTH) -> dict[str, object] | None:
    """The tree as plain data, down to so many steps."""
    if proof is None or not depth:
        return None
    node: dict[str, object] = {
        "atom": show(proof),
        "kind": type(proof).__name__.lower(),
        "day": day_or_none(proof.day),
    }
    match proof:
        case Derived(rule=rule):
            node |= {"rule": f"{rule.origin.file}:{rule.origin.line}", "text": rule.text}
        case Stated(claim=claim):
            node["citation"] = citation(claim)
        case Absent(first=first):
            node["from"] = day_or_none(first)
    return node | ({"because": [as_json(premise, depth - 1) for premise in proof.premises]} if proof.premises else {})
