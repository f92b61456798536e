"""The frame of a question, by `grammar/question.lark`: what is asked, of which words, about which days."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, Literal

from lark import Lark, Transformer, UnexpectedInput, v_args
from lark import Token as Piece

from reasoner.diagnostic import Diagnostic, Problems, error
from reasoner.evidence.spelling import fold
from reasoner.home import bundled
from reasoner.query.matching import Asking, Clause, Token
from reasoner.query.words import ARTICLES, BE, DO, HAVE, stem
from reasoner.text import Text
from reasoner.when import FUTURE, PAST, BadDate, Date, Day, Interval, parse_date, show_day

Form = Literal["who", "whether", "when", "since_when", "until_when", "how_long", "how_many", "why"]

MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
_PARTS = {"early": (1, 10), "mid": (11, 20), "late": (21, 31)}


@dataclass(frozen=True)
class Frame:
    """A question before its words are looked up. `asking` is None where it asks for no argument."""

    text: Text
    form: Form
    tokens: tuple[Token, ...]
    asking: Asking | None = None
    preposition: str | None = None
    days: Interval | None = None
    notes: tuple[str, ...] = ()

    def clauses(self) -> Iterator[Clause]:
        """The ways to take its words, plainest first: a later one is for where no phrase fits the earlier."""
        said = Clause(self.text.content, self.tokens, self.asking, self.preposition)
        for tokens in (self.tokens, *_owners_last(self.tokens)):
            if self.asking in ("what", "which"):
                yield replace(said, tokens=tokens, asking="which")
                yield replace(said, tokens=tokens, asking="what")
            else:
                yield replace(said, tokens=tokens)
            if self.asking in ("what", "where", "which") and not self.preposition:
                for turned in _turned(tokens):
                    yield replace(said, tokens=turned, asking="which")
                    yield replace(said, tokens=_without_of(turned), asking="which", loose=True)

    def lasting(self) -> Iterator[Frame]:
        """`How long did the siege last?`, `when did it end?`: of what lasts, without the verb that says so."""
        said = {"how_long": _LASTS, "when": _LASTS | _BEGINS | _ENDS}.get(self.form)
        if said and self.tokens and (verb := stem(self.tokens[-1].word)) in said:
            form: Form = "until_when" if verb in _ENDS else "since_when" if verb in _BEGINS else self.form
            tokens = self.tokens[:-1]
            yield replace(self, form=form, tokens=tokens[1:] if tokens and tokens[0].word in DO | BE | HAVE else tokens)


_LASTS = frozenset(map(stem, ("last", "continue")))
_BEGINS = frozenset(map(stem, ("begin", "began", "begun", "start")))
_ENDS = frozenset(map(stem, ("end", "over", "stop")))


def _owners_last(tokens: tuple[Token, ...]) -> Iterator[tuple[Token, ...]]:
    """`Raqqa's southern corridor` as `southern corridor of Raqqa`."""
    for at, token in enumerate(tokens):
        for first in range(at, max(-1, at - 4), -1) if token.possessive else ():
            of = replace(token, word="of", possessive=False)
            yield (*tokens[:first], *tokens[at + 1 :], of, *tokens[first : at + 1])


def _turned(tokens: tuple[Token, ...]) -> Iterator[tuple[Token, ...]]:
    """`sides of Raqqa are open`: itself, or `are the open sides of Raqqa`, `open sides does Raqqa have`."""
    yield tokens
    at = next((i for i, t in enumerate(tokens) if t.auxiliary), len(tokens))
    before, verb, after = tokens[:at], tokens[at : at + 1], tokens[at + 1 :]
    if verb and verb[0].word in DO and after and after[-1].word in HAVE:
        rest = (*before, replace(verb[0], word="of"), *after[:-1])
    elif not verb or verb[0].word in BE:
        rest = (*before, *after)
    else:
        return
    rest = tuple(t for t in rest if t.word not in ARTICLES)
    linking = Token("are", tokens[0].start, tokens[0].end, auxiliary=True) if tokens else None
    if linking and len(rest) > 1:
        yield (rest[0], linking, *rest[1:])
        for noun in range(1, min(3, len(rest))):
            yield (*rest[noun:], linking, *rest[:noun])


def _without_of(tokens: tuple[Token, ...]) -> tuple[Token, ...]:
    """`which sides Raqqa are open`: the first `of` joins the noun to what it is asked of."""
    at = next((i for i, t in enumerate(tokens) if t.word == "of"), None)
    return tokens if at is None else (*tokens[:at], *tokens[at + 1 :])


# ---------------------------------------------------------------- reading


def frame(text: Text, today: Day) -> Frame:
    """The frame of a question. Raises Problems where it has none, or a date that no calendar has."""
    reader = _Reader(text, today)
    try:
        read: Frame = reader.transform(_grammar().parse(text.content))
    except UnexpectedInput as unexpected:
        at = min(unexpected.pos_in_stream or 0, max(0, len(text.content) - 1))
        where = text.span(at, at + 1 if text.content else at)
        raise Problems([error("R111", "this is not a question", where, help=HOW_TO_ASK)]) from None
    if reader.problems:
        raise Problems(reader.problems)
    return read


HOW_TO_ASK = "begin with who, what, which, where, when, since when, how many, list, is or does"


@cache
def _grammar() -> Lark:
    path = bundled("grammar") / "question.lark"
    return Lark(path.read_text(encoding="utf-8"), parser="lalr", start="question", maybe_placeholders=False)


@dataclass(frozen=True)
class _Time:
    days: Interval
    note: str | None = None


@v_args(inline=True)
class _Reader(Transformer[Piece, Any]):
    """One method for each alternative of the grammar, under its name there."""

    def __init__(self, text: Text, today: Day) -> None:
        super().__init__(visit_tokens=False)
        self.text, self.today = text, today
        self.problems: list[Diagnostic] = []
        self.times: list[_Time] = []

    def question(self, *parts: Any) -> Frame:
        found: Frame = next(part for part in parts if isinstance(part, Frame))
        if not self.times:
            return found
        start, end = max(t.days[0] for t in self.times), min(t.days[1] for t in self.times)
        if start >= end:
            first, last = show_day(start), show_day(end - 1)
            self.problems.append(error("R402", f"no day is both from {first} on and by {last}", self._whole()))
        return replace(found, days=(start, end), notes=tuple(t.note for t in self.times if t.note))

    def _frame(self, form: Form, parts: tuple[Any, ...], asking: Asking | None = None) -> Frame:
        """The pieces of a frame: its question word says what it asks, its clause has the tokens."""
        tokens: list[Token] = []
        preposition = None
        for part in parts:
            if isinstance(part, tuple):
                tokens.extend(part)
            elif part.type == "AUX":
                tokens.extend(_tokens(part))
            elif part.type == "PREPOSITION":
                preposition = part.lower()
            elif part.type == "HOW_MANY" and len(part.split()) > 2:
                preposition = part.split()[0].lower()
            elif part.type == "HOW_FAR":
                asking = "far"
            elif part.type == "WH":
                asking = {"whom": "who"}.get(part.lower(), part.lower())
        return Frame(self.text, form, _no_longer(tokens), asking, preposition)

    def asks(self, *parts: Any) -> Frame:
        return self._frame("who", parts)

    def lists(self, *parts: Any) -> Frame:
        return self._frame("who", parts, "which")

    def counts(self, *parts: Any) -> Frame:
        return self._frame("how_many", parts, "which")

    def whether(self, *parts: Any) -> Frame:
        return self._frame("whether", parts)

    def when(self, *parts: Any) -> Frame:
        return self._frame("when", parts)

    def since_when(self, *parts: Any) -> Frame:
        return self._frame("since_when", parts)

    def until_when(self, *parts: Any) -> Frame:
        return self._frame("until_when", parts)

    def how_long(self, *parts: Any) -> Frame:
        return self._frame("how_long", parts)

    def why(self, *parts: Any) -> Frame:
        return self._frame("why", parts)

    def words(self, *parts: Any) -> tuple[Token, ...]:
        said = (token for part in parts if isinstance(part, Piece) for token in _tokens(part))
        return tuple(replace(token, auxiliary=False) for token in said)

    tail = words

    def clause(self, *parts: Any) -> tuple[Token, ...]:
        return tuple(t for part in parts for t in (part if isinstance(part, tuple) else _tokens(part)))

    # days

    def day(self, *parts: Piece) -> None:
        date = self._date(parts[-1])
        if date is None:
            return
        note = None
        match " ".join(parts[0].lower().split()) if len(parts) == 2 else "on":
            case "as of":
                days = (date.last, date.last + 1)
                note = None if date.exact else f'"as of {date}" is read as {show_day(date.last)}'
            case "since" | "from":
                days = (date.first, FUTURE)
            case "after":
                days = (date.last + 1, FUTURE)
            case "before" | "prior to":
                days = (PAST, date.first)
            case "until" | "till" | "by" | "up to":
                days = (PAST, date.last + 1)
            case _:
                days = (date.first, date.last + 1)
        self.times.append(_Time(days, note))

    def span(self, _from: Piece, first: Piece, _to: Piece, last: Piece) -> None:
        start, end = self._date(first), self._date(last)
        if start and end and end.last < start.first:
            help = f"write {end} first"
            self.problems.append(error("R402", f"{end} is before {start}", self._whole(), help=help))
        elif start and end:
            self.times.append(_Time((start.first, end.last + 1)))

    def relative(self, word: Piece) -> None:
        match word.lower():
            case "today":
                self.times.append(_Time((self.today, self.today + 1)))
            case "yesterday":
                self.times.append(_Time((self.today - 1, self.today)))
            case _:
                self.times.append(_Time((PAST, self.today + 1)))

    def _date(self, piece: Piece) -> Date | None:
        start = piece.start_pos or 0
        try:
            return written_date(piece.lower())
        except BadDate as bad:
            where = self.text.span(start, start + len(piece))
            self.problems.append(error("R401", str(bad), where, "this date cannot be"))
            return None

    def _whole(self) -> Any:
        return self.text.span(0, len(self.text.content))


def written_date(written: str) -> Date:
    """A date as people write it: late may 2016, 4 june 2016, 2014-08. Raises BadDate."""
    month = re.search("|".join(MONTHS), written)
    if month is None:
        return parse_date(written)
    *day, year = re.findall(r"\d+", written)
    number = MONTHS.index(month[0]) + 1
    date = parse_date("-".join([year, f"{number:02}", *(d.zfill(2) for d in day[:1])]))
    part = re.match("early|mid|late", written)
    if part is None:
        return date
    first, last = _PARTS[part[0]]
    return Date(date.first + first - 1, min(date.first + last - 1, date.last))


def _tokens(piece: Piece) -> Iterator[Token]:
    """The folded words of one written word: two of `Kurdish-led`, none of a lone hyphen."""
    start = piece.start_pos or 0
    auxiliary, possessive = piece.type == "AUX", re.search(r"['’]s?$", piece) is not None
    folded = ("is",) if auxiliary and possessive else fold(piece)
    for word in folded:
        owner = possessive and not auxiliary and word == folded[-1]
        yield Token(word, start, start + len(piece), auxiliary, owner)


def _no_longer(tokens: list[Token]) -> tuple[Token, ...]:
    """`no longer` is `not`."""
    joined: list[Token] = []
    for token in tokens:
        if token.word == "longer" and joined and joined[-1].word == "no":
            joined[-1] = replace(joined[-1], word="not", end=token.end)
        else:
            joined.append(token)
    return tuple(joined)
