"""What is found, as fragments of HTML: for the page, for notebooks, and for reports that can be mailed.

    answers(found, renderer, why_link, prefix)           an answer: sentences with numbered citations, sources below
    why_not(found, renderer, suppose_link, prefix)       how far the rules got, and what would make it so
    comparison(found, renderer, why_link)                what begins, ends and changes
    story(found, days, renderer, why_link, prefix)       the history of a place: what lasted, what happened, quotes
    portrait(found, renderer, why_link, prefix)          a place on a day: holders, sides, neighbours
    passage(found, prefix)                               lines of text with their sources
    assuming(texts)                                      what is taken for granted
    diagnostics(found)                                   messages with their codes and excerpts
    fragment(name, **values)                             any template of `templates/`
`render/reply.py` has all that a question in English may come to.

Each returns one element as text, without styles or scripts; everything in it is escaped, and control characters are
made visible. `prefix` begins every id in a fragment, so that several can stand on one page.

A `why_link` gives the address of a proof, for an answer or for an atom on a day; where it gives none there is no link.
Where something can be proved, its element has `data-atom` and, if one day is asked about, `data-day`. A change of the
facts that can be tried has `data-suppose`; a `suppose_link` gives the address of all that are to be made together.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from reasoner.diagnostic import Diagnostic, draw
from reasoner.evidence.claim import Evidence
from reasoner.explain.compare import Comparison, Difference
from reasoner.explain.why_not import WhyNot
from reasoner.query.answers import Answer, Answers
from reasoner.query.atlas import flags
from reasoner.query.citing import a_day
from reasoner.query.names import direction
from reasoner.query.portrait import Portrait
from reasoner.query.story import FIRST, Event, Story
from reasoner.render import compare as as_compared
from reasoner.render import place, timeline
from reasoner.render.passage import Passage
from reasoner.render.text import KNOWN, Footnotes, Mark, TextRenderer, as_of, more_statements, shown, since
from reasoner.render.why_not import WhyNotRenderer
from reasoner.term import Row, show_atom
from reasoner.when import Day, Interval, show_day

if TYPE_CHECKING:
    from jinja2 import Environment

ASSETS = Path(__file__).parent / "assets"

WhyLink = Callable[[Answer], str]
AtomLink = Callable[[str, Day], str]
SupposeLink = Callable[[Sequence[str]], str]


def fragment(name: str, **values: object) -> str:
    """A template with its values, every one of which it must be given."""
    return environment().get_template(name).render(**values)


@cache
def asset(name: str) -> str:
    """A text of `assets/`."""
    return (ASSETS / name).read_text(encoding="utf-8")


@cache
def environment(folder: Path | None = None) -> Environment:
    """The templates of this package, and those of another folder before them: all that they are given is escaped."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    folders = [*([folder] if folder else []), Path(__file__).parent / "templates"]
    made = Environment(
        loader=FileSystemLoader(folders),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_finalize,
    )
    made.tests["mark"] = lambda piece: isinstance(piece, Mark)
    made.filters["day"] = show_day
    return made


def _finalize(value: object) -> object:
    """Text as a terminal would show it; what is HTML already stays."""
    return shown(value) if isinstance(value, str) and not hasattr(value, "__html__") else value


# ---------------------------------------------------------------- answers


def answers(found: Answers, renderer: TextRenderer, why_link: WhyLink | None = None, prefix: str = "") -> str:
    """What it comes to, a sentence for each finding, assumptions, sources: all that the text says, in its order."""
    told = renderer.tell(found)
    day = show_day(found.days[0]) if found.days and found.days[1] == found.days[0] + 1 else ""
    return fragment(
        "answers.html",
        told=told,
        day=day,
        why={one.id: address for one in found if why_link and (address := why_link(one))},
        known=KNOWN,
        more=more_statements(told.more) if told.more else "",
        sources=references(told.notes),
        prefix=prefix,
    )


# ---------------------------------------------------------------- why not, and what would be otherwise


def why_not(found: WhyNot, renderer: TextRenderer, suppose_link: SupposeLink | None = None, prefix: str = "") -> str:
    """The verdict, how far each rule got, and the smallest changes that would make it so."""
    told = WhyNotRenderer(renderer).tell(found)
    ways = [(way, suppose_link(way.suppositions) if suppose_link else "") for way in told.ways]
    return fragment("why_not.html", told=told, ways=ways, sources=references(told.notes), prefix=prefix)


def comparison(found: Comparison, renderer: TextRenderer, why_link: AtomLink | None = None) -> str:
    """What begins, what ends and what changes. What can be proved on the side that is supposed is linked."""
    told = as_compared.paragraphs(found, renderer)
    atoms = {one: _different(one, found, why_link) for one in found.differences}
    return fragment("comparison.html", told=told, atoms=atoms, nothing=as_compared.NOTHING)


@dataclass(frozen=True)
class Provable:
    """An atom on a day, with the address of its proof if there is one."""

    atom: str
    day: str
    address: str
    said: str = "why?"


def _provable(predicate: str, row: Row, day: Day, link: AtomLink | None, said: str = "why?") -> Provable:
    atom = show_atom(predicate, row)
    return Provable(atom, show_day(day) if day else "", link(atom, day) if link else "", said)


def _different(one: Difference, found: Comparison, link: AtomLink | None) -> Provable:
    """What is so on the side that is supposed; what is no longer so has no proof there."""
    if one.after is not None:
        return _provable(one.predicate, one.after, found.after.day, link)
    return _provable(one.predicate, one.before or (), found.before.day, None)


