"""Names and types of a Souffle program: its relations and variables under names that our language can write."""

from __future__ import annotations

import re
from collections.abc import Container
from dataclasses import dataclass
from typing import Literal as OneOf

from lark import Token, Tree

from reasoner.diagnostic import Diagnostic, error
from reasoner.syntax.mistakes import RESERVED
from reasoner.text import Span, Text

Kind = OneOf["symbol", "number", "unsigned"]
Node = Tree[Token]

_ESCAPES = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}


@dataclass(frozen=True)
class Relation:
    """A declared relation: its name here and its attributes with their kinds, None for one that was refused."""

    predicate: str
    attributes: tuple[tuple[str, Kind | None], ...]


def free(name: str, taken: Container[str], upper: bool = False) -> str:
    """The name as our language writes it: with that case first, no `?`, no word of the language, not yet taken."""
    letters = name.replace("?", "")
    found = letters.lstrip("_0123456789") or f"x{letters}"
    if upper and letters.startswith("_") and letters != "_":
        found = letters  # which may stand once, here as there
    else:
        found = (found[0].upper() if upper else found[0].lower()) + found[1:]
    while found in taken or found in RESERVED:
        found += "_"
    return found


def word(qualified: Node) -> str:
    """A name with its parts, `a.b`, as one word."""
    return ".".join(map(str, qualified.children))


def nodes(tree: Node) -> list[Node]:
    """The children that are trees."""
    return [child for child in tree.children if isinstance(child, Tree)]


def tokens(tree: Node) -> list[Token]:
    """The children that are tokens."""
    return [child for child in tree.children if isinstance(child, Token)]


def span(text: Text, node: Node | Token) -> Span:
    """Where a piece of the program stands."""
    place = node if isinstance(node, Token) else node.meta
    return text.span(place.start_pos or 0, place.end_pos or 0)


def unquote(token: Token) -> str:
    """What stands between the quotes."""
    return re.sub(r"\\([\s\S])", lambda found: _ESCAPES.get(found[1], found[1]), token[1:-1])


def refused(what: str, at: Span, help: str = "") -> Diagnostic:
    """The message for what Souffle has and this language cannot say."""
    return error("R112", f"Souffle is read without {what}", at, "cannot be said here", help=help)
