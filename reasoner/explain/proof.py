"""Proofs: why something held on a day, down to quoted sources. They know no engine."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256

from reasoner.evidence.claim import Claim
from reasoner.syntax.tree import Rule
from reasoner.term import Row, Value, show_atom
from reasoner.when import Day, Interval


@dataclass(frozen=True, eq=False)
class Stated:
    """A claim that says so.

    Of this node and the next ones: what is not `certain` is only possible on its day. One with a `window` says that it
    holds on some day from its first to its last, in every world; the day is one on which it may.
    """

    predicate: str
    row: Row
    day: Day
    claim: Claim

    premises: tuple[Proof, ...] = ()
    certain: bool = True
    window: Interval | None = None


@dataclass(frozen=True, eq=False)
class Derived:
    """A rule that says so, with the values of its variables, because of its premises."""

    predicate: str
    row: Row
    day: Day
    rule: Rule
    binding: tuple[tuple[str, Value], ...]
    premises: tuple[Proof, ...]
    certain: bool = True
    window: Interval | None = None


@dataclass(frozen=True, eq=False)
class Absent:
    """Nothing that matches held, from `first` to `day`, both included. None in the row matches any value.

    One that is not `certain` says less: nothing that matches is known to have held in that time. The premises are
    what stood in the way of the rules that could have said so; there may be `more` than those that are told.
    """

    predicate: str
    row: tuple[Value | None, ...]
    first: Day
    day: Day
    premises: tuple[Proof, ...] = ()
    certain: bool = True
    more: bool = False


@dataclass(frozen=True, eq=False)
class Given:
    """What holds by its very words: a type's member."""

    predicate: str
    row: Row
    day: Day
    premises: tuple[Proof, ...] = ()
    certain: bool = True
    window: Interval | None = None


Proof = Stated | Derived | Absent | Given


def walk(proof: Proof, absences: bool = True) -> Iterator[Proof]:
    """Every node of a proof, each once, in the order of reading; if asked, without what explains its absences.

    A proof may be thousands of steps deep.
    """
    seen: set[int] = set()
    waiting = [proof]
    while waiting:
        node = waiting.pop()
        if id(node) not in seen:
            seen.add(id(node))
            yield node
            if absences or not isinstance(node, Absent):
                waiting.extend(reversed(node.premises))


def identities(proof: Proof) -> dict[Proof, str]:
    """A name for every node, made of what it says and rests on: the same node has the same name in every proof."""
    found: dict[Proof, str] = {}
    waiting = [proof]
    while waiting:
        node = waiting[-1]
        lower = [premise for premise in node.premises if premise not in found]
        if lower:
            waiting.extend(lower)
            continue
        waiting.pop()
        match node:
            case Stated(claim=claim):
                own = repr((claim.evidence, claim.assumptions, claim.dates))
            case Derived(rule=rule, binding=binding):
                own = repr((rule.origin.file, rule.origin.line, sorted(binding)))
            case Absent(first=first, more=more):
                own = repr((first, more))
            case Given():
                own = ""
        sure = (node.certain, None if isinstance(node, Absent) else node.window)
        said = repr((type(node).__name__, node.predicate, node.row, node.day, sure, own))
        whole = "\n".join((said, *(found[premise] for premise in node.premises)))
        found[node] = "n" + sha256(whole.encode()).hexdigest()[:12]
    return found


def doubts(proof: Proof) -> tuple[Stated | Absent, ...]:
    """Why a proof is only possible: claims whose dates are not known to the day, and what may have held after all."""
    nodes = walk(proof, absences=False)
    return tuple(node for node in nodes if isinstance(node, Stated | Absent) and not node.certain)


def told(proof: Proof) -> tuple[Proof, ...]:
    """What a node rests on, each once; an element of an aggregate is told through what it rests on itself."""
    found: dict[Proof, None] = {}
    for premise in proof.premises:
        found.update(dict.fromkeys(told(premise) if premise.predicate.startswith("#") else (premise,)))
    return tuple(found)


def supports(proof: Proof) -> tuple[Claim, ...]:
    """The claims from which a proof follows, each once; first those under premises about the very same row."""
    while isinstance(proof, Derived) and len(told(proof)) == 1:
        (proof,) = told(proof)
    near = sorted(told(proof), key=lambda premise: premise.row != proof.row)
    nodes = (node for start in (near or [proof]) for node in walk(start, absences=False))
    return tuple(dict.fromkeys(node.claim for node in nodes if isinstance(node, Stated)))


def explains(proof: Proof) -> tuple[Claim, ...]:
    """The claims that stand in the way of what is absent in a proof, each once."""
    absences = (node for node in walk(proof, absences=False) if isinstance(node, Absent))
    nodes = (node for absence in absences for premise in absence.premises for node in walk(premise))
    return tuple(dict.fromkeys(node.claim for node in nodes if isinstance(node, Stated)))


def show(proof: Proof) -> str:
    """The atom that a node is about."""
    return show_atom(proof.predicate, tuple("_" if value is None else value for value in proof.row))
