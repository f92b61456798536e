"""What a text says, as frozen nodes that know where they stand. Origins do not count when nodes are compared."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal as OneOf
from typing import TypeVar

from reasoner.term import Atom, Term
from reasoner.text import Span, Text
from reasoner.when import FUTURE, Date, When

Kind = OneOf["event", "state", "fixed"]


def _origin() -> Span:
    return field(compare=False, repr=False, kw_only=True)  # type: ignore[no-any-return]


# ---------------------------------------------------------------- literals


@dataclass(frozen=True)
class Signed:
    """An atom or its absence, as an operand of a time operator."""

    atom: Atom
    negated: bool = False


@dataclass(frozen=True)
class Plain:
    """`p`: it holds today."""

    atom: Atom


@dataclass(frozen=True)
class Once:
    """`once[near..far] p`: it held on some day from `far` to `near` days ago; `far` is FUTURE without a window."""

    atom: Atom
    near: int = 0
    far: int = FUTURE


@dataclass(frozen=True)
class Always:
    """`always[near..far] p`: it held (or did not) on every day from `far` to `near` days ago."""

    operand: Signed
    near: int
    far: int


@dataclass(frozen=True)
class Since:
    """`p since q`: q held on some day up to today, and p on every day after it."""

    operand: Signed
    start: Atom


@dataclass(frozen=True)
class Begins:
    """`begins p`: today is the first day of a run of p."""

    atom: Atom


@dataclass(frozen=True)
class Ends:
    """`ends p`: today is the first day after a run of p."""

    atom: Atom


Formula = Plain | Once | Always | Since | Begins | Ends


@dataclass(frozen=True)
class Literal:
    """A formula, its absence where `negated`, on the days of `during` where it is given."""

    formula: Formula
    negated: bool = False
    during: When | None = None
    origin: Span = _origin()


@dataclass(frozen=True)
class Comparison:
    """`left operator right`, operator one of = != < <= > >=."""

    operator: str
    left: Term
    right: Term
    origin: Span = _origin()


@dataclass(frozen=True)
class Aggregate:
    """`function{ terms : body } operator bound`; function is count, sum, min or max."""

    function: str
    terms: tuple[Term, ...]
    body: tuple[BodyLiteral, ...]
    operator: str
    bound: Term
    origin: Span = _origin()


BodyLiteral = Literal | Comparison | Aggregate


def atoms_of(formula: Formula) -> tuple[Signed, ...]:
    """The atoms of a formula with their signs, in the order written."""
    match formula:
        case Always(operand, _, _):
            return (operand,)
        case Since(operand, start):
            return operand, Signed(start)
        case Plain(atom) | Once(atom) | Begins(atom) | Ends(atom):
            return (Signed(atom),)


# ---------------------------------------------------------------- statements


@dataclass(frozen=True)
class Parameter:
    """A named argument of a declared predicate; its type is None where any value will do."""

    name: str
    type: str | None
    origin: Span = _origin()


@dataclass(frozen=True)
class Declaration:
    """`event p(a: T, ...) reports q denies r "phrase" ... .`

    `reports`: it is somebody's judgement that q holds; `denies`: it says that r does not hold.
    """

    kind: Kind
    predicate: str
    parameters: tuple[Parameter, ...]
    phrases: tuple[str, ...]
    reports: str | None = None
    denies: str | None = None
    name_origin: Span = _origin()
    origin: Span = _origin()


@dataclass(frozen=True)
class TypeDeclaration:
    """`type T = a | b.`, or `type T.` with members None: whatever stands in an argument of that type."""

    name: str
    members: tuple[str, ...] | None
    origin: Span = _origin()


@dataclass(frozen=True)
class Source:
    """Who said it, and when; `via` is the source that this one repeats."""

    name: str
    publisher: str | None = None
    title: str | None = None
    url: str | None = None
    date: Date | None = None
    via: str | None = None
    reliability: str | None = None
    origin: Span = _origin()


@dataclass(frozen=True)
class Assumption:
    """`assume name "text".`: what an analyst supposes; facts that rest on it say `assuming name`."""

    name: str
    text: str
    origin: Span = _origin()


@dataclass(frozen=True)
class Citation:
    """`from source via source locator "text" assuming names`, each part optional."""

    source: str | None = None
    via: str | None = None
    locator: str | None = None
    text: str | None = None
    assuming: tuple[str, ...] = ()
    origin: Span | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True)
class Fact:
    """An atom that a source vouches for, with the time written on it."""

    atom: Atom
    when: When | None
    citation: Citation
    origin: Span = _origin()


@dataclass(frozen=True)
class Rule:
    """`head :- body.` with the sentence that tells it."""

    head: Atom
    body: tuple[BodyLiteral, ...]
    citation: Citation
    origin: Span = _origin()

    @property
    def text(self) -> str | None:
        return self.citation.text


@dataclass(frozen=True)
class Invariant:
    """`never body "why".`"""

    body: tuple[BodyLiteral, ...]
    text: str | None
    origin: Span = _origin()


@dataclass(frozen=True)
class Query:
    """`?- body.`"""

    body: tuple[BodyLiteral, ...]
    origin: Span = _origin()


Statement = Declaration | TypeDeclaration | Source | Assumption | Fact | Rule | Invariant | Query
S = TypeVar("S", Declaration, TypeDeclaration, Source, Assumption, Fact, Rule, Invariant, Query)


@dataclass(frozen=True)
class File:
    """The statements of one text, in order, and where its comments stand."""

    text: Text = field(compare=False, repr=False)
    statements: tuple[Statement, ...]
    comments: tuple[Span, ...] = field(default=(), compare=False, repr=False)


@dataclass(frozen=True)
class Program:
    """Files read together; the order of files and statements does not matter to what they mean."""

    files: tuple[File, ...]

    def __iter__(self) -> Iterator[Statement]:
        return (statement for file in self.files for statement in file.statements)

    def of(self, kind: type[S]) -> tuple[S, ...]:
        """The statements of one kind, in order."""
        return self._by_kind.get(kind, ())  # type: ignore[return-value]

    @cached_property
    def _by_kind(self) -> dict[type[Statement], tuple[Statement, ...]]:
        found: dict[type[Statement], list[Statement]] = {}
        for statement in self:
            found.setdefault(type(statement), []).append(statement)
        return {kind: tuple(its) for kind, its in found.items()}
