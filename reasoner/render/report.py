"""A question and its answer as one page that stands alone: it opens from disk, can be mailed, and fetches nothing."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256

from reasoner.diagnostic import Diagnostic
from reasoner.query.answers import Answer
from reasoner.query.requests import Request
from reasoner.query.story import Story
from reasoner.render import bibliography, html, reply
from reasoner.render.pictures.picture import Picture
from reasoner.render.reply import Answered, Explained, Part
from reasoner.render.text import TextRenderer
from reasoner.syntax.tree import Source

PROVED = 20  # answers


@dataclass(frozen=True)
class Made:
    """How a report was made: by which version, with which words on the command line, from which files."""

    version: str
    command: str
    files: tuple[tuple[str, str], ...]
    last_evidence: str


@dataclass(frozen=True)
class Report:
    """All that a report shows. `map` is how places stand on the day, `timelines` are of those that it is about."""

    request: Request
    parts: tuple[Part, ...]
    day: str
    map: Picture | None
    supposed: bool  # whether map and timelines show what the question supposes
    stories: tuple[tuple[Story, Picture], ...]
    disputes: tuple[str, ...]
    diagnostics: tuple[Diagnostic, ...]
    made: Made


def page(report: Report, renderer: TextRenderer) -> bytes:
    """The page. The same report is the same bytes."""
    proved = list(_proved(report.parts))
    told = {one.id for one in proved[:PROVED]}
    answer = reply.as_html(
        report.parts, renderer, lambda one: f"#why-{one.id}" if one.id in told else "", prefix="answer-"
    )
    sources = _sources(report, proved[:PROVED], renderer)
    style = "\n".join(html.asset(name) for name in ("picture.css", "fragments.css", "report.css"))
    hashed = b64encode(sha256(style.encode()).digest()).decode()
    whole = html.fragment(
        "report.html",
        report=report,
        answer=answer,
        proofs=[
            (one, renderer.sentence(one.predicate, one.row), reply.explained(one, renderer)) for one in proved[:PROVED]
        ],
        unproved=max(len(proved) - PROVED, 0),
        diagnostics=html.diagnostics(report.diagnostics) if report.diagnostics else "",
        sources=[(one, html.web_address(one.url), bibliography.note(one, renderer.sources)) for one in sources],
        csl=bibliography.csl_json(sources, renderer.sources),
        bibtex=bibliography.bibtex(sources, renderer.sources),
        style=style,
        hashed=hashed,
    )
    return whole.encode()


def _proved(parts: Sequence[Part]) -> Iterator[Answer]:
    """The answers that are not told by their proofs already."""
    for part in parts:
        if isinstance(part, Answered):
            yield from part.found


def _sources(report: Report, proved: Sequence[Answer], renderer: TextRenderer) -> list[Source]:
    """Every source that the page cites, by its publisher and day."""
    told = (claim for story, _ in report.stories for one in story.events for claim in one.claims)
    cited = [*reply.evidence((*report.parts, *map(Explained, proved))), *(one.evidence for one in told if one.evidence)]
    names = {one.source for one in cited} & set(renderer.sources)
    return sorted((renderer.sources[one] for one in names), key=lambda one: (one.publisher or one.name, one.name))
