"""Waits for rule and fact files to change, to come or to go."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncGenerator, AsyncIterator, Iterable, Iterator
from contextlib import aclosing
from pathlib import Path
from stat import S_ISDIR

from reasoner.syntax.load import CASES

SUFFIXES = (".dl", ".parquet", ".facts", ".csv", ".json")  # of what is read from a folder, in any dialect
QUIET, MOST, SELDOM = 50, 100, 1_000  # milliseconds: until nothing more changes, at most, and between two looks

Marks = dict[str, tuple[int, int, int]]


async def changes(paths: Iterable[Path]) -> AsyncIterator[None]:
    """Once at first, then whenever a file of these folders, or one of these files, is another than before.

    The system tells where something changed, and so does a look at all files once a second: a folder may be a link, on
    a disk that tells nothing, or away for a while.
    """
    paths = tuple(paths)
    known = await asyncio.to_thread(marks, paths)
    yield
    while True:
        folders = await asyncio.to_thread(folders_of, paths)
        async with aclosing(_moments(folders)) as moments:
            async for _ in moments:
                now = await asyncio.to_thread(marks, paths)
                if now != known:
                    known = now
                    yield
                if await asyncio.to_thread(folders_of, paths) != folders:
                    break


async def _moments(folders: frozenset[str]) -> AsyncGenerator[None]:
    """Whenever something in the folders has changed, and once a second anyway."""
    from watchfiles import awatch

    try:
        async for _ in awatch(
            *folders, watch_filter=None, debounce=MOST, step=QUIET, rust_timeout=SELDOM, yield_on_timeout=True,
            recursive=False, ignore_permission_denied=True,
        ):  # fmt: skip
            yield
    except (OSError, RuntimeError):  # more folders than the system watches, or one that has just gone
        await asyncio.sleep(SELDOM / 1000)
        yield


def marks(paths: Iterable[Path]) -> Marks:
    """Each file with what changes when it is written."""
    found: Marks = {}
    for path in _files(paths):
        try:
            stat = path.stat()
        except (OSError, ValueError):
            continue
        # Of a folder only that it is there: files come and go in it that are not read.
        found[str(path)] = (0, 0, 0) if S_ISDIR(stat.st_mode) else (stat.st_mtime_ns, stat.st_size, stat.st_ino)
    return found


def folders_of(paths: Iterable[Path]) -> frozenset[str]:
    """The folders that a file may come into, or go from."""
    found = {str(folder) for path in paths for folder, _ in _walk(path)}
    return frozenset(found | {str(path.parent) for path in paths if path.parent.is_dir()})


def _files(paths: Iterable[Path]) -> Iterator[Path]:
    for path in paths:
        yield path  # of a folder too: it may come and go
        for folder, names in _walk(path):
            yield from (folder / name for name in names if name.lower().endswith(SUFFIXES))


def _walk(path: Path) -> Iterator[tuple[Path, list[str]]]:
    """A folder and those in it that are read, each once, with the visible files in them."""
    seen: set[str] = set()
    for folder, inside, names in os.walk(path, followlinks=True):
        real = os.path.realpath(folder)
        inside[:] = [] if real in seen else [one for one in inside if not one.startswith(".") and one != CASES]
        if real not in seen:
            seen.add(real)
            yield Path(folder), [one for one in names if not one.startswith(".")]
