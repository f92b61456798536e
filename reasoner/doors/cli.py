"""The command line: each command opens onto the knowledge base and renders what it says.

Exit codes: 0 answered, 1 no answer, 2 diagnostics. Data goes to stdout, talk to stderr.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypedDict, Unpack, cast

import click

from reasoner.diagnostic import Diagnostic, Problems, draw, errors

_LONG = 1_000_000  # bytes of rules and facts: some three seconds


class Given(TypedDict):
    """The flags that every question takes."""

    rules: tuple[str, ...]
    facts: tuple[str, ...]
    default_rules: bool
    known_by: str | None
    without: tuple[str, ...]
    suppose: tuple[str, ...]
    engine: str
    at: str | None
    as_json: bool


_FLAGS = (
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
    click.option(
        "--no-default-rules", "default_rules", flag_value=False, default=True, help="Read only what is named."
    ),
    click.option("--at", metavar="DATE", help="Only that day, month or year, such as 2016-06-04."),
    click.option("--known-by", metavar="DATE", help="Only what sources had said by that day."),
    click.option("--without", multiple=True, metavar="SOURCE", help="Drop what rests on this source or assumption."),
    click.option("--suppose", multiple=True, metavar="FACT", help="Add a fact, or take one away: 'not FACT'."),
    click.option("--engine", default="columnar", metavar="NAME", help="columnar (default), naive or pydatalog."),
    click.option("--json", "as_json", is_flag=True, help="Print JSON."),
)


def _flags(command: Callable[..., None]) -> Callable[..., None]:
    for flag in reversed(_FLAGS):
        command = flag(command)
    return command


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="reasoner")
def cli() -> None:
    """Who besieges what, since when, and on whose word: reasoning about armed conflict from cited facts.

    \b
    reasoner ask "who besieges Raqqa?"
    reasoner why 1
    """


@cli.command()
@click.argument("question")
@_flags
def ask(question: str, **given: Unpack[Given]) -> None:
    """Answer a question in English, such as "who besieges Raqqa?"."""
    _answer("ask", question, given)


@cli.command()
@click.argument("body")
@_flags
def query(body: str, **given: Unpack[Given]) -> None:
    """Answer an atom or a body, such as 'besieges(Who, raqqa_city, Side)'."""
    _answer("query", body, given)


@cli.command()
@click.argument("what", metavar="N|ATOM")
@_flags
def why(what: str, **given: Unpack[Given]) -> None:
    """Explain answer N of the last question, or an atom, down to the quoted words."""
    verb, question = "why", what
    if what.isdigit():
        verb, question, given = _last_question(given)
    base = _load(given)
    answers = getattr(base, verb)(question, given["at"])
    chosen = (
        [one for one in answers if one.id == int(what)] if what.isdigit() else [one for one in answers if one.proof]
    )
    if not chosen and given["as_json"]:
        _print_json({"question": question, "answers": [], "diagnostics": []})
    if not chosen:
        _say(f"there is no answer {what}: the last question has {len(answers)}" if what.isdigit()
             else f"{what} does not hold" + (f" on {given['at']}" if given["at"] else ""))  # fmt: skip
        sys.exit(1)
    from reasoner.render import json as as_json
    from reasoner.render import proof as as_proof

    if given["as_json"]:
        _print_json({"answers": [as_json.answer(a) | {"proof": as_proof.as_json(a.proof)} for a in chosen]})
    else:
        renderer = _renderer(base)
        click.echo("\n\n".join(as_proof.explain(answer, renderer) for answer in chosen))
        if not what.isdigit() and len(answers) > len(chosen):
            _say(f"and {len(answers) - len(chosen)} more answers: ask about one of them")


@cli.command()
@click.argument("question", required=False)
@_flags
def plan(question: str | None, **given: Unpack[Given]) -> None:
    """Show how a question, an atom or a body is evaluated; without one, the whole program."""
    from reasoner.plan import show

    base = _load(given)
    directed = base.plan(question, given["at"])
    if given["as_json"]:
        _print_json(show.as_json(directed))
    else:
        click.echo(show.as_text(directed, base.vocabulary))


@cli.command()
@_flags
def check(**given: Unpack[Given]) -> None:
    """Say everything that is wrong or doubtful: errors, warnings, broken invariants, disputes."""
    base = _load(given)
    found = base.check()
    if given["as_json"]:
        _print_json({"diagnostics": [d.as_json() for d in found]})
    elif found:
        click.echo(draw(found))
    _say(f"{len(base.claims)} claims, {_counted(found)}")
    sys.exit(2 if errors(found) else 0)


@cli.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--check", "only_check", is_flag=True, help="Change nothing; fail where a file would change.")
def fmt(files: tuple[Path, ...], only_check: bool) -> None:
    """Lay rule and fact files out in the one style, comments kept."""
    from reasoner.syntax.load import load
    from reasoner.syntax.write import format_file

    problems: list[Diagnostic] = []
    program = load(files, problems)
    if errors(problems):
        raise Problems(problems)
    changed = 0
    for file in program.files:
        formatted = format_file(file)
        if formatted != file.text.content:
            changed += 1
            _say(f"{'would lay out' if only_check else 'laid out'} {file.text.name}")
            if not only_check:
                Path(file.text.name).write_text(formatted, encoding="utf-8", newline="\n")
    _say(f"{changed} of {len(program.files)} files {'would change' if only_check else 'changed'}")
    sys.exit(1 if only_check and changed else 0)


@cli.command()
@_flags
def phrases(**given: Unpack[Given]) -> None:
    """List what can be asked: an example question for each declared phrase."""
    from reasoner.query.phrasebook import phrasebook

    book = phrasebook(_load(given).vocabulary)
    if given["as_json"]:
        _print_json({"phrases": book})
    else:
        click.echo("\n".join(book))


# ---------------------------------------------------------------- what the commands share


def _answer(verb: str, question: str, given: Given) -> None:
    base = _load(given)
    answers = getattr(base, verb)(question, given["at"])
    _remember(verb, question, given)
    if given["as_json"]:
        from reasoner.render import json as as_json

        _print_json(as_json.answers(answers))
    else:
        if verb == "ask":
            _say(f"understood as: {answers.query}")
            for other in answers.alternatives:
                _say(f"it could also be read as: {other}")
        if answers.form == "why" and answers:
            from reasoner.render import proof as as_proof

            click.echo("\n\n".join(as_proof.explain(answer, _renderer(base)) for answer in answers))
        else:
            click.echo(_renderer(base).answers(answers))
        if base.diagnostics:
            _say(f"{_counted(base.diagnostics)}: see `reasoner check`")
    sys.exit(0 if answers else 1)


def _load(given: Given) -> Any:
    from reasoner.knowledge_base import load

    with _bar() as progress:
        return load(
            given["rules"],
            given["facts"],
            default_rules=given["default_rules"],
            known_by=given["known_by"],
            without=given["without"],
            suppose=given["suppose"],
            engine=given["engine"],
            progress=progress,
        )


@contextmanager
def _bar() -> Iterator[Callable[[int, int], None]]:
    """A progress bar on a terminal, once there is so much to read that it takes seconds."""
    started: list[tuple[Any, Any]] = []

    def progress(done: int, total: int) -> None:
        if total < _LONG or not sys.stderr.isatty():
            return
        if not started:
            from rich.console import Console
            from rich.progress import Progress

            bar = Progress(console=Console(stderr=True), transient=True)
            bar.start()
            started.append((bar, bar.add_task("reading", total=total)))
        bar, task = started[0]
        bar.update(task, completed=done)

    try:
        yield progress
    finally:
        for bar, _ in started:
            bar.stop()


def _renderer(base: Any) -> Any:
    from reasoner.evidence.claim import known_sources
    from reasoner.render.text import TextRenderer

    return TextRenderer(base.vocabulary, base.names, known_sources(base.program))


def _print_json(value: object) -> None:
    click.echo(json.dumps(value, ensure_ascii=False, indent=2))


def _say(talk: str) -> None:
    click.echo(talk, err=True)


def _counted(found: tuple[Diagnostic, ...]) -> str:
    wrong = len(errors(found))
    doubtful = len(found) - wrong
    return f"{wrong} error{'s' * (wrong != 1)}, {doubtful} warning{'s' * (doubtful != 1)}"


def _memory() -> Path:
    return Path(click.get_app_dir("reasoner")) / "last.json"


def _remember(verb: str, question: str, given: Given) -> None:
    """Keeps the question, so that `why 1` knows what it is about; where it cannot be kept, `why` says so."""
    try:
        _memory().parent.mkdir(parents=True, exist_ok=True)
        kept = {"verb": verb, "question": question, "folder": str(Path.cwd()), "given": given}
        _memory().write_text(json.dumps(kept), encoding="utf-8")
    except OSError:
        return


def _last_question(given: Given) -> tuple[str, str, Given]:
    try:
        last = json.loads(_memory().read_text(encoding="utf-8"))
        if last["folder"] == str(Path.cwd()):
            # Flags that are given now count, beside those of the question.
            now = {name: value for name, value in given.items() if value not in (None, (), True, "columnar")}
            merged = cast("Given", last["given"] | now | {"as_json": given["as_json"]})
            return ("why" if last["verb"] == "query" else last["verb"]), last["question"], merged
    except (OSError, ValueError, KeyError):
        pass
    raise click.UsageError("no question was asked in this folder yet: ask one first, or name an atom")


def main() -> None:
    """Runs the command line; what is wrong with the input is told, never raised."""
    try:
        cli(standalone_mode=True)
    except Problems as problems:
        if "--json" in sys.argv:
            found = [d.as_json() for d in problems.diagnostics]
            _print_json({"question": None, "query": None, "last_evidence": None, "answers": [], "diagnostics": found})
        else:
            click.echo(draw(problems.diagnostics), err=True)
        sys.exit(2)
    except OSError as reason:  # what was to be printed could not be
        click.echo(f"error: {reason.strerror}", err=True)
        sys.exit(2)
