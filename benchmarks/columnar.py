"""Our engine: a case to a store, the plan that a question would be given, and what was derived, counted."""

from __future__ import annotations

import importlib.metadata
import resource
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.case import DAY_ONE, Outcome, Written

if TYPE_CHECKING:
    from reasoner.evidence.store import Store
    from reasoner.plan.plan import Plan
    from reasoner.term import Row
    from reasoner.when import Truth


def version() -> str:
    """The package, the commit, and numpy."""
    import numpy

    git = ["git", "-C", str(Path(__file__).parent), "describe", "--always", "--dirty"]
    commit = subprocess.run(git, capture_output=True, text=True, check=False).stdout.strip()
    try:
        package = importlib.metadata.version("reasoner")
    except importlib.metadata.PackageNotFoundError:
        package = "checkout"
    return f"{package} {commit}, numpy {numpy.__version__}"


def run(case: Written, whole: bool = False) -> Outcome:
    """Loading is from arrays to a store, and from there to tables, which every plan over the store then uses.

    Where a case asks, demand and slices of time are planned as for any question, unless it is to be the `whole` model.
    """
    from reasoner.engine.columnar import evaluate
    from reasoner.engine.living import Living
    from reasoner.plan.plan import Plan

    stated = _stated(case)
    arrays = {name: case.rows(name) for name in case.arity}
    plan = _plan(case, sum(map(len, arrays.values())), whole)
    start = time.perf_counter()
    store = _store(case, arrays, stated)
    evaluate(Plan(()), store)
    if case.added or case.gone:
        after, changed = _changed(case, store)
        evaluate(Plan(()), after)
        live = Living.of(plan, store)
    loaded = time.perf_counter()
    if not case.added and not case.gone:
        model = evaluate(plan, store)
    else:
        model = evaluate(plan, after) if whole else live.update(after, changed).model
    ended = time.perf_counter()
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    counts = {name: _count(case, model.rows(name)) for name in case.outputs}
    return {"load": loaded - start, "evaluate": ended - loaded, "memory": memory, "counts": counts}


def _stated(case: Written) -> Mapping[str, Mapping[Row, Truth]]:
    """The facts that stand in the program itself."""
    from reasoner.evidence.claim import claims
    from reasoner.evidence.store import store
    from reasoner.syntax.vocabulary import Vocabulary

    vocabulary = Vocabulary(case.parsed())
    return store(vocabulary, claims(vocabulary)).facts


def _plan(case: Written, facts: int, whole: bool) -> Plan:
    from reasoner.plan.goal import Directed

    plan = case.plan()
    if whole or not case.asks:
        return plan
    return Directed(plan, tuple(case.outputs), facts, case.at).plan


def _store(case: Written, arrays: Mapping[str, Any], stated: Mapping[str, Mapping[Row, Truth]]) -> Store:
    """What arrays and program both give, the constants of a type, the arrays give in full."""
    from reasoner.evidence.store import Store

    return Store({**stated, **facts_of(case, arrays)}, {})


def facts_of(case: Written, arrays: Mapping[str, Any]) -> dict[str, Mapping[Row, Truth]]:
    """The arrays of a case as facts."""
    import numpy as np

    from reasoner.evidence.columns import Columns

    names = np.array(case.names)
    facts: dict[str, Mapping[Row, Truth]] = {}
    for name, rows in arrays.items():
        columns, days = list(rows.T), []
        if name in case.lasting:
            columns, days = columns[:-2], columns[-2:]
        facts[name] = Columns.of([names[column] for column in columns] if case.names else columns, *days)
    return facts


def _changed(case: Written, store: Store) -> tuple[Store, list[tuple[str, Row]]]:
    """The store with rows added and rows gone, and which they are."""
    from reasoner.evidence.store import Store, either
    from reasoner.when import Days, Truth

    facts, changed = dict(store.facts), []
    for name in {**case.added, **case.gone}:
        rows = dict(store.facts[name])
        for *row, start, end in case.added.get(name, []):
            key, days = tuple(case.names[each] for each in row), Days(((start, end),))
            rows[key] = either(rows.get(key, Truth()), Truth(days, days))
            changed.append((name, key))
        for *row, start, end in case.gone.get(name, []):
            key = tuple(case.names[each] for each in row)
            left = rows[key].certain - Days(((start, end),))
            rows[key] = Truth(left, left)
            changed.append((name, key))
        facts[name] = rows
    return Store(facts, {}), changed


def _count(case: Written, found: Mapping[Row, Truth]) -> int:
    """Rows; where there are days, one for each day that is asked for."""
    if not case.lasting:
        return len(found)
    first, end = case.at or (DAY_ONE, DAY_ONE + case.days)
    return sum(max(min(b, end) - max(a, first), 0) for truth in found.values() for a, b in truth.certain)
