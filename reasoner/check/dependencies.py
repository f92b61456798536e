"""Which predicate needs which, and which of them need each other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from reasoner.syntax.tree import Aggregate, BodyLiteral, Literal, Plain, Rule, atoms_of
from reasoner.text import Span


@dataclass(frozen=True)
class Need:
    """`head` needs `body`; `strict` names what stands between them where body must be known first."""

    head: str
    body: str
    strict: str
    rule: Rule
    at: Span | None


def needs(rules: Iterable[Rule]) -> tuple[Need, ...]:
    """What each rule's head needs, in the order written."""
    return tuple(
        Need(rule.head.predicate, predicate, strict, rule, at)
        for rule in rules
        for predicate, strict, at in _used(rule.body)
    )


def _used(body: tuple[BodyLiteral, ...]) -> Iterator[tuple[str, str, Span | None]]:
    for literal in body:
        match literal:
            case Literal(Plain(atom), negated):
                yield atom.predicate, "not" if negated else "", atom.origin
            case Literal(formula):
                for signed in atoms_of(formula):
                    yield signed.atom.predicate, type(formula).__name__.lower(), signed.atom.origin
            case Aggregate(function):
                for predicate, _, at in _used(literal.body):
                    yield predicate, f"#{function}", at


def components(graph: Mapping[str, Iterable[str]]) -> list[list[str]]:
    """Strongly connected components, each after those it reaches (Tarjan 1972, without recursion)."""
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    on_stack: set[str] = set()
    found: list[list[str]] = []
    for root in graph:
        if root in index:
            continue
        work = [(root, iter(graph[root]))]
        index[root] = low[root] = len(index)
        stack.append(root)
        on_stack.add(root)
        while work:
            node, successors = work[-1]
            for successor in successors:
                if successor not in graph:
                    continue
                if successor not in index:
                    index[successor] = low[successor] = len(index)
                    stack.append(successor)
                    on_stack.add(successor)
                    work.append((successor, iter(graph[successor])))
                    break
                if successor in on_stack:
                    low[node] = min(low[node], index[successor])
            else:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[node])
                if low[node] == index[node]:
                    at = stack.index(node)
                    found.append(stack[at:])
                    on_stack.difference_update(stack[at:])
                    del stack[at:]
    return found
