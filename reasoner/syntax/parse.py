"""Text to tree. A statement that cannot be read gives a message, and the next one is read all the same."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

from lark import Lark, UnexpectedInput
from lark.exceptions import VisitError

from reasoner.diagnostic import Diagnostic
from reasoner.home import bundled
from reasoner.syntax import tree
from reasoner.syntax.build import Builder
from reasoner.syntax.mistakes import PIECES, blank_comments, syntax_error, too_deep
from reasoner.text import Span, Text

_INK = re.compile(r"\S")


def parse(text: Text, problems: list[Diagnostic], progress: Callable[[int], object] | None = None) -> tree.File:
    """Every statement of a text that can be read; the problems of the others are added to `problems`.

    `progress` is told the offset of the end of each statement.
    """
    statements = []
    comments: list[Span] = []
    for start, end in _statements(text.content, lambda s, e: comments.append(text.span(s, e))):
        statement = parse_statement(text, start, end, problems)
        if statement is not None:
            statements.append(statement)
        if progress:
            progress(end)
    return tree.File(text, tuple(statements), tuple(comments))


def parse_statement(text: Text, start: int, end: int, problems: list[Diagnostic]) -> tree.Statement | None:
    """The one statement that stands at `start` up to `end`, or None with the reason in `problems`."""
    statement: tree.Statement | None = parse_part("statement", text, start, end, problems)
    return statement


def parse_part(rule: str, text: Text, start: int, end: int, problems: list[Diagnostic]) -> Any:
    """What stands at `start` up to `end`, read as a `statement`, an `atom` or a `span` of days; else None."""
    builder = Builder(text, start, problems)
    found = len(problems)
    try:
        parsed = _grammar().parse(text.content[start:end], start=rule)
    except UnexpectedInput as unexpected:
        problems.append(syntax_error(text, start, end, unexpected))
        return None
    try:
        part = builder.transform(parsed)
    except (RecursionError, VisitError) as reason:
        if isinstance(reason, VisitError) and not isinstance(reason.orig_exc, RecursionError):
            raise
        problems.append(too_deep(text.span(start, end)))
        return None
    return part if len(problems) == found else None


@cache
def _grammar() -> Lark:
    path = bundled("grammar") / "datalog.lark"
    return Lark(
        path.read_text(encoding="utf-8"),
        parser="lalr",
        start=["statement", "atom", "span"],
        propagate_positions=True,
        maybe_placeholders=True,
    )


def _statements(content: str, comment: Callable[[int, int], object]) -> Iterator[tuple[int, int]]:
    """Where each statement stands, its full stop included; comments are told to `comment`."""
    start = 0
    for piece in PIECES.finditer(content):
        found = piece.group()
        if found[0] == "%":
            comment(piece.start(), piece.end())
            if not _INK.search(content, start, piece.start()):
                start = piece.end()
        elif found == ".":
            first = len(content[start : piece.end()]) - len(content[start : piece.end()].lstrip())
            yield start + first, piece.end()
            start = piece.end()
    rest = blank_comments(content[start:])
    if rest.strip():
        first = len(rest) - len(rest.lstrip())
        yield start + first, start + len(rest.rstrip())
