"""The command line: each command opens onto the knowledge base and renders what it says.

Exit codes: 0 answered, 1 no answer, 2 diagnostics. Data goes to stdout, talk to stderr.
"""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any, Unpack, cast

import click

from reasoner import __version__
from reasoner.diagnostic import Diagnostic, Problems, draw, errors
from reasoner.doors.archiving import archive
from reasoner.doors.drawing import NAMES, draw_map, drawing, put
from reasoner.doors.explaining import compare, sources, why_not
from reasoner.doors.exporting import export
from reasoner.doors.importing import import_table
from reasoner.doors.naming import names
from reasoner.doors.reporting import cite, report
from reasoner.doors.serving import serve
from reasoner.doors.shared import (
    Given,
    flags,
    format_of,
    open_base,
    print_json,
    say,
    say_if_outside,
)
from reasoner.doors.showing import show, timeline
from reasoner.doors.surveying import geography
from reasoner.doors.testing import coverage, test
from reasoner.doors.verifying import verify


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="reasoner")
def cli() -> None:
    """Who besieges what, since when, and on whose word: reasoning about armed conflict from cited facts.

    \b
    reasoner ask "who besieges Raqqa?"
    reasoner why 1
    """


for _command in (
    archive, import_table, names, geography, why_not, compare, sources, timeline, show, export, test, coverage, verify,
    serve, draw_map, report, cite,
):  # fmt: skip
    cli.add_command(_command)


@cli.command()
@click.argument("question")
@flags
def ask(question: str, **given: Unpack[Given]) -> None:
    """Answer a question in English, such as "who besieges Raqqa?"."""
    _answer("ask", question, given)


@cli.command()
@click.argument("body")
@flags
def query(body: str, **given: Unpack[Given]) -> None:
    """Answer an atom or a body, such as 'besieges(Who, raqqa_city, Side)'."""
    _answer("query", body, given)


@cli.command()
@click.argument("what", metavar="N|ATOM")
@click.option("--all", "most", type=click.IntRange(1), default=1, metavar="N", help="The N shortest different proofs.")
@click.option("--depth", type=click.IntRange(1), metavar="N", help="So many steps below each other, by default 80.")
@click.option(
    "--form",
    "told_as",
    type=click.Choice(("sentences", "tree", "json", "graphml", "mermaid", "facts")),
    default="sentences",
    help="How to show a proof.",
)
@drawing
@flags
def why(
    what: str, most: int, depth: int | None, told_as: str, out: str | None, form: str | None, **given: Unpack[Given]
) -> None:
    """Explain answer N of the last question, or an atom, down to the quoted words.

    With -o it is a picture, a tree of what rests on what: the end of the file says the format, .svg .png .html.
    """
    if out:
        format_of(out, form, NAMES)
    verb, question = "why", what
    if what.isdigit():
        verb, question, given = _last_question(given)
    base = open_base(given)
    answers = getattr(base, verb)(question, given["at"])
    say_if_outside(base, given["at"])
    chosen = (
        [one for one in answers if str(one.id) == what] if what.isdigit() else [one for one in answers if one.proof]
    )
    if not chosen and given["as_json"]:
        print_json({"question": question, "answers": [], "diagnostics": []})
    if not chosen:
        say(f"there is no answer {what}: the last question has {len(answers)}" if what.isdigit()
             else f"{what} does not hold" + (f" on {given['at']}" if given["at"] else ""))  # fmt: skip
        sys.exit(1)
    from reasoner.explain.proving import shortest
    from reasoner.render import json as as_json
    from reasoner.render import proof as as_proof
    from reasoner.render.forms import FORMS

    steps = depth or as_proof.DEPTH
    proofs = {a.id: shortest(base.vocabulary, base.store, base.model, a.proof, most) for a in chosen if a.proof}
    renderer = base.renderer
    if out:
        from reasoner.render.pictures import proof as pictured

        shown = [one for a in chosen for one in (*as_proof.reported(a, renderer), *proofs.get(a.id, ()))]
        put(pictured.draw(shown, renderer, steps), f"Why {question}", out, form, given["as_json"])
    elif given["as_json"]:
        print_json({"answers": [
            as_json.answer(a) | {"proof": as_proof.as_json(a.proof, steps)}
            | ({"proofs": [as_proof.as_json(one, steps) for one in proofs.get(a.id, ())]} if most > 1 else {})
            for a in chosen
        ]})  # fmt: skip
    else:
        if told_as == "sentences":
            told = [replace(a, proof=one) for a in chosen for one in proofs.get(a.id, (None,))]
            click.echo("\n\n".join(as_proof.explain(one, renderer, steps) for one in told))
        else:
            click.echo(FORMS[told_as]([one for several in proofs.values() for one in several], renderer, depth))
        if not what.isdigit() and len(answers) > len(chosen):
            say(f"and {len(answers) - len(chosen)} more answers: ask about one of them")


