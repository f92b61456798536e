"""Roads and neighbours where nobody coded any: facts that rest on an assumption, and say so."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from reasoner.evidence.claim_table import UNDATED, ClaimTable
from reasoner.geography import areas as polygons
from reasoner.geography.proximity import LIMIT, Graph, gabriel
from reasoner.geography.sphere import kilometres, points, sides
from reasoner.syntax.tree import Assumption, Citation, Source
from reasoner.term import Value
from reasoner.text import Text

Pair = frozenset[Value]
Facts = dict[tuple[str, ...], str]  # what is said of each row

ROADS, NEIGHBOURS = "synthetic_roads", "synthetic_neighbours"
PROXIMITY = "proximity"  # the source of what is computed from coordinates


@dataclass(frozen=True)
class Survey:
    """What was drawn, and what there is to tell of it."""

    statements: tuple[Source | Assumption, ...]
    tables: tuple[ClaimTable, ...]
    places: int
    longest: float
    coded: int  # pairs that are near each other, and were joined already
    alone: tuple[str, ...]


def survey(located: Mapping[str, tuple[float, float]], joined: Collection[Pair], adjacent: Collection[Pair]) -> Survey:
    """Roads and neighbours by the Gabriel graph of the places. Pairs that are joined, or adjacent, stay as they are."""
    names = sorted(located)
    places = points([located[name][0] for name in names], [located[name][1] for name in names])
    graph = gabriel(places)
    winds = sides(places[graph.pairs[:, 0]], places[graph.pairs[:, 1]])
    pairs = [(names[one], names[other]) for one, other in graph.pairs.tolist()]
    words = [f"{length:.0f} km" for length in graph.lengths]
    roads: Facts = {
        (f"synthetic_{one}_{other}", one, other, "road"): said
        for (one, other), said in zip(pairs, words, strict=True)
        if frozenset((one, other)) not in joined
    }
    near: Facts = {
        (one, other, wind): said
        for (one, other), wind, length, said in zip(pairs, winds, graph.lengths, words, strict=True)
        if length > 0.01 and frozenset((one, other)) not in adjacent  # what lies on one point is on no side of it
    }
    met = {name for pair in (*pairs, *joined, *adjacent) for name in pair}
    return Survey(
        _declared(len(names), graph),
        (*_table("route", roads, Citation(PROXIMITY, assuming=(ROADS,))),
         *_table("adjacent", near, Citation(PROXIMITY, assuming=(NEIGHBOURS,)))),
        len(names),
        graph.longest,
        len(pairs) - len(roads),
        tuple(name for name in names if name not in met),
    )  # fmt: skip


def _declared(places: int, graph: Graph) -> tuple[Source | Assumption, ...]:
    at = Text(PROXIMITY, "").span(0, 0)
    how = f"Gabriel graph, at most {graph.longest:.0f} km"
    title = f"Gabriel graph of {places} places, at most {graph.longest:.0f} km, {LIMIT} times the median length"
    roads = f"synthetic roads: places near each other are joined ({how}); no map was read, and water stops no road"
    near = f"synthetic neighbours: places near each other ({how}), each in the wind of its bearing"
    return (
        Source(PROXIMITY, "reasoner geography", title, origin=at),
        Assumption(ROADS, roads, origin=at),
        Assumption(NEIGHBOURS, near, origin=at),
    )


def borders(shapes: Mapping[str, Any], named: str, adjacent: Collection[Pair]) -> tuple[Source, tuple[ClaimTable, ...]]:
    """Areas that share a border as neighbours, on the side on which their middles lie; `named` is their file."""
    names, centres = list(shapes), polygons.middles(shapes)
    pairs = polygons.borders(list(shapes.values()))
    one, other = centres[pairs[:, 0]], centres[pairs[:, 1]]
    found: Facts = {
        (names[a], names[b], wind): f"a shared border; {length:.0f} km between the middles"
        for (a, b), wind, length in zip(pairs.tolist(), sides(one, other), kilometres(one, other), strict=True)
        if frozenset((names[a], names[b])) not in adjacent
    }
    source = Source("borders", "reasoner geography", f"Borders of the areas of {named}", origin=Text("", "").span(0, 0))
    return source, tuple(_table("adjacent", found, Citation(source.name)))


def _table(predicate: str, facts: Facts, word: Citation) -> Iterable[ClaimTable]:
    """Facts without time on one word, with what is said of each, as columns; nothing of none."""
    import pyarrow as pa

    if not facts:
        return
    count = len(facts)
    columns = [np.unique(np.array(column, object), return_inverse=True) for column in zip(*facts, strict=True)]
    yield ClaimTable(
        word.source or "",
        predicate,
        tuple(values.tolist() for values, _ in columns),
        tuple(codes.astype(np.int64) for _, codes in columns),
        np.full((4, count), UNDATED),
        (word,),
        np.full((2, 1), UNDATED),
        np.zeros(count, np.int64),
        np.arange(1, count + 1),
        pa.nulls(count, pa.string()),
        pa.array(list(facts.values()), pa.string()),
    )
