"""Cost against size as an SVG: both axes double with each line of the grid, so that linear cost climbs at one slope."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil, floor, log2

from benchmarks.run import Table

COLOURS = {
    "columnar": "#c22",
    "columnar by day": "#e80",
    "columnar whole": "#b85",
    "souffle": "#27a",
    "souffle compiled": "#0ac",
    "clingo": "#2a2",
    "nemo": "#d6b",
    "swipl": "#7a2",
    "duckdb": "#a2a",
    "pydatalog": "#55c",
    "meteor": "#a60",
    "plain python": "#888",
    "plain c": "#000",
}
STEP = 60  # pixels to a doubling across; half of that up
LINE = 12  # pixels between two names


def draw(tables: Sequence[Table], sizes: Sequence[int], unit: str) -> str:
    """One line an engine, named at its right end, where it ends or fails."""
    lines: dict[str, list[tuple[int, float]]] = {}
    for place, table in enumerate(tables):
        for line in table.lines:
            if (median := line.median()) is not None:
                lines.setdefault(line.engine, []).append((place, log2(max(median, 0.001))))
    heights = [height for points in lines.values() for _, height in points] or [0.0]
    low, high = floor(min(heights)), ceil(max(heights))
    width, height = STEP * len(sizes) + 190, STEP // 2 * (high - low) + 75

    def at(place: float, power: float) -> tuple[float, float]:
        return 60 + STEP * place, 30 + STEP / 2 * (high - power)

    parts = [f'<rect width="{width}" height="{height}" fill="#fff"/>']
    parts.append(f'<text x="5" y="15">{tables[0].workload}: seconds against {unit}</text>')
    for power in range(low, high + 1):
        _, y = at(0, power)
        parts.append(f'<text x="50" y="{y + 4}" text-anchor="end">{2.0**power:.2g}</text>')
        parts.append(f'<path d="M55 {y}H{width - 130}" stroke="#ddd"/>')
    for i, size in enumerate(sizes):
        parts.append(f'<text x="{at(i, 0)[0]}" y="{height - 25}" text-anchor="middle">{size:,}</text>')
    parts.append(f'<text x="{at(0, 0)[0]}" y="{height - 8}">{unit}</text>')
    names: dict[str, tuple[float, float]] = {}
    for name, points in sorted(lines.items(), key=lambda line: -line[1][-1][1]):
        x, y = at(*points[-1])
        above = max((other for there, other in names.values() if there == x), default=0.0)
        names[name] = x, max(y, above + LINE)
    for name, points in lines.items():
        colour = COLOURS[name]
        path = "L".join(f"{x} {y:.1f}" for x, y in (at(*point) for point in points))
        x, y = at(*points[-1])
        parts.append(f'<path d="M{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
        parts.append(f'<circle cx="{x}" cy="{y:.1f}" r="2.5" fill="{colour}"/>')
        parts.append(f'<text x="{x + 6}" y="{names[name][1] + 4:.1f}" fill="{colour}">{name}</text>')
    head = f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" font-family="sans-serif"'
    return "\n".join([f'{head} font-size="11">', *parts, "</svg>", ""])
