"""The verbs in one object: load, ask, query, why, check."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path

from reasoner.check import check
from reasoner.diagnostic import Diagnostic, Problems, did_you_mean, error, errors, sort
from reasoner.engine import ENGINES, engine
from reasoner.engine.model import Model
from reasoner.evidence.claim import (
    ANALYST,
    SUPPOSED,
    Claim,
    assumption_texts,
    claims,
    known_by,
    known_sources,
    without,
)
from reasoner.evidence.store import Store, store
from reasoner.home import bundled
from reasoner.plan.goal import Directed
from reasoner.plan.plan import plan
from reasoner.query.answering import Answering
from reasoner.query.answers import Answers
from reasoner.query.names import Names
from reasoner.query.question import understand
from reasoner.syntax.load import Progress
from reasoner.syntax.load import load as load_files
from reasoner.syntax.parse import parse
from reasoner.syntax.tree import BodyLiteral, Citation, Fact, File, Program, Query, Rule
from reasoner.syntax.vocabulary import Vocabulary, atoms
from reasoner.term import Atom, Constant, Quoted, Row
from reasoner.text import Text
from reasoner.verify import invariants
from reasoner.when import BadDate, Interval, parse_date

Paths = Sequence[str | Path]


def load(
    rules: str | Path | Paths = (),
    facts: str | Path | Paths = (),
    *,
    default_rules: bool = True,
    known_by: str | None = None,
    without: str | Iterable[str] = (),
    suppose: str | Iterable[str] = (),
    engine: str = "columnar",
    progress: Progress | None = None,
) -> KnowledgeBase:
    """Rule and fact files, or folders of them, as a knowledge base.

    `rules` are read beside the default ones: `./rules` where there is such a folder, else the bundled ones.
    `facts` are read instead of `./facts`, else the bundled ones. `default_rules=False` reads what is named alone.
    `progress` is told how many bytes have been read, and of how many.
    Raises Problems with everything that is wrong in what was read.
    """
    problems: list[Diagnostic] = []
    named_rules, named_facts = _paths(rules), _paths(facts)
    if default_rules:
        paths = [*_default("rules"), *named_rules, *(named_facts or _default("facts"))]
    else:
        paths = [*named_rules, *named_facts]
    program = load_files(paths, problems, progress)
    supposed, dropped = _suppositions(_many(suppose), problems)
    program = Program((*program.files, supposed))
    return KnowledgeBase(program, problems, known_by=known_by, without=_many(without), dropped=dropped, engine=engine)


def _paths(given: str | Path | Paths) -> list[str | Path]:
    return [given] if isinstance(given, str | Path) else list(given)


def _many(given: str | Iterable[str]) -> tuple[str, ...]:
    return (given,) if isinstance(given, str) else tuple(given)


def _default(folder: str) -> list[str | Path]:
    return [Path(folder)] if Path(folder).is_dir() else [bundled(folder)]


def _suppositions(suppose: Iterable[str], problems: list[Diagnostic]) -> tuple[File, File]:
    """`FACT` is added on the analyst's word, `not FACT` takes the facts away that it matches."""
    added: list[Fact] = []
    dropped: list[Fact] = []
    for written in suppose:
        negated = written.strip().startswith("not ")
        bare = _without_stop(written.strip().removeprefix("not "))
        read = parse(Text(SUPPOSED, f"{bare}\n."), problems)
        facts = [s for s in read.statements if isinstance(s, Fact)]
        if len(facts) != len(read.statements) or len(facts) != 1:
            advice = "as in --suppose 'capture(syrian_army, tabqa, 2016-06-20)', or 'not capture(...)'"
            problems.append(error("R423", f"`{written}` is not one fact", help=advice))
            continue
        citation = Citation(ANALYST, text=f"supposing {'not ' * negated}{bare}")
        (dropped if negated else added).append(replace(facts[0], citation=citation))
    nothing = Text(SUPPOSED, "")
    return File(nothing, tuple(added)), File(nothing, tuple(dropped))


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
    ) -> None:
        self.program = program
        self.vocabulary = Vocabulary(program)
        found = [*problems, *_bad_options(program, known_by, without, engine)]
        if not errors(found):  # else what could not be read would be missed everywhere
            found.extend(check(self.vocabulary))
        self._known_by, self._without, self._engine = known_by, tuple(without), engine
        self._dropped = dropped.statements if dropped else ()
        if dropped and not errors(found):
            found.extend(self._misses(dropped))
        if errors(found):
            raise Problems(found)
        self.diagnostics = sort(found)

    # ---------------------------------------------------------------- what was read

    @cached_property
    def claims(self) -> tuple[Claim, ...]:
        """The claims that count, after `known_by`, `without` and suppositions."""
        gone = self._dropped_atoms
        return tuple(one for one in self._counted if not any(_matches(atom, one.predicate, one.row) for atom in gone))

    @cached_property
    def _counted(self) -> tuple[Claim, ...]:
        kept: Iterable[Claim] = claims(self.vocabulary)
        if self._without:
            kept = without(kept, self._without)
        if self._known_by:
            kept = known_by(kept, parse_date(self._known_by).last)
        return tuple(kept)

    @cached_property
    def _dropped_atoms(self) -> tuple[Atom, ...]:
        return tuple(self.vocabulary.positional(s.atom) for s in self._dropped if isinstance(s, Fact))

    def _misses(self, dropped: File) -> Iterator[Diagnostic]:
        """What is to be taken away must be there: what was stated, by its right name."""
        asked = check(Vocabulary(Program((*self.program.files, dropped))))
        wrong = [d for d in asked if d.severity == "error" and any(label.span.file == SUPPOSED for label in d.labels)]
        yield from wrong
        for fact, atom in zip(dropped.statements, () if wrong else self._dropped_atoms, strict=False):
            advice = "a conclusion falls with the facts that it rests on: ask why, and take one of those away"
            if isinstance(fact, Fact) and fact.when:
                yield error("R424", "what is taken away has no date", fact.origin, help="leave the date out")
            elif not any(_matches(atom, one.predicate, one.row) for one in self._counted):
                derived = atom.predicate in self.vocabulary.derived
                yield error(
                    "R424", f"no source states {atom}", fact.origin, help=advice if derived else "is it spelt so?"
                )

    @cached_property
    def store(self) -> Store:
        return store(self.vocabulary, self.claims)

    @cached_property
    def names(self) -> Names:
        """What the constants are called, from the `alias` facts."""
        found = ((str(a), str(b.text if isinstance(b, Quoted) else b)) for a, b in self.store.facts.get("alias", {}))
        return Names(self.vocabulary, found)

    def model(self, goals: Iterable[str] | None = None, extra: Iterable[Rule] = ()) -> Model:
        """What follows: every predicate, or what the goals need."""
        return engine(self._engine)(plan(self.vocabulary, goals, extra), self.store)

    # ---------------------------------------------------------------- asking

    def ask(self, question: str, at: str | None = None) -> Answers:
        """Answers a question in English. Raises Problems where it is not understood."""
        understood = understand(question, self.vocabulary, self.names, self.store.last_evidence())
        days = _span(at) if at else understood.days
        present = understood.form in ("who", "whether", "how_many")
        if days is None and present:
            named = (t.value for a in atoms(understood.body) for t in a.terms if isinstance(t, Constant))
            last = self.store.last_evidence(named)
            days = (last, last + 1) if last is not None else None
        return self._answering.answer(question, understood.body, days, understood)

    def query(self, body: str, at: str | None = None) -> Answers:
        """The rows for which a body holds, such as `besieges(Who, raqqa_city, Side)`. Raises Problems.

        `at` asks of some days alone, and answers tell of no others.
        """
        # Plain Datalog cites nothing.
        return self._rows(body, at, 0 if self.vocabulary.plain else None)

    def why(self, body: str, at: str | None = None, most: int = 10) -> Answers:
        """The same with a proof for each of the first answers, also in plain Datalog."""
        return self._rows(body, at, most)

    def _rows(self, body: str, at: str | None, proofs: int | None) -> Answers:
        return self._answering.answer(body, self._body(body), _span(at) if at else None, proofs=proofs)

    def plan(self, question: str | None = None, at: str | None = None) -> Directed:
        """How a question in either language is evaluated, or the whole program. Raises Problems."""
        days = _span(at) if at else None
        if question is None:
            return self._answering.planned_whole(days)
        if "(" not in question and " " in question.strip():
            understood = understand(question, self.vocabulary, self.names, self.store.last_evidence())
            return self._answering.planned(understood.body, None, understood)
        return self._answering.planned(self._body(question), days)

    def check(self) -> tuple[Diagnostic, ...]:
        """Everything to be said about rules and facts: warnings, broken invariants, disputes."""
        rules = invariants.as_rules(self.program)
        model = self.model([*(r.head.predicate for r in rules), "contested", "holds"], rules)
        return (
            *self.diagnostics,
            *invariants.broken(self.program, model),
            *invariants.disputes(model, self.store),
        )

    @cached_property
    def _answering(self) -> Answering:
        taken_away = tuple(s.citation.text or "" for s in self._dropped if isinstance(s, Fact))
        return Answering(
            self.vocabulary,
            self.store,
            self.names,
            engine(self._engine),
            self.diagnostics,
            taken_away,
            follows_demand=self._engine != "pydatalog",  # which knows of none
        )

    def _body(self, written: str) -> tuple[BodyLiteral, ...]:
        problems: list[Diagnostic] = []
        text = Text("query", f"?- {_without_stop(written.strip().removeprefix('?-'))}\n.")
        file = parse(text, problems)
        asked = Program((*self.program.files, file))
        problems.extend(d for d in check(Vocabulary(asked)) if d.labels and d.labels[0].span.text is text)
        if errors(problems):
            raise Problems(problems)
        return next(s.body for s in file.statements if isinstance(s, Query))


