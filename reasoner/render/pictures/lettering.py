"""How wide a text is in the font of the pictures, read from the font itself, and how it breaks into lines."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from struct import unpack_from

from reasoner.render.text import shown

ASSETS = Path(__file__).parent.parent / "assets"
REGULAR, BOLD = (ASSETS / "fonts" / name for name in ("DejaVuSans.ttf", "DejaVuSans-Bold.ttf"))
# Verdana is as wide; the others are narrower, so that nothing runs over.
FAMILY = "DejaVu Sans, Verdana, Arial, sans-serif"


def width(text: str, size: float, bold: bool = False) -> float:
    """The width of a line, in the units of its size."""
    units, widths = _widths(BOLD if bold else REGULAR)
    return sum(widths.get(ord(letter), units) for letter in text) * size / units


def folded(text: str, room: float, size: float, bold: bool = False) -> list[str]:
    """The text as it is shown, in lines of at most that width, broken between words, and in words that are too long."""
    lines, line = [], ""
    for word in _words(text, room, size, bold):
        longer = f"{line} {word}" if line else word
        if line and width(longer, size, bold) > room:
            lines.append(line)
            line = word
        else:
            line = longer
    return [*lines, line]


def _words(text: str, room: float, size: float, bold: bool) -> Iterator[str]:
    for word in shown(text).split():
        part = ""
        for letter in word:
            if part and width(part + letter, size, bold) > room:
                yield part
                part = ""
            part += letter
        yield part


@cache
def _widths(font: Path) -> tuple[int, dict[int, int]]:
    """The units of an em, and for each character the units of its advance, from the tables of a TrueType font."""
    data = font.read_bytes()
    tables = {
        tag: offset for tag, _, offset, _ in (unpack_from(">4sLLL", data, 12 + 16 * n) for n in range(_short(data, 4)))
    }
    units, many = _short(data, tables[b"head"] + 18), _short(data, tables[b"hhea"] + 34)
    cmap = tables[b"cmap"]
    listed = (unpack_from(">HHL", data, cmap + 4 + 8 * n) for n in range(_short(data, cmap + 2)))
    whole = next(cmap + at for platform, encoding, at in listed if (platform, encoding) == (3, 10))
    found = {}
    for n in range(unpack_from(">L", data, whole + 12)[0]):
        first, last, glyph = unpack_from(">LLL", data, whole + 16 + 12 * n)
        for code in range(first, last + 1):
            found[code] = _short(data, tables[b"hmtx"] + 4 * min(glyph + code - first, many - 1))
    return units, found


def _short(data: bytes, at: int) -> int:
    return int.from_bytes(data[at : at + 2], "big")
