"""Checks a proof step by step against the language's definition, the rules as written and the claims as told.

It knows no engine and no prover. Each node is read again: a leaf must be a claim or a definition of that day, a rule
must have that head under that binding, and each part of its body must be met by a premise. That nothing holds is found
out anew, for the patterns in question alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager

from reasoner.evidence.indexed import Pattern
from reasoner.evidence.store import Store
from reasoner.explain.held import NOWHERE, Held, both, either, of, value_of
from reasoner.explain.proof import Absent, Derived, Given, Proof, Stated, show
from reasoner.explain.reading import Binding, Body, Evaluation, Reading, Rows, fits
from reasoner.syntax.tree import Aggregate, Rule
from reasoner.syntax.vocabulary import Vocabulary
from reasoner.term import Row
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
