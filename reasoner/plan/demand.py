"""Goal-directed evaluation: of a predicate only the rows are derived that a question can come to need.

Magic sets without renaming, after Tekle and Liu's demand transformation (2011): each derived predicate has one set of
arguments that are bound wherever it is called, and a predicate `#demand_p` of the values that they are called with.
The rules of p read it first, and each call gives it a rule. A predicate with no such argument is needed whole.

- A value is bound where it comes from a constant or a demand, through literals that can narrow it down. What is drawn
  from a whole relation, or made by arithmetic, is not: a demand for it saves little, or never ends.
- A demand holds always, as soon as it may hold on some day: so it is right under time operators and negation too.
  What is absent was looked for, so negative calls demand as positive ones do.
- A value that an aggregate makes stays one that it makes: to compare it with a demanded one would be another question.
- Where a predicate would need its own absence, past or aggregate through a demand, the predicates of that knot are
  mute: no demand is drawn from them. Demands that are drawn from facts alone are in a knot with nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from reasoner.check.safety import atom_variables, names
from reasoner.plan.plan import Plan, Stratum, in_strata, read, read_by
from reasoner.plan.rules import Gather, PlannedRule, Step, ordered
from reasoner.syntax.tree import Comparison, Literal, Once, Plain, Since, atoms_of
from reasoner.term import Atom, Constant, Expression, Term, Variable

Places = Mapping[str, tuple[int, ...]]


@dataclass(frozen=True)
class Demanded:
    """A plan that follows demand, and the places of the bound arguments of each demanded predicate."""

    plan: Plan
    places: Places


def demanded(plan: Plan, goals: Iterable[str]) -> Demanded:
    """The plan that derives all rows of the goals, and of other predicates those that the goals' rules can ask for."""
    home = {predicate: n for n, stratum in enumerate(plan.strata) for predicate in stratum.predicates}
    rules = [rule for stratum in plan.strata for rule in stratum.rules]
    # A recursion may lend its values to the groups of an aggregate in it: that is left as it is.
    mute = _tied(plan.strata, home)
    whole = mute.union(goals)
    while True:
        places = _places(plan.strata, whole, mute)
        demands = frozenset(demand_for(predicate) for predicate in places)
        asking = dict.fromkeys(demand for rule in rules for demand in _demands(rule, places, mute))
        strata = in_strata((*asking, *(_narrowed(rule, places) for rule in rules)))
        tied = _tied(strata, home)
        if tied <= mute:
            return Demanded(Plan(strata, demands, plan.spans), places)
        mute |= tied


def demand_for(predicate: str) -> str:
    """The predicate of the values that another is called with."""
    return f"#demand_{predicate}"


def _demand(atom: Atom, places: Places) -> Atom | None:
    """The demand for an atom; None where its predicate is needed whole, or is given by facts."""
    at = places.get(atom.predicate)
    return Atom(demand_for(atom.predicate), tuple(atom.terms[place] for place in at)) if at else None


def _places(strata: Iterable[Stratum], whole: frozenset[str], mute: frozenset[str]) -> Places:
    """The places that are bound in every call, those who call before those who are called."""
    places: dict[str, tuple[int, ...]] = dict.fromkeys(whole, ())

    def meet(calls: Iterable[_Call]) -> bool:
        """Whether the calls leave less bound than before."""
        before = dict(places)
        for call in calls:
            predicate, terms = call.atom.predicate, call.atom.terms
            at = places.get(predicate, demandable.get(predicate, ()))
            places[predicate] = tuple(place for place in at if call.binds(terms[place]))
        return places != before

    strata = tuple(strata)
    demandable = {predicate: _demandable(predicate, s) for s in strata for predicate in s.predicates}
    for stratum in reversed(strata):

        def calls(own: bool, stratum: Stratum = stratum) -> Iterator[_Call]:
            """What the rules of the stratum call, of their own or below, from the places known so far."""
            for rule in stratum.rules:
                if rule.head.predicate in places:
                    found = list(_calls(rule, places, mute))
                    yield from (call for call in found if (call.atom.predicate in stratum.predicates) is own)

        while meet(calls(own=True)):
            pass
        meet(calls(own=False))
    return {predicate: at for predicate, at in places.items() if at}


def _demandable(predicate: str, stratum: Stratum) -> tuple[int, ...]:
    """The places of a predicate that no rule fills with what an aggregate makes."""
    rules = [rule for rule in stratum.rules if rule.head.predicate == predicate]
    made = {at for rule in rules for at, term in enumerate(rule.head.terms) if names((term,)) & _made(rule)}
    return tuple(at for at in range(len(rules[0].head.terms)) if at not in made)


def _made(rule: PlannedRule) -> frozenset[str]:
    """The variables that an aggregate of the rule may give a value."""
    return names(s.bound for s in rule.body if isinstance(s, Gather) and s.operator == "=")


def _body(rule: PlannedRule, demand: Atom | None) -> tuple[Step, ...]:
    """The body as it is evaluated from a demand. Beside an aggregate that gives a value the order stays as it is."""
    return ordered(rule.body, atom_variables(demand)) if demand and not _made(rule) else rule.body


