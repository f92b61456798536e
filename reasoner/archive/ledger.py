"""Versions in a folder, as table formats keep them (Delta Lake, Iceberg): files that never change, and one page each.

    war/
      versions/000001.json    a page: what stands in that version, by name; written last
      parts/<sha256>.<suffix> a part: the bytes that a page names

A part is written under its own hash before the page that names it, and both are on the disk before they get their
names, so that a reader sees a version whole or not at all, whenever a writer is killed. A page gets its name only if
no other page has it: of two writers who read version 6, one writes version 7, and the other is told to read again.
Nothing is locked, and nothing is overwritten.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reasoner.diagnostic import Problems, error
from reasoner.syntax.load import shown

FORMAT = 1
_PAGES, _PARTS = "versions", "parts"
_DIGITS = 6
_CHANGED = "it does not say what was written"


class Outrun(Exception):
    """Somebody else has written the next version meanwhile."""


@dataclass(frozen=True)
class Page:
    """One version: when it was made, what was done, and what stands in it."""

    version: int
    made: str
    did: str
    holds: Mapping[str, Any]


class Ledger:
    """The versions in a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._pages, self._parts = folder / _PAGES, folder / _PARTS

    @property
    def exists(self) -> bool:
        """Whether there are versions in the folder."""
        return self._pages.is_dir()

    def versions(self) -> list[int]:
        """The numbers of the versions, oldest first. Raises Problems where there is none."""
        try:
            found = sorted(int(path.stem) for path in self._pages.glob("*.json") if path.stem.isdigit())
        except OSError as reason:
            raise self._unreadable(self._pages, reason) from None
        if not found:
            remedy = f"make one: reasoner archive create {shown(self.folder)}"
            raise Problems([error("R551", f"there is no archive in {shown(self.folder)}", help=remedy)])
        return found

    def page(self, version: int | None = None) -> Page:
        """A version, or the newest one. Raises Problems where it is not there, damaged, or made by a newer program."""
        known = self.versions()
        number = known[-1] if version is None else version
        path = self._page(number)
        if number not in known:
            remedy = f"its versions are {known[0]} to {known[-1]}"
            raise Problems([error("R551", f"{shown(self.folder)} has no version {number}", help=remedy)])
        try:
            body, _, check = path.read_bytes().rstrip(b"\n").rpartition(b"\n")
            if check.decode() != _hash(body):
                raise ValueError("it does not say what was written")
            told = json.loads(body)
            if told["format"] > FORMAT:
                remedy = "install a newer reasoner"
                raise Problems([error("R553", f"{shown(path)} was written by a newer reasoner", help=remedy)])
            return Page(number, told["made"], told["did"], told["holds"])
        except OSError as reason:
            raise self._unreadable(path, reason) from None
        except (ValueError, KeyError, TypeError) as reason:
            older = max((one for one in known if one < number), default=number)
            raise self._damaged(path, str(reason), self._back(older)) from None

    def read(self, part: str, remedy: str = "") -> bytes:
        """What a part says. Raises Problems where it is missing or damaged, with what to do other than to go back."""
        path = self._parts / part
        try:
            data = path.read_bytes()
        except OSError as reason:
            raise self._unreadable(path, reason, remedy) from None
        if _hash(data) != path.stem:
            raise self._damaged(path, _CHANGED, remedy)
        return data

    def keep(self, data: bytes, suffix: str) -> str:
        """Writes a part, if there is none that says the same, and gives its name."""
        name = f"{_hash(data)}{suffix}"
        path = self._parts / name
        with self._writing(path):
            if not path.exists() or path.read_bytes() != data:  # which heals what was damaged
                self._parts.mkdir(parents=True, exist_ok=True)
                self._written(path, data).replace(path)
        return name

    def commit(self, page: Page) -> None:
        """Makes a page the next version. Raises Outrun where there is such a version already."""
        told = {"format": FORMAT, "made": page.made, "did": page.did, "holds": page.holds}
        body = json.dumps(told, ensure_ascii=False, indent=1).encode()
        path = self._page(page.version)
        with self._writing(path):
            self._pages.mkdir(parents=True, exist_ok=True)
            _settle(self._parts)
            written = self._written(path, body + b"\n" + _hash(body).encode() + b"\n")
            try:
                # A link is made only if there is no file of that name, by whomever.
                path.hardlink_to(written)
            except FileExistsError:
                raise Outrun from None
            finally:
                written.unlink(missing_ok=True)
            _settle(self._pages)

    @contextmanager
    def _writing(self, path: Path) -> Iterator[None]:
        """R512. What cannot be written is told."""
        try:
            yield
        except OSError as reason:
            remedy = "an archive needs a folder of its own, with room, on a file system with hard links"
            why = reason.strerror or str(reason)
            raise Problems([error("R512", f"{shown(path)} cannot be written: {why}", help=remedy)]) from None

    def _page(self, version: int) -> Path:
        return self._pages / f"{version:0{_DIGITS}}.json"

    def _written(self, path: Path, data: bytes) -> Path:
        """The data in a file beside that path, on the disk."""
        beside = path.with_name(f".{path.name}.{os.getpid()}")
        with beside.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        return beside

    def _damaged(self, path: Path, why: str, remedy: str) -> Problems:
        help = f"bring the file back from a copy of the folder, or {remedy or self._back(self.versions()[0])}"
        return Problems([error("R552", f"{shown(path)} is damaged: {why}", help=help)])

    def _back(self, version: int) -> str:
        return f"go back to a version that is whole: reasoner archive restore {shown(self.folder)} {version}"

    def _unreadable(self, path: Path, reason: OSError, remedy: str = "") -> Problems:
        if isinstance(reason, FileNotFoundError):
            return self._damaged(path, "it is missing", remedy)
        return Problems([error("R512", f"{shown(path)} cannot be read: {reason.strerror or reason}")])


def _hash(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _settle(folder: Path) -> None:
    """Has the names in a folder on the disk, where the system lets a folder be opened."""
    if os.name == "posix" and folder.is_dir():
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
