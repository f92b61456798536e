"""What holds on a day as pyDatalog facts, to be asked about in pyDatalog's own syntax.

from pyDatalog import pyDatalog
from reasoner.bridge.pydatalog import publish

publish(reasoner.load(), at="2016-06-04")
pyDatalog.create_terms("besieges, A, S")
print(besieges(A, "raqqa_city", S))

Symbols and strings become Python strings, numbers stay numbers. pyDatalog rounds floats to eight digits.
"""

from __future__ import annotations

from collections.abc import Iterable

from pyDatalog import Logic, pyDatalog, pyEngine

from reasoner.diagnostic import Problems, did_you_mean, error
from reasoner.knowledge_base import KnowledgeBase
from reasoner.term import Quoted, Value
from reasoner.when import BadDate, Date, Days, Truth, parse_date


def publish(
    kb: KnowledgeBase, at: str | None = None, predicates: Iterable[str] | None = None, *, possible: bool = False
) -> tuple[str, ...]:
    """Tells pyDatalog, in this thread, what holds on a day, the last one with evidence where `at` is not given.

    Of a month or a year: what holds on all of its days. With `possible`, what may hold on some of them.
    The facts of these predicates (of all without `predicates`) replace those that pyDatalog had; its rules stay.
    Returns the predicates, such as `besieges/3`. Raises Problems where a predicate or a date is none.
    """
    known = {*kb.vocabulary.declarations, *kb.vocabulary.derived, *kb.store.facts}
    names = sorted(known if predicates is None else set(predicates))
    if wrong := [name for name in names if name not in known]:
        raise Problems(
            error("R201", f"there is no predicate `{name}`", help=did_you_mean(name, known)) for name in wrong
        )
    on = _date(kb, at)
    model = kb.model(names)
    Logic(True)
    published = []
    for name in names:
        arity = kb.vocabulary.arity(name) or 0
        _empty(name, arity)
        for row, truth in model.rows(name).items():
            if _holds(truth, on, possible):
                pyDatalog.assert_fact(name, *map(_plain, row))
        published.append(f"{name}/{arity}")
    return tuple(published)


def _date(kb: KnowledgeBase, at: str | None) -> Date | None:
    try:
        if at:
            return parse_date(at)
    except BadDate as bad:
        raise Problems([error("R401", str(bad), help='as in at="2016-06-04"')]) from None
    last = kb.store.last_evidence()
    return Date(last, last) if last is not None else None


def _holds(truth: Truth, on: Date | None, possible: bool) -> bool:
    """Whether it holds on the date; without one all is timeless."""
    days = Days(((on.first, on.last + 1),)) if on else truth.possible
    return bool(days & truth.possible) if possible else bool(days) and not days - truth.certain


def _empty(name: str, arity: int) -> None:
    """Takes back the facts that pyDatalog has on a predicate; even without any, the predicate is known to it."""
    predicate = pyEngine.insert(pyEngine.Pred(name, arity))
    for clause in list(predicate.db.values()):
        if not clause.body:
            pyEngine.retract(clause)


def _plain(value: Value) -> str | int | float:
    return value.text if isinstance(value, Quoted) else value
