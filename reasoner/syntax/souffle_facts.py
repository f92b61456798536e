"""The facts of a Souffle program that stand in files beside it: a row on each line, its values between delimiters."""

from __future__ import annotations

import re
from collections.abc import Iterator

from reasoner.diagnostic import Diagnostic, error
from reasoner.syntax.souffle import Input
from reasoner.syntax.souffle_names import Kind
from reasoner.syntax.tree import Citation, Fact, File, Source
from reasoner.term import Atom, Constant, Quoted
from reasoner.text import Span, Text

_INTEGER = re.compile(r"-?\d{1,12}|0x[\da-fA-F]{1,9}|0b[01]{1,33}")
_WRITTEN = {"number": "a number", "unsigned": "a number that is not negative"}


def facts(text: Text, asked: Input, source: str, problems: list[Diagnostic]) -> File:
    """The rows of a file as facts that cite the source of that name, by line."""
    cited = Source(source, title=text.name, origin=text.span(0, 0))
    return File(text, (cited, *_rows(text, asked, problems)))


def _rows(text: Text, asked: Input, problems: list[Diagnostic]) -> Iterator[Fact]:
    attributes, start = asked.relation.attributes, 0
    for number, line in enumerate(text.content.removesuffix("\n").split("\n") if text.content else (), 1):
        at = text.span(start, start + len(line))
        start += len(line) + 1
        values = line.split(asked.delimiter) if attributes else []
        if len(values) != len(attributes) or (not attributes and line not in ("", "()")):
            found = f"this line has {len(values)} values, `{asked.relation.predicate}` has {len(attributes)}"
            problems.append(error("R415", found, at, help="one row a line, as many values as attributes"))
            return  # all the others may be wrong alike
        terms = tuple(_constant(value, kind, at, problems) for value, (_, kind) in zip(values, attributes, strict=True))
        yield Fact(Atom(asked.relation.predicate, terms, (), at), None, Citation(locator=str(number)), origin=at)


def _constant(value: str, kind: Kind | None, at: Span, problems: list[Diagnostic]) -> Constant:
    if kind == "symbol" or kind is None:
        return Constant(Quoted(value), at)
    low, high = (0, 2**32) if kind == "unsigned" else (-(2**31), 2**31)
    number = _number(value)
    if number is None or not low <= number < high:
        message = f"`{value}` is not {_WRITTEN[kind]}"
        problems.append(error("R415", message, at, help=f"a whole number from {low} to {high - 1}"))
        return Constant(0, at)
    return Constant(number, at)


def _number(value: str) -> int | None:
    if not _INTEGER.fullmatch(value):
        return None
    return int(value, {"0x": 16, "0b": 2}.get(value[:2], 10))
