"""What a question in English is answered with, in parts, and these as text and as HTML."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from reasoner.evidence.claim import Claim, Evidence
from reasoner.explain.compare import Comparison
from reasoner.explain.proof import Stated, supports, walk
from reasoner.explain.why_not import Failure, WhyNot
from reasoner.query.answers import Answer, Answers
from reasoner.render import compare, html
from reasoner.render import proof as as_proof
from reasoner.render.passage import Passage
from reasoner.render.pictures import tree
from reasoner.render.text import TextRenderer, shown
from reasoner.render.why_not import WhyNotRenderer


@dataclass(frozen=True)
class Answered:
    """Answers, with what is to be said before them."""

    found: Answers
    head: str = ""


@dataclass(frozen=True)
class Explained:
    """An answer that is told by its proof."""

    answer: Answer


@dataclass(frozen=True)
class Assuming:
    """What names were read as, and words taken for."""

    texts: tuple[str, ...]


Part = Answered | Explained | WhyNot | Comparison | Passage | Assuming


def text(parts: Sequence[Part], renderer: TextRenderer) -> str:
    """The parts below each other, several answers with a blank line between them."""
    told = [(type(one), said) for one in parts if (said := _text(one, renderer))]
    apart = [before == after for (before, _), (after, _) in pairwise(told)]
    gaps = ["", *("\n\n" if one else "\n" for one in apart)]
    return "".join(gap + said for gap, (_, said) in zip(gaps, told, strict=False))


def _text(part: Part, renderer: TextRenderer) -> str:
    match part:
        case Answered(found, head):
            return "\n".join(one for one in (head, renderer.answers(found)) if one)
        case Explained(answer):
            return as_proof.explain(answer, renderer)
        case WhyNot():
            return WhyNotRenderer(renderer).text(part)
        case Comparison():
            return compare.text(part, renderer)
        case Passage():
            return shown(part.text())
        case Assuming(texts):
            return "\n".join(f"assuming  {one}" for one in texts)


def as_html(
    parts: Sequence[Part],
    renderer: TextRenderer,
    why_link: html.WhyLink | None = None,
    prove_link: html.AtomLink | None = None,
    suppose_link: html.SupposeLink | None = None,
    prefix: str = "",
) -> str:
    """The parts as fragments, one after the other; the links and the prefix are those of `render/html.py`."""

    def drawn() -> Iterator[str]:
        for number, part in enumerate(parts):
            own = f"{prefix}{number}-"
            match part:
                case Answered(found, head):
                    yield html.passage(Passage(((head,),))) if head else ""
                    yield html.answers(found, renderer, why_link, own)
                case Explained(answer):
                    said = renderer.sentence(answer.predicate, answer.row)
                    yield "" if answer.proof else html.passage(Passage(((said,),)))
                    yield explained(answer, renderer)
                case WhyNot():
                    yield html.why_not(part, renderer, suppose_link, own)
                case Comparison():
                    yield html.comparison(part, renderer, prove_link)
                case Passage():
                    yield html.passage(part, own) if part.lines else ""
                case Assuming(texts):
                    yield html.assuming(texts)

    return "".join(drawn())


def explained(answer: Answer, renderer: TextRenderer) -> str:
    """Why an answer is given: who reports it, and what it follows from, down to the quoted words."""
    reports = as_proof.reported(answer, renderer)
    return html.fragment(
        "explained.html",
        reports=tree.proof(reports, renderer) if reports else "",
        proof=tree.proof([answer.proof], renderer) if answer.proof else "",
    )


def evidence(parts: Sequence[Part]) -> Iterator[Evidence]:
    """Whose words the parts cite, and rest on."""
    for part in parts:
        match part:
            case Answered(found):
                claims = [claim for one in found for claim in one.claims]
                claims += [claim for _, its in found.remarks for claim in its]
                yield from _cited((*claims, *found.denials, *(() if found else found.evidence)))
            case Explained(answer):
                yield from _cited(answer.claims)
                yield from _cited(
                    node.claim for node in (walk(answer.proof) if answer.proof else ()) if isinstance(node, Stated)
                )
            case WhyNot():
                yield from _cited(_failing(part.failure) if part.failure else ())
            case Passage(_, notes):
                yield from notes.numbers if notes else ()


def _failing(failure: Failure) -> Iterator[Claim]:
    """The claims that stand in the way of something."""
    yield from failure.claims
    yield from supports(failure.proof) if failure.proof else ()
    for attempt in failure.attempts:
        for one in (*attempt.failures, *attempt.besides):
            yield from _failing(one)


def _cited(claims: Iterable[Claim]) -> Iterator[Evidence]:
    return (one.evidence for one in claims if one.evidence)
