"""Files to a program. A file that cannot be read gives a message, and the others are read all the same."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from pathlib import Path

from reasoner.diagnostic import Diagnostic, error, warning
from reasoner.syntax import souffle
from reasoner.syntax.parse import parse
from reasoner.syntax.souffle_facts import facts
from reasoner.syntax.souffle_names import free
from reasoner.syntax.tree import File, Program
from reasoner.text import Text

# In bytes. About 300,000 facts: a minute to read, and 800 MB of memory.
LIMIT = 20_000_000

# Told how many bytes have been read, and of how many.
Progress = Callable[[int, int], object]

CASES = "cases"  # a folder of cases apart, each read only where it is named

DIALECTS = ("datalog", "souffle")
FILES, SHORT = 64, 100_000  # files that are remembered as they were parsed, and how many characters one has at most

_BOM = b"\xef\xbb\xbf"


def load(
    paths: Sequence[Path | str],
    problems: list[Diagnostic],
    progress: Progress | None = None,
    dialect: str = "datalog",
) -> Program:
    """Every `*.dl` file of some folders, and single files whatever their names, each once.

    Within a folder the order is that of the paths; hidden files and folders are left out, and folders of cases apart.
    A program in the dialect of Souffle has its tables of facts in these folders, or beside it.
    """
    if dialect not in DIALECTS:
        problems.append(error("R508", f"there is no dialect `{dialect}`", help=f"choose {' or '.join(DIALECTS)}"))
        return Program(())
    if dialect == "souffle":
        return Program(tuple(_souffle(paths, problems)))
    found = {path.resolve(): path for path in reversed(tuple(_found(paths, problems)))}
    texts = [(path, data) for path in reversed(found.values()) if (data := _bytes(path, problems)) is not None]
    total = sum(len(data) for _, data in texts)
    files: list[File] = []
    done = 0
    for path, data in texts:
        text = _text(path, data, problems)
        if text is not None:
            size = len(data) / max(1, len(text.content))
            files.append(_parsed(text, problems, _scaled(progress, done, size, total)))
        done += len(data)
        if progress:
            progress(done, total)
    return Program(tuple(files))


def _parsed(text: Text, problems: list[Diagnostic], progress: Callable[[int], object] | None) -> File:
    if len(text.content) > SHORT:
        return parse(text, problems, progress)
    file, found = _remembered(text)
    problems.extend(found)
    return file


@lru_cache(FILES)
def _remembered(text: Text) -> tuple[File, tuple[Diagnostic, ...]]:
    """A file that has not changed need not be parsed again, as when another beside it is saved."""
    found: list[Diagnostic] = []
    return parse(text, found), tuple(found)


def _scaled(progress: Progress | None, before: int, size: float, total: int) -> Callable[[int], object] | None:
    """From characters of one file to bytes of all."""
    return (lambda characters: progress(before + int(characters * size), total)) if progress else None


def _souffle(paths: Sequence[Path | str], problems: list[Diagnostic]) -> Iterator[File]:
    """The programs that are named or stand in a folder, each with the tables that it asks for."""
    found: list[Diagnostic] = []
    programs = {path.resolve(): path for path in _found(paths, found)}
    # A folder of tables needs no program, and a table may be empty.
    problems.extend(d for d in found if d.code != "R515" or not programs)
    sources: set[str] = set()

    def source(path: Path) -> str:
        name = free(re.sub(r"\W+", "_", path.name, flags=re.ASCII), sources)
        sources.add(name)
        return name

    for path in programs.values():
        text = text_of(path, problems)
        if text is None:
            continue
        program, inputs = souffle.parse(text, source(path), problems)
        yield program
        folders = [*(Path(one) for one in paths if Path(one) not in programs.values()), path.parent]
        for asked in inputs:
            places = [folder / asked.file for folder in folders]
            table = next((place for place in places if place.is_file()), None)
            if table is None:
                where = " or ".join(shown(folder) for folder in folders)
                missing = f"there is no file {asked.file}"
                problems.append(error("R511", missing, asked.origin, help=f"looked in {where}"))
                continue
            found = []
            rows = text_of(table, found)
            problems.extend(d for d in found if d.code != "R516")
            if rows is not None:
                yield facts(rows, asked, source(table), problems)


# ---------------------------------------------------------------- where the files are


def _found(paths: Sequence[Path | str], problems: list[Diagnostic]) -> Iterator[Path]:
    for path in map(Path, paths):
        try:
            if path.is_dir():
                inside = sorted(_inside(path, problems, set()))
                if not inside:
                    problems.append(
                        warning("R515", f"there is no .dl file in {shown(path)}", help="is it the right folder?")
                    )
                yield from inside
                continue
            exists = path.exists()
        except (OSError, ValueError) as reason:
            problems.append(_unreadable(path, reason))
            continue
        if exists:
            yield path
        else:
            problems.append(
                error(
                    "R511",
                    f"there is no file or folder {shown(path)}",
                    help=f"looked for it from {shown(Path.cwd())}",
                )
            )


def _inside(folder: Path, problems: list[Diagnostic], seen: set[Path]) -> Iterator[Path]:
    """The files of a folder and its subfolders; links are followed, but not in circles."""
    seen.add(folder.resolve())
    try:
        for path in folder.iterdir():
            if path.name.startswith(".") or path.name == CASES:
                continue
            if path.is_dir():
                if path.resolve() not in seen:
                    yield from _inside(path, problems, seen)
            elif path.suffix.lower() == ".dl":
                yield path
    except OSError as reason:
        problems.append(_unreadable(folder, reason))


def shown(path: Path) -> str:
    """A path as messages give it: from the working directory where it lies under it, and always printable."""
    at = path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path
    return "".join(c if c.isprintable() else "?" for c in at.as_posix())


# ---------------------------------------------------------------- what they say


def _unreadable(path: Path, reason: OSError | ValueError) -> Diagnostic:
    why = reason.strerror if isinstance(reason, OSError) and reason.strerror else str(reason)
    remedy = "ask for the right to read it, or copy it" if isinstance(reason, PermissionError) else ""
    return error("R512", f"{shown(path)} cannot be read: {why}", help=remedy)


def _bytes(path: Path, problems: list[Diagnostic]) -> bytes | None:
    try:
        with path.open("rb") as file:
            data = file.read(LIMIT + 1)
    except FileNotFoundError:
        problems.append(error("R511", f"{shown(path)} points to a file that is not there"))
        return None
    except OSError as reason:
        problems.append(_unreadable(path, reason))
        return None
    if len(data) > LIMIT:
        problems.append(
            error(
                "R504",
                f"{shown(path)} is too large: a file may have {LIMIT // 1_000_000} MB",
                help="split it, for example by source or by month, or give its facts as a table",
            ),
        )
        return None
    return data


def text_of(path: Path, problems: list[Diagnostic]) -> Text | None:
    """One file as text, None where it cannot be read."""
    data = _bytes(path, problems)
    return None if data is None else _text(path, data, problems)


def _text(path: Path, data: bytes, problems: list[Diagnostic]) -> Text | None:
    """The file as text. Lines may end as on any system; positions are those that an editor shows."""
    name = shown(path)
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        problems.append(error("R514", f"{name} is UTF-16, not UTF-8", help=_convert(name, "UTF-16")))
        return None
    if b"\0" in data:
        problems.append(
            error(
                "R513",
                f"{name} is no text: byte {data.index(0)} is NUL",
                help="export it as plain text (UTF-8)",
            )
        )
        return None
    data = data.removeprefix(_BOM)
    try:
        content = data.decode()
    except UnicodeDecodeError as bad:
        problems.append(_not_utf8(name, data, bad.start))
        return None
    if not content.strip():
        problems.append(warning("R516", f"{name} is empty"))
    return Text(name, _lines(content))


def _lines(content: str) -> str:
    return content.replace("\r\n", "\n").replace("\r", "\n")


def _not_utf8(name: str, data: bytes, offset: int) -> Diagnostic:
    before = _lines(data[:offset].decode())
    text = Text(name, before + _lines(data[offset:].decode(errors="replace")))
    place = text.span(len(before), len(before) + 1)
    likely = bytes([data[offset]]).decode("cp1252", errors="replace")
    return error(
        "R514",
        f"{name} is not UTF-8: byte {offset}, on line {place.line}, is 0x{data[offset]:02x}",
        place,
        f"in Windows-1252 this is `{likely}`" if likely.isprintable() and likely != "\ufffd" else "",
        help=_convert(name, "WINDOWS-1252"),
    )


def _convert(name: str, encoding: str) -> str:
    return f"save it as UTF-8 in your editor, or convert it: iconv -f {encoding} -t UTF-8 {name} > new.dl"
