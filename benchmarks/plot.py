"""Cost against size as an SVG: both axes double with each line of the grid."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil, floor, log2

from benchmarks.run import Table

COLOURS = "#c22 #e80 #27a #07c #2a2 #7a2 #a2a #888 #b85 #444 #000".split()
STEP = 60  # pixels to a doubling across; half of that up


def draw(tables: Sequence[Table], sizes: Sequence[int]) -> str:
    """One line an engine, named at its right end."""
    lines: dict[str, list[tuple[int, float]]] = {}
    for place, table in enumerate(tables):
        for line in table.lines:
            if (median := line.median()) is not None:
                lines.setdefault(line.engine, []).append((place, log2(max(median, 0.001))))
    heights = [height for points in lines.values() for _, height in points] or [0.0]
    low, high = floor(min(heights)), ceil(max(heights))
    width, height = STEP * len(sizes) + 190, STEP // 2 * (high - low) + 60

    def at(place: float, power: float) -> tuple[float, float]:
        return 60 + STEP * place, 30 + STEP / 2 * (high - power)

    parts = [f'<text x="5" y="15">{tables[0].workload}: seconds against size</text>']
    for power in range(low, high + 1):
        _, y = at(0, power)
        parts.append(f'<text x="5" y="{y + 4}">{2.0**power:.3g}</text>')
        parts.append(f'<path d="M50 {y}H{width - 130}" stroke="#ddd"/>')
    parts += [f'<text x="{at(i, 0)[0] - 12}" y="{height - 8}">{size:,}</text>' for i, size in enumerate(sizes)]
    for colour, (name, points) in zip(COLOURS, lines.items(), strict=False):
        path = "L".join(f"{x} {y:.1f}" for x, y in (at(*point) for point in points))
        x, y = at(*points[-1])
        parts.append(f'<path d="M{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
        parts.append(f'<text x="{x + 5}" y="{y + 4:.1f}" fill="{colour}">{name}</text>')
    head = f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" font-family="sans-serif"'
    return "\n".join([f'{head} font-size="11">', *parts, "</svg>", ""])
