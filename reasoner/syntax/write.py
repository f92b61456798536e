"""Tree to text: a statement on one line, or a whole file in the layout that `reasoner fmt` prints."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal

from reasoner.syntax import tree
from reasoner.term import Atom, Constant, Expression, Quoted, Term
from reasoner.text import Text
from reasoner.when import FUTURE, When, show_day

WIDTH = 120
_INDENT = "    "
_STEP = 40  # statements are aligned where their lengths differ by no more than this
_STRENGTH = {"+": 1, "-": 1, "*": 2, "/": 2}


def write(node: tree.Statement | tree.File | tree.Program) -> str:
    """What `parse` reads as this node again: a line for each statement.

    A program's files follow each other; a fact without `from` may then cite a source of the file before it.
    """
    match node:
        case tree.Program(files):
            return "\n".join(text for file in files if (text := write(file)))
        case tree.File(_, statements):
            return "".join(f"{write(statement)}\n" for statement in statements)
    pieces = _pieces(node)
    return _end(" ".join((pieces.begun, *pieces.parts)))


def format_file(file: tree.File) -> str:
    """The file in the one layout, its comments and its paragraphs kept.

    Raises ValueError where the text holds a statement that could not be read, which would be lost.
    """
    lines: list[str] = []
    for run in _runs(_entries(file)):
        column = max(len(entry.pieces.begun) if entry.pieces else 0 for entry in run)
        for entry in run:
            lines.extend([""] if entry.apart and lines else [])
            lines.extend(entry.before)
            lines.extend(_lines(entry.pieces, column) if entry.pieces else [])
            lines[-1] += f"  {entry.after}" if entry.after else ""
    return "".join(f"{line}\n" for line in lines)


# ---------------------------------------------------------------- files


@dataclass(frozen=True)
class _Pieces:
    """A statement: what opens it, a list, and parts that may each have a line of their own.

    Statements of one `kind` that follow each other are aligned.
    """

    opening: str
    items: tuple[str, ...] = ()
    separator: str = ","
    parts: tuple[str, ...] = ()
    kind: str = ""

    @property
    def begun(self) -> str:
        return f"{self.opening} {f'{self.separator} '.join(self.items)}" if self.items else self.opening

    def line(self, column: int = 0) -> str:
        """All of it on one line, its parts from that column on."""
        gap = "  " if self.kind else " "
        return _end(f"{self.begun:<{column}}{gap}{' '.join(self.parts)}" if self.parts else self.begun)


@dataclass(frozen=True)
class _Entry:
    """A statement or a lone comment, the comments before and after it; `apart`: a blank line is above."""

    pieces: _Pieces | None
    before: tuple[str, ...]
    apart: bool
    after: str = ""


def _entries(file: tree.File) -> Iterator[_Entry]:
    """What stands in the file, in order; a comment inside a statement goes before it."""
    content = file.text.content
    statements = {(s.origin.start, s.origin.end): s for s in file.statements}
    inside: dict[tuple[int, int], list[str]] = {span: [] for span in statements}
    alone: dict[tuple[int, int], str] = {}
    spans = iter(sorted(statements))
    span = next(spans, None)
    for comment in file.comments:
        while span and span[1] <= comment.start:
            span = next(spans, None)
        if span and span[0] < comment.start:
            inside[span].append(comment.excerpt.rstrip())
        else:
            alone[comment.start, comment.end] = comment.excerpt.rstrip()
    end, last = 0, None
    for here in sorted((*statements, *alone)):
        gap = _gap(file.text, end, here[0])
        if last and last.pieces and here in alone and "\n" not in gap:
            last = replace(last, after=alone[here])
        else:
            yield from (last,) if last else ()
            apart = gap.count("\n") > 1
            if here in alone:
                last = _Entry(None, (alone[here],), apart)
            else:
                last = _Entry(_pieces(statements[here]), tuple(inside[here]), apart)
        end = here[1]
    yield from (last,) if last else ()
    _gap(file.text, end, len(content))


def _gap(text: Text, start: int, end: int) -> str:
    gap = text.content[start:end]
    if gap.strip():
        where = text.span(start + len(gap) - len(gap.lstrip()), end)
        raise ValueError(f"{where}: a file with a statement that cannot be read is not formatted")
    return gap


def _runs(entries: Iterable[_Entry]) -> Iterator[list[_Entry]]:
    """Entries, those together that can be aligned: of one kind, with no long lines or wide gaps."""
    run: list[_Entry] = []
    least = most = tail = 0
    for entry in entries:
        pieces = entry.pieces or _Pieces("")
        width = len(pieces.begun)
        bounds = min(least, width), max(most, width), max(tail, len(pieces.line()) - width)
        kind = run[0].pieces.kind if run and run[0].pieces else ""
        apart = entry.apart or entry.before or kind != pieces.kind or not kind
        if run and (apart or bounds[1] - bounds[0] > _STEP or bounds[1] + bounds[2] > WIDTH):
            yield run
            run = []
        least, most, tail = bounds if run else (width, width, len(pieces.line()) - width)
        run.append(entry)
    if run:
        yield run


def _lines(pieces: _Pieces, column: int) -> list[str]:
    """One line if it fits; else the parts on lines of their own; else the items too."""
    line = pieces.line(column)
    if len(line) <= WIDTH or not (pieces.items or pieces.parts):
        return [line]
    if len(pieces.begun) < WIDTH or not pieces.items:
        lines = [pieces.begun]
    else:
        items = [item + pieces.separator for item in pieces.items[:-1]] + [pieces.items[-1]]
        packed = _fill(items) if "|" in pieces.separator else items
        lines = [pieces.opening, *(_INDENT + item for item in packed)]
    lines.extend(_INDENT + part for part in pieces.parts)
    return [*lines[:-1], _end(lines[-1])]


def _fill(items: Iterable[str]) -> list[str]:
    """As many items to a line as it takes."""
    lines: list[str] = []
    for item in items:
        if lines and len(_INDENT) + len(lines[-1]) + len(item) + 1 < WIDTH:
            lines[-1] += f" {item}"
        else:
            lines.append(item)
    return lines


def _end(text: str) -> str:
    # An open range keeps its two dots apart from the full stop.
    return f"{text} ." if text.endswith("..") else f"{text}."


# ---------------------------------------------------------------- statements


def _pieces(statement: tree.Statement) -> _Pieces:
    match statement:
        case tree.Declaration(kind, name):
            named = (f"{p.name}: {p.type}" if p.type else p.name for p in statement.parameters)
            parameters = f"({', '.join(named)})" if statement.parameters else ""
            reports = f" reports {statement.reports}" if statement.reports else ""
            denies = f" denies {statement.denies}" if statement.denies else ""
            phrases = tuple(map(_quote, statement.phrases))
            return _Pieces(f"{kind} {name}{parameters}{reports}{denies}", parts=phrases, kind="declaration")
        case tree.TypeDeclaration(name, members):
            return _Pieces(f"type {name}{' =' if members else ''}", members or (), " |")
        case tree.Source(name):
            return _Pieces(f"source {name}", parts=tuple(_attributes(statement)))
        case tree.Assumption(name, text):
            return _Pieces(f"assume {name}", parts=(_quote(text),))
        case tree.Fact(atom, when, citation):
            return _Pieces(_atom(atom, when), parts=_cited(citation), kind=f"fact of {atom.predicate}")
        case tree.Rule(head, body, citation):
            return _Pieces(f"{write_atom(head)} :-", _written(body), parts=_cited(citation), kind="rule")
        case tree.Invariant(body, words):
            return _Pieces("never", _written(body), parts=() if words is None else (_quote(words),), kind="invariant")
        case tree.Query(body):
            return _Pieces("?-", _written(body))


def _quote(text: str) -> str:
    return str(Quoted(text))


def _attributes(source: tree.Source) -> Iterator[str]:
    for key in ("publisher", "title", "url"):
        if (text := getattr(source, key)) is not None:
            yield f"{key} {_quote(text)}"
    for key in ("date", "via", "reliability"):
        if (value := getattr(source, key)) is not None:
            yield f"{key} {value}"


def _cited(citation: tree.Citation) -> tuple[str, ...]:
    """A citation as one part, or none."""
    parts = (
        f"from {citation.source}" if citation.source else "",
        f"via {citation.via}" if citation.via else "",
        citation.locator or "",
        _quote(citation.text) if citation.text is not None else "",
        f"assuming {', '.join(citation.assuming)}" if citation.assuming else "",
    )
    cited = " ".join(filter(None, parts))
    return (cited,) if cited else ()


def _written(body: Iterable[tree.BodyLiteral]) -> tuple[str, ...]:
    return tuple(map(write_literal, body))


# ---------------------------------------------------------------- bodies and terms


def write_literal(literal: tree.BodyLiteral) -> str:
    """A literal as it stands in a body."""
    match literal:
        case tree.Comparison(operator, left, right):
            return f"{write_term(left)} {operator} {write_term(right)}"
        case tree.Aggregate(function, terms, body, operator, bound):
            elements = f"{', '.join(map(write_term, terms))} : {', '.join(_written(body))}"
            gathered = f"#{function}{{ {elements} }}"
            value = write_term(bound)
            return f"{value} = {gathered}" if operator == "=" else f"{gathered} {operator} {value}"
        case tree.Literal(formula, negated, during):
            negation = "not " if negated else ""
            return f"{negation}{_formula(formula)}{f' during {during}' if during else ''}"


def _formula(formula: tree.Formula) -> str:
    match formula:
        case tree.Plain(atom):
            return write_atom(atom)
        case tree.Once(atom, near, far):
            return f"once{'' if far == FUTURE else _window(near, far)} {write_atom(atom)}"
        case tree.Always(operand, near, far):
            return f"always{_window(near, far)} {_signed(operand)}"
        case tree.Since(operand, start):
            return f"{_signed(operand)} since {write_atom(start)}"
        case tree.Begins(atom):
            return f"begins {write_atom(atom)}"
        case tree.Ends(atom):
            return f"ends {write_atom(atom)}"


def _signed(operand: tree.Signed) -> str:
    return f"not {write_atom(operand.atom)}" if operand.negated else write_atom(operand.atom)


def _window(near: int, far: int) -> str:
    return f"[{near}..{far}]" if near else f"[{far}]"


def write_atom(atom: Atom) -> str:
    """An atom with the argument names that were written."""
    return _atom(atom, None)


def _atom(atom: Atom, when: When | None) -> str:
    names = atom.names or (None,) * len(atom.terms)
    given = [f"{n}: {write_term(t)}" if n else write_term(t) for n, t in zip(names, atom.terms, strict=True)]
    if when:
        given.append(_when(when))
    return f"{atom.predicate}({', '.join(given)})" if given else atom.predicate


def _when(when: When) -> str:
    # A year alone would read as a number.
    if when.start and not when.ranged and str(when).isdigit():
        return f"[{show_day(when.start.first)}..{show_day(when.start.last)}]"
    return str(when)


def write_term(term: Term) -> str:
    """A term with no more parentheses than it needs."""
    match term:
        case Expression(operator, left, right):
            return f"{_operand(left, _STRENGTH[operator])} {operator} {_operand(right, _STRENGTH[operator] + 1)}"
        case Constant(float(value)):
            digits = f"{Decimal(repr(value)):f}"
            return digits if "." in digits else f"{digits}.0"
    return str(term)


def _operand(term: Term, strength: int) -> str:
    weak = isinstance(term, Expression) and _STRENGTH[term.operator] < strength
    return f"({write_term(term)})" if weak else write_term(term)
