"""HTML as a reader of its own sees it: the tree must close, and everything in it is counted."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = {"meta", "br", "link", "img", "hr", "input"}


@dataclass
class Seen:
    """What a page or a fragment has: its words, and its elements with their attributes."""

    text: str = ""
    elements: list[tuple[str, dict[str, str]]] = field(default_factory=list)

    def all(self, attribute: str) -> list[str]:
        """The values of an attribute, in the order of the page."""
        return [its[attribute] for _, its in self.elements if attribute in its]


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.seen, self.open, self.raw = Seen(), list[str](), list[str]()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """An element begins."""
        assert len(dict(attrs)) == len(attrs), f"<{tag}> has an attribute twice"
        self.seen.elements.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """An element of SVG that has nothing in it."""
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        """An element ends: the one that was begun last."""
        assert self.open, f"</{tag}> ends nothing"
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        """Words, other than those of a style."""
        if "style" not in self.open:
            self.raw.append(data)


def seen(html: str) -> Seen:
    """What is in it. Fails where elements do not close in order, or two have the same id."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    assert not reader.open, f"not closed: {reader.open}"
    ids = reader.seen.all("id")
    assert len(ids) == len(set(ids)), "an id is there twice"
    reader.seen.text = plain("".join(reader.raw))
    return reader.seen


def plain(text: str) -> str:
    """A text without what HTML has otherwise: runs of spaces, and the quotation marks that a browser draws."""
    return re.sub(r"\s+", " ", text.replace('"', "")).strip()
