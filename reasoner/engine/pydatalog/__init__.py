"""pyDatalog as an engine: a second opinion, stratum by stratum, on each snapshot between two changes.

pyDatalog joins, negates and recurs. What it cannot be trusted with is kept from it:
- Values are handed over as numbers: it rounds floats, and takes 'True' for true.
- Arithmetic, comparisons and aggregates are called back to `values`: an error in them is one more value to pyDatalog.
- Time operators become facts of the day: what they look back on is complete by then.
- The predicates of a recursion become one, which each rule reads first and whole: asked for `path(b, Y)` in the
  midst of `path(X, Y)`, pyDatalog may search for ever. Further recursive literals read the answer so far, and the
  question is put again until nothing is added.
A window is asked about as a day is: it passes through a rule whose other premises hold on all of it.
What takes over `LIMIT` seconds is given up (R521), and what fails inside pyDatalog is told (R522), both by name.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import replace
from itertools import count, pairwise
from time import monotonic

from pyDatalog import Logic

from reasoner.diagnostic import Problems, error
from reasoner.engine.model import Model
from reasoner.engine.pydatalog.bodies import Call, Facts, Part, Rows, comparison, gather, lent, match, resolve
from reasoner.engine.pydatalog.days import Moment, during
from reasoner.engine.pydatalog.machine import Fact, Found, Machine
from reasoner.engine.tables.codes import Codes
from reasoner.evidence.store import Store
from reasoner.plan.plan import Plan, Stratum
from reasoner.plan.rules import Gather, PlannedRule, Step
from reasoner.syntax.tree import Comparison, Literal, Plain
from reasoner.term import Atom, Row, Variable, order, variables
from reasoner.when import ETERNAL, FUTURE, PAST, Day, Days, Interval, Truth, narrowest

LIMIT = 60.0


def evaluate(plan: Plan, store: Store) -> Model:
    """Every predicate of the plan and the store. Raises Problems (R521, R522) where pyDatalog cannot."""
    relations = {
        predicate: {row: Truth(t.certain, t.possible, narrowest(t.windows, t.certain)) for row, t in rows.items()}
        for predicate, rows in store.facts.items()
    }
    codes, deadline = Codes(), monotonic() + LIMIT
    with _apart():
        for stratum in plan.strata:
            if stratum.gathered:
                names = ", ".join(sorted(f"`{name}`" for name in stratum.predicates if "#" not in name))
                message = f"an aggregate takes its groups from the recursion of {names}, too early for pyDatalog"
                raise Problems([error("R523", message, stratum.rules[0].rule.origin, help="--engine columnar")])
            relations.update(Evaluation(stratum, relations, codes, deadline).relations())
    return Model(relations)


@contextmanager
def _apart() -> Iterator[None]:
    """What somebody else has told pyDatalog in this thread stays as it is."""
    before = Logic(True)
    try:
        yield
    finally:
        Logic.tl.logic = before


class Evaluation:
    """One stratum over relations that are complete."""

    def __init__(self, stratum: Stratum, relations: Mapping[str, Rows], codes: Codes, deadline: float) -> None:
        self.stratum, self.below = stratum, relations
        self.codes, self.deadline = codes, deadline
        self._number = count()
        self.rules: list[tuple[Atom, list[Part]]] = []
        for predicate in sorted(stratum.predicates):
            if rows := relations.get(predicate):
                terms = tuple(Variable(f"X{n}") for n in range(len(next(iter(rows)))))
                self.rules.append((Atom(predicate, terms), [self._facts(tuple(v.name for v in terms), rows)]))
        self.rules += [(rule.head, self._parts(rule)) for rule in stratum.rules]

    def relations(self) -> dict[str, Rows]:
        """The predicates of the stratum."""
        spans: dict[tuple[str, Row], tuple[list[Interval], list[Interval]]] = {}
        for start, end, certain, found in self._days():
            for key in found:
                spans.setdefault(key, ([], []))[0 if certain else 1].append((start, end))
        relations: dict[str, Rows] = {predicate: {} for predicate in self.stratum.predicates}
        for predicate, row in sorted(spans, key=lambda key: (key[0], tuple(map(order, key[1])))):
            sure, maybe = spans[predicate, row]
            relations[predicate][row] = Truth(Days.of(sure), Days.of(maybe))
        windows: dict[tuple[str, Row], list[Interval]] = {}
        for window, found in self._windows(relations):
            for key in found:
                windows.setdefault(key, []).append(window)
        for (predicate, row), passed in windows.items():
            truth = relations[predicate][row]
            relations[predicate][row] = truth._replace(windows=narrowest(passed, truth.certain))
        return relations

    # ---------------------------------------------------------------- bodies

    def _parts(self, rule: PlannedRule) -> list[Part]:
        """What the body comes to, the recursive literal first."""
        own = next((step for step in rule.body if self._own(step)), None)
        parts: list[Part] = []
        bound: set[str] = set()
        for step in (*([own] if own else []), *(step for step in rule.body if step is not own)):
            for part in self._part(step, bound):
                parts.append(part)
                bound |= _binds(part)
        return parts

    def _own(self, step: Step) -> bool:
        return (
            isinstance(step, Literal)
            and isinstance(step.formula, Plain)
            and step.formula.atom.predicate in self.stratum.predicates
        )

    def _part(self, step: Step, bound: set[str]) -> Iterator[Part]:
        match step:
            case Comparison():
                yield comparison(step, bound)
                return
            case Gather():
                yield gather(step, self.below.get(step.elements, {}), bound)
                return
        if self._own(step):
            assert isinstance(step.formula, Plain)
            yield step.formula.atom
        else:
            names, rows = resolve(step.formula, self.below)
            alone = min(map(len, rows), default=len(names))
            if alone < len(names):  # some variables are lent by other literals
                yield self._facts(names[:alone], {row: ETERNAL for row in rows if len(row) == alone})
                yield lent(names, rows, alone)
            else:
                yield self._facts(names, rows, step.negated)
        if step.during:
            yield self._facts((), {(): during(ETERNAL, step.during)})

    def _facts(self, names: tuple[str, ...], rows: Rows, negated: bool = False) -> Facts:
        return Facts(str(next(self._number)), names, {row: t for row, t in rows.items() if t.possible}, negated)

    # ---------------------------------------------------------------- days

    def _days(self) -> Iterator[tuple[Day, Day, bool, Found]]:
        """What holds from a day up to another one, for certain or possibly."""
        parts = [part for _, body in self.rules for part in body]
        timed = any(isinstance(part, Call) and part.timed for part in parts)
        known: dict[object, Found] = {}
        with self._machine() as machine:
            for head, body in self.rules:
                machine.rule(head, body)
            for start, end in pairwise((PAST, *_changes(parts), FUTURE)):
                for moment in (Moment((start,), True), Moment((start,), False)):
                    facts = _snapshot(parts, moment)
                    key = facts, moment if timed else None
                    if key not in known:
                        known[key] = machine.settle(facts, moment)
                    yield start, end, moment.certain, known[key]

    def _windows(self, relations: Mapping[str, Rows]) -> Iterator[tuple[Interval, Found]]:
        """What holds on some day of a window because one premise does, and the others on all of its days."""
        rules: list[tuple[Atom, list[Part]]] = []
        for head, body in self.rules:
            known = [self._facts(*match(p, relations[p.predicate])) if isinstance(p, Atom) else p for p in body]
            for n, part in enumerate(body):
                rest = [*known[:n], *known[n + 1 :]]
                if isinstance(part, Atom):
                    rules.append((head, [part, *rest]))
                elif isinstance(part, Facts) and not part.negated and (rows := _windowed(part.rows)):
                    rules.append((head, [replace(part, name=f"w{part.name}", rows=rows, carries=True), *rest]))
        parts = [part for _, body in rules for part in body]
        carriers = [part for part in parts if isinstance(part, Facts) and part.carries]
        windows = sorted({window for part in carriers for truth in part.rows.values() for window in truth.windows})
        if not windows:
            return
        changes = _changes(parts)
        with self._machine() as machine:
            for head, body in rules:
                machine.rule(head, body)
            for first, last in windows:
                moment = Moment((first, *(day for day in changes if first < day <= last)), True)
                yield (first, last), machine.settle(_snapshot(parts, moment, (first, last)), moment)

    def _machine(self) -> AbstractContextManager[Machine]:
        return closing(Machine(self.stratum, self.codes, self.deadline))


def _binds(part: Part) -> set[str]:
    match part:
        case Facts():
            return set(part.names)
        case Call():
            return {part.gives} if part.gives else set()
        case Atom():
            return {variable.name for term in part.terms for variable in variables(term)}


def _windowed(rows: Rows) -> Rows:
    return {row: truth for row, truth in rows.items() if truth.windows}


def _changes(parts: Iterable[Part]) -> list[Day]:
    """The days on which anything that is looked at may change."""
    truths = (
        truth
        for part in parts
        if not isinstance(part, Atom)
        for truth in (part.rows.values() if isinstance(part, Facts) else part.timed)
    )
    return sorted({edge for t in truths for days in t[:2] for span in days for edge in span} - {PAST, FUTURE})


def _snapshot(parts: Iterable[Part], moment: Moment, window: Interval | None = None) -> frozenset[Fact]:
    """The facts of a moment; of what carries a window, those that have it."""
    return frozenset(
        (part.name, row)
        for part in parts
        if isinstance(part, Facts)
        for row, truth in part.rows.items()
        if (window in truth.windows if part.carries else moment.doubts(truth) if part.negated else moment.sees(truth))
    )
