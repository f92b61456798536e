"""On whose word, in plain words and as JSON."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from reasoner.diagnostic import Diagnostic
from reasoner.explain.sources import UNCITED, Alone, Backing
from reasoner.render.json import Json
from reasoner.render.text import TextRenderer, shown
from reasoner.term import Row, show_atom

MOST = 12  # conclusions told of one source


def backed(predicate: str, found: Iterable[tuple[Row, Backing]], renderer: TextRenderer) -> str:
    """For each answer: the voices it rests on, which of them suffice, what falls, the weakest link."""
    return shown("\n".join(line for row, one in found for line in _backed(predicate, row, one, renderer)))


def _backed(predicate: str, row: Row, one: Backing, renderer: TextRenderer) -> Iterator[str]:
    voices = " and ".join(_named(voice, renderer) for voice in sorted(one.sources))
    mark = "  (single source)" if one.single else ""
    yield f"{renderer.sentence(predicate, row)}{mark}"
    if not one.sources:
        yield "  rests on the map and the definitions alone"
        return
    yield f"  rests on  {voices}"
    for number, enough in enumerate(one.sets):
        told = " and ".join(_named(voice, renderer) for voice in sorted(enough))
        yield f"  {'enough' if not number else '    or'}    {told}"
    if one.more:
        yield "            and there may be more"
    for voice in sorted(one.needed):
        yield f"  falls     without {_named(voice, renderer)}"
    if one.weakest:
        yield f"  weakest   {_named(one.weakest, renderer)}, {_grade(one.weakest, renderer)}"
    if one.background:
        names = "; ".join(_named(voice, renderer) for voice in sorted(one.background))
        yield f"  beside the map and the definitions: {names}"


def alone(found: Iterable[Alone], disputes: Iterable[Diagnostic], renderer: TextRenderer) -> str:
    """For each source, what rests on its word alone; then the disputes."""
    lines: list[str] = []
    for one in found:
        named = f"{_named(one.source, renderer)} ({_grade(one.source, renderer)})"
        count = len(one.falls)
        if not count:
            lines.append(f"{named}: nothing rests on it alone")
            continue
        lines.append(f"{named}: {count} conclusion{'s' * (count != 1)} rest{'s' * (count == 1)} on it alone")
        lines += [f"  {renderer.sentence(d.predicate, d.before or ())}" for d in one.falls[:MOST]]
        if count > MOST:
            lines.append(f"  and {count - MOST} more")
    for dispute in disputes:
        lines.append(f"disputed: {dispute.message}")
        lines += [f"  {label.message}  ({label.span})" for label in dispute.labels]
    return shown("\n".join(lines or ["There is no source of news."]))


def _named(voice: str, renderer: TextRenderer) -> str:
    source = renderer.sources.get(voice)
    return (source.publisher if source else None) or ("nobody (uncited)" if voice == UNCITED else voice)


def _grade(voice: str, renderer: TextRenderer) -> str:
    source = renderer.sources.get(voice)
    return f"reliability {source.reliability}" if source and source.reliability else "not graded"


def backed_json(predicate: str, found: Iterable[tuple[Row, Backing]]) -> Json:
    """Each answer with its sets of sources."""
    return {
        "answers": [
            {
                "atom": show_atom(predicate, row),
                "sources": sorted(one.sources),
                "sufficient": [sorted(enough) for enough in one.sets],
                "needed": sorted(one.needed),
                "weakest": one.weakest,
                "single_source": one.single,
                "background": sorted(one.background),
                "complete": not one.more,
            }
            for row, one in found
        ],
        "diagnostics": [],
    }


def alone_json(found: Iterable[Alone], disputes: Iterable[Diagnostic]) -> Json:
    """Each source with what rests on it alone, and the disputes."""
    return {
        "sources": [
            {
                "source": one.source,
                "claims": one.claims,
                "alone": [show_atom(d.predicate, d.before or ()) for d in one.falls],
            }
            for one in found
        ],
        "disputes": [dispute.as_json() for dispute in disputes],
        "diagnostics": [],
    }