@cli.command()
@click.argument("question", required=False)
@flags
def plan(question: str | None, **given: Unpack[Given]) -> None:
    """Show how a question, an atom or a body is evaluated; without one, the whole program."""
    from reasoner.plan import show

    base = open_base(given)
    directed = base.plan(question, given["at"])
    if given["as_json"]:
        print_json(show.as_json(directed))
    else:
        click.echo(show.as_text(directed, base.vocabulary))


@cli.command()
@flags
def check(**given: Unpack[Given]) -> None:
    """Say everything that is wrong or doubtful: errors, warnings, broken invariants, disputes."""
    base = open_base(given)
    found = base.check()
    if given["as_json"]:
        print_json({"diagnostics": [d.as_json() for d in found]})
    elif found:
        click.echo(draw(found))
    say(f"{len(base.claims)} claims, {_counted(found)}")
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
            say(f"{'would lay out' if only_check else 'laid out'} {file.text.name}")
            if not only_check:
                Path(file.text.name).write_text(formatted, encoding="utf-8", newline="\n")
    say(f"{changed} of {len(program.files)} files {'would change' if only_check else 'changed'}")
    sys.exit(1 if only_check and changed else 0)


@cli.command()
@flags
def phrases(**given: Unpack[Given]) -> None:
    """List what can be asked: an example question for each declared phrase."""
    from reasoner.query.phrasebook import phrasebook

    book = phrasebook(open_base(given).vocabulary)
    if given["as_json"]:
        print_json({"phrases": book})
    else:
        click.echo("\n".join(book))


# ---------------------------------------------------------------- what the commands share


def _answer(verb: str, question: str, given: Given) -> None:
    base = open_base(given)
    if verb == "ask":
        data, text, answered = _reply(base, question, given)
    else:
        answers = base.query(question, given["at"])
        _remember("query", question, given)
        from reasoner.render import json as as_json

        data, text, answered = as_json.answers(answers), base.renderer.answers(answers), bool(answers)
    if given["as_json"]:
        print_json(data)
    else:
        click.echo(text)
        if base.diagnostics:
            say(f"{_counted(base.diagnostics)}: see `reasoner check`")
    sys.exit(0 if answered else 1)


def _reply(base: Any, question: str, given: Given) -> tuple[dict[str, object], str, bool]:
    """What the verb says that a question in English wants."""
    from reasoner.doors.asking import read, respond

    request = read(base, question)
    if request.verb in ("ask", "why"):
        _remember("ask", request.about[0].text, given)
    if not given["as_json"]:
        say(f"understood as: {request}")
        for other in (other for one in request.about for other in one.alternatives):
            say(f"it could also be read as: {other}")
    reply = respond(base, request, given["at"])
    return reply.data, reply.text, reply.answered


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
            now = {name: value for name, value in given.items() if value not in (None, (), True, "columnar", "datalog")}
            merged = cast("Given", {**given, **last["given"], **now, "as_json": given["as_json"]})
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
            print_json({"question": None, "query": None, "last_evidence": None, "answers": [], "diagnostics": found})
        else:
            click.echo(draw(problems.diagnostics), err=True)
        sys.exit(2)
    except OSError as reason:  # what was to be printed could not be
        click.echo(f"error: {reason.strerror}", err=True)
        sys.exit(2)
