"""What may be said beside a question: days, what to drop, an engine. What cannot be is told with what can."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from reasoner.check import check
from reasoner.diagnostic import Diagnostic, Problems, did_you_mean, error, warning
from reasoner.engine import ENGINES
from reasoner.evidence.claim import ANALYST, SUPPOSED, assumption_texts, known_sources
from reasoner.evidence.claims import Claims
from reasoner.evidence.store import Store
from reasoner.syntax.tree import Fact, File, Program, Statement
from reasoner.syntax.vocabulary import Vocabulary
from reasoner.term import Atom, Constant, Row
from reasoner.when import BadDate, Interval, parse_date, show_day

_SHOWN = 30  # names in a message; tables have sources without number


def bad_options(program: Program, known_by: str | None, dropped: Iterable[str], engine: str) -> Iterator[Diagnostic]:
    """Sources and engines that do not exist, dates that cannot be."""
    known = {*known_sources(program), *assumption_texts(program), ANALYST}
    for name in dropped:
        if name not in known:
            yield error("R422", f"there is no source or assumption `{name}`",
                        help=did_you_mean(name, known) or f"known: {', '.join(sorted(known)[:_SHOWN])}")  # fmt: skip
    if engine not in ENGINES:
        yield error("R506", f"there is no engine `{engine}`", help=f"choose {' or '.join(sorted(ENGINES))}")
    if known_by is not None:
        try:
            parse_date(known_by)
        except BadDate as bad:
            yield error("R401", str(bad), help="as in --known-by 2016-06-10")


def misses(program: Program, dropped: File, counted: Claims) -> Iterator[Diagnostic]:
    """What is to be taken away must be there: what was stated, by its right name."""
    vocabulary = Vocabulary(Program((*program.files, dropped)))
    wrong = [
        d
        for d in check(vocabulary)
        # R403: what is taken away needs no date, nor a source that has one.
        if d.severity == "error" and d.code != "R403" and any(label.span.file == SUPPOSED for label in d.labels)
    ]
    yield from wrong
    atoms = () if wrong else facts_of(vocabulary, dropped.statements)
    for fact, atom in zip(dropped.statements, atoms, strict=False):
        advice = "a conclusion falls with the facts that it rests on: ask why, and take one of those away"
        if isinstance(fact, Fact) and fact.when:
            yield error("R424", "what is taken away has no date", fact.origin, help="leave the date out")
        elif not any(True for _ in counted.stating(*row_of(atom))):
            derived = atom.predicate in vocabulary.derived
            yield error("R424", f"no source states {atom}", fact.origin, help=advice if derived else "is it spelt so?")


def facts_of(vocabulary: Vocabulary, statements: Iterable[Statement]) -> tuple[Atom, ...]:
    """The atoms of the facts among some statements."""
    return tuple(vocabulary.positional(s.atom) for s in statements if isinstance(s, Fact))


def row_of(atom: Atom) -> tuple[str, Row]:
    """The predicate and the row of a fact."""
    return atom.predicate, tuple(t.value for t in atom.terms if isinstance(t, Constant))


def days_of(written: str) -> Interval:
    """The days of `--at`: a day, a month or a year. Raises Problems."""
    try:
        on = parse_date(written)
    except BadDate as bad:
        raise Problems([error("R401", str(bad), help="as in --at 2016-06-04, or --at 2016-06")]) from None
    return on.first, on.last + 1


def outside(written: str | None, store: Store) -> Diagnostic | None:
    """An error for days before any fact is dated, a warning for days after the last one is. Raises Problems."""
    known = store.dated()
    if written is None or known is None:
        return None
    first, end = days_of(written)
    if end <= known[0]:
        since = show_day(known[0])
        return error("R426", f"nothing is known of {written}: the first fact is of {since}",
                     help=f"ask about a day from then on, as in --at {since}")  # fmt: skip
    if first > known[1]:
        last = show_day(known[1])
        return warning("R427", f"{written} is after the last evidence: what held on {last} is taken to last",
                       help=f"ask --at {last} for what sources say")  # fmt: skip
    return None
