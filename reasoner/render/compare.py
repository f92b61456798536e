"""What begins, ends and changes, in plain words and as JSON."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from reasoner.explain.compare import Comparison, Difference, Side
from reasoner.query.answers import Answers
from reasoner.query.phrases import show
from reasoner.render.json import Json, intervals
from reasoner.render.proof import explain
from reasoner.render.text import TextRenderer, shown, since
from reasoner.term import Row, show_atom
from reasoner.when import day_or_none, show_day


class Asked(Protocol):
    """What can be asked why."""

    def why(self, body: str, at: str | None = None) -> Answers: ...


_KINDS = ("begins", "ends", "changes")
NOTHING = "Nothing begins, ends or changes."


@dataclass(frozen=True)
class Paragraph:
    """What begins, what ends or what changes: a heading, and each difference with its sentence."""

    kind: str
    heading: str
    told: tuple[tuple[Difference, str], ...]


def text(found: Comparison, renderer: TextRenderer) -> str:
    """A paragraph for what begins, for what ends and for what changes, on the two days."""
    told = paragraphs(found, renderer)
    lines = [line for one in told for line in (f"{one.heading}:", *(f"  {said}" for _, said in one.told))]
    return shown("\n".join(lines or [NOTHING]))


def paragraphs(found: Comparison, renderer: TextRenderer) -> tuple[Paragraph, ...]:
    """The same in parts; none where nothing is different."""
    days = dict.fromkeys((found.before.day, found.after.day))
    on = f", {' against '.join(map(show_day, days))}" if any(days) else ""
    several = {kind: [one for one in found.differences if one.kind == kind] for kind in _KINDS}
    return tuple(
        Paragraph(kind, f"{kind}{on}", tuple((one, sentence(one, found, renderer)) for one in its))
        for kind, its in several.items()
        if its
    )


def sentence(one: Difference, found: Comparison, renderer: TextRenderer) -> str:
    """What is different, and since when it is so, or was."""
    if one.before is not None and one.after is not None:
        old, new = _when(found.before, one.predicate, one.before), _when(found.after, one.predicate, one.after)
        told = renderer.sentence(one.predicate, one.after)
        if one.before == one.after:
            return f"{told}: {new}, not {old}"
        parameter = renderer.vocabulary.parameters(one.predicate)[-1]
        return f"{told}, no longer {show(parameter, one.before[-1], renderer.names)} ({new})"
    side, row = (found.after, one.after) if one.after is not None else (found.before, one.before)
    return f"{renderer.sentence(one.predicate, row or ())} ({_when(side, one.predicate, row or ())})"


def _when(side: Side, predicate: str, row: Row) -> str:
    return since(side.truth(predicate, row), side.day)


def proofs(found: Comparison, before: Asked, after: Asked, renderer: TextRenderer) -> Iterator[str]:
    """For each difference the proof on each side on which something is so."""
    for one in found.differences:
        for name, base, side, row in (
            ("before", before, found.before, one.before),
            ("after", after, found.after, one.after),
        ):
            if row is not None:
                at = show_day(side.day) if side.day else None
                answers = base.why(show_atom(one.predicate, row), at)
                yield from (f"\n{name}: {explain(answer, renderer)}" for answer in answers)


def as_json(found: Comparison, renderer: TextRenderer) -> Json:
    """The differences with what holds on each side, and when."""
    return {
        "days": {"before": day_or_none(found.before.day), "after": day_or_none(found.after.day)},
        "differences": [
            {
                "kind": one.kind,
                "before": _side(found.before, one.predicate, one.before),
                "after": _side(found.after, one.predicate, one.after),
                "text": sentence(one, found, renderer),
            }
            for one in found.differences
        ],
        "diagnostics": [],
    }


def _side(side: Side, predicate: str, row: Row | None) -> Json | None:
    if row is None:
        return None
    truth = side.truth(predicate, row)
    return {
        "atom": show_atom(predicate, row),
        "certain": intervals(truth.certain),
        "possible": intervals(truth.possible),
        "sure": side.sure(predicate, row),
    }
