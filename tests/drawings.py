"""How pictures are read back: as others read an SVG, and as a browser reads HTML."""

from __future__ import annotations

import re
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

import reasoner
from reasoner.evidence.claim import Claim, Evidence
from reasoner.explain.proof import Stated
from reasoner.knowledge_base import KnowledgeBase
from reasoner.render.pictures.lettering import width
from reasoner.render.pictures.picture import Picture
from reasoner.render.text import TextRenderer
from reasoner.syntax.parse import parse
from reasoner.syntax.tree import Rule
from reasoner.text import Text
from reasoner.when import ETERNAL
from tests.seed import FACTS

ROOT = Path(__file__).parent.parent
SVG = "{http://www.w3.org/2000/svg}"
TAGS = {"svg", "title", "desc", "g", "rect", "circle", "path", "text"}
LOUD = re.compile(r"on\w+|style|id|href|src|.*:.*")  # attributes that run, recolour, name or fetch something
NUMBER = r"(-?[\d.]+)"
START = 736000  # a day
Box = tuple[float, float, float, float]  # left, top, right, bottom


@cache
def raqqa() -> KnowledgeBase:
    """The article and its map."""
    return reasoner.load(ROOT / "rules", FACTS, default_rules=False)


@cache
def renderer() -> TextRenderer:
    """Texts with the words of the doctrine."""
    found = raqqa().renderer
    assert isinstance(found, TextRenderer)
    return found


def parsed(picture: Picture) -> Element:
    """An SVG as others read it, without its namespace; harmless, and of the size that it says."""
    root = ElementTree.fromstring(picture.svg)
    for element in root.iter():
        assert element.tag.startswith(SVG)
        element.tag = element.tag.removeprefix(SVG)
        assert element.tag in TAGS
        for name, value in element.attrib.items():
            assert not LOUD.fullmatch(name)
            assert "url(" not in value
            assert "nan" not in value
    assert root.get("viewBox") == f"0 0 {picture.width} {picture.height}"
    assert (root.get("width"), root.get("height")) == (str(picture.width), str(picture.height))
    assert root.get("role") == "img"
    assert root.findtext("title")
    assert root.findtext("desc")
    return root


def classed(root: Element, *names: str) -> list[Element]:
    """The elements that have all these classes."""
    return [one for one in root.iter() if {*names} <= {*(one.get("class") or "").split()}]


def box(rect: Element) -> Box:
    """The edges of a rectangle."""
    x, y, wide, high = (float(rect.attrib[name]) for name in ("x", "y", "width", "height"))
    return x, y, x + wide, y + high


def apart(one: Box, other: Box) -> bool:
    """Whether two boxes do not overlap, but for a hundredth."""
    return (
        one[2] <= other[0] + 0.02 or other[2] <= one[0] + 0.02 or one[3] <= other[1] + 0.02 or other[3] <= one[1] + 0.02
    )


def texts(root: Element) -> list[Box]:
    """The room that each line of text takes, as wide as the font of the pictures has it."""
    found = []
    (right, down), *_ = [
        *(map(float, re.findall(NUMBER, one.attrib["transform"])) for one in classed(root, "map")),
        (0, 0),
    ]
    on_map = {one for group in classed(root, "map") for one in group.iter("text")}
    for one in root.iter("text"):
        size, bold = float(one.attrib["font-size"]), one.get("font-weight") == "bold"
        wide = width(one.text or "", size, bold)
        left = (
            float(one.attrib["x"]) - (wide if one.get("text-anchor") == "end" else 0) + (right if one in on_map else 0)
        )
        base = float(one.attrib["y"]) + (down if one in on_map else 0)
        found.append((left, base - 0.7 * size, left + wide, base + 0.15 * size))
    return found


def words(root: Element) -> str:
    """All that is written, without the gaps where lines break."""
    return "".join("".join(root.itertext()).split())


def rule() -> Rule:
    """A rule with a short text, so that what fails is short too."""
    (found,) = parse(Text("siege.dl", 'besieged(P) :- encircled(P)  "{P} is encircled".'), []).statements
    assert isinstance(found, Rule)
    return found


def stated(number: int, quote: str) -> Stated:
    """A leaf: somebody says so."""
    evidence = Evidence("s", f"s{number}", quote, ("Somebody",))
    return Stated("capture", ("red", f"town_{number}"), START, Claim("capture", (), ETERNAL, evidence))


class Reader(HTMLParser):
    """What a browser would make of HTML: its tags, links, and text without gaps."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.links: list[str] = []
        self.text = ""

    @classmethod
    def of(cls, html: str) -> Reader:
        """The same, having read."""
        made = cls()
        made.feed(html)
        made.close()
        return made

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """An element begins."""
        self.tags.add(tag)
        self.links += [value or "" for name, value in attrs if name in ("href", "src", "cite")]
        assert not any(name.startswith("on") or name == "style" for name, _ in attrs)

    def handle_data(self, data: str) -> None:
        """Text."""
        self.text += "".join(data.split())
