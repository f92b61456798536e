"""Proofs: why something held on a day, down to quoted sources. They know no engine."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from reasoner.evidence.claim import Claim
from reasoner.syntax.tree import Rule
from reasoner.term import Row, Value, show_atom
from reasoner.when import Day


@dataclass(frozen=True, eq=False)
class Stated:
    """A claim that says so."""

    predicate: str
    row: Row
    day: Day
    claim: Claim

    premises: tuple[Proof, ...] = ()


@dataclass(frozen=True, eq=False)
class Derived:
    """A rule that says so, with the values of its variables, because of its premises."""

    predicate: str
    row: Row
    day: Day
    rule: Rule
    binding: tuple[tuple[str, Value], ...]
    premises: tuple[Proof, ...]


@dataclass(frozen=True, eq=False)
class Absent:
    """Nothing that matches held, from `first` to `day`, both included. None in the row matches any value."""

    predicate: str
    row: tuple[Value | None, ...]
    first: Day
    day: Day
    premises: tuple[Proof, ...] = ()


@dataclass(frozen=True, eq=False)
class Given:
    """What holds by its very words: a type's member, a comparison."""

    predicate: str
    row: Row
    day: Day
    premises: tuple[Proof, ...] = ()


Proof = Stated | Derived | Absent | Given


def walk(proof: Proof) -> Iterator[Proof]:
    """Every node of a proof, each once, in the order of reading. A proof may be thousands of steps deep."""
    seen: set[int] = set()
    waiting = [proof]
    while waiting:
        node = waiting.pop()
        if id(node) not in seen:
            seen.add(id(node))
            yield node
            waiting.extend(reversed(node.premises))


def supports(proof: Proof) -> tuple[Claim, ...]:
    """The claims on which a proof rests, each once; first those under premises about the very same row."""
    while isinstance(proof, Derived) and len(proof.premises) == 1:
        (proof,) = proof.premises
    near = sorted(proof.premises, key=lambda premise: premise.row != proof.row)
    nodes = (node for start in (near or [proof]) for node in walk(start))
    return tuple(dict.fromkeys(node.claim for node in nodes if isinstance(node, Stated)))


def show(proof: Proof) -> str:
    """The atom that a node is about."""
    return show_atom(proof.predicate, tuple("_" if value is None else value for value in proof.row))
