"""Marks on an SVG: shapes and texts with classes, and with the colours that these have where no stylesheet says so.

A picture stands alone and can be put into a page: presentation attributes only, no style, no script, no reference, no
identifier. So hatching is drawn line by line.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import sqrt
from xml.etree.ElementTree import Element, SubElement, tostring

from reasoner.render.pictures.lettering import FAMILY
from reasoner.render.pictures.picture import Picture
from reasoner.render.text import shown

SIZE, SMALL, TITLE = 12, 10.5, 16  # of letters
LEADING = 1.3  # of a line, to its size
STEP = 5  # between the lines of a hatching

# What a stylesheet may change: assets/picture.css has the same classes for dark pages.
LOOKS: dict[str, dict[str, str]] = {
    "paper": {"fill": "#ffffff"},
    "ink": {"fill": "#1b1b1b"},
    "faint": {"fill": "#5b6068"},
    "quote": {"fill": "#1d4f7c"},
    "line": {"stroke": "#d5d8dc", "fill": "none"},
    "edge": {"stroke": "#858b93", "fill": "none"},
    "mark": {"stroke": "#1b1b1b", "fill": "none"},
    "box": {"fill": "#f6f7f9", "stroke": "#858b93"},
    "leaf": {"fill": "#eaf3fa", "stroke": "#0072b2"},
    "absent": {"fill": "#ffffff", "stroke": "#858b93"},
    "sea": {"fill": "#eef3f7"},
    "land": {"fill": "#fbfaf6", "stroke": "#b5b8bd"},
    "border": {"stroke": "#c3c6ca", "fill": "none"},
    "halo": {"stroke": "#ffffff", "stroke-width": "3", "stroke-linejoin": "round", "paint-order": "stroke"},
}


def canvas(title: str, description: str) -> Element:
    """An empty picture; the texts are for those who hear it."""
    root = Element("svg", xmlns="http://www.w3.org/2000/svg", role="img")
    root.set("class", "picture")
    root.set("font-family", FAMILY)
    SubElement(root, "title").text = shown(title)
    SubElement(root, "desc").text = shown(description)
    add(root, "rect", "paper", x=0, y=0)
    return root


def finish(root: Element, width: float, height: float) -> Picture:
    """The picture in its size."""
    across, down = round(width), round(height)
    for element in (root, root.find("rect")):
        assert element is not None
        element.set("width", str(across))
        element.set("height", str(down))
    root.set("viewBox", f"0 0 {across} {down}")
    return Picture(tostring(root, encoding="unicode"), across, down)


def add(parent: Element, tag: str, classes: str = "", **attributes: str | float) -> Element:
    """One more element. Underscores stand for hyphens."""
    looks: dict[str, str] = {}
    for name in classes.split():
        looks |= LOOKS.get(name, {})
    looks |= {name.replace("_", "-"): short(value) for name, value in attributes.items()}
    element = SubElement(parent, tag, looks)
    if classes:
        element.set("class", classes)
    return element


def group(parent: Element, classes: str, told: str = "") -> Element:
    """Elements that belong together, with what is told of them where a pointer rests on them."""
    element = add(parent, "g", classes)
    if told:
        SubElement(element, "title").text = shown(told)
    return element


def write(
    parent: Element, x: float, y: float, text: str, classes: str = "ink", size: float = SIZE, **attributes: str | float
) -> Element:
    """A line of text on its base line."""
    element = add(parent, "text", classes, x=x, y=y, font_size=size, **attributes)
    element.text = shown(text)
    return element


def lines(
    parent: Element, x: float, y: float, texts: Sequence[str], classes: str = "ink", size: float = SIZE,
    **attributes: str | float,
) -> float:  # fmt: skip
    """Lines of text from a top downwards; where they end."""
    for text in texts:
        y += size * LEADING
        write(parent, x, y - size * (LEADING - 0.95), text, classes, size, **attributes)
    return y


def hatched(
    parent: Element, classes: str, x: float, y: float, width: float, height: float, colour: str
) -> Element:  # fmt: skip
    """A rectangle in faint colour under slanted lines of it."""
    add(
        parent, "rect", classes, x=x, y=y, width=width, height=height,
        fill=colour, fill_opacity=0.15, stroke=colour, stroke_width=0.75,
    )  # fmt: skip
    path = " ".join(f"M{short(a)} {short(b)}L{short(c)} {short(d)}" for a, b, c, d in _slanted(x, y, width, height))
    hatch = "hatch alone" if "alone" in classes else "hatch"
    return add(parent, "path", hatch, d=path, stroke=colour, stroke_width=1.2, fill="none")


def _slanted(x: float, y: float, width: float, height: float) -> Iterator[tuple[float, float, float, float]]:
    """The lines of a hatching, from below left to above right, as far as they are inside."""
    for n in range(1, int((width + height) / STEP) + 1):
        at = n * STEP
        left, right = max(0.0, at - height), min(width, at)
        if left < right:
            yield x + left, y + at - left, x + right, y + at - right


def striped(parent: Element, classes: str, x: float, y: float, radius: float, colours: Sequence[str]) -> Element:
    """A disc in slanted stripes of several colours, in turn."""
    disc = add(parent, "g", classes, transform=f"rotate(45 {short(x)} {short(y)})")
    many = 2 * len(colours)
    edges = [radius * (2 * n / many - 1) for n in range(many + 1)]
    for n in range(many):
        (a, b), (c, d) = ((edge, sqrt(max(0.0, radius**2 - edge**2))) for edge in edges[n : n + 2])
        arc = f"A{short(radius)} {short(radius)} 0 0 1"
        path = (
            f"M{short(x + a)} {short(y - b)}{arc} {short(x + c)} {short(y - d)}"
            f"L{short(x + c)} {short(y + d)}{arc} {short(x + a)} {short(y + b)}Z"
        )
        add(disc, "path", d=path, fill=colours[n % len(colours)])
    return disc


def short(value: str | float) -> str:
    """A number as short as a hundredth of a unit allows."""
    return value if isinstance(value, str) else f"{value:.2f}".rstrip("0").rstrip(".") or "0"
