"""Values, terms and atoms: what rules and facts are made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from reasoner.text import Span


@dataclass(frozen=True, slots=True)
class Quoted:
    """A string value, written in quotes; a bare `str` is a symbol such as `raqqa_city`."""

    text: str

    def __str__(self) -> str:
        return '"' + self.text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'


Value = str | Quoted | int | float
Row = tuple[Value, ...]


def order(value: Value) -> tuple[int, float | str]:
    """The order of ASP-Core-2: numbers before symbols before strings."""
    match value:
        case int() | float():
            return 0, value
        case str():
            return 1, value
        case Quoted(text):
            return 2, text


@dataclass(frozen=True)
class Variable:
    """A name for any value. `_` is a new one each time it is written."""

    name: str
    origin: Span | None = field(default=None, compare=False, repr=False)

    @property
    def anonymous(self) -> bool:
        return self.name == "_"

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True)
class Constant:
    """A value as it stands in a text."""

    value: Value
    origin: Span | None = field(default=None, compare=False, repr=False)

    def __str__(self) -> str:
        return str(self.value)


@dataclass(frozen=True)
class Expression:
    """`left operator right`, operator one of + - * /, over integers. Division drops the fraction."""

    operator: str
    left: Term
    right: Term
    origin: Span | None = field(default=None, compare=False, repr=False)

    def __str__(self) -> str:
        return f"({self.left} {self.operator} {self.right})"


Term = Variable | Constant | Expression


@dataclass(frozen=True)
class Atom:
    """`predicate(term, ...)`. `names` gives each term's argument name, None where it goes by its place."""

    predicate: str
    terms: tuple[Term, ...] = ()
    names: tuple[str | None, ...] = ()
    origin: Span | None = field(default=None, compare=False, repr=False)

    def __str__(self) -> str:
        return show_atom(self.predicate, self.terms)


def show_atom(predicate: str, terms: tuple[object, ...]) -> str:
    """`besieges(syrian_army, raqqa_city, w)`."""
    return f"{predicate}({', '.join(map(str, terms))})" if terms else predicate


def unify(atom: Atom, row: Row, binding: Mapping[str, Value]) -> dict[str, Value] | None:
    """The binding with the values that make the atom this row; None where none do. `_` is any value."""
    more = dict(binding)
    for term, value in zip(atom.terms, row, strict=True):
        match term:
            case Constant(constant):
                if constant != value:
                    return None
            case Variable(name) if not term.anonymous:
                if more.setdefault(name, value) != value:
                    return None
    return more


def variables(term: Term) -> tuple[Variable, ...]:
    """The named variables in a term, in order."""
    match term:
        case Variable() if not term.anonymous:
            return (term,)
        case Expression(_, left, right):
            return variables(left) + variables(right)
    return ()