def _narrowed(rule: PlannedRule, places: Places) -> PlannedRule:
    demand = _demand(rule.head, places)
    if demand is None:
        return rule
    first = Literal(Plain(demand), origin=rule.rule.origin)
    return PlannedRule(rule.head, (first, *_body(rule, demand)), rule.rule)


# ---------------------------------------------------------------- calls, and where their values come from


@dataclass
class _Call:
    """An atom in a body, and what is known where it is called.

    `known` has the number of the step that binds a variable, `steps` those steps with the variables that they read.
    """

    atom: Atom
    known: dict[str, int]
    steps: list[tuple[Step, frozenset[str]]]

    def binds(self, term: Term) -> bool:
        """Whether an argument has a value that narrows the call down."""
        return isinstance(term, Constant) or (isinstance(term, Variable) and term.name in self.known)

    def binding(self, wanted: Iterable[str]) -> tuple[Step, ...]:
        """The steps that bind some variables, in order."""
        found: set[int] = set()
        waiting = list(wanted)
        while waiting:
            number = self.known[waiting.pop()]
            if number not in found:
                found.add(number)
                waiting.extend(self.steps[number][1])
        return tuple(self.steps[number][0] for number in sorted(found))


@dataclass
class _Walk:
    """A body from left to right."""

    mute: frozenset[str]
    known: dict[str, int] = field(default_factory=dict)
    steps: list[tuple[Step, frozenset[str]]] = field(default_factory=list)

    def call(self, atom: Atom) -> _Call:
        return _Call(atom, dict(self.known), list(self.steps))

    def bind(self, step: Step, terms: Iterable[Term], start: bool = False) -> None:
        """A step binds its variables if it starts from something: a demand, a constant or what is known."""
        terms = tuple(terms)
        used = names(terms)
        if start or used & self.known.keys() or any(isinstance(term, Constant) for term in terms):
            self.steps.append((step, used & self.known.keys()))
            for name in sorted(used - self.known.keys()):
                self.known[name] = len(self.steps) - 1

    def literal(self, literal: Literal) -> Iterator[_Call]:
        """The calls of a literal, the right side of a `since` before its left one."""
        *operands, last = (signed.atom for signed in atoms_of(literal.formula))
        yield self.call(last)
        if not literal.negated and last.predicate not in self.mute:
            # That its start has been is all that a `since` tells of its variables.
            formula = Once(last) if isinstance(literal.formula, Since) else literal.formula
            self.bind(Literal(formula, during=literal.during, origin=literal.origin), last.terms)
        for atom in operands:
            yield self.call(atom)


def _calls(rule: PlannedRule, places: Places, mute: frozenset[str]) -> Iterator[_Call]:
    """Each atom that the rule calls, and what an aggregate gathers, called by its groups."""
    walk = _Walk(mute)
    demand = _demand(rule.head, places)
    if demand:
        walk.bind(Literal(Plain(demand), origin=rule.rule.origin), demand.terms, start=True)
    for step in _body(rule, demand):
        match step:
            case Literal():
                yield from walk.literal(step)
            case Gather(elements=elements, groups=groups, width=width):
                yield walk.call(Atom(elements, (*groups, *(Variable("_") for _ in range(width)))))
            case Comparison("=", left, right) if not isinstance(left, Expression) and not isinstance(right, Expression):
                walk.bind(step, (left, right))


def _demands(rule: PlannedRule, places: Places, mute: frozenset[str]) -> Iterator[PlannedRule]:
    """What the rule asks for: a rule for the demand of each call."""
    own = _demand(rule.head, places)
    first: tuple[Step, ...] = (Literal(Plain(own), origin=rule.rule.origin),) if own else ()
    for call in _calls(rule, places, mute):
        demand = _demand(call.atom, places)
        if demand and demand != own:
            body = call.binding(atom_variables(demand))
            yield PlannedRule(demand, tuple(dict.fromkeys((*first, *body))), rule.rule)


def _tied(strata: Iterable[Stratum], home: Mapping[str, int]) -> frozenset[str]:
    """The program's predicates in strata that read themselves where they must be known before."""
    knots = (s.predicates for s in strata if any(_strict(rule, home) & s.predicates for rule in s.rules))
    return frozenset().union(*knots) & home.keys()


def _strict(rule: PlannedRule, home: Mapping[str, int]) -> frozenset[str]:
    """What must be known before the rule: under `not`, a time operator or an aggregate; beside arithmetic whatever
    was known before, so that no rule comes to make values in a recursion that it was not in."""
    found: set[str] = set()
    for step in rule.body:
        match step:
            case Literal(Plain(), negated=False):
                pass
            case Literal() | Gather():
                found.update(read_by(step))
            case Comparison(_, left, right) if isinstance(left, Expression) or isinstance(right, Expression):
                own = home[rule.head.predicate]
                found |= {other for other in read(rule) if other in home and home[other] != own}
    return frozenset(found)
