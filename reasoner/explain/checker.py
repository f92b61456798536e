"""Checks a proof step by step against the language's definition, the rules as written and the claims as told.

It knows no engine and no prover. Each node is read again: a leaf must be a claim or a definition of that day, a rule
must have that head under that binding, and each part of its body must be met by a premise. That nothing holds is found
out anew, for the patterns in question alone. What is said to stand in the way of that must hold for certain, and be
what some rule that leads there must not find; whether that rule would else have applied is not looked into.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from typing import NamedTuple

from reasoner.evidence.indexed import Pattern
from reasoner.evidence.store import Store
from reasoner.explain.held import NOWHERE, Held, both, either, moved, of, value_of
from reasoner.explain.proof import Absent, Derived, Given, Proof, Stated, show
from reasoner.explain.reading import Binding, Body, Evaluation, Reading, Rows, fits, pattern_of
from reasoner.syntax.tree import Aggregate, Always, BodyLiteral, Literal, Once, Plain, Rule, Signed, Since
from reasoner.syntax.vocabulary import Vocabulary
from reasoner.term import Atom, Row
from reasoner.when import FUTURE, NEVER, PAST


def verify(proof: Proof, vocabulary: Vocabulary, store: Store, extra: Iterable[Rule] = ()) -> tuple[str, ...]:
    """What is wrong with a proof, nothing where it stands. `extra` are rules beside the program's, as a question's."""
    return Checker(vocabulary, store, extra).complaints(proof)


class BadProof(AssertionError):
    """A proof that the checker refuses: a fault of this program, never of its input."""


class Checker:
    """Checks proofs over one set of rules and claims; what it found for one serves the next."""

    def __init__(self, vocabulary: Vocabulary, store: Store, extra: Iterable[Rule] = ()) -> None:
        self.vocabulary, self.store = vocabulary, store
        self.evaluation = Evaluation(vocabulary, store, extra)
        self._shown: dict[tuple[Proof, bool], Held] = {}
        self._wrong: dict[Proof, str] = {}
        self._barred: dict[tuple[str, Pattern], frozenset[_Barred]] = {}

    def complaints(self, proof: Proof) -> tuple[str, ...]:
        """What is wrong with the nodes of a proof, what stands lowest first."""
        return tuple(self._wrong[node] for node in self._read(proof) if node in self._wrong)

    def accept(self, proof: Proof) -> None:
        """Raises BadProof where anything is wrong."""
        if complaints := self.complaints(proof):
            raise BadProof("; ".join(complaints))

    def shown(self, proof: Proof, throughout: bool = False) -> Held:
        """When this very proof shows that its row holds: on its own days, or `throughout`, on all on which it does."""
        self._read(proof, throughout)
        return self._shown[proof, throughout]

    def _read(self, proof: Proof, throughout: bool = False) -> list[Proof]:
        """Every node, each after those that it rests on. A proof may be thousands of steps deep."""
        done: dict[Proof, None] = {}
        above: set[Proof] = set()
        waiting: list[tuple[Proof, bool]] = [(proof, False)]
        while waiting:
            node, is_read = waiting.pop()
            if is_read:
                above.discard(node)
                done[node] = None
                if (node, throughout) not in self._shown:
                    self._shown[node, throughout] = self._check(node, throughout)
            elif node in above:
                self._wrong[node] = f"{show(node)} rests on itself"
            elif node not in done:
                above.add(node)
                waiting.append((node, True))
                waiting += ((premise, False) for premise in reversed(node.premises) if premise not in done)
        return list(done)

    def _check(self, node: Proof, throughout: bool) -> Held:
        match node:
            case Absent() if throughout:
                return NOWHERE
            case Absent(predicate, row, first, day):
                with self.evaluation.on(first, day):
                    lacking = self.evaluation.lacking(predicate, row)
                spans = lacking.certain if node.certain else lacking.possible
                if not any(start <= first <= day < end for start, end in spans):
                    self._wrong[node] = f"{show(node)} may hold" if node.certain else f"{show(node)} does hold"
                elif any(not self._stands_against(node, premise) for premise in node.premises):
                    self._wrong[node] = f"{show(node)}: what is told of it does not stand in its way"
                return NOWHERE
            case Stated(predicate, row, _, claim):
                known = claim in self.store.claims.get((predicate, row), ())
                held, wrong = (of(claim.truth), "") if known else (NOWHERE, "no such claim was made")
            case Given(predicate, row):
                given = self.store.facts.get(predicate, {}).get(row)
                known = given is not None and (predicate, row) not in self.store.claims
                held, wrong = (of(given), "") if given is not None and known else (NOWHERE, "not so by definition")
            case Derived():
                held, wrong = self._derived(node, throughout)
        if not wrong and not _tells(node, held):
            wrong = "not shown for that day" if held.possible else "its premises do not make the rule's body true"
        if wrong:
            self._wrong[node] = f"{show(node)}: {wrong}"
            return NOWHERE
        return held

    def _stands_against(self, node: Absent, premise: Proof) -> bool:
        """Whether a premise is certain, and some rule that leads to what is absent must not find it on that day."""
        if isinstance(premise, Absent) or not premise.certain or premise.window:
            return False
        return any(
            barred.predicate == premise.predicate
            and fits(barred.pattern, premise.row)
            and moved(node.first, -barred.far) <= premise.day <= moved(node.day, -barred.near)
            for barred in self._barred_by(node.predicate, node.row)
        )

    def _barred_by(self, predicate: str, row: Pattern) -> frozenset[_Barred]:
        """What the rules for a row must not find, and those for what they rest on that day."""
        start = predicate, row
        if start not in self._barred:
            found: set[_Barred] = set()
            seen, waiting = {start}, [start]
            while waiting:
                asked, pattern = waiting.pop()
                for rule in self.evaluation.rules.get(asked, ()):
                    binding = self.evaluation.from_head(rule, pattern)
                    for literal in rule.body if binding is not None else ():
                        for atom, days in _read(literal):
                            atom = self.vocabulary.positional(atom)
                            other = atom.predicate, pattern_of(atom, binding or {})
                            if days is not None:
                                found.add(_Barred(*other, *days))
                            elif other not in seen:
                                seen.add(other)
                                waiting.append(other)
            self._barred[start] = frozenset(found)
        return self._barred[start]

    def _derived(self, node: Derived, throughout: bool) -> tuple[Held, str]:
        own = node.predicate.startswith("#") and node.rule.head.predicate == node.predicate
        if not own and not any(node.rule == rule for rule in self.evaluation.rules.get(node.predicate, ())):
            return NOWHERE, "there is no such rule"
        head, binding = self.vocabulary.positional(node.rule.head), dict(node.binding)
        if tuple(value_of(term, binding) for term in head.terms) != node.row:
            return NOWHERE, "the rule has another head"
        found = [held for more, held in _Told(self, node, throughout).solve(node.rule.body, binding) if more == binding]
        return (found[0] if found else NOWHERE), ""


def _tells(node: Stated | Given | Derived, held: Held) -> bool:
    """Whether what is shown is as much as a node says."""
    if node.window:
        first, last = node.window
        windows = (*held.windows, *((max(s, first), max(s, first)) for s, e in held.certain if e > first))
        return any(first <= a and b <= last for a, b in windows) and first <= node.day <= last
    return node.day in (held.certain if node.certain else held.perhaps)


class _Barred(NamedTuple):
    """Rows that a rule must not find, from `far` to `near` days ago."""

    predicate: str
    pattern: Pattern
    near: int
    far: int


def _read(literal: BodyLiteral) -> Iterator[tuple[Atom, tuple[int, int] | None]]:
    """The atoms that a literal needs on its day; and those that it must not find, with how many days ago."""
    match literal:
        case Literal(Plain(atom), negated):
            yield atom, (0, 0) if negated else None
        case Literal(Once(atom, near, far), True) | Literal(Always(Signed(atom, True), near, far), False):
            yield atom, (near, far)
        case Literal(Since(Signed(atom, True), _), False):
            yield atom, (0, FUTURE)


class _Told(Reading):
    """What the premises of one node say."""

    def __init__(self, checker: Checker, node: Derived, throughout: bool) -> None:
        super().__init__(checker.vocabulary)
        self.checker, self.premises, self.throughout = checker, node.premises, throughout
        self.first, self.last = node.window or (node.day, node.day)

    def rows(self, predicate: str, pattern: Pattern, near: int, far: int, throughout: bool) -> Rows:
        """The rows that premises show, if they are told of days that the literal looks at."""
        found: dict[Row, Held] = {}
        earliest = PAST if far == FUTURE else self.first - far
        for premise in self.premises:
            if isinstance(premise, Absent) or not earliest <= premise.day <= self.last - near:
                continue
            if premise.predicate == predicate and fits(pattern, premise.row):
                held = self.checker.shown(premise, throughout or self.throughout)
                found[premise.row] = either(found.get(premise.row, NOWHERE), held)
        return found

    def lacking(self, predicate: str, pattern: Pattern, near: int, far: int) -> Held:
        """What does not hold, where a premise says so."""
        said = (p for p in self.premises if isinstance(p, Absent) and p not in self.checker._wrong)
        if any((p.predicate, p.row) == (predicate, pattern) for p in said):
            with self._on():
                return self.checker.evaluation.lacking(predicate, pattern, near, far)
        return NOWHERE

    def _on(self) -> AbstractContextManager[None]:
        """The days that the node is told of, or all."""
        return self.checker.evaluation.on(*((PAST, FUTURE) if self.throughout else (self.first, self.last)))

    def elements(self, aggregate: Aggregate, binding: Binding, lent: Body) -> tuple[Rows, Held]:
        """Each row that counts must be proved; on other days than those nothing is known."""
        with self._on():
            rows, known = self.checker.evaluation.elements(aggregate, binding, lent)
        unproved = NEVER
        for row, held in rows.items():
            proved = NOWHERE
            for premise in self.premises:
                if isinstance(premise, Derived) and _is_element(premise, aggregate, binding, row):
                    proved = either(proved, self.checker.shown(premise, self.throughout))
            unproved = unproved | (held.perhaps - proved.perhaps)
        return rows, both(known, Held(~unproved, (~unproved).intervals))


def _is_element(premise: Derived, aggregate: Aggregate, binding: Mapping[str, object], row: Row) -> bool:
    """Whether a premise is about a row of that very aggregate, with the same values around it."""
    width, known = len(aggregate.terms), dict(premise.binding)
    return (
        premise.predicate.startswith("#")
        and premise.row[-width:] == row
        and premise.rule.head.terms[-width:] == aggregate.terms
        and premise.rule.body[: len(aggregate.body)] == aggregate.body
        and all(binding.get(str(term)) == known.get(str(term)) for term in premise.rule.head.terms[:-width])
    )
