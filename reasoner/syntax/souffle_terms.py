"""The terms of a Souffle clause as ours: variables, constants, arithmetic; and which are symbols, which numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from lark import Token

from reasoner.diagnostic import Diagnostic, error
from reasoner.syntax.build import OPERATORS
from reasoner.syntax.mistakes import too_deep
from reasoner.syntax.souffle_names import Kind, Node, free, nodes, refused, span, tokens, unquote
from reasoner.syntax.tree import BodyLiteral
from reasoner.term import Constant, Expression, Quoted, Term, Variable, variables
from reasoner.text import Span, Text

_POWERS = 16  # `x^3` is read as x * x * x, up to so many

_REFUSED = {
    "float": "floats", "counter": "counters", "nil": "records", "record_value": "records",
    "branch_value": "algebraic data types", "user_functor": "user-defined functors",
    "bits": "operations on bits and truth values",
}  # fmt: skip


@dataclass
class Scope:
    """The variables of a clause, or those local to an aggregate in it, and the body that its terms add to."""

    visible: frozenset[str]
    local: frozenset[str] = frozenset()
    outer: Scope | None = None
    body: list[BodyLiteral] = field(default_factory=list)
    names: dict[str, str] = field(default_factory=dict)
    # The names that stand for `_` where each row counts; None where `_` is any value.
    unnamed: list[Variable] | None = None


class Terms:
    """Reads the terms of one clause. What is wrong is added to `problems`."""

    def __init__(self, text: Text, types: Callable[[Node], Kind | None], problems: list[Diagnostic]) -> None:
        self.text, self.types, self.problems = text, types, problems
        self.taken: set[str] = set()
        self.operators = 0
        self.kinds: dict[str, Kind] = {}
        # What can be judged only once each variable's kind is known.
        self.alike: list[tuple[Term, Term | Kind, Span]] = []
        self.casts: list[tuple[Term, Kind, Span]] = []
        self.differences: list[tuple[Term, Span]] = []

    def span(self, node: Node | Token) -> Span:
        """Where a piece of the clause stands."""
        return span(self.text, node)

    def refuse(self, what: str, node: Node | Token, help: str = "") -> Variable:
        """Says that something cannot be read; a term to go on with."""
        self.problems.append(refused(what, self.span(node), help))
        return Variable("_", self.span(node))

    # ---------------------------------------------------------------- terms

    def term(self, node: Node, scope: Scope) -> Term:
        """A term in a scope, whose body gets what the term takes to be computed."""
        at = self.span(node)
        match node.data:
            case "variable":
                return self.variable(str(node.children[0]), scope, at)
            case "anonymous":
                return self._anonymous(scope, at)
            case "string":
                return Constant(Quoted(unquote(tokens(node)[0])), at)
            case "number":
                return self._number(tokens(node)[0], at)
            case "address":
                return self._address(node, at)
            case "minus":
                return self._compute("-", Constant(0, at), self.term(nodes(node)[0], scope), at)
            case "operation":
                return self._operation(node, scope, at)
            case "cast":
                return self._cast(node, scope, at)
            case "built_in":
                return self.refuse(f"the functor `{node.children[0]}`", node)
            case "aggregate":
                return self.aggregate(node, scope)
        return self.refuse(_REFUSED[node.data], node)

    def aggregate(self, node: Node, scope: Scope) -> Term:
        """The value of an aggregate, which stands in the body of the scope."""
        raise NotImplementedError

    def fresh(self, name: str) -> str:
        """A new variable of the clause."""
        found = free(name, self.taken, upper=True)
        self.taken.add(found)
        return found

    def variable(self, name: str, scope: Scope, at: Span) -> Variable:
        """The variable that a name means in a scope."""
        while scope.outer and name not in scope.local:
            scope = scope.outer
        if name not in scope.names:
            scope.names[name] = self.fresh(name)
        return Variable(scope.names[name], at)

    def _cast(self, node: Node, scope: Scope, at: Span) -> Term:
        inner, named = nodes(node)
        term, kind = self.term(inner, scope), self.types(named)
        if kind is None or self.kind(term) not in (None, kind):
            return self.refuse("conversions from one type to another", node)
        self.casts.append((term, kind, at))
        return term

    def _anonymous(self, scope: Scope, at: Span) -> Variable:
        if scope.unnamed is None:
            return Variable("_", at)
        scope.unnamed.append(Variable(self.fresh("_1"), at))
        return scope.unnamed[-1]

    def _number(self, token: Token, at: Span) -> Constant:
        digits = token.rstrip("u")
        base = {"0x": 16, "0b": 2}.get(digits[:2], 10)
        value = int(digits, base) if len(digits) < 40 else 2**40
        return self._within(value, at, 2**32)

    def _address(self, node: Node, at: Span) -> Constant:
        first, *others = (int(part) for part in tokens(node)[0].split("."))
        value = first
        for part in others:
            value = value * 256 + part
        return self._within(value - 2**32 if value >= 2**31 else value, at)

    def _within(self, value: int, at: Span, limit: int = 2**31) -> Constant:
        if not -(2**31) <= value < limit:
            message = "this number is too large"
            self.problems.append(error("R109", message, at, help="a number of Souffle has 32 bits"))
        return Constant(value, at)

    # ---------------------------------------------------------------- arithmetic

    def _operation(self, node: Node, scope: Scope, at: Span) -> Term:
        sign = node.children[1]
        assert isinstance(sign, Token)
        left, right = (self.term(one, scope) for one in nodes(node))
        if sign == "^":
            return self._power(left, right, node, at)
        if sign == "%":
            # Both divide towards zero, so that this is what is left.
            whole = self._compute("*", self._compute("/", left, right, at), right, at)
            return self._compute("-", left, whole, at, written=False)
        if sign.type not in ("PLUS", "MINUS", "TIMES"):
            return self.refuse("operations on bits and truth values", sign)
        return self._compute(str(sign), left, right, at)

    def _power(self, base: Term, exponent: Term, node: Node, at: Span) -> Term:
        match base, exponent:
            case Constant(int(b)), Constant(int(e)) if 0 <= e < 32:
                return self._within(b**e, at, 2**32)
            case _, Constant(int(e)) if 1 <= e <= _POWERS:
                product = base
                for _ in range(e - 1):
                    product = self._compute("*", product, base, at)
                return product
        return self.refuse("powers, but for small fixed ones", node, "such as x^2")

    def _compute(self, sign: str, left: Term, right: Term, at: Span, written: bool = True) -> Term:
        self.operators += 1
        if self.operators == OPERATORS:
            self.problems.append(too_deep(at))
        if sign == "+" and "symbol" in (self.kind(left), self.kind(right)):
            self.problems.append(refused("symbols joined by `+`", at))
            return Variable("_", at)
        for operand in (left, right):
            self.alike.append((operand, "number", at))
            if sign == "-" and written:
                self.differences.append((operand, at))
        match left, right:
            case Constant(int(a)), Constant(int(b)) if sign != "/" or b:
                exact = abs(a) // abs(b) * (1 if (a < 0) == (b < 0) else -1) if sign == "/" else 0
                return self._within({"+": a + b, "-": a - b, "*": a * b, "/": exact}[sign], at, 2**32)
        return Expression(sign, left, right, at)

    # ---------------------------------------------------------------- kinds

    def stands(self, term: Term, kind: Kind | None, at: Span) -> None:
        """A term stands in an attribute of that kind."""
        if kind is None:
            return
        if isinstance(term, Variable) and not term.anonymous:
            before = self.kinds.setdefault(term.name, kind)
            if before != kind:
                self._mixed(before, kind, at)
            return
        self.alike.append((term, kind, at))
        low, high = (0, 2**32) if kind == "unsigned" else (-(2**31), 2**31)
        if isinstance(term, Constant) and isinstance(term.value, int) and not low <= term.value < high:
            self.problems.append(error("R109", f"this is no {kind} of 32 bits", at, help=f"from {low} to {high - 1}"))

    def kind(self, term: Term | Kind) -> Kind | None:
        """What a term is of, None where nothing says so."""
        match term:
            case str():
                return term
            case Constant(Quoted()):
                return "symbol"
            case Variable(name):
                return self.kinds.get(name)
        return "number"

    def judge(self) -> None:
        """Says what is wrong with the kinds of the clause, once all its atoms are read."""
        for one, other, at in self.alike:
            left, right = self.kind(one), self.kind(other)
            if left and right and (left == "symbol") != (right == "symbol"):
                self._mixed(left, right, at)
        for term, kind, at in self.casts:
            if self.kind(term) != kind:
                self.problems.append(refused("conversions from one type to another", at))
        for term, at in self.differences:
            if any(self.kind(variable) == "unsigned" for variable in variables(term)):
                self.problems.append(refused("differences of unsigned numbers", at, "declare them as `number`"))

    def _mixed(self, one: str, other: str, at: Span) -> None:
        message = f"this cannot be a {one} and {'an' if other == 'unsigned' else 'a'} {other} at once"
        self.problems.append(error("R213", message, at, help='a symbol stands in quotes, as "a"; a number does not'))


def names_in(trees: Iterable[Node]) -> Iterator[str]:
    """The variables of some trees, in order, but for those that stand in aggregates alone."""
    for node in trees:
        if node.data == "variable":
            yield str(node.children[0])
        elif node.data != "aggregate":
            yield from names_in(nodes(node))
