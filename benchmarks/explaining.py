"""WHY: checked proofs of some answers from models of growing size, when the model is there."""

from __future__ import annotations

import resource
import tempfile
import time
from itertools import islice
from pathlib import Path

from benchmarks.case import Written
from benchmarks.columnar import facts_of
from benchmarks.run import Line, Table
from benchmarks.supply import OUTPUTS, intervals

TITLE = "why: a checked proof of an answer, by its steps and by the rows of the model"
SIZES = ((100, 1_000), (1_000, 10_000), (10_000, 250_000))
DAYS = 1_700
ASKED = 30  # answers of each predicate
LENGTHS = (10, 30, 100, 1_000)  # steps


def measure(scale: int) -> Table:
    """Each answer is asked of a prover and a checker that know nothing yet."""
    lines: list[Line] = []
    for places in SIZES[scale]:
        with tempfile.TemporaryDirectory(prefix="reasoner-bench-") as folder:
            intervals(places, DAYS, 2 * places).write(Path(folder))
            lines += _lines(Written(Path(folder)))
    return Table("WHY", TITLE, f"supply on maps over {DAYS:,} days, {ASKED} answers of each predicate", lines)


def _lines(case: Written) -> list[Line]:
    import numpy as np

    from reasoner.engine.columnar import evaluate
    from reasoner.evidence.store import Store
    from reasoner.explain.checker import Checker
    from reasoner.explain.proof import walk
    from reasoner.explain.why import Prover
    from reasoner.syntax.vocabulary import Vocabulary

    vocabulary, plan = Vocabulary(case.parsed()), case.plan()
    store = Store(facts_of(case, {name: case.rows(name) for name in case.arity}), {})
    start = time.perf_counter()
    model = evaluate(plan, store)
    loaded = time.perf_counter() - start
    rows = sum(rows.count((None,) * 2) for rows in model.relations.values())
    lines: dict[tuple[str, int], Line] = {}
    for predicate in OUTPUTS:
        # To list all answers would fill the memory with what no user would ask for.
        picked = map(tuple, np.random.default_rng(1).permutation(case.rows("control")[:, :2]).tolist())
        some = islice(((row, truth) for row in picked if (truth := model.truth(predicate, row)).possible), ASKED)
        for row, truth in some:
            day = truth.possible.intervals[-1][0]
            start = time.perf_counter()
            proof = Prover(plan, store, model, Checker(vocabulary, store)).prove(predicate, row, day)
            took = time.perf_counter() - start
            assert proof is not None
            steps = sum(1 for _ in walk(proof))
            length = next(most for most in LENGTHS if steps < most)
            line = lines.setdefault((predicate, length), Line(f"{rows:,} rows: {predicate} in under {length} steps"))
            line.load.append(loaded)
            line.evaluate.append(took)
            line.memory.append(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss << 10)
    return [lines[key] for key in sorted(lines)]
