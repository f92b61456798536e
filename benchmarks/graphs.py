"""W1, W2, W3, W7: reachability in graphs, the bread and butter of Datalog."""

from __future__ import annotations

from typing import Any

from benchmarks.case import Case, Workload

CLOSURE = """\
path(X, Y) :- edge(X, Y).
path(X, Z) :- path(X, Y), edge(Y, Z).
"""
CLOSURE_SQL = {
    "path": "with recursive p(x, y) as (select c0, c1 from edge union"
    " select p.x, edge.c1 from p join edge on p.y = edge.c0) select * from p"
}
SAME_GENERATION = """\
same(X, Y) :- parent(X, P), parent(Y, P).
same(X, Y) :- same(A, B), parent(X, A), parent(Y, B).
"""
SAME_GENERATION_SQL = {
    "same": "with recursive s(x, y) as (select p.c0, q.c0 from parent p join parent q on p.c1 = q.c1 union"
    " select p.c0, q.c0 from s join parent p on s.x = p.c1 join parent q on s.y = q.c1) select * from s"
}
REACH = """\
reach(X) :- start(X).
reach(Y) :- reach(X), edge(X, Y).
"""
REACH_SQL = {
    "reach": "with recursive r(x) as (select c0 from start union"
    " select edge.c1 from r join edge on r.x = edge.c0) select * from r"
}


def _random(nodes: int, edges: int) -> Any:
    import numpy as np

    return np.unique(np.random.default_rng(1).integers(0, nodes, (edges, 2)), axis=0)


def _chain(nodes: int) -> Any:
    import numpy as np

    return np.column_stack((np.arange(nodes), np.arange(1, nodes + 1)))


def _closure(edges: Any) -> Case:
    return Case(CLOSURE, {"edge": edges}, ("path",), CLOSURE_SQL)


def _grid(side: int) -> Case:
    import numpy as np

    cell = np.arange(side * side).reshape(side, side)
    right = np.column_stack((cell[:, :-1].ravel(), cell[:, 1:].ravel()))
    down = np.column_stack((cell[:-1].ravel(), cell[1:].ravel()))
    return _closure(np.vstack((right, down)))


def _generations(width: int) -> Case:
    """Twelve generations of so many people, each with two parents at random in the one before."""
    import numpy as np

    chosen = np.random.default_rng(2).integers(0, width, (11 * width, 2))
    child = np.arange(width, 12 * width)
    above = (child // width - 1) * width
    parents = np.vstack([np.column_stack((child, above + chosen[:, i])) for i in (0, 1)])
    return Case(SAME_GENERATION, {"parent": np.unique(parents, axis=0)}, ("same",), SAME_GENERATION_SQL)


def _reach(edges: Any) -> Case:
    import numpy as np

    return Case(REACH, {"edge": edges, "start": np.array([[0]])}, ("reach",), REACH_SQL)


WORKLOADS = (
    Workload("W1a", "transitive closure, random sparse graph (two edges a node)", "nodes", (400, 1_250, 1_250),
             lambda n: _closure(_random(n, 2 * n))),
    Workload("W1b", "transitive closure, random sparse graph, ten million pairs", "nodes", (800, 1_600, 4_000),
             lambda n: _closure(_random(n, 2 * n))),
    Workload("W1c", "transitive closure of a chain", "nodes", (500, 2_000, 2_000), lambda n: _closure(_chain(n))),
    Workload("W1d", "transitive closure of a grid", "cells a side", (20, 45, 45), _grid),
    Workload("W2", "same generation, twelve generations", "people a generation", (100, 310, 310), _generations),
    Workload("W3", "reachability from one source (four edges a node)", "nodes", (25_000, 250_000, 250_000),
             lambda n: _reach(_random(n, 4 * n))),
    Workload("W7", "a chain of many rounds", "rounds", (2_000, 20_000, 100_000), lambda n: _reach(_chain(n))),
)  # fmt: skip
