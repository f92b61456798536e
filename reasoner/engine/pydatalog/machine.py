"""One pyDatalog database: rules that stay, facts that come and go, and a question with a time limit."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import count
from time import monotonic
from typing import Any

from pyDatalog import Logic, pyEngine

from reasoner.diagnostic import Problems, error
from reasoner.engine.pydatalog.bodies import Call, Facts, Part
from reasoner.engine.pydatalog.days import Moment
from reasoner.engine.tables.codes import Codes
from reasoner.plan.plan import Stratum
from reasoner.term import Atom, Constant, Row, Variable

Fact = tuple[str, Row]  # the name that pyDatalog knows it by
Found = frozenset[tuple[str, Row]]

# All predicates of the recursion as one: ALL(which, its values..., zeros to fill up).
ALL, NOW = "all", "now"


class Machine:
    """The rules of one stratum in pyDatalog, in its database of this thread."""

    def __init__(self, stratum: Stratum, codes: Codes, deadline: float) -> None:
        Logic()
        self.codes, self.deadline = codes, deadline
        self.predicates = sorted(stratum.predicates)
        self.where = stratum.rules[0].rule.origin
        self.width = max(len(rule.head.terms) for rule in stratum.rules)
        self.arities = {rule.head.predicate: len(rule.head.terms) for rule in stratum.rules}
        self.moment = Moment((), True)
        self._loaded: set[Fact] = set()
        self._problem: Problems | None = None
        self._nested = False
        self._fresh = count()
        self._assert: Callable[[Any], object] = pyEngine.assert_

    # ---------------------------------------------------------------- rules

    def rule(self, head: Atom, parts: list[Part]) -> None:
        """Adds a rule. Of the recursive literals the first one must come first; the others read the answer so far."""
        body: list[Any] = []
        if parts and isinstance(parts[0], Atom):
            body += self._recursive(parts[0])
        if any(isinstance(part, Call) for part in parts):
            # pyDatalog works out what it calls when a variable in it gets its value: each call has NOW in it.
            body.append(_literal(NOW, [_variable(NOW)]))
        for n, part in enumerate(parts):
            match part:
                case Facts():
                    if part.negated:  # else pyDatalog fails where there is no fact
                        pyEngine.insert(_literal(part.name, map(_variable, part.names)).pred)
                    body.append(_literal("~" * part.negated + part.name, map(_variable, part.names)))
                case Atom() if n > 0:
                    self._nested = True
                    body.append(_literal(f"so far {part.predicate}", map(self._term, part.terms)))
                case Call():
                    body.append(self._call(part))
        self._assert(pyEngine.Clause(self._all(head.predicate, map(self._term, head.terms)), body))

    def _all(self, predicate: str, terms: Iterable[Any]) -> Any:
        values = [_constant(self.predicates.index(predicate)), *terms]
        return _literal(ALL, [*values, *[_constant(0)] * (1 + self.width - len(values))])

    def _recursive(self, atom: Atom) -> list[Any]:
        """The atom as all that is derived, cut down to what the atom says."""
        which = self._unknown()
        places: list[Any] = [which]
        same = [_literal("==", [which, _constant(self.predicates.index(atom.predicate))])]
        for term in map(self._term, atom.terms):
            if isinstance(term, pyEngine.Var) and all(term.id != place.id for place in places):
                places.append(term)
            else:
                places.append(self._unknown())
                same.append(_literal("==", [places[-1], term]))
        places += [self._unknown() for _ in range(1 + self.width - len(places))]
        return [_literal(ALL, places), *same]

    def _call(self, call: Call) -> Any:
        """`X in call(...)`, or `0 in call(...)` for what holds or does not."""

        def called(_: int, *values: int) -> tuple[int, ...]:
            if self._problem:
                return ()
            try:
                found = call.run(dict(zip(call.reads, map(self.codes.value, values), strict=True)), self.moment)
                return tuple(map(self.codes.code, found)) if call.gives else (0,) * bool(found)
            except Problems as problem:  # pyDatalog would take it for a value
                self._problem = problem
                return ()

        reads = pyEngine.VarTuple([_variable(NOW), *map(_variable, call.reads)])
        gives = _variable(call.gives) if call.gives else _constant(0)
        return _literal("_pyD_in", [gives, pyEngine.Operation(_constant(None), called, reads)])

    def _term(self, term: object) -> Any:
        if isinstance(term, Constant):
            return _constant(self.codes.code(term.value))
        assert isinstance(term, Variable)
        return self._unknown() if term.anonymous else _variable(term.name)

    def _unknown(self) -> Any:
        return _variable(f"{next(self._fresh)}")

    # ---------------------------------------------------------------- questions

    def settle(self, facts: Iterable[Fact], moment: Moment) -> Found:
        """All that follows from the facts of a moment. Raises Problems."""
        self.moment = moment
        facts = {*facts, (NOW, (0,))}
        found: Found = frozenset()
        while True:
            so_far = {(f"so far {predicate}", row) for predicate, row in found} if self._nested else set()
            self._load(facts | so_far)
            before, found = found, self._ask()
            if found == before or not self._nested:
                return found

    def close(self) -> None:
        """Takes back all facts: pyDatalog's indices keep those that are in them when they go."""
        self._load(set())

    def _load(self, facts: set[Fact]) -> None:
        for change, some in ((pyEngine.retract, self._loaded - facts), (self._assert, facts - self._loaded)):
            for name, row in some:
                change(pyEngine.Clause(_literal(name, [_constant(self.codes.code(value)) for value in row]), []))
        self._loaded = facts

    def _ask(self) -> Found:
        goal = pyEngine.Subgoal(_literal(ALL, [self._unknown() for _ in range(1 + self.width)]))
        logic = Logic.tl.logic
        logic.Tasks, logic.Recursive_Tasks, logic.Recursive = pyEngine.TaskList(), pyEngine.TaskDeque(), False
        logic.Subgoals, logic.Goal = {}, goal
        # pyDatalog's own loop, `Literal.ask`, has no end that one could set.
        task: Callable[..., Any] | None = pyEngine.SEARCH
        arguments: tuple[Any, ...] = (goal,)
        names = ", ".join(f"`{name}`" for name in self.predicates)
        try:
            while task:
                if monotonic() > self.deadline:
                    help = "ask about less, or leave it to another engine: --engine columnar"
                    raise Problems([error("R521", f"pyDatalog took too long over {names}", self.where, help=help)])
                task, arguments = task(*arguments)
        except Problems:
            raise
        except Exception as failure:
            told = f"{type(failure).__name__}: {failure}".rstrip(": ")
            message = f"pyDatalog failed on {names}"
            raise Problems([error("R522", message, self.where, notes=[told], help="--engine columnar")]) from failure
        finally:
            logic.Subgoals, logic.Goal = {}, None
        if self._problem:
            raise self._problem
        return frozenset(self._rows(goal.facts))

    def _rows(self, facts: Any) -> Iterator[tuple[str, Row]]:
        for literal in facts.values():
            which, *values = (term.id for term in literal.terms)
            predicate = self.predicates[which]
            yield predicate, tuple(map(self.codes.value, values[: self.arities[predicate]]))


def _literal(name: str, terms: Iterable[Any]) -> Any:
    return pyEngine.Literal(name, list(terms))


def _variable(name: str) -> Any:
    return pyEngine.Var(name)


def _constant(value: object) -> Any:
    return pyEngine.Const(value)
