"""The plain part of Souffle's dialect of Datalog, read into our tree. What cannot be said in it is refused, by name."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from lark import Lark, Token, UnexpectedInput, UnexpectedToken

from reasoner.diagnostic import Diagnostic, did_you_mean, error
from reasoner.home import bundled
from reasoner.syntax.mistakes import too_deep
from reasoner.syntax.souffle_clauses import clauses
from reasoner.syntax.souffle_names import Kind, Node, Relation, free, nodes, refused, span, tokens, unquote, word
from reasoner.syntax.tree import Declaration, File, Literal, Parameter, Plain, Query, Source, Statement
from reasoner.term import Atom, Variable
from reasoner.text import Span, Text

# What may hide a `#`, and a `#` with its line.
_PIECES = re.compile(r'"(?:\\[\s\S]|[^"\\])*"|//[^\n]*|/\*[\s\S]*?\*/|#[^\n]*')
_MARK = re.compile(r'#(line)?\s+\d+(\s+"[^"]*"[\s\d]*)?\s*|#\s*')

_REFUSED = {
    "watch": "`debug_delta`", "record_type": "records", "algebraic_type": "algebraic data types",
    "limit": "`.limitsize`", "functor": "user-defined functors", "lattice": "lattices", "component": "components",
    "instance": "components", "override": "components", "include": "`.include`", "subsumption": "subsumption",
}  # fmt: skip
_TYPES = ("subtype", "union", "old_type", "record_type", "algebraic_type")
_HELP = {"include": "write it all into one file"}

# Options that ask for other work, and for no other answers.
_PRAGMAS = frozenset(
    "magic-transform magic-transform-exclude inline-exclude provenance profile suppress-warnings legacy".split()
)


@dataclass(frozen=True)
class Input:
    """A file of facts that the program asks for, of which each line is a row of the relation."""

    relation: Relation
    file: str
    delimiter: str
    origin: Span


def parse(text: Text, source: str, problems: list[Diagnostic]) -> tuple[File, tuple[Input, ...]]:
    """What a program says, and the files of facts that it asks for. Its own facts cite the source of that name."""
    comments = tuple(_comments(text, problems))
    try:
        program = _grammar().parse(text.content)
    except UnexpectedInput as unexpected:
        problems.append(_syntax_error(text, unexpected))
        return File(text, (), comments), ()
    reader = _Reader(text, problems)
    try:
        statements = tuple(reader.read(program))
    except RecursionError:
        problems.append(too_deep(text.span(0, len(text.content))))
        return File(text, (), comments), ()
    cited = Source(source, title=text.name, origin=text.span(0, 0))
    return File(text, (cited, *statements), comments), tuple(reader.inputs)


@cache
def _grammar() -> Lark:
    path = bundled("grammar") / "souffle.lark"
    return Lark(path.read_text(encoding="utf-8"), parser="lalr", propagate_positions=True, maybe_placeholders=True)


def _comments(text: Text, problems: list[Diagnostic]) -> Iterator[Span]:
    """Where comments stand. Lines of the C preprocessor say more than where a text comes from, and are refused."""
    for piece in _PIECES.finditer(text.content):
        at = text.span(piece.start(), piece.end())
        if piece[0].startswith("/"):
            yield at
        elif piece[0].startswith("#") and not _MARK.fullmatch(piece[0]):
            problems.append(refused("the C preprocessor", at, "run it first, as in `mcpp -P program.dl`"))


def _syntax_error(text: Text, unexpected: UnexpectedInput) -> Diagnostic:
    """The message for the first place that fits no rule of the grammar."""
    end = len(text.content.rstrip())
    token = unexpected.token if isinstance(unexpected, UnexpectedToken) else None
    at = unexpected.pos_in_stream
    if at is None or (token is not None and token.type == "$END"):
        return error("R103", "this statement has no end", text.span(max(0, end - 1), end), help="is a `.` missing?")
    if text.content[at] == "@":
        return refused("annotations and aggregates of one's own", text.span(at, at + 1))
    if text.content[at] == '"' and token is None:
        stop = text.content.find("\n", at)
        where = text.span(at, stop if stop > 0 else end)
        return error("R102", "this text is not closed", where, help='end it with `"`')
    found = str(token or text.content[at])
    where = text.span(at, at + len(found))
    return error("R101", f"`{found}` has no place here", where, help="this is read as Souffle's dialect")


class _Reader:
    """Reads the items of one program."""

    def __init__(self, text: Text, problems: list[Diagnostic]) -> None:
        self.text, self.problems = text, problems
        self.types: dict[str, Node] = {}
        self.relations: dict[str, Relation] = {}
        self.inputs: list[Input] = []

    def read(self, program: Node) -> Iterator[Statement]:
        """Its statements. A relation may be used before it is declared."""
        items = nodes(program)
        self._types([item for item in items if item.data in _TYPES])
        declared = list(self._declarations([item for item in items if item.data == "declaration"]))
        yield from declared
        for item in items:
            match item.data:
                case "clause":
                    yield from clauses(item, self.text, self.relations, self.type, self.problems)
                case "output" | "input":
                    yield from self._directive(item, item.data == "input")
                case "pragma":
                    self._pragma(item)
                case "subtype" | "union" | "old_type":
                    self.kind(str(tokens(item)[1]), tokens(item)[1])
                case refusable if refusable in _REFUSED:
                    self.refuse(_REFUSED[refusable], item, _HELP.get(refusable, ""))

    def refuse(self, what: str, node: Node | Token, help: str = "") -> None:
        """Says that something cannot be read, at its first line."""
        at = span(self.text, node)
        stop = self.text.content.find("\n", at.start, at.end)
        self.problems.append(refused(what, self.text.span(at.start, stop if stop > 0 else at.end), help))

    # ---------------------------------------------------------------- types

    def _types(self, items: list[Node]) -> None:
        for item in items:
            name = tokens(item)[1]
            if self.types.setdefault(str(name), item) is not item:
                message = f"the type `{name}` is declared twice"
                self.problems.append(error("R207", message, span(self.text, name), help="keep one of them"))

    def type(self, qualified: Node) -> Kind | None:
        """What the values of a type are, None where it is refused."""
        return self.kind(word(qualified), qualified)

    def kind(self, name: str, at: Node | Token, seen: tuple[str, ...] = ()) -> Kind | None:
        """What the values of the type of that name are."""
        match name:
            case "symbol" | "number" | "unsigned":
                return name
            case "float":
                self.refuse("floats", at)
                return None
        item = self.types.get(name)
        if item is None or name in seen:
            what = f"the type `{name}` rests on itself" if item else f"there is no type `{name}`"
            known = {*self.types, "symbol", "number", "unsigned"}
            self.problems.append(error("R201", what, span(self.text, at), help=did_you_mean(name, known - {name})))
            return None
        match item.data:
            case "old_type":
                return "number" if item.children[0] == ".number_type" else "symbol"
            case "subtype" | "union":
                kinds = {self.kind(word(one), one, (*seen, name)) for one in nodes(item)}
                if len(kinds) == 1:
                    return kinds.pop()
                self.refuse("types of symbols and numbers together", item)
        return None

    # ---------------------------------------------------------------- relations

    def _declarations(self, items: list[Node]) -> Iterator[Statement]:
        names = [name for item in items for name in nodes(item)[0].children if isinstance(name, Token)]
        # A name that needs no change keeps it, whatever stands above it.
        plain = {str(name) for name in names if free(str(name), ()) == name}
        taken = set(plain)
        for item in items:
            listed, *others = nodes(item)
            attributes = [one for one in others if one.data == "attribute"]
            kinds = [self.type(nodes(one)[0]) for one in attributes]
            called: dict[str, str] = {}
            for one in attributes:
                called.setdefault(str(tokens(one)[0]), free(str(tokens(one)[0]), called.values()))
            parameters = tuple(
                Parameter(called[str(tokens(one)[0])], None, origin=span(self.text, one)) for one in attributes
            )
            for name in tokens(listed):
                if str(name) in self.relations:
                    at = span(self.text, name)
                    self.problems.append(
                        error("R207", f"the relation `{name}` is declared twice", at, help="keep one of them")
                    )
                    continue
                predicate = str(name) if name in plain else free(str(name), taken)
                taken.add(predicate)
                relation = Relation(predicate, tuple((p.name, k) for p, k in zip(parameters, kinds, strict=True)))
                self.relations[str(name)] = relation
                yield Declaration(
                    "fixed",
                    predicate,
                    parameters,
                    (),
                    name_origin=span(self.text, name),
                    origin=span(self.text, item),
                )
                for qualifier in others:
                    yield from self._qualified(qualifier, relation, name)

    def _qualified(self, node: Node, relation: Relation, name: Token) -> Iterator[Query]:
        """What stands behind a declaration. How a relation is kept, or whether it is inlined, changes no answer."""
        if node.data == "choice":
            self.refuse("`choice-domain`", node)
        for qualifier in tokens(node) if node.data == "qualifiers" else ():
            match str(qualifier):
                case "eqrel":
                    self.refuse("`eqrel`", qualifier, "write the three rules of an equivalence")
                case "input":
                    self.inputs.append(Input(relation, f"{name}.facts", "\t", span(self.text, qualifier)))
                case "output" | "printsize":
                    yield self._query(relation, span(self.text, name), span(self.text, name))

    # ---------------------------------------------------------------- directives

    def _directive(self, item: Node, reads: bool) -> Iterator[Query]:
        """`.input`; or `.output` and `.printsize`, which ask. How an output is written changes none of its rows."""
        (listed,) = nodes(item)
        settings = [one for child in nodes(listed) if child.data == "settings" for one in nodes(child)]
        for named in nodes(listed):
            relation = self.relations.get(word(named)) if named.data == "qualified" else None
            if relation and reads:
                self._input(relation, word(named), settings, span(self.text, item))
            elif relation:
                whole = span(self.text, listed if settings else named)
                yield self._query(relation, span(self.text, named), whole)
            elif named.data == "qualified":
                remedy = did_you_mean(word(named), self.relations)
                at = span(self.text, named)
                self.problems.append(error("R201", f"there is no relation `{word(named)}`", at, help=remedy))

    def _query(self, relation: Relation, named: Span, whole: Span) -> Query:
        terms: dict[str, Variable] = {}
        for attribute, _ in relation.attributes:
            name = free(attribute, terms, upper=True)
            terms[name] = Variable(name, named)
        atom = Atom(relation.predicate, tuple(terms.values()), (), named)
        return Query((Literal(Plain(atom), origin=named),), origin=whole)

    def _input(self, relation: Relation, name: str, settings: list[Node], at: Span) -> None:
        given = {"filename": f"{name}.facts", "delimiter": "\t"}
        for setting in settings:
            key, token = tokens(setting)
            value = unquote(token) if token.type == "STRING" else str(token)
            if key in given:
                given[str(key)] = value
            elif (key, value) != ("IO", "file"):
                self.refuse(f"the setting `{key}={value}`", setting, "facts come from files of columns")
        self.inputs.append(Input(relation, given["filename"], given["delimiter"], at))

    def _pragma(self, item: Node) -> None:
        option = unquote(tokens(item)[1])
        if option not in _PRAGMAS:
            self.refuse(f"the option `{option}`", item, "give it on the command line, if it is needed here too")
