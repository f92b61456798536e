"""From lark's tree to ours: one method for each rule of the grammar."""

from __future__ import annotations

import re
from typing import Any

from lark import Token, Transformer, v_args

from reasoner.diagnostic import Diagnostic, error
from reasoner.syntax import tree
from reasoner.syntax.mistakes import too_deep
from reasoner.term import Atom, Constant, Expression, Quoted, Term, Variable
from reasoner.text import Span, Text
from reasoner.when import BadDate, Date, When, parse_date

# So much arithmetic in one statement is refused: everything that walks through terms does so recursively.
OPERATORS = 200


def _unquote(token: str) -> str:
    return re.sub(r'\\([\\"n])', lambda m: "\n" if m[1] == "n" else m[1], token[1:-1])


@v_args(meta=True)
class Builder(Transformer[Token, Any]):
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
            kind,
            str(name),
            parameters,
            tuple(_unquote(p) for p in phrases),
            reports,
            denies,
            name_origin=self._span(name),
            origin=self._span(meta),
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
                self.problems.append(
                    error("R104", f"`{key}` stands twice in this source", where, help="keep one of them")
                )
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
                error(
                    "R105",
                    "a rule's head takes no date",
                    time[1],
                    help="a rule holds on the days on which its body holds",
                )
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
        if self.operators == OPERATORS:
            self.problems.append(too_deep(self._span(meta)))
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
                error(
                    "R109",
                    "this number is too large",
                    self._span(meta),
                    help="numbers stay below 9007199254740992",
                )
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
