"""The clauses of a Souffle program as our facts and rules: one rule for each head and each way through the body."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from itertools import product

from reasoner.diagnostic import Diagnostic, did_you_mean, error
from reasoner.syntax.mistakes import too_deep
from reasoner.syntax.souffle_names import Kind, Node, Relation, nodes, span, tokens, word
from reasoner.syntax.souffle_terms import Scope, Terms, names_in
from reasoner.syntax.tree import Aggregate, BodyLiteral, Citation, Comparison, Fact, Literal, Plain, Rule
from reasoner.term import Atom, Constant, Term, Variable, variables
from reasoner.text import Text

_WAYS = 1000  # of one body, when its `;` are multiplied out
_NEGATED = {"=": "!=", "!=": "=", "<": ">=", ">=": "<", ">": "<=", "<=": ">"}
_MIRRORED = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}

Signed = tuple[Node, bool]  # a literal, and whether it is negated


def clauses(
    node: Node,
    text: Text,
    relations: Mapping[str, Relation],
    types: Callable[[Node], Kind | None],
    problems: list[Diagnostic],
) -> Iterator[Fact | Rule]:
    """What a clause says, or nothing where something in it cannot be read."""
    heads = nodes(nodes(node)[0])
    body = next((child for child in nodes(node) if child.data == "disjunction"), None)
    if body is not None and _count(body, False) > _WAYS:
        problems.append(too_deep(span(text, node)))
        return
    ways = _ways(body, False) if body else [()]
    for head, way in product(heads, ways):
        found = len(problems)
        clause = _Clause(text, relations, types, problems).read(node, head, way)
        if len(problems) == found:
            yield clause
        else:
            return  # the other ways would say the same again


# ---------------------------------------------------------------- disjunctions


def _count(body: Node, negated: bool) -> int:
    """How many ways there are through a body."""
    match body.data:
        case "negation":
            return _count(nodes(body)[0], not negated)
        case "conjunction" | "disjunction":
            counts = [_count(child, negated) for child in nodes(body)]
            if (body.data == "disjunction") != negated:
                return sum(counts)
            total = 1
            for one in counts:
                total *= one
            return total
    return 1


def _ways(body: Node, negated: bool) -> list[tuple[Signed, ...]]:
    """The conjunctions of which a body is the disjunction."""
    match body.data:
        case "negation":
            return _ways(nodes(body)[0], not negated)
        case "truth":
            return [()] if (body.children[0] == "true") != negated else []
        case "conjunction" | "disjunction":
            parts = [_ways(child, negated) for child in nodes(body)]
            if (body.data == "disjunction") != negated:
                return [way for part in parts for way in part]
            return [tuple(signed for way in ways for signed in way) for ways in product(*parts)]
    return [((body, negated),)]


# ---------------------------------------------------------------- one way


class _Clause(Terms):
    """Reads one head with one way through the body."""

    def __init__(
        self,
        text: Text,
        relations: Mapping[str, Relation],
        types: Callable[[Node], Kind | None],
        problems: list[Diagnostic],
    ) -> None:
        super().__init__(text, types, problems)
        self.relations = relations

    def read(self, node: Node, head: Node, way: tuple[Signed, ...]) -> Fact | Rule:
        """The fact or rule."""
        trees = (head, *(literal for literal, _ in way))
        scope = Scope(frozenset(names_in(trees)))
        for name in names_in(trees):  # before those of aggregates, so that these give way
            self.variable(name, scope, self.span(node))
        found = len(self.problems)
        literals = [self._literal(literal, negated, scope) for literal, negated in way]
        atom = self._atom(head, scope)  # last, when the body has told what its variables are
        self.judge()
        body = (*literals, *scope.body)
        if body:
            return Rule(atom, body, Citation(), origin=self.span(node))
        for term in atom.terms:
            if not isinstance(term, Constant) and len(self.problems) == found:
                self._in_fact(term)
        return Fact(atom, None, Citation(), origin=self.span(node))

    def _in_fact(self, term: Term) -> None:
        found = isinstance(term, Variable) or variables(term)
        message = "a fact has no variables" if found else "this has no value"
        self.problems.append(error("R203", message, term.origin, help='a symbol stands in quotes, as "a"'))

    def _atom(self, node: Node, scope: Scope) -> Atom:
        named, *arguments = nodes(node)
        name = word(named)
        relation = self.relations.get(name)
        if relation is None:
            remedy = did_you_mean(name, self.relations) or f"declare it: .decl {name}(...)"
            self.problems.append(error("R201", f"there is no relation `{name}`", self.span(named), help=remedy))
            relation = Relation(name, ())
        terms = []
        for place, argument in enumerate(arguments):
            term = self.term(argument, scope)
            if place < len(relation.attributes):
                self.stands(term, relation.attributes[place][1], self.span(argument))
            terms.append(term)
        return Atom(relation.predicate, tuple(terms), (), self.span(node))

    def _literal(self, node: Node, negated: bool, scope: Scope) -> BodyLiteral:
        at = self.span(node)
        match node.data:
            case "atom":
                # What is denied is denied for any value of `_`.
                inside = replace(scope, unnamed=None) if negated else scope
                return Literal(Plain(self._atom(node, inside)), negated, origin=at)
            case "comparison":
                return self._comparison(node, negated, scope)
        nothing = self.refuse(f"`{node.children[0]}`", node)
        return Comparison("=", nothing, nothing, origin=at)

    def _comparison(self, node: Node, negated: bool, scope: Scope) -> BodyLiteral:
        (left, right), operator = nodes(node), str(tokens(node)[0])
        operator = _NEGATED[operator] if negated else operator
        if left.data == "aggregate" and right.data != "aggregate":
            left, right, operator = right, left, _MIRRORED.get(operator, operator)
        term = self.term(left, scope)
        if right.data == "aggregate":
            # `X = count : ...` and `X < count : ...`, as our language puts them.
            self.alike.append((term, "number", self.span(left)))
            return self._gathered(right, scope, _MIRRORED.get(operator, operator), term)
        other = self.term(right, scope)
        self.alike.append((term, other, self.span(node)))
        return Comparison(operator, term, other, origin=self.span(node))

    # ---------------------------------------------------------------- aggregates

    def aggregate(self, node: Node, scope: Scope) -> Term:
        """A variable for the value of an aggregate inside a term."""
        value = Variable(self.fresh(str(tokens(node)[0])), self.span(node))
        scope.body.append(self._gathered(node, scope, "=", value))
        return value

    def _gathered(self, node: Node, scope: Scope, operator: str, bound: Term) -> BodyLiteral:
        function = str(tokens(node)[0])
        *target, gathered = nodes(node)
        (inside,) = nodes(gathered)
        ways = _ways(inside, False)
        if function == "mean":
            self.refuse("`mean`", node, "divide a sum by a count")
        if len(ways) != 1:
            self.refuse("`;` in an aggregate", gathered, "give it a relation of its own")
        if (function == "count") != (not target):
            self.refuse(f"`{function}` of this", node, "as in `count : { ... }` and `sum x : { ... }`")
        way = ways[0] if ways else ()
        trees = [literal for literal, _ in way]
        aimed = list(names_in(target))
        # What is aimed at is local, whatever stands around; of the rest, what the rule around does not know.
        local = list(dict.fromkeys([*aimed, *(n for n in names_in(trees) if n not in scope.visible)]))
        inner = Scope(scope.visible | {*local}, frozenset(local), scope)
        for name in local:
            inner.names[name] = self.fresh(name)
        unnamed: list[Variable] = []
        rows = function in ("count", "sum") and _by_row(way)
        counting = replace(inner, unnamed=unnamed) if rows else inner
        body = [self._literal(literal, negated, counting) for literal, negated in way]
        gathers = [self.term(one, inner) for one in target]
        for one in gathers:
            self.alike.append((one, "number", self.span(node)))
        if function in ("count", "sum"):
            gathers += [Variable(inner.names[name], self.span(node)) for name in local]
            gathers += unnamed
        at = self.span(node)
        terms = tuple(gathers) or (Constant(1, at),)
        return Aggregate(function, terms, (*body, *inner.body), operator, bound, origin=at)


def _by_row(way: tuple[Signed, ...]) -> bool:
    """Whether an aggregate counts each row of one atom, those that differ in a `_` alone included.

    Souffle does, unless it has to join first: then each `_` is any value.
    """
    atoms = [literal for literal, negated in way if literal.data == "atom" and not negated]
    if len(atoms) != 1 or any(any(literal.find_data("aggregate")) for literal, _ in way):
        return False
    named = [str(found.children[0]) for found in atoms[0].find_data("variable")]
    return len(named) == len({*named})
