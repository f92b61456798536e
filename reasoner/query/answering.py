"""From a body of literals to answers: rows, their days, whose word they rest on, and what they assume."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cached_property

from reasoner.diagnostic import Diagnostic
from reasoner.engine.model import Model
from reasoner.evidence.claim import Claim, assumption_texts
from reasoner.evidence.store import Store
from reasoner.explain.checker import Checker
from reasoner.explain.proof import Derived, Proof, Stated, explains, supports
from reasoner.explain.why import Prover
from reasoner.plan.goal import Directed
from reasoner.plan.plan import Plan, plan
from reasoner.plan.slicing import within
from reasoner.query import situation
from reasoner.query.answers import Answer, Answers, Origin, Verdict
from reasoner.query.bodies import NOWHERE, asking, filled, free_variables, instance, variable_names, write
from reasoner.query.citing import assumed, to_cite
from reasoner.query.names import COMPASS, Names
from reasoner.query.question import Question
from reasoner.syntax.tree import (
    BodyLiteral,
    Citation,
    Declaration,
    Literal,
    Plain,
    Rule,
)
from reasoner.syntax.vocabulary import Vocabulary, atoms
from reasoner.term import Atom, Constant, Row, Value, Variable, show_atom, unify
from reasoner.text import Span
from reasoner.when import FUTURE, PAST, Day, Days, Interval, Truth

QUESTION = "#query"
SITUATION = "#situation"


class Answering:
    """Answers questions over one set of checked rules and claims."""

    def __init__(
        self,
        vocabulary: Vocabulary,
        store: Store,
        names: Names,
        evaluate: Callable[[Plan, Store], Model],
        diagnostics: tuple[Diagnostic, ...],
        taken_away: tuple[str, ...] = (),
        follows_demand: bool = True,
        known: frozenset[str] = frozenset(),
    ) -> None:
        self.vocabulary, self.store, self.names = vocabulary, store, names
        self.evaluate, self.diagnostics, self.taken_away = evaluate, diagnostics, taken_away
        self.follows_demand, self.known = follows_demand, known

    def answer(
        self,
        question: str,
        body: tuple[BodyLiteral, ...],
        days: Interval | None,
        understood: Question | None = None,
        proofs: int | None = None,
    ) -> Answers:
        """The rows for which the body may hold on some of the days; on any day where `days` is None.

        Only the first `proofs` rows are proved, and so cited, where that is given. An English question also gets what
        is only reported, a verdict, and the situation of its place.
        """
        asked = tuple(dict.fromkeys(free_variables(body)))
        atom = self._single_atom(body)
        reports = self._reports(atom.predicate) if atom and understood else ()
        # English asks since when, so it needs all days; a query of some days is told these alone.
        told = days if understood is None else None
        plans = self.planned(body, told, understood)
        model = self.evaluate(plans.plan, self.store)
        # A proof that is shown has passed the checker.
        shows = proofs or (understood is not None and understood.form == "why")
        extra = [one.rule for s in plans.whole.strata for one in s.rules if one.head.predicate == QUESTION]
        checker = Checker(self.vocabulary, self.store, extra) if shows else None
        places = plans.narrowed.places if plans.used else {}
        prover = Prover(plans.whole, self.store, model, checker, places=places)
        span = Days((days or (PAST, FUTURE),))

        held = [
            (row, within(truth, told) if told else truth)
            for row, truth in model.rows(QUESTION).items()
            if truth.possible & span
        ]
        found = [
            self._derived(
                prover if proofs is None or n < proofs else None, row, truth, span, asked, body, atom, told is None
            )
            for n, (row, truth) in enumerate(held)
        ]
        if atom is not None:
            found = self._with_reports(found, reports, atom, asked, span)
        answers = tuple(replace(one, id=n) for n, one in enumerate(sorted(found, key=_rank), 1))
        names = [term.value for a in atoms(body) for term in a.terms if isinstance(term, Constant)]
        result = Answers(
            question,
            write(body),
            understood.form if understood else "query",
            answers,
            self.store.last_evidence(names),
            days,
            understood.asked if understood else asked,
            assumptions=(*self.taken_away, *(understood.assumptions if understood else ())),
            alternatives=understood.alternatives if understood else (),
            diagnostics=self.diagnostics,
        )
        if understood is None:
            return result
        denials = self._denials(atom, span) if atom else ()
        verdict = (
            _verdict(understood, answers, span, denials, self._closed(atom)) if understood.form == "whether" else None
        )
        result = replace(result, verdict=verdict, denials=denials, evidence=() if answers else self._mentions(names))
        place = self._place(atom)
        if atom is None or place is None:
            return result
        whole = self._situation(result, prover, place, span)
        return replace(whole, headline="") if atom.predicate in situation.WAYS else whole

    def planned(
        self, body: tuple[BodyLiteral, ...], days: Interval | None, understood: Question | None = None
    ) -> Directed:
        """The plan for a question on some days, or on all of them; for English, also for the situation of its place."""
        asked = tuple(dict.fromkeys(free_variables(body)))
        rules = [Rule(Atom(QUESTION, tuple(map(Variable, asked))), body, Citation(), origin=NOWHERE)]
        place = self._place(self._single_atom(body)) if understood else None
        if place is not None:
            rules += (asking(Atom(SITUATION), *needed) for needed in situation.bodies(place))
        goals = tuple(dict.fromkeys(rule.head.predicate for rule in rules))
        return self.directed(plan(self.vocabulary, goals, rules), goals, days)

    def planned_whole(self, days: Interval | None) -> Directed:
        """The plan for all that the program derives."""
        whole = plan(self.vocabulary)
        return self.directed(whole, tuple(p for s in whole.strata for p in sorted(s.predicates) if "#" not in p), days)

    def directed(self, whole: Plan, goals: tuple[str, ...], days: Interval | None) -> Directed:
        """A plan for some goals, narrowed where that pays."""
        facts = sum(map(len, self.store.facts.values())) if self.follows_demand else None
        return Directed(whole, goals, facts, days, self.known)

    # ---------------------------------------------------------------- one answer

    def _derived(
        self, prover: Prover | None, row: Row, truth: Truth, span: Days, asked: tuple[str, ...],
        body: tuple[BodyLiteral, ...], atom: Atom | None, tells_since: bool,
    ) -> Answer:  # fmt: skip
        bindings = dict(zip(asked, row, strict=True))
        day = _day_to_prove(truth, span)
        # "Since" is part of the answer: what supports its first day is cited too.
        began = _beginning(truth, day)
        proof = prover.prove(QUESTION, row, day) if prover else None
        earlier = prover.prove(QUESTION, row, began) if prover and began is not None else None
        proofs = [one for one in (proof, earlier) if one]
        used = tuple(dict.fromkeys(claim for one in proofs for claim in supports(one)))
        barring = tuple(dict.fromkeys(claim for one in proofs for claim in explains(one)))
        predicate, whole = (atom.predicate, instance(atom, bindings)) if atom else (QUESTION, row)
        first = proof.premises[0] if atom and proof else proof
        stated = (predicate, whole) in self.store.claims if first is None else isinstance(first, Stated)
        return Answer(
            0,
            show_atom(predicate, whole) if atom else write(filled(body, bindings)),
            predicate,
            whole,
            tuple(bindings.items()),
            truth,
            "reported" if atom and stated else "derived",
            tuple(dict.fromkeys((*to_cite(used), *to_cite(barring)))),
            self._assumed((*used, *barring)),
            variable_names(atom),
            self._context(first, prover.model, truth) if atom and first and prover and tells_since else (),
            first,
        )

    def _context(self, premise: Proof, model: Model, truth: Truth) -> tuple[tuple[str, Row, Truth], ...]:
        """Premises about the very same row that began before the answer did, such as the pressure before a siege."""
        began = truth.possible.intervals[-1][0]
        found = []
        for needed in premise.premises:
            if (
                isinstance(needed, Derived)
                and needed.row == premise.row
                and needed.predicate in self.vocabulary.declarations
            ):
                when = model.truth(needed.predicate, needed.row)
                run = when.possible.run(needed.day)
                if run and PAST < run[0] < began:
                    found.append((needed.predicate, needed.row, when))
        return tuple(found)

    def _reported(
        self, report: Declaration, claim: Claim, row: Row, atom: Atom, bindings: Mapping[str, Value]
    ) -> Answer:
        return Answer(
            0, show_atom(atom.predicate, row), atom.predicate, row, tuple(bindings.items()), claim.truth,
            "reported", (claim,), self._assumed((claim,)), variable_names(atom),
        )  # fmt: skip

    def _assumed(self, used: Iterable[Claim]) -> tuple[str, ...]:
        return assumed(used, self._assumption_texts)

    @cached_property
    def _assumption_texts(self) -> dict[str, str]:
        return assumption_texts(self.vocabulary.program)

    # ---------------------------------------------------------------- what is only reported

    def _reports(self, predicate: str) -> tuple[Declaration, ...]:
        """The declarations of judgements that such a thing is so."""
        return tuple(d for d in self.vocabulary.declarations.values() if d.reports == predicate)

    def _with_reports(
        self,
        derived: list[Answer],
        reports: tuple[Declaration, ...],
        atom: Atom,
        asked: tuple[str, ...],
        span: Days,
    ) -> list[Answer]:
        """The derived answers, marked `both` where a judgement says the same, and the judgements that stand alone."""
        answers = {answer.row: answer for answer in derived}
        places = [p.name for p in self.vocabulary.parameters(atom.predicate)]
        for report in reports:
            at = [next((i for i, p in enumerate(report.parameters) if p.name == name), None) for name in places]
            for row, claim in self._stated(report.predicate, span):
                mapped = tuple(row[i] for i in at if i is not None)
                bindings = unify(atom, mapped, {}) if None not in at else None
                if bindings is None:
                    continue
                before = answers.get(mapped)
                if before is None:
                    answers[mapped] = self._reported(report, claim, mapped, atom, {n: bindings[n] for n in asked})
                    continue
                claims = tuple(dict.fromkeys((claim, *before.claims)))
                origin: Origin = "both" if before.origin in ("derived", "both") else "reported"
                answers[mapped] = replace(
                    before, origin=origin, claims=claims, assumptions=self._merged(claims, before)
                )
        return list(answers.values())

    def _merged(self, claims: tuple[Claim, ...], before: Answer) -> tuple[str, ...]:
        return tuple(dict.fromkeys((*self._assumed(claims), *before.assumptions)))

    def _denials(self, atom: Atom, span: Days) -> tuple[Claim, ...]:
        """Claims that the atom does not hold, on some of the days."""
        places = [p.name for p in self.vocabulary.parameters(atom.predicate)]
        found = []
        for denial in (d for d in self.vocabulary.declarations.values() if d.denies == atom.predicate):
            at = [next((i for i, p in enumerate(denial.parameters) if p.name == name), None) for name in places]
            for row, claim in self._stated(denial.predicate, span):
                if None not in at and unify(atom, tuple(row[i] for i in at if i is not None), {}) is not None:
                    found.append(claim)
        return tuple(found)

    def _stated(self, predicate: str, span: Days) -> Iterator[tuple[Row, Claim]]:
        for row, claims in self.store.stated(predicate):
            yield from ((row, claim) for claim in claims if claim.truth.possible & span)

    def _mentions(self, names: Iterable[Value]) -> tuple[Claim, ...]:
        """Dated claims that mention all the names: what is known where there is no answer, in the sources' order."""
        wanted = set(names)
        mentions = self.store.mentioning(wanted) if wanted else ()
        found = (claim for claims in mentions for claim in claims if claim.dates and claim.evidence)
        return tuple(sorted(found, key=lambda claim: _place(claim.origin)))

    # ---------------------------------------------------------------- yes, no, and the place as a whole

    def _closed(self, atom: Atom | None) -> bool:
        """Whether the doctrine decides the predicate, so that what does not follow is not so."""
        return atom is not None and atom.predicate in self.vocabulary.derived

    def _place(self, atom: Atom | None) -> Value | None:
        """The place whose situation helps to answer a question."""
        if atom is None or atom.predicate not in situation.ABOUT | situation.WAYS or not self._tells_situations:
            return None
        typed = zip(atom.terms, self.vocabulary.parameters(atom.predicate), strict=False)
        place = next((t.value for t, p in typed if p.type == "Place" and isinstance(t, Constant)), None)
        return place if (place,) in self.store.facts.get("place", {}) else None

    def _situation(self, result: Answers, prover: Prover, place: Value, span: Days) -> Answers:
        """The answers with the situation of a place on the day asked about."""
        day, end = span.intervals[0]
        if end != day + 1:
            return result
        model = prover.model
        if result.verdict == "no" and not situation.rows(model, "holds", 1, place, day):
            # Of a place without a known holder nothing follows, neither yes nor no.
            result = replace(result, verdict="unknown")
        sides = [row[2] for row in situation.rows(model, "besieges", 1, place, day)]
        for report in self._reports("besieges"):
            at = [i for i, p in enumerate(report.parameters) if p.type == "Direction"]
            sides += [row[i] for row, _ in self._stated(report.predicate, span) if place in row for i in at]
        headline = situation.headline(model, place, day, sides, self._say)
        ways = situation.open_sides(model, place, day, self._say)
        proofs = ((way, prover.prove("open_towards", row, day)) for row, way in ways.items())
        used = [(way, supports(proof)) for way, proof in proofs if proof]
        remarks = tuple((f"open: {way}", to_cite(claims)) for way, claims in used)
        named = (self._assumption_texts.get(name, name) for _, its in used for one in its for name in one.assumptions)
        assumptions = tuple(dict.fromkeys((*result.assumptions, *named)))
        return replace(result, headline=headline, remarks=remarks, assumptions=assumptions)

    @cached_property
    def _tells_situations(self) -> bool:
        """Whether the doctrine is one that has the words for it."""
        return all(self.vocabulary.arity(name) == arguments for name, (_, arguments) in situation.NEEDS.items())

    def _say(self, value: Value) -> str:
        return (
            self.names.show(value, "Direction" if value in COMPASS else None) if isinstance(value, str) else str(value)
        )

    def _single_atom(self, body: tuple[BodyLiteral, ...]) -> Atom | None:
        match body:
            case (Literal(Plain(atom), False, None),):
                return self.vocabulary.positional(atom)
        return None


