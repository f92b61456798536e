"""Every fact has the time that its kind asks for, and none that its source could not have known."""

from __future__ import annotations

import re
from collections.abc import Iterator

from reasoner.check.places import also
from reasoner.diagnostic import Diagnostic, error
from reasoner.evidence.claim import ANALYST, cited, known_sources, timing
from reasoner.syntax.tree import Fact, Source
from reasoner.syntax.vocabulary import Vocabulary
from reasoner.text import Span
from reasoner.when import When


def wrong_dates(vocabulary: Vocabulary) -> Iterator[Diagnostic]:
    """R403 to R406. An event has its day, a fixed fact none, and no source tells what comes after it."""
    sources = known_sources(vocabulary.program)
    for fact, nearest in cited(vocabulary.program):
        kind, when = timing(fact, vocabulary)
        name = fact.citation.source or nearest
        source = sources.get(name) if name else None
        if kind == "fixed":
            if when:
                yield _timeless(fact, vocabulary)
        elif when is None:
            # Of a source that nobody declared, the date is not known to be missing.
            if kind == "event" and not (source and source.date) and (source or name in (None, ANALYST)):
                yield _undated(fact, name)
        elif kind == "event" and when.ranged and not (when.start and when.end):
            yield error(
                "R405",
                f"the event `{fact.atom.predicate}` needs both ends of its range",
                _time(fact),
                help="write both ends: the day lies within 2016-06-04..2016-06-22; what lasts is a `state`",
            )
        elif source and source.date and when.start and when.start.first > source.date.last:
            yield _too_late(fact, when, source)


def _timeless(fact: Fact, vocabulary: Vocabulary) -> Diagnostic:
    name = fact.atom.predicate
    if name in vocabulary.declarations:
        found = error("R404", f"`{name}` is fixed, and so takes no date", _time(fact), help="leave the date out")
        return also(found, vocabulary.declarations[name].name_origin, "declared as `fixed`")
    return error(
        "R404",
        f"`{name}` is not declared, and so takes no date",
        _time(fact),
        help=f"declare it: `event {name}(...).` if it happens on a day, `state {name}(...).` if it lasts",
    )


def _undated(fact: Fact, source: str | None) -> Diagnostic:
    whose, remedy = f"neither has its source `{source}`", "give the source a `date`"
    if source is None:
        whose, remedy = "it cites no source", "cite a source that has a date"
    elif source == ANALYST:
        whose, remedy = "`from analyst` gives none", "cite a source that has a date"
    return error(
        "R403",
        f"the event `{fact.atom.predicate}` has no date, and {whose}",
        fact.atom.origin,
        help=f"write its day, month or year as the last argument, or {remedy}",
    )


def _too_late(fact: Fact, when: When, source: Source) -> Diagnostic:
    verb = "starts" if when.ranged else "is dated"
    found = error(
        "R406",
        f"this {verb} {when.start}, but its source is of {source.date}",
        _time(fact),
        "after its source",
        help="correct one of the dates; what a source expects is no fact yet",
    )
    return also(found, source.origin, "the source")


def _time(fact: Fact) -> Span | None:
    """Where the time of a fact stands: what is left of the atom behind its last term."""
    origin, terms = fact.atom.origin, fact.atom.terms
    if origin is None or fact.when is None:
        return terms[-1].origin if terms else origin
    last = terms[-1].origin if terms else None
    start = last.end if last else origin.start + len(fact.atom.predicate)
    found = re.compile(r"[\s,(]*(.*?)[\s,]*\)", re.DOTALL).match(origin.text.content, start, origin.end)
    return origin.text.span(*found.span(1)) if found else origin
