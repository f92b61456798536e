"""W8, G: mutual and non-linear recursion, where a rule joins what is growing with what is growing."""

from __future__ import annotations

from benchmarks.case import Case, Workload

ANDERSEN = """\
points(V, H) :- new(V, H).
points(V, H) :- assign(V, W), points(W, H).
points(V, H) :- reads(V, P, F), points(P, G), holds(G, F, H).
holds(G, F, H) :- writes(P, F, W), points(P, G), points(W, H).
"""


def _andersen(variables: int) -> Case:
    """A program of so many variables: a third hold new objects, a quarter read fields and as many write them."""
    import numpy as np

    rng = np.random.default_rng(8)

    def pick(rows: int, *limits: int) -> np.ndarray:
        return np.unique(np.column_stack([rng.integers(0, limit, rows) for limit in limits]), axis=0)

    third, quarter, fields = variables // 3, variables // 4, 8
    new = np.column_stack((rng.permutation(variables)[:third], np.arange(third)))
    facts = {
        "new": new,
        "assign": pick(variables, variables, variables),
        "reads": pick(quarter, variables, variables, fields),
        "writes": pick(quarter, variables, fields, variables),
    }
    return Case(ANDERSEN, facts, ("points", "holds"))


# The completion of the description logic EL, on normalised axioms; a row of `sub` says that X is a Y.
EL = """\
sub(X, X) :- concept(X).
sub(X, B) :- sub(X, A), is_a(A, B).
sub(X, B) :- sub(X, A), both_are(A, C, B), sub(X, C).
link(R, X, B) :- sub(X, A), has_some(A, R, B).
link(S, X, Y) :- link(R, X, Y), role_is(R, S).
sub(X, B) :- link(R, X, Y), sub(Y, A), some_is(R, A, B).
link(T, X, Z) :- link(R, X, Y), link(S, Y, Z), chain(R, S, T).
"""


def _el(concepts: int) -> Case:
    """A made-up ontology: a forest of concepts five wide, with roles, restrictions and one transitive role."""
    import numpy as np

    rng = np.random.default_rng(9)
    child = np.arange(1, concepts)

    def pick(rows: int, *limits: int) -> np.ndarray:
        return np.unique(np.column_stack([rng.integers(0, limit, rows) for limit in limits]), axis=0)

    some = pick(concepts // 2, concepts, 10, concepts)
    facts = {
        "concept": np.arange(concepts)[:, None],
        "is_a": np.column_stack((child, child - 1 - rng.integers(0, np.minimum(child, concepts // 5 + 1)))),
        "both_are": pick(concepts // 2, concepts, concepts, concepts),
        "has_some": some[some[:, 0] > some[:, 2]],
        "role_is": np.array([[0, 1], [1, 2], [3, 4]]),
        "some_is": pick(concepts // 4, 10, concepts, concepts),
        "chain": np.array([[5, 5, 5]]),
    }
    return Case(EL, facts, ("sub", "link"))


WORKLOADS = (
    Workload("W8", "points-to (Andersen, with fields)", "variables", (300, 1_000, 2_000), _andersen),
    Workload("G", "description logic EL, made-up ontology", "concepts", (500, 2_000, 10_000), _el),
)
