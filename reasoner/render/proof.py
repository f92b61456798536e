"""A proof as sentences, each under what it supports, down to the quoted words."""

from __future__ import annotations

import re
from collections.abc import Iterator

from reasoner.evidence.claim import Claim
from reasoner.explain.proof import Absent, Derived, Given, Proof, Stated, doubts, identities, show, told
from reasoner.query.answers import Answer
from reasoner.render.json import citation, plain
from reasoner.render.text import Footnotes, TextRenderer, shown
from reasoner.term import Value
from reasoner.when import PAST, Day, day_or_none, show_day

DEPTH = 80  # steps below each other that are told and put into JSON, unless more are asked for
DEEPEST = 300


def sentences(proof: Proof, renderer: TextRenderer, depth: int = DEPTH) -> str:
    """The proof as an indented list, and the sources that it cites."""
    notes = Footnotes(renderer.sources)
    lines = [*_tree(proof, renderer, notes, depth, "", "", set()), *_doubts(proof, renderer, notes)]
    return shown("\n".join((*lines, *notes.lines())))


def _doubts(proof: Proof, renderer: TextRenderer, notes: Footnotes) -> Iterator[str]:
    """Why it is only possible, if it is."""
    told_: dict[str, None] = {}
    for node in doubts(proof) if not proof.certain else ():
        if isinstance(node, Stated):
            told_[f"the day is not known: {renderer.claim(node.claim, notes)}"] = None
        else:
            told_[f"it may be otherwise: {_sentence(node, renderer)}"] = None
    yield from (f"{'         ' if n else 'possible,'} {doubt}" for n, doubt in enumerate(told_))


def _tree(
    proof: Proof,
    renderer: TextRenderer,
    notes: Footnotes,
    depth: int,
    first: str,
    rest: str,
    known: set[Proof],
    day: Day | None = None,
) -> Iterator[str]:
    """The lines of a proof; `day` is the day of what it supports, told only where it changes."""
    if len(rest) >= 3 * min(depth, DEEPEST):
        yield f"{rest}... and so on: ask why for `{show(proof)}`"
        return
    again = bool(proof.premises) and proof in known
    yield first + _line(proof, renderer, notes, day) + ("  (as above)" if again else "")
    if again:
        return
    known.add(proof)
    if isinstance(proof, Derived) and proof.premises and _declared(proof, renderer):
        yield f"{rest}because {_reason(proof, renderer)}  ({_place(proof)})"
    premises = told(proof)
    for number, premise in enumerate(premises, 1):
        bars = ("└─ ", "   ") if number == len(premises) else ("├─ ", "│  ")
        yield from _tree(premise, renderer, notes, depth, rest + bars[0], rest + bars[1], known, proof.day)


def _line(proof: Proof, renderer: TextRenderer, notes: Footnotes, day: Day | None) -> str:
    on = f", on {show_day(proof.day)}" if proof.day not in (day, 0) else ""
    if not isinstance(proof, Absent) and proof.window:
        on = f", on some day of {show_day(proof.window[0])} to {show_day(proof.window[1])}"
    match proof:
        case Stated(claim=claim):
            dates = " to ".join(map(str, claim.dates))
            assumed = "".join(f", assuming {name}" for name in claim.assumptions)
            mark = notes.mark((claim,)) or "(uncited)"
            return f"{_sentence(proof, renderer)}{f', {dates}' if dates else ''}  {mark}{assumed}"
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
            why = f"; what stands in its way{', and perhaps more' if proof.more else ''}:" if proof.premises else ""
            return f"nothing says{'' if proof.certain else ' for certain'}: {_sentence(proof, renderer)} ({span}){why}"
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


def explain(answer: Answer, renderer: TextRenderer, depth: int = DEPTH) -> str:
    """Why an answer is given: who says so, and what it follows from."""
    if answer.proof is not None and answer.origin != "both":
        return sentences(answer.proof, renderer, depth)
    notes = Footnotes(renderer.sources)
    said = [f"it is reported: {renderer.claim(claim, notes)}" for claim in answer.claims if _is_report(claim, renderer)]
    if answer.proof is None:
        return "\n".join((renderer.sentence(answer.predicate, answer.row), *said, *notes.lines()))
    lines = [*_tree(answer.proof, renderer, notes, depth, "", "", set()), *_doubts(answer.proof, renderer, notes)]
    return shown("\n".join((*said, "and it follows:", *lines, *notes.lines())))


def _is_report(claim: Claim, renderer: TextRenderer) -> bool:
    declaration = renderer.vocabulary.declarations.get(claim.predicate)
    return declaration is not None and declaration.reports is not None


def as_json(proof: Proof | None, depth: int = DEPTH) -> dict[str, object] | None:
    """The tree as plain data, down to so many steps. A node that was told before is named by its `id` alone."""
    return None if proof is None else _json(proof, identities(proof), set(), min(depth, DEEPEST))


def _json(proof: Proof, names: dict[Proof, str], known: set[Proof], depth: int) -> dict[str, object] | None:
    if not depth:
        return None
    node: dict[str, object] = {"id": names[proof], "atom": show(proof)}
    if proof in known:
        return node | {"again": True}
    known.add(proof)
    node |= {"kind": type(proof).__name__.lower(), "day": day_or_none(proof.day), "certain": proof.certain}
    if not isinstance(proof, Absent) and proof.window:
        node["window"] = {"first": day_or_none(proof.window[0]), "last": day_or_none(proof.window[1])}
    match proof:
        case Derived(rule=rule, binding=binding):
            node |= {"rule": _place(proof), "text": rule.text}
            node["binding"] = {name: plain(value) for name, value in binding if not name.startswith("#")}
        case Stated(claim=claim):
            node |= {"citation": citation(claim), "holds": _held(proof)}
        case Absent(first=first, more=more):
            node["from"] = day_or_none(first)
            node |= {"more": True} if more else {}
    premises = told(proof)
    return node | ({"because": [_json(premise, names, known, depth - 1) for premise in premises]} if premises else {})


def _held(proof: Stated) -> dict[str, object] | None:
    """The interval of the claim that makes it so on that day, closed-open."""
    truth = proof.claim.truth
    run = (truth.certain if proof.certain else truth.possible).run(proof.day) or truth.possible.run(proof.day)
    return {"start": day_or_none(run[0]), "end": day_or_none(run[1])} if run else None
