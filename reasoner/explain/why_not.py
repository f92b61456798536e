"""Why something does not hold on a day: how far each rule got, and the first premise that fails.

A premise is told as false only where the evidence speaks against it: something stands that must not, a state has
ended, a source denies it, a comparison fails, or every rule for it fails in that way. All else is not known:
nothing says so, or its dates do not tell. In plain Datalog what is not stated is false.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal as OneOf

from reasoner.check.safety import literal_variables
from reasoner.engine.model import pattern_of
from reasoner.evidence.claim import Claim
from reasoner.evidence.indexed import Pattern
from reasoner.evidence.store import store
from reasoner.explain.changes import Progress, Remedies, Remedy
from reasoner.explain.ground import Binding, Evaluate, Ground, from_head
from reasoner.explain.proof import Proof
from reasoner.explain.why import Prover
from reasoner.plan.plan import plan
from reasoner.plan.rules import Gather, PlannedRule, Step, ordered
from reasoner.syntax.tree import Always, Begins, Comparison, Ends, Formula, Literal, Once, Plain, Rule, Since, atoms_of
from reasoner.syntax.vocabulary import Vocabulary
from reasoner.syntax.write import write_literal
from reasoner.term import Atom, Constant, Row, Term, Value, Variable
from reasoner.when import FUTURE, PAST, Day, Days

Reason = OneOf["stands", "unsaid", "dated", "denied", "uncertain", "compared", "counted", "derived"]
Prove = Callable[[str, Row, Day], Proof | None]

DEPTH = 8  # rules below each other that are told
WAYS = 3  # bindings with which a rule got as far


@dataclass(frozen=True)
class Failure:
    """A premise that fails on a day. `unknown`: not known, rather than false.

    What `stands` must not, and its `proof` says why it does; of what lacks, `attempts` say how far its rules got.
    `claims` are what speaks of it. A comparison and a count have no row, but a `text`.
    """

    reason: Reason
    unknown: bool
    day: Day
    predicate: str = ""
    row: Pattern = ()
    text: str = ""
    claims: tuple[Claim, ...] = ()
    attempts: tuple[Attempt, ...] = ()
    proof: Proof | None = field(default=None, compare=False)


@dataclass(frozen=True)
class Attempt:
    """How far a rule got: so many of its premises hold together, and then one fails, in each of some ways.

    `besides` are other premises that are false, for something stands that must not.
    """

    rule: Rule
    binding: tuple[tuple[str, Value], ...]
    met: int
    premises: int
    failures: tuple[Failure, ...]
    besides: tuple[Failure, ...] = ()

    @property
    def unknown(self) -> bool:
        """Whether it may hold, for all that is known."""
        return any(failure.unknown for failure in self.failures)


@dataclass(frozen=True)
class WhyNot:
    """Why an atom does not hold on a day, and what would make it hold. `failure` is None where it does hold."""

    predicate: str
    row: Pattern
    day: Day
    failure: Failure | None
    remedies: tuple[Remedy, ...] = ()

    @property
    def holds(self) -> bool:
        return self.failure is None

    @property
    def known(self) -> bool:
        """Whether it is told to be so, or not to be so: it holds, or evidence speaks against one of its rules at least.

        So a conclusion that does not follow is a no, as it is to `ask`, though more evidence might yet bring it about.
        """
        if self.failure is None or not self.failure.unknown:
            return True
        return self.failure.reason == "derived" and any(not one.unknown for one in self.failure.attempts)


def why_not(
    vocabulary: Vocabulary,
    claims: Sequence[Claim],
    evaluate: Evaluate,
    goal: Atom,
    day: Day,
    days: Sequence[Day],
    progress: Progress | None = None,
) -> WhyNot:
    """Why nothing that matches the goal holds on a day, and changes that would make it hold on the first of some days
    on which there are any."""
    needed = plan(vocabulary, (goal.predicate,))

    def follow(some: Iterable[Claim]) -> Ground:
        facts = store(vocabulary, some)
        return Ground(vocabulary, needed, facts, evaluate(needed, facts), evaluate)

    ground = follow(claims)
    row = tuple(term.value if isinstance(term, Constant) else None for term in goal.terms)
    failure = Tracer(ground, Prover(needed, ground.store, ground.model).prove).why_not(goal.predicate, row, day)
    if failure is None:
        return WhyNot(goal.predicate, row, day, None)
    remedies = Remedies(vocabulary, claims, follow).find(goal, days, ground, progress)
    return WhyNot(goal.predicate, row, day, failure, remedies)


class Tracer:
    """Follows rules to where they stop."""

    def __init__(self, ground: Ground, prove: Prove) -> None:
        self.ground, self.prove = ground, prove
        self._told: dict[tuple[str, Pattern, Day], Failure] = {}

    def why_not(self, predicate: str, row: Pattern, day: Day) -> Failure | None:
        """Why nothing that matches holds for certain on the day; None where something does."""
        if any(self.ground.sure(predicate, one, day) for one in self._rows(predicate, row)):
            return None
        return self._lacking(predicate, row, day, ())

    # ---------------------------------------------------------------- rules

    def _attempts(self, predicate: str, row: Pattern, day: Day, above: tuple[object, ...]) -> tuple[Attempt, ...]:
        found = (self._attempt(rule, row, day, above) for rule in self.ground.rules.get(predicate, ()))
        # Evidence against it first, then the rule that got furthest.
        return tuple(sorted((one for one in found if one), key=lambda a: (a.unknown, a.met - a.premises)))

    def _attempt(self, rule: PlannedRule, row: Pattern, day: Day, above: tuple[object, ...]) -> Attempt | None:
        binding = from_head(rule, row)
        if binding is None:
            return None
        steps = ordered(rule.body, frozenset(binding))
        reached: list[Binding] = [binding]
        for met, step in enumerate(steps):
            found = self.ground.ways(rule, steps[: met + 1], binding, day)
            further = [way for way, sure in found if sure]
            if not further:
                failures = tuple(self._failure(rule, step, way, day, above) for way in reached[:WAYS])
                common = {n: v for n, v in reached[0].items() if all(way[n] == v for way in reached)}
                besides = self._besides(rule, steps[met + 1 :], reached[0], day, above)
                told = tuple(dict.fromkeys(failures))
                return Attempt(rule.rule, tuple(common.items()), met, len(steps), told, besides)
            reached = further
        return None

    def _besides(
        self, rule: PlannedRule, steps: Sequence[Step], way: Binding, day: Day, above: tuple[object, ...]
    ) -> tuple[Failure, ...]:
        """The absences among further steps that stand in the way as well."""
        absences = (s for s in steps if isinstance(s, Literal) and s.negated and literal_variables(s) <= way.keys())
        failing = (s for s in absences if not self.ground.ways(rule, (s,), way, day))
        found = (self._failure(rule, step, way, day, above) for step in failing)
        return tuple(one for one in found if one.reason == "stands")

    def _failure(
        self, rule: PlannedRule, step: Step, binding: Mapping[str, Value], day: Day, above: tuple[object, ...]
    ) -> Failure:
        """Why a step fails whose values are known so far."""
        may = bool(self.ground.ways(rule, (step,), binding, day))
        match step:
            case Comparison():
                return Failure("compared", may, day, text=write_literal(_filled(step, binding)))
            case Gather():
                return self._count(step, binding, day, may)
            case Literal(during=during) if during and day not in Days((during.span,)):
                return Failure("compared", False, day, text=f"the day is in {during}")
            case Literal(formula, True):
                operand, *_ = atoms_of(formula)
                first, last = _looked_at(formula, day)
                return self._standing(operand.atom, binding, first, last, may)
            case Literal(formula):
                return self._operator(rule, formula, binding, day, may, above)

    def _count(self, step: Gather, binding: Mapping[str, Value], day: Day, may: bool) -> Failure:
        """What is counted or summed comes to too little or too much; what is not known might change that."""
        groups: list[Term] = [Constant(binding[group.name]) for group in step.groups]
        terms = (*groups, *(Variable("_") for _ in range(step.width)))
        held = [row for row in self.ground.rows(step.elements, terms) if self.ground.sure(step.elements, row, day)]
        over = step.operator in ("<", "<=") and step.function == "count"
        text = f"of {len(held)} that are known, #{step.function} {step.operator} {step.bound}"
        return Failure("counted", may or not (self.ground.vocabulary.plain or over), day, text=text)

    def _operator(
        self,
        rule: PlannedRule,
        formula: Formula,
        binding: Mapping[str, Value],
        day: Day,
        may: bool,
        above: tuple[object, ...],
    ) -> Failure:
        match formula:
            case Once(atom, near, _):
                return self._lacking(atom.predicate, pattern_of(atom, binding), day - near, above)
            case Since(operand, start):
                begun = Literal(Once(start), origin=rule.rule.origin)
                if not any(sure for _, sure in self.ground.ways(rule, (begun,), binding, day)):
                    return self._lacking(start.predicate, pattern_of(start, binding), day, above)
                if operand.negated:
                    return self._standing(operand.atom, binding, PAST, day, may)
                return self._lacking(operand.atom.predicate, pattern_of(operand.atom, binding), day, above)
            case Begins(atom) if self._any(atom, binding, day):
                return self._standing(atom, binding, day - 1, day - 1, may)
            case Ends(atom) if self._any(atom, binding, day):
                return self._standing(atom, binding, day, day, may)
            case Ends(atom):
                return self._lacking(atom.predicate, pattern_of(atom, binding), day - 1, above)
            case Always(operand, near, far):
                on = day - far if self._any(operand.atom, binding, day - near) else day - near
                return self._lacking(operand.atom.predicate, pattern_of(operand.atom, binding), on, above)
            case Plain(atom) | Begins(atom):
                return self._lacking(atom.predicate, pattern_of(atom, binding), day, above)

    # ---------------------------------------------------------------- atoms

    def _standing(self, atom: Atom, binding: Mapping[str, Value], first: Day, last: Day, may: bool) -> Failure:
        """What holds though it must not: the latest of it, a sure one if there is any."""
        span = Days(((first, last + 1),))
        pattern = pattern_of(atom, binding)
        latest: dict[bool, tuple[Day, Row]] = {}
        for row in self._rows(atom.predicate, pattern):
            truth = self.ground.model.truth(atom.predicate, row)
            for sure, days in ((True, truth.certain & span), (False, truth.possible & span)):
                if days and (sure not in latest or days.intervals[-1][1] - 1 > latest[sure][0]):
                    latest[sure] = days.intervals[-1][1] - 1, row
        if not latest:
            return Failure("uncertain", may, last, atom.predicate, pattern)
        day, found = latest.get(True) or latest[False]
        proof = self.prove(atom.predicate, found, day)
        return Failure("uncertain" if may else "stands", may, day, atom.predicate, found, proof=proof)

    def _lacking(self, predicate: str, row: Pattern, day: Day, above: tuple[object, ...]) -> Failure:
        goal = (predicate, row, day)
        if goal not in self._told:
            failure = self._found_lacking(predicate, row, day, above)
            if goal in above or len(above) >= DEPTH:
                return failure
            self._told[goal] = failure
        return self._told[goal]

    def _found_lacking(self, predicate: str, row: Pattern, day: Day, above: tuple[object, ...]) -> Failure:
        """Why nothing that matches is sure on the day."""
        ground, goal = self.ground, (predicate, row, day)
        maybe = next((one for one in self._rows(predicate, row) if ground.possible(predicate, one, day)), None)
        if maybe is not None:
            proof = self.prove(predicate, maybe, day)
            return Failure("uncertain", True, day, predicate, maybe, proof=proof)
        denials = tuple(self._denials(predicate, row, day))
        if denials:
            return Failure("denied", False, day, predicate, row, claims=denials)
        if predicate in ground.rules:
            if goal in above:  # it would rest on itself
                return Failure("derived", False, day, predicate, row)
            if len(above) >= DEPTH:
                return Failure("derived", True, day, predicate, row)
            attempts = self._attempts(predicate, row, day, (*above, goal))
            unknown = not ground.vocabulary.plain and (not attempts or any(one.unknown for one in attempts))
            return Failure("derived", unknown, day, predicate, row, attempts=attempts)
        others = tuple(c for one in self._rows(predicate, row) for c in ground.store.claims.get((predicate, one), ()))
        # A state that ended is over; one that is only said from a later day on may have been there before.
        declaration = ground.vocabulary.declarations.get(predicate)
        lasts = declaration is not None and declaration.kind == "state"
        if others and lasts and None not in row and all(c.truth.possible.intervals[-1][1] <= day for c in others):
            return Failure("dated", False, day, predicate, row, claims=others)
        closed = ground.vocabulary.plain or predicate in ground.vocabulary.type_predicates
        return Failure("unsaid", not closed, day, predicate, row, claims=others)

    def _denials(self, predicate: str, row: Pattern, day: Day) -> Iterable[Claim]:
        """Claims that nothing which matches holds on the day."""
        vocabulary = self.ground.vocabulary
        places = [p.name for p in vocabulary.parameters(predicate)]
        for denial in (d for d in vocabulary.declarations.values() if d.denies == predicate):
            at = [next((i for i, p in enumerate(denial.parameters) if p.name == name), None) for name in places]
            for said, claims in self.ground.store.stated(denial.predicate):
                if None not in at:
                    denied = tuple(said[i] for i in at if i is not None)
                    if None not in row and denied == row:
                        yield from (claim for claim in claims if day in claim.truth.certain)

    def _rows(self, predicate: str, row: Pattern) -> list[Row]:
        terms: list[Term] = [Variable("_") if value is None else Constant(value) for value in row]
        return self.ground.rows(predicate, terms)

    def _any(self, atom: Atom, binding: Mapping[str, Value], day: Day) -> bool:
        rows = self._rows(atom.predicate, pattern_of(atom, binding))
        return any(self.ground.possible(atom.predicate, row, day) for row in rows)


def _looked_at(formula: Formula, day: Day) -> tuple[Day, Day]:
    """The days on which the atom of an operator matters, both included."""
    match formula:
        case Once(_, near, far) | Always(_, near, far):
            return (PAST if far == FUTURE else day - far), day - near
        case Ends():
            return day - 1, day - 1
    return day, day


def _filled(comparison: Comparison, binding: Mapping[str, Value]) -> Comparison:
    """The comparison with its values; arithmetic is left as it is written."""

    def term(one: Term) -> Term:
        return Constant(binding[one.name]) if isinstance(one, Variable) and one.name in binding else one

    left, right = term(comparison.left), term(comparison.right)
    return Comparison(comparison.operator, left, right, origin=comparison.origin)
