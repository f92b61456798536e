"""Many fact bases in one evaluation: each is a world, and every predicate has the world as one more argument.

An engine takes about as long for a hundred fact bases of a dozen facts as for one: its time goes into rules, not rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from reasoner.check.safety import order
from reasoner.engine import engine
from reasoner.engine.model import Model
from reasoner.evidence.claim import Claim, claims, truth
from reasoner.evidence.store import Store, either, store
from reasoner.plan.plan import Plan, Stratum, plan
from reasoner.plan.rules import Gather, PlannedRule
from reasoner.syntax.tree import (
    Aggregate,
    Always,
    BodyLiteral,
    Citation,
    Declaration,
    File,
    Formula,
    Invariant,
    Kind,
    Literal,
    Plain,
    Program,
    Rule,
    Signed,
    Since,
    atoms_of,
)
from reasoner.syntax.vocabulary import Vocabulary, type_predicate
from reasoner.term import Atom, Row, Variable, show_atom
from reasoner.text import Text
from reasoner.when import ETERNAL, Truth, When

WORLD = Variable("#world")
EACH = "#each_world"  # holds of every world


@dataclass(frozen=True)
class Drawn:
    """A fact that was drawn."""

    predicate: str
    row: Row
    kind: Kind
    when: When | None = None

    @property
    def truth(self) -> Truth:
        """When it holds."""
        return truth(self.kind, self.when)

    def __str__(self) -> str:
        return show_atom(self.predicate, (*self.row, *((self.when,) if self.when else ())))


@dataclass(frozen=True)
class FactBase:
    """Facts that were drawn together, each once, in the order of their predicates. `str` is the text of a file."""

    facts: tuple[Drawn, ...]
    cited: bool = True

    def __str__(self) -> str:
        word = " from analyst" if self.cited else ""
        return "".join(f"{fact}{word}.\n" for fact in self.facts)


class Worlds:
    """The rules and invariants of one program, planned for many fact bases at once.

    What is asked are predicates of the world alone: whether a rule fires in it, an invariant is broken, or close to it.
    The `background` holds in every world.
    """

    def __init__(self, vocabulary: Vocabulary, background: Iterable[Claim] = ()) -> None:
        self.vocabulary = vocabulary
        self.rules = tuple(dict.fromkeys(vocabulary.program.of(Rule)))
        self.invariants = vocabulary.program.of(Invariant)
        self._everywhere = store(vocabulary, (*claims(vocabulary), *background)).facts
        self._evaluate = engine()
        self._plans: dict[frozenset[str] | None, Plan] = {}
        of_type = {d.predicate: tuple(p.type for p in d.parameters) for d in vocabulary.program.of(Declaration)}
        self._types = {
            predicate: [
                (place, type_predicate(t))
                for place, t in enumerate(types)
                if t and type_predicate(t) in vocabulary.type_predicates
            ]
            for predicate, types in of_type.items()
        }

    @cached_property
    def probes(self) -> tuple[Rule, ...]:
        """`#fired3` of the third rule, `#never3` of the third invariant, `#close3` of all its bodies but a literal."""
        bodies: list[tuple[str, tuple[BodyLiteral, ...], Rule | Invariant]] = [
            *((f"#fired{n}", rule.body, rule) for n, rule in enumerate(self.rules)),
            *((f"#never{n}", never.body, never) for n, never in enumerate(self.invariants)),
            *((f"#close{n}", less, never) for n, never in enumerate(self.invariants) for less in _nearly(never.body)),
        ]
        return tuple(Rule(Atom(name), body, Citation(), origin=whose.origin) for name, body, whose in bodies)

    def evaluate(self, bases: Sequence[FactBase], goals: frozenset[str] | None = None) -> Model:
        """What follows in each world, its number the first value of each row: of all rules, or of what goals need."""
        facts: dict[str, dict[Row, Truth]] = {EACH: {(world,): ETERNAL for world in range(len(bases))}}
        for predicate, rows in self._everywhere.items():
            facts[predicate] = {(world, *row): held for world in range(len(bases)) for row, held in rows.items()}
        for world, base in enumerate(bases):
            for fact in base.facts:
                row = (world, *fact.row)
                known, held = facts.setdefault(fact.predicate, {}), fact.truth
                known[row] = either(known[row], held) if row in known else held
                for place, type_name in self._types.get(fact.predicate, ()):
                    facts.setdefault(type_name, {})[world, fact.row[place]] = ETERNAL
        asked = self._plan(goals)
        # With few fact bases most rules cannot fire, and an engine would take most of its time to find out.
        return self._evaluate(pruned(asked, facts) if len(bases) == 1 else asked, Store(facts, {}))

    def _plan(self, goals: frozenset[str] | None) -> Plan:
        if goals not in self._plans:
            rules = tuple(in_world(rule, self.vocabulary) for rule in (*self.rules, *self.probes))
            self._plans[goals] = plan(Vocabulary(Program((File(Text("worlds", ""), rules),))), goals)
        return self._plans[goals]


def _nearly(body: tuple[BodyLiteral, ...]) -> Iterator[tuple[BodyLiteral, ...]]:
    """The body without one of its literals, where the others can do without it; a single atom with any arguments."""
    match body:
        case (Literal(Plain(atom), False) as only,):
            anything = Atom(atom.predicate, tuple(Variable("_") for _ in atom.terms))
            yield (replace(only, formula=Plain(anything)),)
            return
    for place in range(len(body)):
        less = (*body[:place], *body[place + 1 :])
        if less and not order(less)[1]:
            yield less


# ---------------------------------------------------------------- the world as an argument


def in_world(rule: Rule, vocabulary: Vocabulary) -> Rule:
    """The rule with the world as the first argument of every atom."""
    body = tuple(_literal(literal, vocabulary) for literal in rule.body)
    if not any(isinstance(literal, Literal) and not literal.negated for literal in body):
        body = (Literal(Plain(Atom(EACH, (WORLD,))), origin=rule.origin), *body)
    return replace(rule, head=_atom(rule.head, vocabulary), body=body)


def _atom(atom: Atom, vocabulary: Vocabulary) -> Atom:
    return Atom(atom.predicate, (WORLD, *vocabulary.positional(atom).terms), (), atom.origin)


def _literal(literal: BodyLiteral, vocabulary: Vocabulary) -> BodyLiteral:
    match literal:
        case Literal(formula):
            return replace(literal, formula=_formula(formula, vocabulary))
        case Aggregate(body=body):
            return replace(literal, body=tuple(_literal(inner, vocabulary) for inner in body))
    return literal


def _formula(formula: Formula, vocabulary: Vocabulary) -> Formula:
    match formula:
        case Always(Signed(atom, negated)):
            return replace(formula, operand=Signed(_atom(atom, vocabulary), negated))
        case Since(Signed(atom, negated), start):
            return Since(Signed(_atom(atom, vocabulary), negated), _atom(start, vocabulary))
    return replace(formula, atom=_atom(formula.atom, vocabulary))


# ---------------------------------------------------------------- rules that cannot fire


def pruned(whole: Plan, facts: Iterable[str]) -> Plan:
    """The plan without the rules that read what nothing gives."""
    given = set(facts)
    strata = []
    # An aggregate counts nothing too.
    steps = (step for stratum in whole.strata for rule in stratum.rules for step in rule.body)
    counted = {step.elements for step in steps if isinstance(step, Gather)}
    for stratum in whole.strata:
        firing: dict[int, PlannedRule] = {}
        while more := {
            place: rule
            for place, rule in enumerate(stratum.rules)
            if place not in firing
            and (rule.head.predicate in counted or all(read in given for read in _premises(rule)))
        }:
            firing |= more
            given |= {rule.head.predicate for rule in more.values()}
        if firing:
            rules = tuple(rule for place, rule in enumerate(stratum.rules) if place in firing)
            strata.append(Stratum(frozenset(rule.head.predicate for rule in rules), rules, stratum.recursive))
    return Plan(tuple(strata))


def _premises(rule: PlannedRule) -> Iterator[str]:
    """The predicates without which a rule cannot fire."""
    for step in rule.body:
        match step:
            case Literal(Since(_, start), False):
                yield start.predicate
            case Literal(formula, False):
                yield from (signed.atom.predicate for signed in atoms_of(formula) if not signed.negated)
