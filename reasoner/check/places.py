"""Where words stand in a text, and one message for a mistake that is made in many places."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from reasoner.diagnostic import Diagnostic, Label, Severity
from reasoner.syntax.tree import Fact, Program, Rule
from reasoner.syntax.vocabulary import atoms, bodies
from reasoner.term import Atom
from reasoner.text import Span

SHOWN = 3


def every_atom(program: Program) -> Iterator[Atom]:
    """Heads before facts before bodies: the order in which a first use fixes the number of arguments."""
    yield from (rule.head for rule in program.of(Rule))
    yield from (fact.atom for fact in program.of(Fact))
    for body in bodies(program):
        yield from atoms(body)


def name_span(atom: Atom) -> Span | None:
    """The predicate's name alone."""
    origin = atom.origin
    return origin and origin.text.span(origin.start, origin.start + len(atom.predicate))


def word_span(within: Span, word: str, after: str = "") -> Span:
    """Where the word first stands in a span, behind `after`; the whole span where it cannot be found."""
    found = re.search(rf"{after}(?<!\w){re.escape(word)}(?!\w)", within.excerpt)
    return within.text.span(within.start + found.end() - len(word), within.start + found.end()) if found else within


def also(diagnostic: Diagnostic, at: Span | None, message: str) -> Diagnostic:
    """The message with a further place that helps to understand it."""
    return replace(diagnostic, labels=(*diagnostic.labels, Label(at, message))) if at else diagnostic


def in_places(
    code: str, severity: Severity, message: str, at: Sequence[Span | None], label: str, *, help: str = ""
) -> Diagnostic:
    """One message that points at the first places and counts the others."""
    spans = [span for span in at if span]
    labels = tuple(Label(span, label if place == 0 else "") for place, span in enumerate(spans[:SHOWN]))
    more = len(spans) - SHOWN
    return Diagnostic(code, severity, message, labels, (f"and in {more} more places",) if more > 0 else (), help)


def count(number: int, noun: str) -> str:
    """`1 fact`, `2 facts`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def a(noun: str) -> str:
    """`a Place`, `an Actor`."""
    return f"an {noun}" if noun[:1] in "AEIOaeio" else f"a {noun}"


def listed(words: Sequence[str], last: str = "or") -> str:
    """`a`, `b` or `c`."""
    quoted = [f"`{word}`" for word in words]
    return f" {last} ".join([", ".join(quoted[:-1]), quoted[-1]] if len(quoted) > 1 else quoted)
