"""Text to tree. A statement that cannot be read gives a message, and the next one is read all the same."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

from lark import Lark, Token, Transformer, UnexpectedCharacters, UnexpectedInput, UnexpectedToken, v_args
from lark.exceptions import VisitError

from reasoner.diagnostic import Diagnostic, error
from reasoner.home import bundled
from reasoner.syntax import tree
from reasoner.term import Atom, Constant, Expression, Quoted, Term, Variable
from reasoner.text import Span, Text
from reasoner.when import FUTURE, BadDate, Date, When, parse_date

# What may hide a full stop: strings, comments, ranges, decimals. The full stop itself ends a statement.
_PIECES = re.compile(r'"(?:\\.|[^"\\\n])*"|%[^\n]*|\.\.(?=\.(?!\.))|\.\.|\d+\.\d+|\.')

_INK = re.compile(r"\S")

# So much arithmetic in one statement is refused: everything that walks through terms does so recursively.
_OPERATORS = 200


def parse(
    text: Text, problems: list[Diagnostic], progress: Callable[[int], object] | None = None
) -> tree.File:
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
    builder = _Builder(text, start, problems)
    found = len(problems)
    try:
        parsed = _grammar().parse(text.content[start:end])
    except UnexpectedInput as unexpected:
        problems.append(_syntax_error(text, start, end, unexpected))
        return None
    try:
        statement: tree.Statement = builder.transform(parsed)
    except (RecursionError, VisitError) as reason:
        if isinstance(reason, VisitError) and not isinstance(reason.orig_exc, RecursionError):
            raise
        problems.append(_too_deep(text.span(start, end)))
        return None
    return statement if len(problems) == found else None


@cache
def _grammar() -> Lark:
    path = bundled("grammar") / "datalog.lark"
    return Lark(
        path.read_text(encoding="utf-8"),
        parser="lalr",
        start="statement",
        propagate_positions=True,
        maybe_placeholders=True,
    )


def _statements(content: str, comment: Callable[[int, int], object]) -> Iterator[tuple[int, int]]:
    """Where each statement stands, its full stop included; comments are told to `comment`."""
    start = 0
    for piece in _PIECES.finditer(content):
        found = piece.group()
        if found[0] == "%":
            comment(piece.start(), piece.end())
            if not _INK.search(content, start, piece.start()):
                start = piece.end()
        elif found == ".":
            first = len(content[start : piece.end()]) - len(content[start : piece.end()].lstrip())
            yield start + first, piece.end()
            start = piece.end()
    rest = _blank_comments(content[start:])
    if rest.strip():
        first = len(rest) - len(rest.lstrip())
        yield start + first, start + len(rest.rstrip())


def _blank_comments(content: str) -> str:
    return _PIECES.sub(lambda m: " " * len(m[0]) if m[0][0] == "%" else m[0], content)


# ---------------------------------------------------------------- syntax errors

_PLAIN = {
    "DOT": "`.`", "COMMA": "`,`", "RPAR": "`)`", "LPAR": "`(`", "RBRACE": "`}`", "LBRACE": "`{`", "RSQB": "`]`",
    "LSQB": "`[`", "COLON": "`:`", "EQUAL": "`=`", "COMPARE": "a comparison", "NAME": "a name", "VARIABLE": "a Variable",
    "STRING": 'a "text"', "INT": "a number", "DATE": "a date", "__ANON_0": "`:-`", "VBAR": "`|`",
}  # fmt: skip
RESERVED = frozenset(
    "event state fixed type source assume never reports denies from via assuming not since once always begins ends during".split()
)


def _syntax_error(text: Text, start: int, end: int, unexpected: UnexpectedInput) -> Diagnostic:
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
            return error("R103", "this statement has no end", where, "a `.` is missing after this", help="end it with `.`")
        return error("R101", "this statement ends too early", where, help=_expected(unexpected))
    at = start + (token.start_pos or 0)
    where = text.span(at, at + len(token))
    before = _blank_comments(text.content[start:at])
    # The first word of the next line may have passed for a locator.
    ended = re.search(r"\s*\n\s*[a-z]\w*[ \t]*$|\s*\n\s*$", before)
    if ended and "DOT" in unexpected.accepts:
        last = start + ended.start()
        return error("R103", "this statement has no end", text.span(last - 1, last), "a `.` is missing after this",
                     help="end it with `.`")  # fmt: skip
    if re.match(r"always\s*[^\s\[]", text.content[at - 7 if at >= 7 else 0 : at + 1].lstrip()) and "LSQB" in unexpected.accepts:
        return error("R101", "`always` needs a window", where, help="write always[30]: each of the last 30 days")
    if str(token) in RESERVED and "NAME" in unexpected.accepts:
        return error("R101", f"`{token}` is a word of the language, not a name", where, help="choose another name")
    remedy = _meant(token, unexpected) or _expected(unexpected)
    return error("R101", f"`{token}` has no place here", where, help=remedy)


def _too_deep(where: Span) -> Diagnostic:
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


# ---------------------------------------------------------------- from lark's tree to ours


def _unquote(token: str) -> str:
    return re.sub(r'\\([\\"n])', lambda m: "\n" if m[1] == "n" else m[1], token[1:-1])


@v_args(meta=True)
class _Builder(Transformer[Token, Any]):
    """One method for each rule of the grammar, under its name there."""

    def __init__(self, text: Text, offset: int, problems: list[Diagnostic]) -> None:
        super().__init__(visit_tokens=False)
        self.text, self.offset, self.problems = text, offset, problems
        self.operators = 0

    def _span(self, at: Any) -> Span:
        start, end = (at.start_pos, at.end_pos)
        return self.text.span(self.offset + start, self.offset + end)

    # statements

    def declaration(self, meta: Any, parts: list[Any]) -> tree.Declaration:
        kind, name, parameters, reports, denies, *phrases = parts
        return tree.Declaration(
            kind, str(name), parameters, tuple(_unquote(p) for p in phrases), reports, denies, name_origin=self._span(name), origin=self._span(meta)
        )

    def kind(self, meta: Any, parts: list[Token]) -> str:
        return str(parts[0])

    def parameters(self, meta: Any, parts: list[Any]) -> tuple[tree.Parameter, ...]:
        return tuple(part for part in parts if part is not None)

    def parameter(self, meta: Any, parts: list[Token]) -> tree.Parameter:
        name, type_ = parts
        return tree.Parameter(str(name), str(type_) if type_ else None, origin=self._span(meta))

    def reports(self, meta: Any, parts: list[Token]) -> str:
        return str(parts[0])

    def denies(self, meta: Any, parts: list[Token]) -> str:
        return str(parts[0])

    def type(self, meta: Any, parts: list[Token]) -> tree.TypeDeclaration:
        name, *members = parts
        listed = tuple(str(m) for m in members if m is not None)
        return tree.TypeDeclaration(str(name), listed or None, origin=self._span(meta))

    def source(self, meta: Any, parts: list[Any]) -> tree.Source:
        name, *attributes = parts
        seen: dict[str, Any] = {}
        for key, value, where in attributes:
            if key in seen:
                self.problems.append(error("R104", f"`{key}` stands twice in this source", where, help="keep one of them"))
            seen[key] = value
        return tree.Source(str(name), **seen, origin=self._span(meta))

    def publisher(self, meta: Any, parts: list[Token]) -> tuple[str, Any, Span]:
        return "publisher", _unquote(parts[0]), self._span(meta)

    def title(self, meta: Any, parts: list[Token]) -> tuple[str, Any, Span]:
        return "title", _unquote(parts[0]), self._span(meta)

    def url(self, meta: Any, parts: list[Token]) -> tuple[str, Any, Span]:
        return "url", _unquote(parts[0]), self._span(meta)

    def dated(self, meta: Any, parts: list[Any]) -> tuple[str, Any, Span]:
        return "date", self._date(parts[0]), self._span(meta)

    def via(self, meta: Any, parts: list[Token]) -> tuple[str, Any, Span]:
        return "via", str(parts[0]), self._span(meta)

    def reliability(self, meta: Any, parts: list[Token]) -> tuple[str, Any, Span]:
        return "reliability", str(parts[0]), self._span(meta)

    def assumption(self, meta: Any, parts: list[Token]) -> tree.Assumption:
        return tree.Assumption(str(parts[0]), _unquote(parts[1]), origin=self._span(meta))

    def invariant(self, meta: Any, parts: list[Any]) -> tree.Invariant:
        body, text = parts
        return tree.Invariant(body, _unquote(text) if text else None, origin=self._span(meta))

    def query(self, meta: Any, parts: list[Any]) -> tree.Query:
        return tree.Query(parts[0], origin=self._span(meta))

    def clause(self, meta: Any, parts: list[Any]) -> tree.Fact | tree.Rule:
        (atom, time), body, citation = parts
        if body is None:
            return tree.Fact(atom, time[0] if time else None, citation, origin=self._span(meta))
        if time:
            self.problems.append(
                error("R105", "a rule's head takes no date", time[1], help="a rule holds on the days on which its body holds")
            )
        return tree.Rule(atom, body, citation, origin=self._span(meta))

    def citation(self, meta: Any, parts: list[Any]) -> tree.Citation:
        source, via, locator, text, assuming = parts
        return tree.Citation(
            str(source) if source else None,
            str(via) if via else None,
            locator,
            _unquote(text) if text else None,
            assuming or (),
            None if meta.empty else self._span(meta),
        )

    def locator(self, meta: Any, parts: list[Token]) -> str:
        return str(parts[0])

    def names(self, meta: Any, parts: list[Token]) -> tuple[str, ...]:
        return tuple(map(str, parts))

    # atoms

    def head(self, meta: Any, parts: list[Any]) -> tuple[Atom, tuple[When | None, Span] | None]:
        name, *given = parts
        given = [g for g in given if g is not None]
        time = None
        if given and isinstance(given[-1][1], When | None):
            time = (given[-1][1], given[-1][2])
            given = given[:-1]
        for _, misplaced, where in given:
            if isinstance(misplaced, When | None):
                self.problems.append(error("R106", "a date stands last in a fact", where, help="move it to the end"))
        return self._atom(meta, name, given), time

    def atom(self, meta: Any, parts: list[Any]) -> Atom:
        name, *given = parts
        return self._atom(meta, name, [g for g in given if g is not None])

    def _atom(self, meta: Any, name: Token, given: list[Any]) -> Atom:
        names = tuple(name for name, _, _ in given)
        return Atom(str(name), tuple(term for _, term, _ in given), names if any(names) else (), self._span(meta))

    def argument(self, meta: Any, parts: list[Any]) -> tuple[str | None, Term, Span]:
        name, term = parts
        return (str(name) if name else None), term, self._span(meta)

    def time(self, meta: Any, parts: list[When]) -> tuple[None, When, Span]:
        return None, parts[0], self._span(meta)

    # bodies

    def body(self, meta: Any, parts: list[Any]) -> tuple[tree.BodyLiteral, ...]:
        return tuple(parts)

    def timed(self, meta: Any, parts: list[Any]) -> tree.Literal:
        (formula, negated), during = parts
        return tree.Literal(formula, negated, during, origin=self._span(meta))

    def holds(self, meta: Any, parts: list[Any]) -> tuple[tree.Formula, bool]:
        return tree.Plain(parts[0]), False

    def holds_not(self, meta: Any, parts: list[Any]) -> tuple[tree.Formula, bool]:
        return tree.Plain(parts[0]), True

    def since(self, meta: Any, parts: list[Any]) -> tuple[tree.Formula, bool]:
        return tree.Since(tree.Signed(parts[0]), parts[1]), False

    def since_not(self, meta: Any, parts: list[Any]) -> tuple[tree.Formula, bool]:
        return tree.Since(tree.Signed(parts[0], True), parts[1]), False

    def once(self, meta: Any, parts: list[Any]) -> tuple[tree.Formula, bool]:
        window, atom = parts
        return tree.Once(atom, *(window or ())), False

    def not_once(self, meta: Any, parts: list[Any]) -> tuple[tree.Formula, bool]:
        window, atom = parts
        return tree.Once(atom, *(window or ())), True

    def always(self, meta: Any, parts: list[Any]) -> tuple[tree.Formula, bool]:
        return tree.Always(tree.Signed(parts[1]), *parts[0]), False

    def always_not(self, meta: Any, parts: list[Any]) -> tuple[tree.Formula, bool]:
        return tree.Always(tree.Signed(parts[1], True), *parts[0]), False

    def not_always(self, meta: Any, parts: list[Any]) -> tuple[tree.Formula, bool]:
        return tree.Always(tree.Signed(parts[1]), *parts[0]), True

    def begins(self, meta: Any, parts: list[Any]) -> tuple[tree.Formula, bool]:
        return tree.Begins(parts[0]), False

    def not_begins(self, meta: Any, parts: list[Any]) -> tuple[tree.Formula, bool]:
        return tree.Begins(parts[0]), True

    def ends(self, meta: Any, parts: list[Any]) -> tuple[tree.Formula, bool]:
        return tree.Ends(parts[0]), False

    def not_ends(self, meta: Any, parts: list[Any]) -> tuple[tree.Formula, bool]:
        return tree.Ends(parts[0]), True

    def window(self, meta: Any, parts: list[Token | None]) -> tuple[int, int]:
        near, far = (0, parts[0]) if parts[1] is None else parts
        if float(far or 0) > 1_000_000 or float(near or 0) > float(far or 0):
            self.problems.append(
                error("R107", f"no day lies {near} to {far} days ago", self._span(meta),
                      help="write the smaller number first, a million at most")
            )  # fmt: skip
            return 0, 0
        return int(near or 0), int(far or 0)

    def comparison(self, meta: Any, parts: list[Any]) -> tree.Comparison:
        left, operator, right = parts
        return tree.Comparison(str(operator), left, right, origin=self._span(meta))

    def aggregate(self, meta: Any, parts: list[Any]) -> tree.Aggregate | None:
        left, before, function, terms, body, after, right = parts
        if (before is None) == (after is None):
            self.problems.append(
                error("R108", "an aggregate is compared with one value", self._span(meta),
                      help="write N = #count{ ... }, or #count{ ... } >= 2")
            )  # fmt: skip
            return None
        mirrored = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}
        operator = str(after) if after else mirrored.get(str(before), str(before))
        bound = right if after else left
        return tree.Aggregate(str(function)[1:], terms, body, operator, bound, origin=self._span(meta))

    def terms(self, meta: Any, parts: list[Any]) -> tuple[Term, ...]:
        return tuple(parts)

    # terms

    def expression(self, meta: Any, parts: list[Any]) -> Expression:
        left, operator, right = parts
        self.operators += 1
        if self.operators == _OPERATORS:
            self.problems.append(_too_deep(self._span(meta)))
        return Expression(str(operator), left, right, self._span(meta))

    def symbol(self, meta: Any, parts: list[Token]) -> Constant:
        return Constant(str(parts[0]), self._span(meta))

    def string(self, meta: Any, parts: list[Token]) -> Constant:
        return Constant(Quoted(_unquote(parts[0])), self._span(meta))

    def integer(self, meta: Any, parts: list[Token]) -> Constant:
        return self._number(parts[0], meta)

    def decimal(self, meta: Any, parts: list[Token]) -> Constant:
        return self._number(parts[0], meta)

    def negative(self, meta: Any, parts: list[Token]) -> Constant:
        return self._number(parts[1], meta, -1)

    def _number(self, digits: Token, meta: Any, sign: int = 1) -> Constant:
        # Through a float first: Python refuses to read an integer of thousands of digits.
        value: int | float = float(digits)
        if digits.type == "INT" and value < 2**53:
            value = int(digits)
        value *= sign
        if abs(value) >= 2**53:
            self.problems.append(
                error("R109", "this number is too large", self._span(meta), help="numbers stay below 9007199254740992")
            )
        return Constant(value, self._span(meta))

    def variable(self, meta: Any, parts: list[Token]) -> Variable:
        return Variable(str(parts[0]), self._span(meta))

    # time

    def on(self, meta: Any, parts: list[Any]) -> When | None:
        start = self._date(parts[0])
        return When(start) if start else None

    def between(self, meta: Any, parts: list[Any]) -> When | None:
        start, end = self._date(parts[0]), self._date(parts[1])
        if start and end and end.last < start.first:
            self.problems.append(
                error("R402", "this ends before it starts", self._span(meta), f"{end} is before {start}",
                      help=f"write {end}..{start}")
            )  # fmt: skip
        return When(start, end, True)

    def from_on(self, meta: Any, parts: list[Any]) -> When:
        return When(self._date(parts[0]), None, True)

    def until(self, meta: Any, parts: list[Any]) -> When:
        return When(None, self._date(parts[0]), True)

    def uncertain(self, meta: Any, parts: list[Token]) -> Date | None:
        first, last = (self._date(part) for part in parts)
        if first and last and last.last < first.first:
            self.problems.append(
                error("R402", "this ends before it starts", self._span(meta), f"{last} is before {first}",
                      help=f"write [{last}..{first}]")
            )  # fmt: skip
        return Date(first.first, last.last) if first and last else None

    def _date(self, written: Token | Date | None) -> Date | None:
        if not isinstance(written, Token):
            return written
        try:
            return parse_date(str(written))
        except BadDate as bad:
            self.problems.append(error("R401", str(bad), self._span(written), "this date cannot be"))
            return None
