"""Models that follow their facts: where facts change, only the days that they can affect are evaluated again.

A change of a predicate affects a span of days in the strata that read it, wider where they look back. A stratum is
evaluated within its span and compared with what it was: only the days that differ affect the strata after it.

Timeless rows that come to be are on every day, yet mostly about something new. Where they are read by plain positive
literals they only add rows, so what follows from them is added, as in a round of a recursion.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from reasoner.engine.columnar.relation import Relation
from reasoner.engine.columnar.rules import Solver
from reasoner.engine.columnar.strata import cut, grow, make_room, model, relate, settle
from reasoner.engine.living.spans import EVER, adding, adds, after, before, local, meet, reads
from reasoner.engine.model import Model
from reasoner.engine.tables.base import Base, base, moved, tabled
from reasoner.engine.tables.change import days_of, differing, of_keys, rearranged, replaced
from reasoner.engine.tables.index import different
from reasoner.engine.tables.sets import Bindings, Sets, either
from reasoner.engine.tables.widths import Bits
from reasoner.evidence.store import Store, unlike
from reasoner.plan.plan import Plan, Stratum
from reasoner.plan.rules import Gather
from reasoner.plan.slicing import hull, reach
from reasoner.syntax.tree import Literal, Since
from reasoner.term import Row
from reasoner.when import FUTURE, PAST, Interval, Truth


@dataclass(frozen=True, eq=False)
class Living:
    """A model, and what it takes to move it to other facts. `evaluated`: the days of each that the last move took."""

    plan: Plan
    store: Store
    model: Model
    known: Base
    relations: Mapping[str, Relation]
    evaluated: Mapping[str, Interval]

    @classmethod
    def of(cls, plan: Plan, store: Store) -> Living:
        """The model of a plan and a store. Raises Problems (R5xx) where the rules do not settle."""
        known = base(store, *reach(plan))
        relations, apart = relate(plan, known)
        every = {name: EVER for stratum in plan.strata for name in stratum.predicates}
        return cls(plan, store, model(relations, known, apart), known, relations, every)

    @classmethod
    def restored(cls, plan: Plan, store: Store, derived: Mapping[str, Mapping[Row, Truth]]) -> Living:
        """A model that is known: of the plan's predicates, all the rows that `derived` has, and of others the facts."""
        known = base(store, *reach(plan))
        sets = {**known.facts, **{name: tabled(rows, known) for name, rows in derived.items()}}
        relations = {name: Relation(its.layout, its) for name, its in sets.items()}
        return cls(plan, store, model(relations, known), known, relations, {})

    def update(self, store: Store, changed: Iterable[tuple[str, Row]] | None = None) -> Living:
        """The model of the same plan over another store, of which this one remains.

        `changed` are the facts, by predicate and row, that may differ; without it the stores are compared.
        """
        rows: dict[str, set[Row]] = {}
        for predicate, row in unlike(self.store, store) if changed is None else changed:
            rows.setdefault(predicate, set()).add(row)
        known, changes = moved(self.known, store, rows)
        if known.margin < reach(self.plan)[0]:
            return Living.of(self.plan, store)
        move = _Move(self, known)
        for predicate, (old, new) in changes.items():
            move.facts(predicate, old, new)
        for stratum in self.plan.strata:
            move.stratum(stratum)
        mapped = dict(model(move.relations, known).relations)
        for name in mapped.keys() & self.model.relations.keys():
            if move.relations[name] is self.relations[name]:
                mapped[name] = self.model.relations[name]  # with the rows that have been looked at
        return Living(self.plan, store, Model(mapped), known, move.relations, move.evaluated)


# ---------------------------------------------------------------- one move


