"""What the commands share: the flags of every question, the knowledge base they open, and how they print."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypedDict

import click

LONG = 1_000_000  # bytes of rules and facts: some three seconds


class Given(TypedDict):
    """The flags that every question takes."""

    rules: tuple[str, ...]
    facts: tuple[str, ...]
    archive: str | None
    default_rules: bool
    known_by: str | None
    without: tuple[str, ...]
    suppose: tuple[str, ...]
    engine: str
    dialect: str
    at: str | None
    as_json: bool


FLAGS = (
    click.option(
        "--rules",
        multiple=True,
        metavar="PATH",
        help="Rule file or folder, beside the default ones.",
    ),
    click.option(
        "--facts",
        multiple=True,
        metavar="PATH",
        help="Fact file or folder, instead of the default ones.",
    ),
    click.option("--archive", metavar="FOLDER", help="Ask an archive: see `reasoner archive`."),
    click.option(
        "--no-default-rules", "default_rules", flag_value=False, default=True, help="Read only what is named."
    ),
    click.option("--at", metavar="DATE", help="Only that day, month or year, such as 2016-06-04."),
    click.option("--known-by", metavar="DATE", help="Only what sources had said by that day."),
    click.option("--without", multiple=True, metavar="SOURCE", help="Drop what rests on this source or assumption."),
    click.option("--suppose", multiple=True, metavar="FACT", help="Add a fact, or take one away: 'not FACT'."),
    click.option("--engine", default="columnar", metavar="NAME", help="columnar (default), naive or pydatalog."),
    click.option(
        "--dialect",
        default="datalog",
        metavar="NAME",
        help="souffle: read programs of Souffle, and them alone; their tables of facts from folders given as --facts.",
    ),
    click.option("--json", "as_json", is_flag=True, help="Print JSON."),
)


def flags(command: Callable[..., None]) -> Callable[..., None]:
    """Gives a command the flags of every question."""
    for flag in reversed(FLAGS):
        command = flag(command)
    return command


def open_base(given: Given) -> Any:
    """The knowledge base that the flags name."""
    from reasoner.loading import load

    with progress_bar("reading", LONG) as progress:
        named = given["rules"], given["facts"]
        options: dict[str, Any] = {name: given[name] for name in ("known_by", "without", "suppose", "engine")}
        if given["archive"]:
            from reasoner.archive.archive import Archive

            return Archive.open(given["archive"]).load(*named, **options, progress=progress)
        options |= {"default_rules": given["default_rules"], "dialect": given["dialect"]}
        return load(*named, **options, progress=progress)


@contextmanager
def progress_bar(doing: str, least: int) -> Iterator[Callable[[int, int], None]]:
    """A progress bar on a terminal, where there is so much to do that it takes seconds."""
    started: list[tuple[Any, Any]] = []

    def progress(done: int, total: int) -> None:
        if total < least or not sys.stderr.isatty():
            return
        if not started:
            from rich.console import Console
            from rich.progress import Progress

            bar = Progress(console=Console(stderr=True), transient=True)
            bar.start()
            started.append((bar, bar.add_task(doing, total=total)))
        bar, task = started[0]
        bar.update(task, completed=done)

    try:
        yield progress
    finally:
        for bar, _ in started:
            bar.stop()


def format_of(out: str, form: str | None, names: Sequence[str]) -> str:
    """The format to write OUT in: the one that is named, or that its end says."""
    form = form or Path(out).suffix[1:].lower()
    if form not in names:
        ends = ", ".join(f".{name}" for name in names)
        raise click.UsageError(f"the end of {out} is none of {ends}: end it so, or give --format")
    return form


def write_out(out: str, data: bytes) -> None:
    """To stdout, or beside the file and then into its place: whole or not at all."""
    if out == "-":
        sys.stdout.buffer.write(data)
        return
    from reasoner.evidence.fact_file import whole

    with whole(Path(out)) as part:
        part.write_bytes(data)


def say_if_outside(base: Any, at: str | None) -> None:
    """A warning where a day is after all evidence; one before it is an error by then."""
    if found := base.outside(at):
        from reasoner.diagnostic import draw

        say(draw((found,)))


def print_json(value: object) -> None:
    """Data, to stdout."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=2))


def say(talk: str) -> None:
    """Talk, to stderr."""
    click.echo(talk, err=True)
