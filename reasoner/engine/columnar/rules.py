"""Rules over tables: a body is evaluated from left to right, many bindings at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, partial

import numpy as np

from reasoner.engine import memory
from reasoner.engine.columnar.comparisons import compared
from reasoner.engine.columnar.gather import gather
from reasoner.engine.columnar.relation import Relation
from reasoner.engine.columnar.time import always, begins, ends, once, since
from reasoner.engine.tables.codes import Codes, Mask
from reasoner.engine.tables.index import dense
from reasoner.engine.tables.layout import Layout
from reasoner.engine.tables.sets import Bindings, Sets, both, either
from reasoner.engine.tables.table import Table, coalesce, difference, untouched
from reasoner.plan.rules import Gather, Step, variables_of
from reasoner.syntax.tree import (
    Always,
    Begins,
    Comparison,
    Ends,
    Formula,
    Literal,
    Once,
    Plain,
    Since,
    atoms_of,
)
from reasoner.term import Atom, Constant, Variable
from reasoner.when import When


@dataclass(frozen=True, eq=False)
class Clause:
    """A head and the steps of a body, in order; `older` are the steps that do not read what is recent."""

    head: Atom
    steps: tuple[Step, ...]
    older: frozenset[int] = frozenset()

    @cached_property
    def needs(self) -> tuple[tuple[str, ...], ...]:
        """After each step the variables that are still asked for, those of the head first."""
        needed = list(dict.fromkeys(t.name for t in self.head.terms if isinstance(t, Variable)))
        found = [tuple(needed)]
        for step in reversed(self.steps):
            needed += sorted(variables_of(step) - set(needed))
            found.append(tuple(needed))
        return tuple(reversed(found[:-1]))


class Solver:
    """Solves rules over relations, of which those under operators and negation do not change while it is in use.

    Without `windows` it leaves windows alone: what it finds certain and possible does not need theirs.
    """

    def __init__(
        self,
        relations: Mapping[str, Relation],
        codes: Codes,
        windows: bool = True,
    ) -> None:
        self.relations, self.codes, self.windows = relations, codes, windows
        self.watch = memory.Watch()
        self._since: dict[Formula, Bindings] = {}

    def rule(self, clause: Clause, found: Bindings) -> Iterator[Sets]:
        """The rows of the head that the body gives from some bindings, some at a time, not coalesced."""
        head = clause.head
        layout = self.relations[head.predicate].layout
        for solved in self._solve(clause, 0, found):
            yield solved.sets.each(partial(self._head, head, layout, solved.names))

    def delta(self, literal: Literal, changed: Sets) -> Bindings:
        """A plain literal over what has changed."""
        assert isinstance(literal.formula, Plain)
        return _during(self._select(literal.formula.atom, changed), literal.during)

    def _solve(self, clause: Clause, place: int, found: Bindings) -> Iterator[Bindings]:
        if not found.sets:
            return
        if place == len(clause.steps):
            yield found
            return
        for more in self._step(clause.steps[place], found, clause.needs[place], place in clause.older):
            dropped = len(more.names) < len({*found.names, *variables_of(clause.steps[place])})
            last = place + 1 == len(clause.steps)
            if dropped and not last and more.sets.timeless and dense(more.sets.layout.size, len(more.sets.certain)):
                # The same values many times over would be joined on many times over.
                more = Bindings(more.names, Sets.exactly(coalesce(more.sets.certain)))
            yield from self._solve(clause, place + 1, more)

    def _head(self, head: Atom, layout: Layout, names: tuple[str, ...], table: Table) -> Table:
        if all(isinstance(term, Variable) for term in head.terms):
            return table.columns(layout, [names.index(term.name) for term in head.terms if isinstance(term, Variable)])
        columns = [
            table.layout.column(table.key, names.index(term.name))
            if isinstance(term, Variable)
            else np.full(len(table), self.codes.code(term.value))
            for term in head.terms
            if isinstance(term, Variable | Constant)
        ]
        return Table(layout, layout.pack(columns, len(table)), table.start, table.end)

    def _step(self, step: Step, found: Bindings, needed: tuple[str, ...], older: bool) -> Iterator[Bindings]:
        match step:
            case Comparison():
                yield compared(step, found, self.codes)
                return
            case Gather():
                held = [gather(step, found, self.relations[step.elements].sets, self.codes)]
            case Literal(Plain(atom), False, during):
                # Rule: found(t) and atom(t), run by run.
                relation = self.relations[atom.predicate]
                if not older and during is None and (known := _known(atom, relation, found)) is not None:
                    yield Bindings(found.names, Sets.exactly(found.sets.certain.take(known)))
                    return
                runs = relation.older if older else relation.runs
                held = [_during(self._select(atom, run), during) for run in runs]
            case Literal(formula, True, during):
                # Rule: found(t) and not formula(t).
                yield _during(_without(found, self.formula(formula, found)), during)
                return
            case Literal(formula, _, during):
                held = [_during(self.formula(formula, found), during)]
        for one in held:
            if not self.windows:
                one = Bindings(one.names, Sets(one.sets.certain, one.sets.possible))
            there = {*found.names, *one.names}
            yield from both(found, one, tuple(name for name in needed if name in there))

    # ---------------------------------------------------------------- literals

    def formula(self, formula: Formula, found: Bindings) -> Bindings:
        """When a formula holds, for each value of its variables; only a `since` may need bindings."""
        atoms = [signed.atom for signed in atoms_of(formula)]
        p = self._atom(atoms[0])
        if isinstance(formula, Plain):
            return p
        if isinstance(formula, Since):
            q = self._atom(atoms[1])
            lent = [name for name in p.names if name not in q.names]
            if not lent:
                if formula not in self._since:
                    self._since[formula] = since(p, q, formula.operand.negated)
                return self._since[formula]
            # Variables of p that q does not bind have their values from the bindings.
            by = (*lent, *(name for name in q.names if name in found.names))
            values = Bindings(by, Sets.exactly(found.keys(by)))
            every = tuple(dict.fromkeys((*q.names, *by)))
            parts = [one.sets for one in both(q, values, every)]
            lent_to = Bindings(
                every, either(*parts) if parts else Sets.empty(q.sets.layout.space.layout([1] * len(every)))
            )
            return since(p, lent_to, formula.operand.negated)
        if formula not in p.sets.selected:
            p.sets.selected[formula] = Bindings(p.names, _operate(formula, p.sets))
        return p.sets.selected[formula]

    def _atom(self, atom: Atom) -> Bindings:
        """An atom over a relation that does not grow."""
        return self._select(atom, self.relations[atom.predicate].sets)

    def _select(self, atom: Atom, sets: Sets) -> Bindings:
        """The variables of an atom, one column each; `_` says that there is some value, day by day."""
        if atom in sets.selected:
            return sets.selected[atom]
        first: dict[str, int] = {}
        for place, term in enumerate(atom.terms):
            if isinstance(term, Variable) and not term.anonymous:
                first.setdefault(term.name, place)
        places = tuple(first.values())
        bits = sets.layout.bits
        layout = sets.layout.space.layout([bits[place] for place in places])

        def chosen(table: Table) -> Table:
            kept: Mask | None = None
            for place, term in enumerate(atom.terms):
                if isinstance(term, Constant):
                    code = self.codes.code(term.value)
                    same = table.layout.column(table.key, place) == code
                elif isinstance(term, Variable) and first.get(term.name, place) != place:
                    same = table.layout.column(table.key, place) == table.layout.column(table.key, first[term.name])
                else:
                    continue
                kept = same if kept is None else kept & same
            return (table if kept is None else table.take(kept)).columns(layout, places)

        narrow = sets.each(chosen)
        if any(isinstance(term, Variable) and term.anonymous for term in atom.terms):
            narrow = either(narrow)
        sets.selected[atom] = Bindings(tuple(first), narrow)
        return sets.selected[atom]


def _operate(formula: Formula, p: Sets) -> Sets:
    match formula:
        case Once(_, near, far):
            return once(p, near, far)
        case Always(_, near, far):
            return always(p, near, far)
        case Begins():
            return begins(p)
        case Ends():
            return ends(p)
    return p


def _known(atom: Atom, relation: Relation, found: Bindings) -> Mask | None:
    """Which bindings give a row that is there, where an array over all rows tells."""
    names = [term.name for term in atom.terms if isinstance(term, Variable) and term.name in found.names]
    if relation.seen is None or not found.sets.timeless or len(names) < len(atom.terms):
        return None
    layout, places = found.sets.layout, found.places(names)
    if any(layout.bits[place] > bits for place, bits in zip(places, relation.layout.bits, strict=True)):
        return None
    return relation.seen[found.sets.certain.ids(relation.layout, places)]


def _without(found: Bindings, held: Bindings) -> Bindings:
    """`not` reads the complement of the other set. A window stays where the formula is possible on none of its days."""
    mine, p, q = found.places(held.names), found.sets, held.sets
    certain = difference(p.certain, q.possible, mine)
    exact = p.certain is p.possible and q.certain is q.possible
    possible = certain if exact else difference(p.possible, q.certain, mine)
    windows = p.windows.take(untouched(p.windows, q.possible, mine)) if p.windows is not None else None
    return Bindings(found.names, Sets(certain, possible, windows))


def _during(held: Bindings, span: When | None) -> Bindings:
    return held if span is None else Bindings(held.names, held.sets.within(*span.span))