def _without_stop(written: str) -> str:
    """What was written without a full stop at its end; the two dots of an open range stay."""
    return re.sub(r"(?<!\.)\.$|(?<=\.\.)\.$", "", written.strip())


def _matches(atom: Atom, predicate: str, row: Row) -> bool:
    return (atom.predicate, tuple(t.value for t in atom.terms if isinstance(t, Constant))) == (predicate, row)


def _span(written: str) -> Interval:
    """The days of `--at`: a day, a month or a year. Raises Problems."""
    try:
        on = parse_date(written)
    except BadDate as bad:
        raise Problems([error("R401", str(bad), help="as in --at 2016-06-04, or --at 2016-06")]) from None
    return on.first, on.last + 1


def _bad_options(program: Program, known_by: str | None, dropped: Iterable[str], engine: str) -> Iterator[Diagnostic]:
    """Sources and engines that do not exist, dates that cannot be."""
    known = {*known_sources(program), *assumption_texts(program), ANALYST}
    for name in dropped:
        if name not in known:
            yield error("R422", f"there is no source or assumption `{name}`",
                        help=did_you_mean(name, known) or f"known: {', '.join(sorted(known))}")  # fmt: skip
    if engine not in ENGINES:
        yield error("R506", f"there is no engine `{engine}`", help=f"choose {' or '.join(sorted(ENGINES))}")
    if known_by is not None:
        try:
            parse_date(known_by)
        except BadDate as bad:
            yield error("R401", str(bad), help="as in --known-by 2016-06-10")