class _Move:
    """What has changed so far: `days` on which a predicate differs, and beside them `more` rows that it has."""

    def __init__(self, before: Living, known: Base) -> None:
        self.plan, self.known, self.before = before.plan, known, before.relations
        self.relations = dict(before.relations)
        self.bits: Bits = {name: sets.layout.bits for name, sets in known.facts.items()}
        self.days: dict[str, Interval] = {}
        self.more: dict[str, Sets] = {}
        self.evaluated: dict[str, Interval] = {}
        self.derived = {name for stratum in before.plan.strata for name in stratum.predicates}

    def facts(self, predicate: str, old: Sets, new: Sets) -> None:
        """The changed facts of a predicate, as they were and as they are."""
        span = self.plan.spans.get(predicate)
        old, new = cut(old, span), cut(new, span)
        if predicate not in self.derived:
            sets = cut(self.known.facts[predicate], span)
            self.relations[predicate] = Relation(sets.layout, sets)
        changed = differing(old, new)
        if len(changed) and new.timeless and not old:
            self.more[predicate] = new
        elif len(changed):
            self.days[predicate] = days_of(changed)

    def stratum(self, stratum: Stratum) -> None:
        """Evaluates a stratum again on the days that are affected, if any are."""
        make_room(stratum, self.relations, self.bits, self.known)
        more = {name: self.more[name] for name in adding(stratum) if name in self.more}
        span = self._affected(stratum, bool(more))
        if span:
            self._evaluate(stratum, span)
        for predicate in stratum.predicates:
            self.more.pop(predicate, None)
        if more and span != EVER:
            self._grow(stratum, more)

    # ---------------------------------------------------------------- the days that are affected

    def _affected(self, stratum: Stratum, grows: bool) -> Interval | None:
        """The days on which the stratum may differ, but for rows that are only added."""
        found = [self.days[name] for name in stratum.predicates & self.days.keys()]
        for predicate, step in reads(stratum):
            if predicate in self.days:
                found += after(step, self.days[predicate])
            if predicate in self.more and not adds(step):
                found += after(step, days_of(self.more[predicate].possible))
        read = {name for name, _ in reads(stratum)} | stratum.predicates
        given = [self.known.facts[name] for name in stratum.predicates & self.known.facts.keys()]
        if grows and any(sets.windows is not None for sets in (*given, *(self.relations[p].sets for p in read))):
            return EVER  # a window may lie within days that only old and new rows together cover
        if found and stratum.predicates & self.plan.demands:
            return EVER
        return self._uncut(stratum, hull(found)) if found else None

    def _uncut(self, stratum: Stratum, span: Interval) -> Interval:
        """The span with all of every window at its ends, of what the stratum reads and derives."""
        solver = Solver(self.relations, self.known.codes)
        nothing = Bindings((), Sets.empty(self.known.space.layout(())))
        sets = [self.relations[name].sets for name in stratum.predicates]
        sets += [self.known.facts[name] for name in stratum.predicates & self.known.facts.keys()]
        for predicate, step in reads(stratum):
            match step:
                case Literal(Since()) | Literal(negated=True) | Gather():
                    continue  # which give no windows
                case Literal(formula) if not self.relations[predicate].sets.exact:
                    sets.append(solver.formula(formula, nothing).sets)
        windows = [one.windows.days for one in sets if one.windows is not None]
        while True:
            wider = span
            for starts, ends in windows:
                over = (starts < wider[1]) & (ends > wider[0])
                wider = hull((wider, (int(starts[over].min(initial=FUTURE)), int(ends[over].max(initial=PAST)))))
            if wider == span:
                return span
            span = wider

    def _evaluate(self, stratum: Stratum, span: Interval) -> None:
        """What the stratum derives within the span, in place of what it derived there before."""
        needed: dict[str, Interval] = {}
        for predicate, step in reads(stratum):
            its = before(step, span) if self.relations[predicate].sets.exact or local(step) else EVER
            needed[predicate] = hull((needed.get(predicate, its), its))
        relations = {**self.relations, **{name: _clipped(self.relations[name].sets, needed[name]) for name in needed}}
        spans = dict(self.plan.spans)
        for predicate in stratum.predicates:
            layout = self.relations[predicate].layout
            facts = self.known.facts.get(predicate, Sets.empty(layout))
            relations[predicate] = _clipped(cut(rearranged(facts, layout), spans.get(predicate)), span)
            spans[predicate] = meet(spans.get(predicate, EVER), span)
        # Where nothing changes within the span, it needs no days.
        touched = needed.keys() | stratum.predicates
        plain = all(its == span or relations[name].sets.timeless for name, its in needed.items())
        if plain and all(_constant(relations[name].sets, span) for name in touched):
            relations |= {name: Relation(relations[name].layout, relations[name].sets.always()) for name in touched}
        settle(stratum, relations, self.known, replace(self.plan, spans=spans))
        for predicate in stratum.predicates:
            old, new = self.relations[predicate].sets, relations[predicate].sets.within(*span)
            changed = differing(old.within(*span), new)
            self.evaluated[predicate] = span
            self.days.pop(predicate, None)
            if len(changed):
                self.days[predicate] = days_of(changed)
                keys = different(changed.key, changed.layout.size)
                kept = of_keys(old, keys)
                rows = either(kept.within(PAST, span[0]), of_keys(new, keys), kept.within(span[1], FUTURE))
                self.relations[predicate] = Relation(old.layout, replaced(old, keys, rows))

    def _grow(self, stratum: Stratum, more: dict[str, Sets]) -> None:
        """Adds what follows from rows that have only come to be."""
        relations = dict(self.relations)
        for predicate in stratum.predicates:
            relations[predicate] = Relation(self.relations[predicate].layout, self.relations[predicate].sets)
        for predicate in stratum.predicates & more.keys():
            more[predicate] = rearranged(more[predicate], relations[predicate].layout)
        grow(stratum, relations, more, self.known, self.plan)
        for predicate in stratum.predicates:
            old, new = self.relations[predicate].sets, relations[predicate].sets
            if added := new.beyond(old):
                self.more[predicate] = added
                self.relations[predicate] = Relation(new.layout, new.settled())


def _constant(sets: Sets, span: Interval) -> bool:
    """Whether each row holds on all days of the span."""
    starts, ends = sets.possible.days
    return sets.exact and bool((starts <= span[0]).all() and (ends >= span[1]).all())


def _clipped(sets: Sets, span: Interval) -> Relation:
    return Relation(sets.layout, sets if span == EVER or sets.timeless else sets.within(*span))
