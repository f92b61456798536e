"""A proof as sentences, each under what it supports, down to the quoted words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from reasoner.evidence.claim import Claim
from reasoner.explain.proof import Absent, Derived, Given, Proof, Stated, doubts, identities, show, told
from reasoner.query.answers import Answer
from reasoner.query.words import filled
from reasoner.render.json import citation, plain
from reasoner.render.text import Footnotes, Mark, TextRenderer, Words, shown
from reasoner.term import Value
from reasoner.when import PAST, Day, day_or_none, show_day

DEPTH = 80  # steps below each other that are told and put into JSON, unless more are asked for
DEEPEST = 300


@dataclass(frozen=True)
class Step:
    """A node of a proof as it is told, and the steps below it.

    `because` are the words of its rule, which has a `place`, where the sentence is not the rule's already. What was
    told `again` is not told once more, and where there are too many steps below each other, the last one is `cut`.
    """

    node: Proof
    said: str
    because: str = ""
    place: str = ""
    mark: Mark = Mark()
    assuming: tuple[str, ...] = ()
    again: bool = False
    cut: bool = False
    below: tuple[Step, ...] = ()


def steps(
    proof: Proof, renderer: TextRenderer, notes: Footnotes, known: set[Proof], depth: int = DEPTH,
    day: Day | None = None,
) -> Step:  # fmt: skip
    """A proof as it is told; `known` are the nodes that were, and `day` is told only where it changes."""
    if depth <= 0:
        return Step(proof, f"... and so on: ask why for `{show(proof)}`", cut=True)
    again = bool(proof.premises) and proof in known
    step = Step(proof, _said(proof, renderer, day), again=again)
    match proof:
        case Stated(claim=claim):
            step = replace(step, mark=notes.mark((claim,)), assuming=claim.assumptions)
        case Derived() if not _declared(proof, renderer):
            step = replace(step, place=_place(proof))
        case Derived() if proof.premises:
            step = replace(step, because=_reason(proof, renderer), place=_place(proof))
    if again:
        return step
    known.add(proof)
    below = min(depth, DEEPEST) - 1
    return replace(
        step, below=tuple(steps(one, renderer, notes, known, below, proof.day) for one in told(proof))
    )  # fmt: skip


def sentences(proof: Proof, renderer: TextRenderer, depth: int = DEPTH) -> str:
    """The proof as an indented list, and the sources that it cites."""
    notes = Footnotes(renderer.sources)
    lines = [*_tree(steps(proof, renderer, notes, set(), depth)), *_unsure(proof, renderer, notes)]
    return shown("\n".join((*lines, *notes.lines())))


def unsure(proof: Proof, renderer: TextRenderer, notes: Footnotes) -> Iterator[Words]:
    """Why it is only possible, if it is: in words, and on whose word."""
    found: dict[Words, None] = {}
    for node in doubts(proof) if not proof.certain else ():
        if isinstance(node, Stated):
            said, *mark = renderer.claimed(node.claim, notes)
            found[f"the day is not known: {said}", *mark] = None
        else:
            found[(f"it may be otherwise: {_sentence(node, renderer)}",)] = None
    yield from found


def _unsure(proof: Proof, renderer: TextRenderer, notes: Footnotes) -> Iterator[str]:
    for n, words in enumerate(unsure(proof, renderer, notes)):
        yield f"{'         ' if n else 'possible,'} {''.join(words)}"


def _tree(step: Step, first: str = "", rest: str = "") -> Iterator[str]:
    """The lines of a proof."""
    yield (rest if step.cut else first) + _line(step)
    if step.because and not step.again:
        yield f"{rest}because {step.because}  ({step.place})"
    for number, lower in enumerate(step.below, 1):
        bars = ("└─ ", "   ") if number == len(step.below) else ("├─ ", "│  ")
        yield from _tree(lower, rest + bars[0], rest + bars[1])


def _line(step: Step) -> str:
    place = f"  ({step.place})" if step.place and not step.because else ""
    mark = f"  {step.mark or '(uncited)'}" if isinstance(step.node, Stated) and not step.cut else ""
    assumed = "".join(f", assuming {name}" for name in step.assuming)
    return f"{step.said}{place}{mark}{assumed}{'  (as above)' if step.again else ''}"


def _said(proof: Proof, renderer: TextRenderer, day: Day | None) -> str:
    on = f", on {show_day(proof.day)}" if proof.day not in (day, 0) else ""
    if not isinstance(proof, Absent) and proof.window:
        on = f", on some day of {show_day(proof.window[0])} to {show_day(proof.window[1])}"
    match proof:
        case Stated(claim=claim):
            dates = " to ".join(map(str, claim.dates))
            return f"{_sentence(proof, renderer)}{f', {dates}' if dates else ''}"
        case Derived():
            return (_sentence(proof, renderer) if _declared(proof, renderer) else _reason(proof, renderer)) + on
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
    return filled(proof.rule.text, lambda name: _say(values.get(name), f"{{{name}}}", renderer))


def _say(value: Value | None, written: str, renderer: TextRenderer) -> str:
    return written if value is None else renderer.names.show(value) if isinstance(value, str) else str(value)


def _place(proof: Derived) -> str:
    return f"{proof.rule.origin.file}:{proof.rule.origin.line}"


def explain(answer: Answer, renderer: TextRenderer, depth: int = DEPTH) -> str:
    """Why an answer is given: who says so, and what it follows from."""
    if answer.proof is not None and answer.origin != "both":
        return sentences(answer.proof, renderer, depth)
    notes = Footnotes(renderer.sources)
    said = [f"it is reported: {renderer.claim(claim, notes)}" for claim in reports(answer, renderer)]
    if answer.proof is None:
        return "\n".join((renderer.sentence(answer.predicate, answer.row), *said, *notes.lines()))
    lines = [*_tree(steps(answer.proof, renderer, notes, set(), depth)), *_unsure(answer.proof, renderer, notes)]
    return shown("\n".join((*said, "and it follows:", *lines, *notes.lines())))


def reports(answer: Answer, renderer: TextRenderer) -> tuple[Claim, ...]:
    """The claims that say outright what is only, or also, derived."""
    declared = renderer.vocabulary.declarations
    return tuple(one for one in answer.claims if (d := declared.get(one.predicate)) is not None and d.reports)


def reported(answer: Answer, renderer: TextRenderer) -> tuple[Stated, ...]:
    """What `explain` tells before the proof of an answer, or instead of one, as proofs of what was said."""
    if answer.proof is not None and answer.origin != "both":
        return ()
    return tuple(Stated(one.predicate, one.row, 0, one) for one in reports(answer, renderer))


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