# ---------------------------------------------------------------- places


def story(
    found: Story, days: Interval, renderer: TextRenderer, why_link: AtomLink | None = None, prefix: str = ""
) -> str:
    """What lasted at a place on some days, with its dates, and what happened, with the words that say so."""
    notes = Footnotes(renderer.sources)
    bars, more, events = timeline.drawn(found, days, renderer)
    lasted = [
        (one.label, list(timeline.dates(one, days)), notes.mark(place.resting(one)), _proofs(one, why_link))
        for one in bars
    ]
    happened = [
        (timeline.dated(one), renderer.sentence(one.predicate, one.row), timeline.worded(one, notes), _quotes(one))
        for one in events
    ]
    return fragment(
        "story.html",
        found=found,
        spanned=timeline.spanned(found, days),
        lasted=lasted,
        more=timeline.unsaid(more) if more else "",
        missing=timeline.missing(found),
        happened=happened,
        sources=references(notes),
        prefix=prefix,
    )


def portrait(found: Portrait, renderer: TextRenderer, why_link: AtomLink | None = None, prefix: str = "") -> str:
    """A place on a day: what is so and since when, its sides and what lies there, disputes, events."""
    notes, names = Footnotes(renderer.sources), renderer.names
    bars = timeline.bars(found.story, renderer.vocabulary, names)
    states = [
        (
            place.said(one, found.day),
            since(one.strands[0].truth, found.day),
            notes.mark(place.resting(one)),
            _proofs(one, why_link, found.day),
            "danger" if one.predicate in timeline.DANGER else "",
        )
        for one in bars
    ]
    sides = [
        (
            one,
            direction(one.side),
            place.marked(one),
            [
                (near.place, names.show(near.place, "Place"), place.held(near, names))
                for near in place.beyond(one, found)
            ],
        )
        for one in found.sides
    ]
    events = [
        (renderer.sentence(e.predicate, e.row), timeline.worded(e, notes), _quotes(e)) for e in found.story.events
    ]
    return fragment(
        "portrait.html",
        found=found,
        as_of=as_of(found.day, found.story.last_evidence),
        unheld="" if any(one.predicate == "holds" for one in bars) else place.UNHELD,
        states=states,
        missing=timeline.missing(found.story),
        absent=[
            (
                renderer.sentence(predicate, (found.story.subject,)),
                _provable(predicate, (found.story.subject,), found.day, why_link, "why not?"),
            )
            for predicate in flags(renderer.vocabulary)
            if why_link and predicate in FIRST and all(one.predicate != predicate for one in found.story.strands)
        ],
        sides=sides,
        events=events,
        sources=references(notes),
        prefix=prefix,
    )


def _proofs(bar: timeline.Bar, link: AtomLink | None, day: Day | None = None) -> list[Provable]:
    """What a bar says, to be proved on a day, else on one on which it is so: each row, by what tells it from others."""
    apart = [n for n, values in enumerate(zip(*(one.row for one in bar.strands), strict=True)) if len({*values}) > 1]
    return [
        _provable(
            one.predicate,
            one.row,
            a_day(one.truth) if day is None else day,
            link,
            " ".join(("why", *(str(one.row[n]).replace("_", " ") for n in apart))) + "?",
        )
        for one in bar.strands
        if link
    ]


def _quotes(event: Event) -> list[str]:
    """The words that say so, each once."""
    quotes = dict.fromkeys(claim.evidence.quote for claim in event.claims if claim.evidence and claim.evidence.quote)
    return list(quotes)[: Footnotes.SHOWN]


# ---------------------------------------------------------------- lines


def passage(found: Passage, prefix: str = "") -> str:
    """Lines below each other, and the sources that they cite."""
    sources = references(found.notes) if found.notes else ()
    return fragment("passage.html", items=found.items(), sources=sources, prefix=prefix)


def assuming(texts: Sequence[str]) -> str:
    """What is taken for granted; nothing where nothing is."""
    return fragment("assuming.html", texts=texts)


# ---------------------------------------------------------------- sources


@dataclass(frozen=True)
class Reference:
    """One entry of a list of sources: a place in a source, its words, and whom it repeats there."""

    number: int
    publisher: str
    title: str | None
    said: str
    locator: str | None
    quote: str | None
    repeated: tuple[str, ...]
    url: str | None


def references(notes: Footnotes) -> tuple[Reference, ...]:
    """What is cited, by its numbers."""
    return tuple(_reference(number, evidence, notes) for evidence, number in notes.numbers.items())


def _reference(number: int, evidence: Evidence, notes: Footnotes) -> Reference:
    publisher, *repeated = notes.voices(evidence)
    source = notes.sources.get(evidence.source)
    said = str(evidence.said) if evidence.said else ""
    title, url = (source.title, web_address(source.url)) if source else (None, None)
    return Reference(number, publisher, title, said, evidence.locator, evidence.quote, tuple(repeated), url)


def web_address(url: str | None) -> str | None:
    """An address that a link may lead to: of the web, and of nothing that a browser would run."""
    try:
        return url if url and urlsplit(url).scheme in ("http", "https") else None
    except ValueError:
        return None


# ---------------------------------------------------------------- messages


def diagnostics(found: Iterable[Diagnostic]) -> str:
    """Messages as a terminal draws them, one after the other."""
    return fragment("diagnostics.html", found=[(one, draw((one,))) for one in found])
