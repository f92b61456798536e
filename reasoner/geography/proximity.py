"""Which places lie near each other: the Gabriel graph of points on the sphere.

Two places are joined where the circle with the two as its diameter holds no third one. So a road from one to the other
has no reason to lead by way of any other; the graph is planar, and as far as no edge is too long it is connected, for
it contains the shortest tree that joins all places (Gabriel and Sokal 1969; Matula and Sokal 1980).

Its edges are among those of the Delaunay triangulation, which on a sphere is the convex hull: exact wherever the
places lie, so that nothing is projected.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np

from reasoner.geography.sphere import Floats, Pairs, kilometres

SAME = 10 / 6_371_000  # ten metres, on a sphere of radius one: nearer places are one point
TIE = 1e-13  # in squared lengths: a place on the circle, or so near it that numbers cannot tell, is in it
LIMIT = 6  # an edge that is so many times as long as the median joins what has nothing between: sea, desert


@dataclass(frozen=True, eq=False)
class Graph:
    """Pairs of places that are joined, the first number of each the smaller, and how many kilometres apart they are.

    No pair is more than `longest` apart.
    """

    pairs: Pairs
    lengths: Floats
    longest: float


def gabriel(places: Floats) -> Graph:
    """The Gabriel graph of points on the sphere, without its longest edges; what shares a point shares neighbours."""
    groups = _points(places)
    heads = places[[group[0] for group in groups]]
    edges = _empty(heads, _delaunay(heads))
    lengths = kilometres(heads[edges[:, 0]], heads[edges[:, 1]])
    longest = float(np.median(lengths)) * LIMIT if len(lengths) else 0.0
    found = {pair for group in groups for pair in combinations(sorted(group), 2)}
    for one, other in edges[lengths <= longest].tolist():
        found.update((min(pair), max(pair)) for pair in ((a, b) for a in groups[one] for b in groups[other]))
    pairs = np.array(sorted(found), np.int64).reshape(-1, 2)
    return Graph(pairs, kilometres(places[pairs[:, 0]], places[pairs[:, 1]]), longest)


def _points(places: Floats) -> list[list[int]]:
    """The numbers of the places that lie on one point, first those whose coordinates are the smallest."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components
    from scipy.spatial import cKDTree

    if not len(places):
        return []
    near = cKDTree(places).query_pairs(SAME, output_type="ndarray")
    joined = coo_array((np.ones(len(near)), (near[:, 0], near[:, 1])), shape=(len(places),) * 2)
    count, point = connected_components(joined, directed=False)
    groups: list[list[int]] = [[] for _ in range(count)]
    for place in np.lexsort(places.T).tolist():
        groups[point[place]].append(place)
    return groups


def _delaunay(heads: Floats) -> Pairs:
    """The edges of the triangulation of different points: those of their convex hull."""
    from scipy.spatial import ConvexHull

    # Six points near the middle of the Earth keep the hull solid, however few the places are and though all lie on one
    # circle. They are below the plane of any cap of the sphere that is not nearly half of it, and so hide no edge.
    deep: Any = 0.01 * np.concatenate([np.eye(3), -np.eye(3)])
    corners = ConvexHull(np.concatenate([heads, deep])).simplices
    edges = np.sort(np.concatenate([corners[:, [0, 1]], corners[:, [1, 2]], corners[:, [0, 2]]]), axis=1)
    return np.unique(edges[(edges < len(heads)).all(axis=1)], axis=0).astype(np.int64).reshape(-1, 2)


def _empty(heads: Floats, edges: Pairs) -> Pairs:
    """The edges whose circle holds no third point: the nearest to its middle are the two ends."""
    from scipy.spatial import cKDTree

    if not len(edges):
        return edges
    tree = cKDTree(heads)
    one, other = heads[edges[:, 0]], heads[edges[:, 1]]
    _, nearest = tree.query((one + other) / 2, k=min(3, len(heads)))
    third = heads[nearest]
    across = ((one - other) ** 2).sum(axis=-1)[:, None]
    legs = ((third - one[:, None]) ** 2).sum(axis=-1) + ((third - other[:, None]) ** 2).sum(axis=-1)
    inside = (legs <= across + TIE) & (nearest != edges[:, :1]) & (nearest != edges[:, 1:])
    found: Pairs = edges[~inside.any(axis=1)]
    return found
