"""The formats by the ends of their files' names."""

from __future__ import annotations

from collections.abc import Callable

from reasoner.render.exports import delimited, geojson, graphs, parquet, sqlite
from reasoner.render.exports.table import Export

FORMATS: dict[str, Callable[[Export], bytes]] = {
    "csv": delimited.csv_of,
    "jsonl": delimited.json_lines_of,
    "geojson": geojson.geojson_of,
    "graphml": graphs.graphml_of,
    "gexf": graphs.gexf_of,
    "parquet": parquet.parquet_of,
    "sqlite": sqlite.sqlite_of,
}
