"""The knowledge base as it was once read, and what can be seen of it."""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass, field, replace
from functools import cached_property
from hashlib import blake2b
from typing import Self

from reasoner.diagnostic import Diagnostic
from reasoner.doors.server.asked import Asked
from reasoner.doors.server.completing import Completer, in_order
from reasoner.knowledge_base import KnowledgeBase
from reasoner.query.phrasebook import phrasebook


@dataclass(frozen=True)
class Edition:
    """One reading of the files. `base` has errors nowhere, and nothing of it is evaluated; None before the first one.

    `found` is what is to be said of the files since, where they could not be read any more.
    """

    version: int
    base: KnowledgeBase | None = None
    found: tuple[Diagnostic, ...] = ()
    completer: Completer = field(default_factory=Completer, repr=False)
    phrases: tuple[str, ...] = ()

    @classmethod
    def of(cls, version: int, base: KnowledgeBase) -> Self:
        """What has just been read."""
        looked_at = fresh(base)
        vocabulary, names = looked_at.vocabulary, looked_at.names
        phrases = phrasebook(vocabulary, names, in_order(vocabulary))
        return cls(version, base, (), Completer.of(vocabulary, names), tuple(phrases))

    @cached_property
    def tag(self) -> str:
        """Another one wherever an answer may be another: an entity tag of HTTP."""
        said = blake2b(repr([(one.order, one.message) for one in self.found]).encode(), digest_size=6)
        return f'W/"{self.version}-{said.hexdigest()}"'


def fresh(base: KnowledgeBase) -> KnowledgeBase:
    """The same with nothing evaluated; the one that is given must not have been asked anything."""
    made = copy(base)
    if "conclusions" in base.__dict__:  # an archive's, known already
        made.conclusions = replace(base.conclusions)
    return made


@dataclass(frozen=True)
class Content:
    """What an address has: text, its type, the status; and of a check what it has found."""

    body: str
    type: str = "text/html"
    status: int = 200
    found: tuple[Diagnostic, ...] = ()


@dataclass(frozen=True)
class Scene:
    """What a view looks at: what is asked, the knowledge base as it is, and with what is supposed and left out.

    `found` is what is to be said of the files now, where they have errors.
    """

    asked: Asked
    stated: KnowledgeBase
    base: KnowledgeBase
    found: tuple[Diagnostic, ...]

    @property
    def at(self) -> str | None:
        """The day asked about, if any."""
        return self.asked.at or None
