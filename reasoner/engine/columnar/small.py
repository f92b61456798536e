"""Rounds with few rows: loops over rows, written out as Python for each rule, where arrays would cost more than work.

A chain of a hundred thousand rounds has one new row in each. A rule over relations without time is written out once as
nested loops over packed rows; what is looked up are the same indexes that joins use.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import Any

import numpy as np

from reasoner.engine.columnar.relation import Relation
from reasoner.engine.columnar.rules import Clause
from reasoner.engine.tables.base import bits_of
from reasoner.engine.tables.codes import Codes
from reasoner.engine.tables.layout import Layout
from reasoner.engine.tables.sets import Sets
from reasoner.engine.tables.table import Table
from reasoner.syntax.tree import Comparison, Literal, Plain
from reasoner.term import Atom, Constant, Term, Variable

FEW = 32  # rows in a round up to which they are looked at one by one

Find = Callable[[int], Sequence[int]]
Fire = Callable[[Sequence[int], list[int]], None]
Deltas = dict[str, list[int]]


class Small:
    """The rules of a recursion as loops over rows. What it derives is added to the relations when it is done."""

    def __init__(
        self, variants: Sequence[tuple[Clause, Literal]], relations: Mapping[str, Relation], codes: Codes
    ) -> None:
        self.relations, self.codes = relations, codes
        self.growing = {clause.head.predicate for clause, _ in variants}
        self.variants = variants
        self._added: dict[str, set[int]] = {}
        self._recent: dict[tuple[str, Layout, tuple[int, ...]], dict[int, list[int]]] = {}

    def serves(self, deltas: Mapping[str, Sets]) -> bool:
        """Whether there are few rows, the rules are plain, and nothing that they read has days."""
        few = sum(len(sets.possible) for sets in deltas.values()) <= FEW
        return few and self._plain and all(self.relations[name].timeless for name in self._read)

    @cached_property
    def _plain(self) -> bool:
        plain = all(_plain(step) for clause, literal in self.variants for step in (literal, *clause.steps))
        return plain and not any(self.relations[name].layout.wide for name in self._read)

    @cached_property
    def _read(self) -> frozenset[str]:
        literals = (one for clause, literal in self.variants for one in _literals(clause, literal))
        return frozenset(_atom(literal).predicate for literal in literals) | self.growing

    def run(self, deltas: Mapping[str, Sets]) -> dict[str, Sets]:
        """Rounds as long as they are small; gives the rows of the last one, which are not added yet."""
        self._added = {predicate: set() for predicate in self.growing}
        self._recent = {}
        fires = [(_atom(literal).predicate, clause.head.predicate, self._fire(clause, literal))
                 for clause, literal in self.variants]  # fmt: skip
        delta: Deltas = {predicate: sets.certain.key.tolist() for predicate, sets in deltas.items()}
        while delta and sum(map(len, delta.values())) <= FEW:
            fresh: Deltas = {}
            for read, head, fire in fires:
                if read in delta:
                    fire(delta[read], fresh.setdefault(head, []))
            delta = {predicate: rows for predicate, rows in fresh.items() if rows}
            for (predicate, layout, places), rows in self._recent.items():
                if predicate in delta:
                    whole = self.relations[predicate].layout
                    for row in delta[predicate]:
                        key = 0
                        for place, width in zip(places, layout.bits, strict=True):
                            shift, mask = whole.field(place)
                            key = key << width | (row >> shift) & mask
                        rows.setdefault(key, []).append(row)
        for predicate, added in self._added.items():
            self.relations[predicate].add(self._sets(predicate, added.difference(delta.get(predicate, ()))))
        return {predicate: self._sets(predicate, rows) for predicate, rows in delta.items()}

    def _sets(self, predicate: str, rows: set[int] | list[int]) -> Sets:
        layout = self.relations[predicate].layout
        return Sets.exactly(Table(layout, np.sort(np.fromiter(rows, np.int64, len(rows)))))

    # ---------------------------------------------------------------- lookups

    def _finder(self, predicate: str, layout: Layout, places: tuple[int, ...]) -> Find:
        """The rows of a predicate by the key of some of their columns."""
        finders = [run.certain.index(layout, places).lookup(run.certain.key) for run in self.relations[predicate].runs]
        if predicate not in self.growing:
            return finders[0] if finders else lambda key: ()
        recent = self._recent.setdefault((predicate, layout, places), {})
        return lambda key: [row for find in finders for row in find(key)] + recent.get(key, [])

    def _known(self, predicate: str) -> Callable[[int], Any]:
        """Whether a row was there before."""
        layout, seen = self.relations[predicate].layout, self.relations[predicate].seen
        if seen is not None:
            return seen.data.__getitem__
        every = tuple(range(layout.width))
        finders = [run.certain.index(layout, every).lookup(run.certain.key) for run in self.relations[predicate].runs]
        return lambda row: any(find(row) for find in finders)

    # ---------------------------------------------------------------- rules as loops

    def _fire(self, clause: Clause, literal: Literal) -> Fire:
        lines, given = self._written(clause, literal)
        exec("\n".join(("def fire(delta, fresh):", *lines)), given)
        fire: Fire = given["fire"]  # type: ignore[assignment]
        return fire

    def _written(self, clause: Clause, literal: Literal) -> tuple[list[str], dict[str, object]]:
        """A rule as the lines of a function, and what the names in it stand for."""
        names: dict[str, tuple[str, int]] = {}  # a variable's name here, and the bits of its values
        lines = [" for row in delta:"]
        depth = 2
        given: dict[str, object] = {}

        def value(term: Term) -> tuple[str, int]:
            if isinstance(term, Constant):
                code = self.codes.code(term.value)
                return str(code), bits_of(code)
            assert isinstance(term, Variable)
            return names[term.name]

        def write(line: str) -> None:
            lines.append(" " * depth + line)

        def read(atom: Atom, row: str) -> None:
            """Takes a row apart: a new variable is bound, what is known is compared."""
            layout = self.relations[atom.predicate].layout
            for place, term in enumerate(atom.terms):
                shift, mask = layout.field(place)
                part = f"{row} >> {shift} & {mask}"
                if isinstance(term, Variable) and not term.anonymous and term.name not in names:
                    names[term.name] = f"v{len(names)}", layout.bits[place]
                    write(f"{names[term.name][0]} = {part}")
                elif not (isinstance(term, Variable) and term.anonymous):
                    write(f"if {part} != {value(term)[0]}: continue")

        read(_atom(literal), "row")
        for number, step in enumerate(clause.steps):
            if isinstance(step, Comparison):
                unbound = next(
                    (t for t in (step.left, step.right) if isinstance(t, Variable) and t.name not in names), None
                )
                if unbound is not None:
                    other, bits = value(step.right if unbound is step.left else step.left)
                    names[unbound.name] = f"v{len(names)}", bits
                    write(f"{names[unbound.name][0]} = {other}")
                else:
                    other_way = "!=" if step.operator == "=" else "=="
                    write(f"if {value(step.left)[0]} {other_way} {value(step.right)[0]}: continue")
                continue
            assert isinstance(step, Literal)
            atom = _atom(step)
            whole = self.relations[atom.predicate].layout
            bound = [n for n, t in enumerate(atom.terms) if isinstance(t, Constant) or t.name in names]  # type: ignore[union-attr]
            values = [value(atom.terms[place]) for place in bound]
            widths = [max(whole.bits[place], bits) for place, (_, bits) in zip(bound, values, strict=True)]
            given[f"find{number}"] = self._finder(atom.predicate, whole.space.layout(widths), tuple(bound))
            key = _packed([name for name, _ in values], widths)
            if step.negated:
                write(f"if find{number}({key}): continue")
            else:
                write(f"for row{number} in find{number}({key}):")
                depth += 1
                read(
                    Atom(atom.predicate, tuple(Variable("_") if n in bound else t for n, t in enumerate(atom.terms))),
                    f"row{number}",
                )
        head = self.relations[clause.head.predicate].layout
        write(f"new = {_packed([value(term)[0] for term in clause.head.terms], head.bits)}")
        given |= {"added": self._added[clause.head.predicate], "known": self._known(clause.head.predicate)}
        write("if new not in added and not known(new):")
        depth += 1
        write("added.add(new)")
        write("fresh.append(new)")
        return lines, given


def _packed(values: Sequence[str], widths: Sequence[int]) -> str:
    shifts = [sum(widths[n + 1 :]) for n in range(len(widths))]
    return " | ".join(f"{value} << {shift}" for value, shift in zip(values, shifts, strict=True)) or "0"


def _literals(clause: Clause, literal: Literal) -> list[Literal]:
    return [literal, *(step for step in clause.steps if isinstance(step, Literal))]


def _atom(literal: Literal) -> Atom:
    assert isinstance(literal.formula, Plain)
    return literal.formula.atom


def _plain(step: object) -> bool:
    match step:
        case Literal(Plain(), _, None):
            return True
        case Comparison("=" | "!=", Variable() | Constant(), Variable() | Constant()):
            return True
    return False
