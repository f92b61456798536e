"""Syntax errors in plain words: where they are, and what to write instead."""

from __future__ import annotations

import re
import unicodedata

from lark import Token, UnexpectedCharacters, UnexpectedInput, UnexpectedToken

from reasoner.diagnostic import Diagnostic, error
from reasoner.text import Span, Text

# What may hide a full stop: strings, comments, ranges, decimals. The full stop itself ends a statement.
# What stands before a string or a decimal keeps a long text from being searched again from each of its letters.
PIECES = re.compile(r'(?<!\\)"(?:\\.|[^"\\\n])*"|%[^\n]*|\.\.(?=\.(?!\.))|\.\.|(?<!\d)\d+\.\d+|\.')

_PLAIN = {
    "DOT": "`.`", "COMMA": "`,`", "RPAR": "`)`", "LPAR": "`(`", "RBRACE": "`}`", "LBRACE": "`{`", "RSQB": "`]`",
    "LSQB": "`[`", "COLON": "`:`", "EQUAL": "`=`", "COMPARE": "a comparison", "NAME": "a name",
    "VARIABLE": "a Variable", "STRING": 'a "text"', "INT": "a number", "DATE": "a date", "__ANON_0": "`:-`",
    "VBAR": "`|`",
}  # fmt: skip
RESERVED = frozenset(
    "event state fixed type source assume never reports denies from via assuming "
    "not since once always begins ends during".split()
)


def blank_comments(content: str) -> str:
    """The content with its comments turned into spaces."""
    return PIECES.sub(lambda m: " " * len(m[0]) if m[0][0] == "%" else m[0], content)


def syntax_error(text: Text, start: int, end: int, unexpected: UnexpectedInput) -> Diagnostic:
    """The message for a statement at `start` up to `end` that could not be read."""
    statement = text.content[start:end]
    if isinstance(unexpected, UnexpectedCharacters):
        at = start + (unexpected.pos_in_stream or 0)
        if text.content[at] == '"':
            stop = text.content.find("\n", at)
            where = text.span(at, stop if stop > 0 else len(text.content))
            return error("R102", "this text is not closed on its line", where, help='end it with `"`')
        character = text.content[at]
        name = f"`{character}`"
        if not character.isprintable():
            name = unicodedata.name(character, f"U+{ord(character):04X}")
        return error("R101", f"{name} has no place here", text.span(at, at + 1), help=_instead_of(character))
    assert isinstance(unexpected, UnexpectedToken)
    token: Token = unexpected.token
    if token.type == "$END":
        where = text.span(end - 1, end)
        if not statement.endswith("."):
            return error(
                "R103",
                "this statement has no end",
                where,
                "a `.` is missing after this",
                help="end it with `.`",
            )
        return error("R101", "this statement ends too early", where, help=_expected(unexpected))
    at = start + (token.start_pos or 0)
    where = text.span(at, at + len(token))
    before = blank_comments(text.content[start:at])
    ended = _ended(before)
    if ended is not None and "DOT" in unexpected.accepts:
        last = start + ended
        return error("R103", "this statement has no end", text.span(last - 1, last), "a `.` is missing after this",
                     help="end it with `.`")  # fmt: skip
    if (
        re.match(r"always\s*[^\s\[]", text.content[at - 7 if at >= 7 else 0 : at + 1].lstrip())
        and "LSQB" in unexpected.accepts
    ):
        return error("R101", "`always` needs a window", where, help="write always[30]: each of the last 30 days")
    if str(token) in RESERVED and "NAME" in unexpected.accepts:
        return error("R101", f"`{token}` is a word of the language, not a name", where, help="choose another name")
    remedy = _meant(token, unexpected) or _expected(unexpected)
    return error("R101", f"`{token}` has no place here", where, help=remedy)


def _ended(before: str) -> int | None:
    """Where a text ends, if that is on a line above: the first word of the next line may have passed for a locator."""
    above = before.removesuffix("\n").rstrip(" \t")
    word = len(above)
    while word and (above[word - 1].isalnum() or above[word - 1] == "_"):
        word -= 1
    # A pattern that looks for blanks before a line's end takes too long where there are very many.
    for gap in (above[:word] if re.match("[a-z]", above[word:]) else "", before):
        kept = len(gap.rstrip())
        if "\n" in gap[kept:]:
            return kept
    return None


def too_deep(where: Span) -> Diagnostic:
    """The message for a statement with more arithmetic in it than can be walked through."""
    return error("R505", "this statement is nested too deeply", where, help="split it into several rules")


def _instead_of(character: str) -> str:
    if character in "“”„«»":
        return "write a straight quote"
    if character == "!":
        return "write `not` before an atom, `!=` between two values"
    if character.isspace():
        return "write a plain space"
    return 'names are of a-z, 0-9 and `_`; other letters stand in "quotes"' if character.isalpha() else ""


def _meant(token: Token, unexpected: UnexpectedToken) -> str:
    if token.type == "VARIABLE" and "NAME" in unexpected.accepts and "VARIABLE" not in unexpected.accepts:
        return "a name starts with a lower-case letter"
    if token.type in ("NAME", "VARIABLE", "STRING", "INT") and "COMMA" in unexpected.accepts:
        return "is a `,` missing before it?"
    return ""


def _expected(unexpected: UnexpectedToken) -> str:
    words = sorted({_PLAIN.get(name, f"`{name.lower()}`") for name in unexpected.accepts if name != "$END"})
    return f"expected {' or '.join(words)}" if len(words) <= 5 else ""
