"""The verbs in one object: load, ask, query, why, check."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from copy import copy
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING

from reasoner.check import check
from reasoner.diagnostic import Diagnostic, Problems, error, errors, sort
from reasoner.engine import engine, memory
from reasoner.engine.conclusions import Conclusions, Relations
from reasoner.engine.model import Model
from reasoner.evidence.claim import ANALYST, SUPPOSED, assumption_texts, known_sources
from reasoner.evidence.claims import Claims, files_but, files_without
from reasoner.evidence.store import Store, store
from reasoner.evidence.supposing import strictly, suppositions, without_stop
from reasoner.explain.compare import Comparison, Side, compare, conclusions
from reasoner.explain.sources import Alone, Backing, alone, backings
from reasoner.explain.why import Prover
from reasoner.explain.why_not import why_not
from reasoner.plan.goal import Directed
from reasoner.plan.plan import plan
from reasoner.query.answering import Answering
from reasoner.query.answers import Answers
from reasoner.query.atlas import links, rules_for, spells, spots
from reasoner.query.names import Names
from reasoner.query.options import bad_options, days_of, facts_of, misses, outside, row_of
from reasoner.query.portrait import Portrait, portrait, rules_around
from reasoner.query.question import Question, understand
from reasoner.query.story import Story, story, subject_of
from reasoner.query.theatre import Theatre, rules_of_theatre, theatre
from reasoner.render.exports.table import Export, of_situation
from reasoner.render.notebook import DrawnAnswers, DrawnComparison, DrawnProofs, DrawnWhyNot, Map, Timeline
from reasoner.render.text import TextRenderer
from reasoner.render.timeline import span
from reasoner.syntax.load import Progress
from reasoner.syntax.parse import parse
from reasoner.syntax.tree import BodyLiteral, Fact, File, Literal, Plain, Program, Query, Rule, Statement
from reasoner.syntax.vocabulary import Vocabulary, atoms
from reasoner.term import Atom, Constant, Row, Variable
from reasoner.text import Text
from reasoner.verify import invariants
from reasoner.when import Day, Interval, parse_date

if TYPE_CHECKING:
    from reasoner.verify.hunt import Report

APPENDED = "append"  # the name of the text that is appended
# On a large map what grows with its square is not waited for, but told to be missing: rows that take a few seconds.
ROWS_OF_A_CHECK, ROWS_OF_A_PLACE = 10_000_000, 2_000_000


class KnowledgeBase:
    """Checked rules and claims, and what follows from them."""

    def __init__(
        self,
        program: Program,
        problems: Iterable[Diagnostic] = (),
        *,
        known_by: str | None = None,
        without: Iterable[str] = (),
        dropped: File | None = None,
        engine: str = "columnar",
        earlier: KnowledgeBase | None = None,
    ) -> None:
        self.program, self._problems, self._earlier = program, tuple(problems), earlier
        self.vocabulary = Vocabulary(program)
        found = [*self._problems, *bad_options(program, known_by, without, engine)]
        if not errors(found):  # else what could not be read would be missed everywhere
            found.extend(strictly(check(self.vocabulary)))
        self._known_by, self._without, self._engine = known_by, tuple(without), engine
        self._dropped = dropped.statements if dropped else ()
        self._last: tuple[str, Prover] | None = None  # place that was told of, and what is derived around it
        if dropped and dropped.statements and not errors(found):
            found.extend(misses(program, dropped, self._counted))
        if errors(found):
            raise Problems(found)
        self.diagnostics = sort(found)

    # ---------------------------------------------------------------- what was read

    @cached_property
    def claims(self) -> Claims:
        """The claims that count, after `known_by`, `without` and suppositions."""
        return self._counted.but(map(row_of, facts_of(self.vocabulary, self._dropped)))

    @cached_property
    def _counted(self) -> Claims:
        kept = Claims.of(self.vocabulary)
        if self._without:
            kept = kept.without(self._without)
        if self._known_by:
            kept = kept.known_by(parse_date(self._known_by).last)
        return kept

    @cached_property
    def store(self) -> Store:
        return store(self.vocabulary, self.claims)

    @cached_property
    def names(self) -> Names:
        """What the constants are called, from the `alias` facts."""
        return Names.of(self.claims)

    def model(self, goals: Iterable[str] | None = None, extra: Iterable[Rule] = ()) -> Model:
        """What follows: every predicate, or what the goals need."""
        return self.conclusions.model(goals, extra)

    @cached_property
    def conclusions(self) -> Conclusions:
        """What follows, to be evaluated once or moved from that of an earlier knowledge base, where that is known."""
        earlier = self._earlier
        while earlier is not None and not ("conclusions" in earlier.__dict__ and earlier.conclusions.settled):
            earlier = earlier._earlier
        self._earlier = None  # which need not be held any longer
        apart = earlier.conclusions.apart if earlier else frozenset[str]()
        known = earlier.conclusions if earlier else None
        return Conclusions(self.vocabulary, self.store, self._engine, apart=apart, earlier=known)

    def concluding(self, given: Relations, apart: frozenset[str]) -> KnowledgeBase:
        """The same where what follows is known already, but for what is left apart."""
        base = copy(self)
        base.conclusions = Conclusions(self.vocabulary, self.store, given=given, apart=apart)
        return base

    # ---------------------------------------------------------------- other facts

    def suppose(self, *facts: str) -> KnowledgeBase:
        """The same with `FACT` added on the analyst's word, or without what `not FACT` names. Raises Problems."""
        problems = list(self._problems)
        supposed, dropped = suppositions(facts, problems)
        return self._amended((*self.program.files, supposed), problems, dropped.statements)

    def append(self, more: str | Iterable[File]) -> KnowledgeBase:
        """A knowledge base with more statements, such as facts and their sources, written as in a file, or more files.

        This one stays as it is. Once its whole model is known, that of the other takes only the days that may differ.
        Raises Problems.
        """
        return self._rewritten(self.program.files, more)

    def retract(self, named: str) -> KnowledgeBase:
        """The same without the facts that are this atom, or rest on this source or assumption. Raises Problems."""
        return self._rewritten(self._left(named), ())

    def correct(self, old: str, new: str) -> KnowledgeBase:
        """Both at once: what is named `old` is taken away, and `new` is written instead. Raises Problems."""
        return self._rewritten(self._left(old), new)

    def _left(self, named: str) -> tuple[File, ...]:
        """The files without what is named."""
        if named in {*known_sources(self.program), *assumption_texts(self.program), ANALYST}:
            return files_without(self.claims, named)
        problems: list[Diagnostic] = []
        _, taken_away = suppositions([f"not {named}"], problems)
        problems.extend(misses(self.program, taken_away, self._counted))
        if errors(problems):
            raise Problems(problems)
        (atom,) = facts_of(self.vocabulary, taken_away.statements)
        return files_but(self.claims, row_of(atom))

    def _rewritten(self, files: Iterable[File], more: str | Iterable[File]) -> KnowledgeBase:
        problems = list(self._problems)
        added = [parse(Text(APPENDED, more), problems)] if isinstance(more, str) else more
        return self._amended((*files, *added), problems, ())

    def _amended(
        self, files: tuple[File, ...], problems: list[Diagnostic], dropped: Sequence[Statement]
    ) -> KnowledgeBase:
        return KnowledgeBase(
            Program(files),
            problems,
            known_by=self._known_by,
            without=self._without,
            dropped=File(Text(SUPPOSED, ""), (*self._dropped, *dropped)),
            engine=self._engine,
            earlier=self,
        )

    # ---------------------------------------------------------------- asking

    def ask(self, asked: str | Question, at: str | None = None) -> DrawnAnswers:
        """Answers a question in English. Raises Problems where it is not understood."""
        last = self.store.last_evidence()
        understood = understand(asked, self.vocabulary, self.names, last) if isinstance(asked, str) else asked
        days = days_of(at) if at else understood.days
        present = understood.form in ("who", "whether", "how_many")
        if days is None and present:
            named = (t.value for a in atoms(understood.body) for t in a.terms if isinstance(t, Constant))
            last = self.store.last_evidence(named)
            days = (last, last + 1) if last is not None else None
        return DrawnAnswers.of(self._answering.answer(understood.text, understood.body, days, understood), self)

    def query(self, body: str, at: str | None = None) -> DrawnAnswers:
        """The rows for which a body holds, such as `besieges(Who, raqqa_city, Side)`. Raises Problems.

        `at` asks of some days alone, and answers tell of no others.
        """
        # Plain Datalog cites nothing.
        return DrawnAnswers.of(self._rows(body, at, 0 if self.vocabulary.plain else None), self)

    def why(self, body: str, at: str | None = None, most: int = 10) -> DrawnProofs:
        """The same with a proof for each of the first answers, also in plain Datalog."""
        answers = self._rows(body, at, most)
        if not answers:
            self.must_be_known(at)
        return DrawnProofs.of(answers, self)

    def why_not(self, asked: str, at: str | None = None, progress: Progress | None = None) -> DrawnWhyNot:
        """Why an atom, or a question that is one, does not hold, and what would make it hold. Raises Problems.

        `progress` is told how many sets of changes have been tried, and of how many.
        """
        atom = self._atom(asked)
        day = self._day(at, atom)
        # What may still come is asked of the day after the last evidence; of a day that is named, that day first.
        days = [0] if self.vocabulary.plain or not day else [day, day + 1] if at else [day + 1, day]
        found = why_not(self.vocabulary, self.claims, engine(self._engine), atom, day, days, progress)
        return DrawnWhyNot.of(found, self)

    def compare(
        self, other: KnowledgeBase, *wanted: str, at: str | None = None, against: str | None = None
    ) -> DrawnComparison:
        """What is otherwise in the other, on one day or `against` another day; else on the last evidence of both.

        `wanted` are questions, atoms or predicates; without any, all conclusions that have phrases. Raises Problems.
        """
        day = self._day(at) if at else max(self._day(None), other._day(None))
        patterns = [self._pattern(one) for one in wanted]
        goals = [atom.predicate for atom in patterns] or conclusions(self.vocabulary)
        before, after = Side(self.model(goals), day), Side(other.model(goals), other._day(against) if against else day)
        return DrawnComparison.of(Comparison(before, after, compare(self.vocabulary, before, after, patterns)), self)

    def sources(self, asked: str, at: str | None = None) -> tuple[str, tuple[tuple[Row, Backing], ...]]:
        """The predicate asked about, and each row that is certain on a day with its independent sources."""
        atom = self._atom(asked)
        day, evaluate = self._day(at, atom), engine(self._engine)
        return atom.predicate, backings(self.vocabulary, self.claims, evaluate, atom, day)

    def rests_alone(self, at: str | None = None, progress: Progress | None = None) -> tuple[Alone, ...]:
        """For each independent source, what rests on its word alone, on a day or on the last evidence."""
        return alone(self.vocabulary, self.claims, engine(self._engine), self._day(at), progress)

    # ---------------------------------------------------------------- seeing

    @cached_property
    def renderer(self) -> TextRenderer:
        """Texts with the names and sources of what was read."""
        return TextRenderer(self.vocabulary, self.names, known_sources(self.program))

    def timeline(self, place: str, start: str | None = None, end: str | None = None) -> Timeline:
        """The story of a place as bars over days: those named, else those that claims are dated. Raises Problems."""
        self.must_be_known(end)
        story = self.story(place)
        first, last = (days_of(start)[0] if start else None), (days_of(end)[1] if end else None)
        return Timeline(story, span(story, first, last), self)

    def map(self, place: str | None = None, at: str | None = None) -> Map:
        """How all places stand on a day, by default the last evidence, or one and what is around. Raises Problems."""
        focus = subject_of(self.names, place, "Place")[0] if place else None
        return Map(self.theatre, self._day(at), focus, self)

    def story(self, place: str) -> Story:
        """What lasted and what happened at a place, or with anybody, by any of its names. Raises Problems."""
        subject, assumed = subject_of(self.names, place, "Place")
        texts = assumption_texts(self.program)
        found = story(self.vocabulary, self.store, self.names, self._around(subject), subject, texts)
        return replace(found, assumptions=(*assumed, *found.assumptions))

    def portrait(self, place: str, at: str | None = None) -> Portrait:
        """How a place stands on a day, by default that of its last evidence. Raises Problems."""
        self.must_be_known(at)
        subject, assumed = subject_of(self.names, place, "Place")
        day = days_of(at)[1] - 1 if at else self.store.last_evidence([subject]) or 0
        texts = assumption_texts(self.program)
        found = portrait(self.vocabulary, self.store, self.names, self._around(subject), subject, texts, day)
        return replace(found, story=replace(found.story, assumptions=(*assumed, *found.story.assumptions)))

    def _around(self, place: str) -> Prover:
        """What is derived about a place and around it, on all days; that of the last is kept for another verb."""
        if self._last is None or self._last[0] != place:
            with memory.at_most(ROWS_OF_A_PLACE):
                self._last = place, self.concluded(rules_around(self.vocabulary, self.names, place))
        return self._last[1]

    @cached_property
    def theatre(self) -> Theatre:
        """How all places stand over time, to be drawn as a map."""
        prover = self.concluded(rules_of_theatre(self.vocabulary, self.store))
        return theatre(self.vocabulary, self.store, self.names, prover)

    def situation(self, at: str | None = None, over_time: bool = False) -> Export:
        """How all places stand on a day, by default the last evidence, or over time, as a table. Raises Problems."""
        day = self._day(at)
        prover = self.concluded(rules_for(self.vocabulary), None if over_time else (day, day + 1))
        texts, places = assumption_texts(self.program), spots(self.store, self.names)
        found = spells(self.vocabulary, self.store, prover, places, texts, None if over_time else day)
        return of_situation(found, links(self.store, prover, texts, day), places, over_time)

    # ---------------------------------------------------------------- days and questions

    def outside(self, at: str | None) -> Diagnostic | None:
        """What is to be said of a day that is before or after all evidence."""
        return outside(at, self.store)

    def must_be_known(self, at: str | None) -> None:
        """Raises Problems of a day before all evidence."""
        if (found := self.outside(at)) and found.severity == "error":
            raise Problems([found])

    def _day(self, at: str | None, about: Atom | None = None) -> Day:
        """The last day of a date; else the last evidence, on an atom's constants where it is given; 0 without any."""
        self.must_be_known(at)
        named = [t.value for t in about.terms if isinstance(t, Constant)] if about else []
        return days_of(at)[1] - 1 if at else self.store.last_evidence(named) or 0

    def _pattern(self, wanted: str) -> Atom:
        """A question, an atom, or a predicate with any arguments."""
        arity = self.vocabulary.arity(wanted.strip())
        return self._atom(wanted) if arity is None else Atom(wanted.strip(), (Variable("_"),) * arity)

    def _atom(self, asked: str) -> Atom:
        """What is asked about, in either language, where it is one atom. Raises Problems."""
        last = self.store.last_evidence()
        body = understand(asked, self.vocabulary, self.names, last).body if in_english(asked) else self._body(asked)
        match body:
            case (Literal(Plain(atom), _, None),):
                return self.vocabulary.positional(atom)
        raise Problems([error("R425", f"`{asked}` is not one atom", help="ask about one, as encircled(raqqa_city)")])

    def _rows(self, body: str, at: str | None, proofs: int | None) -> Answers:
        return self._answering.answer(body, self._body(body), days_of(at) if at else None, proofs=proofs)

    def plan(self, question: str | None = None, at: str | None = None) -> Directed:
        """How a question in either language is evaluated, or the whole program. Raises Problems."""
        days = days_of(at) if at else None
        if question is None:
            return self._answering.planned_whole(days)
        if in_english(question):
            understood = understand(question, self.vocabulary, self.names, self.store.last_evidence())
            return self._answering.planned(understood.body, None, understood)
        return self._answering.planned(self._body(question), days)

    def check(self) -> tuple[Diagnostic, ...]:
        """Everything to be said about rules and facts: warnings, broken invariants, disputes."""
        rules = invariants.as_rules(self.program)
        with memory.at_most(ROWS_OF_A_CHECK):
            model = self.model([*(r.head.predicate for r in rules), "contested", "holds"], rules)
        return (
            *self.diagnostics,
            *invariants.broken(rules, model),
            *invariants.unchecked(rules, model),
            *invariants.disputes(model, self.store),
        )

    def verify(self, seconds: float = 60, seed: int | None = None) -> Report:
        """Hunts for facts on which the rules break an invariant; the facts that are there hold beside them."""
        from reasoner.verify.hunt import hunt  # Hypothesis takes its time

        return hunt(self.vocabulary, seconds=seconds, seed=seed)

    def concluded(self, rules: Sequence[Rule], days: Interval | None = None) -> Prover:
        """What rules of one's own derive, on some days or on all: the model, and proofs of what their heads say."""
        goals = tuple(dict.fromkeys(rule.head.predicate for rule in rules))
        plans = self._answering.directed(plan(self.vocabulary, goals, rules), goals, days)
        model = self.conclusions.evaluate(plans.plan, self.store)
        return Prover(plans.whole, self.store, model, places=plans.narrowed.places if plans.used else {})

    @cached_property
    def _answering(self) -> Answering:
        taken_away = tuple(s.citation.text or "" for s in self._dropped if isinstance(s, Fact))
        return Answering(
            self.vocabulary,
            self.store,
            self.names,
            self.conclusions.evaluate,
            self.diagnostics,
            taken_away,
            follows_demand=self._engine != "pydatalog",  # which knows of none
            known=self.conclusions.derived if self.conclusions.settled else frozenset(),
        )

    def _body(self, written: str) -> tuple[BodyLiteral, ...]:
        problems: list[Diagnostic] = []
        text = Text("query", f"?- {without_stop(written.strip().removeprefix('?-'))}\n.")
        file = parse(text, problems)
        asked = Program((*self.program.files, file))
        problems.extend(d for d in check(Vocabulary(asked)) if d.labels and d.labels[0].span.text is text)
        if errors(problems):
            raise Problems(problems)
        return next(s.body for s in file.statements if isinstance(s, Query))


def in_english(asked: str) -> bool:
    """Whether a question is in English, and no atom, body or predicate."""
    return "(" not in asked and " " in asked.strip()
