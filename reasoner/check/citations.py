"""Every fact says whose word it is, and only once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from reasoner.check.places import also, count, in_places, word_span
from reasoner.diagnostic import Diagnostic, did_you_mean, warning
from reasoner.evidence.claim import ANALYST, assumption_texts, cited, known_sources, timing
from reasoner.syntax.tree import Citation, Fact, Rule, Source
from reasoner.syntax.vocabulary import Vocabulary
from reasoner.text import Span


def unknown_sources(vocabulary: Vocabulary) -> Iterator[Diagnostic]:
    """R407. Whoever is cited, or repeated, is declared; `analyst` always is."""
    known = {*known_sources(vocabulary.program), ANALYST}
    missing: dict[str, list[Span | None]] = defaultdict(list)
    for source in vocabulary.program.of(Source):
        if source.via and source.via not in known:
            missing[source.via].append(word_span(source.origin, source.via, r"via\s+"))
    for citation in _citations(vocabulary):
        for word, name in (("from", citation.source), ("via", citation.via)):
            if name and name not in known:
                missing[name].append(citation.origin and word_span(citation.origin, name, rf"{word}\s+"))
    for name, at in missing.items():
        yield in_places(
            "R407",
            "error",
            f"there is no source `{name}`",
            at,
            "not declared",
            help=did_you_mean(name, known) or f'declare it: `source {name} publisher "..." date 2016-06-04.`',
        )


def unknown_assumptions(vocabulary: Vocabulary) -> Iterator[Diagnostic]:
    """R408. What a fact takes for granted is written down."""
    known = assumption_texts(vocabulary.program)
    missing: dict[str, list[Span | None]] = defaultdict(list)
    for citation in _citations(vocabulary):
        for name in citation.assuming:
            if name not in known:
                missing[name].append(citation.origin and word_span(citation.origin, name, r"assuming[^\"]*?"))
    for name, at in missing.items():
        yield in_places(
            "R408",
            "error",
            f"there is no assumption `{name}`",
            at,
            "not declared",
            help=did_you_mean(name, known) or f'write it down: `assume {name} "...".`',
        )


def _citations(vocabulary: Vocabulary) -> Iterator[Citation]:
    yield from (fact.citation for fact in vocabulary.program.of(Fact))
    yield from (rule.citation for rule in vocabulary.program.of(Rule))


def uncited_facts(vocabulary: Vocabulary) -> Iterator[Diagnostic]:
    """R409. One warning a file: an answer that rests on these facts can be traced to no source."""
    if vocabulary.plain:
        return
    files: dict[str, list[Fact]] = defaultdict(list)
    for fact, nearest in cited(vocabulary.program):
        # An event that has no date either gets an error of its own.
        if not (fact.citation.source or nearest) and timing(fact, vocabulary) != ("event", None):
            files[fact.origin.file].append(fact)
    for facts in files.values():
        first = "this one" if len(facts) == 1 else "the first of them"
        yield warning(
            "R409",
            f"{count(len(facts), 'fact')} of this file cite{'s' if len(facts) == 1 else ''} no source",
            facts[0].origin,
            first,
            help="write a `source` above them, or `from analyst` behind what you know yourself",
        )


def repeated_facts(vocabulary: Vocabulary) -> Iterator[Diagnostic]:
    """R410. The same words of the same source count once; a second copy is a slip of the hand."""
    if vocabulary.plain:
        return
    first: dict[object, Fact] = {}
    for fact, nearest in cited(vocabulary.program):
        one = fact.citation
        words = (one.source or nearest, one.via, one.locator, one.text, one.assuming)
        atom = fact.atom
        before = first.setdefault((atom.predicate, atom.terms, atom.names, fact.when, *words), fact)
        if before is not fact:
            found = warning("R410", "this fact stands twice, in the same words", fact.origin, help="leave one out")
            yield also(found, before.origin, "first here")
