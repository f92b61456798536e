"""GraphML 1.1 and GEXF 1.3: places are nodes, routes and neighbours edges; an answer is an edge between its names."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from xml.etree import ElementTree

from reasoner.render.exports.table import Cell, Column, Export, Table, text_of

GRAPHML = "http://graphml.graphdrawing.org/xmlns"
GEXF = "http://gexf.net/1.3"
# What XML cannot say, and the carriage return, which its readers drop.
_UNSPEAKABLE = re.compile("[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_TYPES = {"integer": "long", "number": "double", "truth": "boolean"}

Row = Mapping[str, Cell]


@dataclass(frozen=True)
class Edge:
    """From one node to another, with what is told of it."""

    id: str
    source: str
    target: str
    told: Row


def graphml_of(export: Export) -> bytes:
    """One value for each attribute, so no spells: see `gexf_of`. Every edge is directed; a route goes both ways."""
    nodes, edges, columns = _graph(export)
    root = ElementTree.Element("graphml", {"xmlns": GRAPHML})
    for owner in ("node", "edge"):
        for n, column in enumerate(columns[owner]):
            told = {"id": f"{owner}{n}", "for": owner, "attr.name": column.name}
            ElementTree.SubElement(root, "key", {**told, "attr.type": _TYPES.get(column.kind, "string")})
    graph = ElementTree.SubElement(root, "graph", {"id": export.name, "edgedefault": "directed"})
    for name, rows in nodes.items():
        element = ElementTree.SubElement(graph, "node", {"id": _spoken(name)})
        _data(element, "node", columns["node"], rows[0])
    for edge in edges:
        ends = {"id": _spoken(edge.id), "source": _spoken(edge.source), "target": _spoken(edge.target)}
        _data(ElementTree.SubElement(graph, "edge", ends), "edge", columns["edge"], edge.told)
    return _written(root)


def _data(element: ElementTree.Element, owner: str, columns: Iterable[Column], row: Row) -> None:
    for n, column in enumerate(columns):
        if (told := text_of(row.get(column.name))) is not None:
            ElementTree.SubElement(element, "data", {"key": f"{owner}{n}"}).text = _spoken(told)


def gexf_of(export: Export) -> bytes:
    """Over time a node exists in its spells, and what is told of it changes. The end of a GEXF span is its last day."""
    nodes, edges, columns = _graph(export)
    timed = export.over_time or export.name == "answers"
    root = ElementTree.Element("gexf", {"xmlns": GEXF, "version": "1.3"})
    about = {"mode": "dynamic", "timeformat": "date"} if timed else {"mode": "static"}
    graph = ElementTree.SubElement(root, "graph", {**about, "defaultedgetype": "directed"})
    ids: dict[tuple[str, str], str] = {}
    for owner in ("node", "edge"):
        for changes in (False, True):
            its = [
                c for c in columns[owner] if changes == (export.over_time and owner == "node" and c.name not in STILL)
            ]
            mode = "dynamic" if changes else "static"
            element = ElementTree.SubElement(graph, "attributes", {"class": owner, "mode": mode}) if its else None
            for column in its:
                ids[owner, column.name] = name = f"{owner}{len(ids)}"
                if element is not None:
                    kind = _TYPES.get(column.kind, "string")
                    ElementTree.SubElement(element, "attribute", {"id": name, "title": column.name, "type": kind})
    every = ElementTree.SubElement(graph, "nodes")
    for name, rows in nodes.items():
        element = ElementTree.SubElement(every, "node", {"id": _spoken(name), "label": _spoken(str(rows[0]["name"]))})
        values = ElementTree.SubElement(element, "attvalues")
        for n, row in enumerate(rows):
            for column in columns["node"]:
                still = not export.over_time or column.name in STILL
                if (told := text_of(row.get(column.name))) is not None and not (still and n):
                    given = {"for": ids["node", column.name], "value": _spoken(told)}
                    ElementTree.SubElement(values, "attvalue", given | ({} if still else _span(row, "start", "end")))
        if export.over_time and any("start" in row for row in rows):
            spells = ElementTree.SubElement(element, "spells")
            for row in rows:
                ElementTree.SubElement(spells, "spell", _span(row, "start", "end"))
    every = ElementTree.SubElement(graph, "edges")
    for edge in edges:
        ends = {"id": _spoken(edge.id), "source": _spoken(edge.source), "target": _spoken(edge.target)}
        span = _span(edge.told, "possible_start", "possible_end") if timed else {}
        element = ElementTree.SubElement(every, "edge", ends | span)
        values = ElementTree.SubElement(element, "attvalues")
        for column in columns["edge"]:
            if (told := text_of(edge.told.get(column.name))) is not None:
                ElementTree.SubElement(values, "attvalue", {"for": ids["edge", column.name], "value": _spoken(told)})
    return _written(root)


STILL = frozenset({"place", "name", "latitude", "longitude"})  # what does not change over time


def _span(row: Row, start: str, end: str) -> dict[str, str]:
    found = {}
    if isinstance(first := row.get(start), datetime.date):
        found["start"] = first.isoformat()
    if isinstance(after := row.get(end), datetime.date):
        found["end"] = (after - datetime.timedelta(1)).isoformat()
    return found


def _graph(export: Export) -> tuple[dict[str, list[Row]], list[Edge], dict[str, tuple[Column, ...]]]:
    """Nodes with their rows, edges, and the columns of both."""
    spots: dict[str, list[Row]] = {
        name: [{"place": name, "name": one.name, "latitude": one.latitude, "longitude": one.longitude}]
        for name, one in export.spots.items()
    }
    if export.name == "situation":
        for record, (place,) in zip(export.table.records(), export.subjects, strict=True):
            spots[place] = [*(row for row in spots[place] if "row" in row), record]
        return (
            spots,
            list(_links(export.links, spots)),
            {"node": export.table.columns[1:], "edge": export.links.columns},
        )
    edges = []
    for record, about in zip(export.table.records(), export.subjects, strict=True):
        # An answer about one name leads to what is said of it.
        said = str(record["atom"]).partition("(")[0]
        source, target = (*about, said, said)[:2]
        for name in (source, target):
            spots.setdefault(name, [{"name": name}])
        edges.append(Edge(str(record["row"]), source, target, record))
    node = (
        Column("place", "text"),
        Column("name", "text"),
        Column("latitude", "number"),
        Column("longitude", "number"),
    )
    return spots, edges, {"node": node, "edge": export.table.columns[1:]}


def _links(links: Table, spots: dict[str, list[Row]]) -> Iterator[Edge]:
    for record in links.records():
        source, target = str(record["from_place"]), str(record["to_place"])
        for name in (source, target):
            spots.setdefault(name, [{"name": name}])
        yield Edge(f"{record['kind']}/{record['link']}", source, target, record)


def _spoken(text: str) -> str:
    """A text as XML can have it, with the characters that it cannot written out."""
    return _UNSPEAKABLE.sub(lambda found: found[0].encode("unicode_escape").decode(), text)


def _written(root: ElementTree.Element) -> bytes:
    ElementTree.indent(root)
    body: bytes = ElementTree.tostring(root, encoding="utf-8")
    return b'<?xml version="1.0" encoding="UTF-8"?>\n' + body + b"\n"
