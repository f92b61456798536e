"""Each source is one voice: declared once, graded on the scale, and repeating no one who repeats it."""

from __future__ import annotations

from collections.abc import Iterator

from reasoner.check.places import also, word_span
from reasoner.diagnostic import Diagnostic, error
from reasoner.evidence.claim import known_sources
from reasoner.syntax.tree import Assumption, Source
from reasoner.syntax.vocabulary import Vocabulary

GRADES = "abcdef"


def circular_sources(vocabulary: Vocabulary) -> Iterator[Diagnostic]:
    """R411. Somebody said it first."""
    sources = known_sources(vocabulary.program)
    done: set[str] = set()
    for name in sources:
        way: dict[str, Source] = {}
        following: str | None = name
        while following in sources and following not in way and following not in done:
            way[following] = sources[following]
            following = sources[following].via
        if following in way:
            circle = list(way)[list(way).index(following) :]
            source = sources[circle[0]]
            assert source.via
            yield error(
                "R411",
                f"`{circle[0]}` repeats itself: {' via '.join((*circle, circle[0]))}",
                word_span(source.origin, source.via, r"via\s+"),
                help="leave out the `via` of the one who said it first",
            )
        done.update(way)


def ungraded_sources(vocabulary: Vocabulary) -> Iterator[Diagnostic]:
    """R412. The NATO grades are a to f."""
    for source in vocabulary.program.of(Source):
        if source.reliability and source.reliability not in GRADES:
            yield error(
                "R412",
                f"there is no reliability `{source.reliability}`",
                word_span(source.origin, source.reliability, r"reliability\s+"),
                help="write a letter from a (reliable) to e (unreliable), or f (cannot be judged)",
            )


def clashing_sources(vocabulary: Vocabulary) -> Iterator[Diagnostic]:
    """R413. A name stands for one source, or one assumption. Two files may repeat it in the same words."""
    sources: dict[str, Source] = {}
    for source in vocabulary.program.of(Source):
        first = sources.setdefault(source.name, source)
        if first != source:
            yield _twice("source", source, first)
    assumptions: dict[str, Assumption] = {}
    for assumption in vocabulary.program.of(Assumption):
        earlier = assumptions.setdefault(assumption.name, assumption)
        if earlier != assumption:
            yield _twice("assumption", assumption, earlier)


def _twice(what: str, second: Source | Assumption, first: Source | Assumption) -> Diagnostic:
    found = error(
        "R413",
        f"the {what} `{second.name}` is declared twice, differently",
        word_span(second.origin, second.name),
        help="give one of them another name, or make both the same",
    )
    return also(found, word_span(first.origin, first.name), "first here")