def _verdict(
    understood: Question, answers: tuple[Answer, ...], span: Days, denials: tuple[Claim, ...], closed: bool
) -> Verdict:
    """Yes where it holds for certain on the days asked about; no where it is denied, or cannot follow.

    What the doctrine decides is not so because somebody said so.
    """
    counted = [answer for answer in answers if answer.origin != "reported" or not closed]
    certain = any(answer.truth.certain & span or _in_window(answer.truth, span) for answer in counted)
    denied = any(claim.truth.certain & span for claim in denials)
    if certain:
        found: Verdict = "yes"
    elif answers and not counted:
        found = "reported"
    elif answers:
        found = "possibly"
    else:
        found = "no" if denied or closed else "unknown"
    if understood.negated:
        opposite: dict[str, Verdict] = {"yes": "no", "no": "yes"}
        return opposite.get(found, found)
    return found


def _in_window(truth: Truth, span: Days) -> bool:
    """Whether it holds on some day of the span in every world, though on none of them for certain."""
    return any(not Days(((first, last + 1),)) - span for first, last in truth.windows)


def _day_to_prove(truth: Truth, span: Days) -> Day:
    """The last day of the span on which it is certain, else possible; for what lasts for ever, its first."""
    days = truth.certain & span or truth.possible & span
    start, end = days.intervals[-1]
    return end - 1 if end != FUTURE else start if start != PAST else 0


def _beginning(truth: Truth, day: Day) -> Day | None:
    """The first day of the run that a day lies in, where that is another day."""
    run = truth.certain.run(day) or truth.possible.run(day)
    return run[0] if run and run[0] not in (PAST, day) else None


def _rank(answer: Answer) -> tuple[int, str, int, int, str]:
    """What is derived and said first, then what is derived, then what is only said; each in the sources' order."""
    first = next((claim.origin for claim in answer.claims if claim.origin), None)
    return ({"both": 0, "derived": 1, "reported": 2}[answer.origin], *_place(first), answer.atom)


def _place(origin: Span | None) -> tuple[str, int, int]:
    return (origin.file, origin.line, origin.start) if origin else ("", 0, 0)
