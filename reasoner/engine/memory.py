"""How much memory an evaluation may take: it ends with a message before the machine begins to swap."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path

from reasoner.diagnostic import Problems, error
from reasoner.text import Span

SHARE = 0.8  # of the memory that there is
OFTEN = 1_000_000  # rows


@cache
def most() -> int:
    """The bytes that the process may take: a share of the machine's memory, or of that of the group it runs in."""
    sizes = [os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")] if hasattr(os, "sysconf") else []
    group = Path("/sys/fs/cgroup/memory.max")
    if group.exists() and (written := group.read_text().strip()).isdigit():
        sizes.append(int(written))
    return int(SHARE * min(sizes, default=sys.maxsize))


def taken() -> int:
    """The most bytes that the process has had so far; 0 where the system does not tell."""
    try:
        import resource
    except ImportError:
        return 0
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


class TooMany(Exception):
    """A stratum derives more rows than are wanted."""


_WANTED: ContextVar[int] = ContextVar("rows", default=sys.maxsize)


@contextmanager
def at_most(rows: int) -> Iterator[None]:
    """While no stratum may derive more rows than these: one that does is left apart, with what needs it."""
    outer = _WANTED.set(rows)
    try:
        yield
    finally:
        _WANTED.reset(outer)


class Watch:
    """Looks at what is taken once in so many rows: to ask the system costs as much as deriving some thousands."""

    def __init__(self) -> None:
        self._rows, self._left = 0, _WANTED.get()

    def check(self, rows: int, predicate: str, origin: Span | None) -> None:
        """Counts rows that were derived. Raises Problems (R507) where there will soon be no memory left."""
        self._left -= rows
        if self._left < 0:
            raise TooMany
        self._rows += rows
        if self._rows >= OFTEN:
            self._rows = 0
            if taken() > most():
                raise too_much(predicate, origin)


def too_much(predicate: str, origin: Span | None) -> Problems:
    """The message for a rule whose rows do not fit."""
    message = f"the rows of `{predicate}` take more than the {most() / 2**30:.1f} GB of memory that there are for it"
    advice = "ask about less, such as one place or one day (--at), or give the rule a literal that narrows it down"
    return Problems([error("R507", message, origin, help=advice)])
