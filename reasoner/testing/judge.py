"""Is it as a case expects? Each failure says where it was expected, and what was seen instead."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from difflib import unified_diff
from pathlib import Path

from reasoner.check.arguments import wrong_arguments
from reasoner.check.arithmetic import wrong_arithmetic
from reasoner.check.places import every_atom
from reasoner.check.predicates import unknown_predicates
from reasoner.check.safety import literal_terms
from reasoner.check.values import wrong_types
from reasoner.diagnostic import Diagnostic, Problems, did_you_mean, error, errors
from reasoner.engine.model import Model
from reasoner.knowledge_base import KnowledgeBase
from reasoner.render.proof import explain
from reasoner.syntax.tree import File, Literal, Plain, Program, Query
from reasoner.syntax.vocabulary import Vocabulary, bodies
from reasoner.term import Constant, Expression, Row, Term, Value, show_atom, unify
from reasoner.testing.cases import WRITTEN, Case, Expectation, Project, read
from reasoner.text import Span
from reasoner.verify import invariants
from reasoner.when import ALWAYS, NEVER, Truth, show_day

LAWS = (unknown_predicates, wrong_arithmetic, wrong_arguments, wrong_types)  # what a single atom may break
_PLACE = re.compile(r" +\([^()\n]*\.dl:\d+\)$", re.MULTILINE)  # of a rule, in a proof: it moves, and means nothing
SHOWN = 5  # rows that are told where a pattern fails


@dataclass(frozen=True)
class Failure:
    """What was expected, where, and what was seen instead."""

    origin: Span
    expected: str
    seen: str

    def shown(self, margin: str = "") -> str:
        """The place, and both below each other."""
        seen = self.seen.replace("\n", f"\n{margin}            ")
        return f"{margin}{self.origin}\n{margin}  expected  {self.expected}\n{margin}  seen      {seen}"


@dataclass(frozen=True)
class Outcome:
    """What became of a case; `diagnostics` say why it could not be judged."""

    folder: Path
    expectations: int
    failures: tuple[Failure, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()

    @property
    def passed(self) -> bool:
        return not self.failures and not self.diagnostics


def run(folder: Path, project: Project) -> Outcome:
    """Reads and judges the case in a folder."""
    problems: list[Diagnostic] = []
    case = read(folder, problems)
    failures: tuple[Failure, ...] = ()
    try:
        if not errors(problems):
            base = project.load(case)
            problems.extend(mistakes(case, base))
        if not errors(problems):
            failures = tuple(judge(case, base))
    except Problems as found:
        problems.extend(found.diagnostics)
    return Outcome(folder, len(case.expectations), failures, errors(problems))


# ---------------------------------------------------------------- what is wrong with the expectations themselves


def mistakes(case: Case, base: KnowledgeBase) -> Iterator[Diagnostic]:
    """Errors in what is expected: atoms that the case has no predicate for, names that it never mentions."""
    asked = [*case.expectations, *([case.why[0]] if case.why else [])]
    files = tuple(
        File(one.origin.text, (Query((Literal(Plain(one.atom), origin=one.origin),), origin=one.origin),))
        for one in asked
    )
    texts = {id(one.origin.text) for one in asked}
    vocabulary = Vocabulary(Program((*base.program.files, *files)))
    found = [one for law in LAWS for one in law(vocabulary)]
    wrong = [one for one in errors(found) if any(id(label.span.text) in texts for label in one.labels)]
    yield from (replace(one, help=f"write {WRITTEN}") if one.code == "R217" else one for one in wrong)
    known = _known(base.program)
    for one in () if wrong else asked:
        for term in one.atom.terms:
            if isinstance(term, Expression):
                yield error("R414", "what is expected has values, not sums", term.origin, help="write the result")
            # A name that is nowhere is misspelt: that nothing holds of it says nothing.
            if isinstance(term, Constant) and not isinstance(term.value, int | float) and term.value not in known:
                yield error("R533", f"`{term}` stands in no rule and no fact of this case", term.origin,
                            help=did_you_mean(str(term), map(str, known)) or "is it spelt so?")  # fmt: skip


def _known(program: Program) -> set[Value]:
    """Every constant of a program."""
    terms: list[Term] = [term for atom in every_atom(program) for term in atom.terms]
    terms += [term for body in bodies(program) for literal in body for term in literal_terms(literal)]
    members = (member for listed in Vocabulary(program).types.values() for member in listed or ())
    return {*(term.value for term in terms if isinstance(term, Constant)), *members}


# ---------------------------------------------------------------- what is and what should be


def judge(case: Case, base: KnowledgeBase) -> Iterator[Failure]:
    """Every expectation that is not met, every invariant that is broken, and a proof that reads otherwise."""
    laws = invariants.as_rules(base.program)
    model = base.model(None, laws)
    vocabulary = base.vocabulary
    for one in case.expectations:
        fitting = rows(one, model, vocabulary)
        if one.mode == "only":
            stated = [other for other in case.expectations if other.mode in ("", "possibly")]
            fitting = {row: more for row, truth in fitting.items() if (more := _beyond(one, row, truth, stated, base))}
        if not as_expected(one, fitting):
            yield Failure(one.origin, " ".join(one.origin.excerpt.split()), seen(one, fitting))
    for broken in invariants.broken(laws, model):
        label = broken.labels[0]
        yield Failure(label.span, "no broken invariant", f"{broken.message}, {label.message}")
    if case.why:
        yield from _otherwise(*case.why, base)


def rows(expectation: Expectation, model: Model, vocabulary: Vocabulary) -> dict[Row, Truth]:
    """The rows that fit an atom, and when they hold on its days."""
    atom = vocabulary.positional(expectation.atom)
    found = ((row, truth) for row, truth in model.rows(atom.predicate).items() if unify(atom, row, {}) is not None)
    return {row: truth for row, truth in found if truth.possible}


def as_expected(expectation: Expectation, fitting: Mapping[Row, Truth]) -> bool:
    """Whether the rows that fit hold when they should; of `only`, whether there are none left."""
    days = expectation.days
    match expectation.mode:
        case "":
            return any(not days - truth.certain for truth in fitting.values())
        case "possibly":
            return any(not (days - truth.possible or days & truth.certain) for truth in fitting.values())
        case "not":
            return not any(days & truth.possible for truth in fitting.values())
        case _:
            return not fitting


def _beyond(only: Expectation, row: Row, truth: Truth, stated: list[Expectation], base: KnowledgeBase) -> Truth | None:
    """When a row holds on days that no line names."""
    named = NEVER
    for one in stated:
        atom = base.vocabulary.positional(one.atom)
        if atom.predicate == only.atom.predicate and unify(atom, row, {}) is not None:
            named |= one.days
    left = Truth(truth.certain & only.days - named, truth.possible & only.days - named)
    return left if left.possible else None


def seen(expectation: Expectation, fitting: Mapping[Row, Truth]) -> str:
    """What holds instead: of one atom its days, of a pattern the rows that fit."""
    if not fitting:
        return "never"
    if all(isinstance(term, Constant) for term in expectation.atom.terms):
        return told(next(iter(fitting.values())))
    ordered = sorted(fitting.items(), key=str)
    lines = [f"{show_atom(expectation.atom.predicate, row)} {told(truth)}" for row, truth in ordered[:SHOWN]]
    more = len(ordered) - SHOWN
    return "\n".join((*lines, *([f"and {more} more"] if more > 0 else ())))


def told(truth: Truth) -> str:
    """`since 2014-08-31, possibly since 2014-08-01`."""
    if truth.certain == truth.possible:
        return str(truth.certain)
    return f"{truth.certain} for certain, possibly {truth.possible}"


def _otherwise(asked: Expectation, proof: str, base: KnowledgeBase) -> Iterator[Failure]:
    """A proof that is not printed as the case has it."""
    at = None if asked.days == ALWAYS else show_day(asked.days.intervals[0][0])
    found = [one for one in base.why(str(base.vocabulary.positional(asked.atom)), at) if one.proof]
    renderer = base.renderer
    printed = "\n\n".join(explain(one, renderer) for one in found).strip()
    before, after = (_PLACE.sub("", told_).splitlines() for told_ in (proof, printed))
    if before != after:
        difference = unified_diff(before, after, "expected", "printed", lineterm="")
        yield Failure(asked.origin, f"this proof of {asked.atom}", "\n".join(difference))
