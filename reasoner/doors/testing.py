"""Commands that test rules: the cases of a project, and which rules ever fire."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reasoner.diagnostic import Diagnostic, Problems, draw, errors, sort
from reasoner.doors.shared import print_json, progress_bar, say

if TYPE_CHECKING:
    from reasoner.syntax.tree import Rule
    from reasoner.testing.judge import Outcome

CASES = Path("tests/cases")

_folders = click.argument("folders", nargs=-1, metavar="[DIR]...", type=click.Path(path_type=Path))
_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


@click.command()
@_folders
@_json
def test(folders: tuple[Path, ...], as_json: bool) -> None:
    """Test rules by cases: folders with facts and a file of what to `expect` of them. DIR is by default tests/cases.

    \b
    A line of `expect` is an atom and days; `%` begins a comment.
      besieged(town)            2016-06-01..2016-06-09   for certain on each of these days
      possibly besieged(town)   2016-05-20..2016-05-31   possibly, not certainly, on each
      not encircled(town)       2016-06                  on none of them
      only besieges(_, town, _)                          no others than other lines name
    Without days it is always. Variables and `_` may be anything.

    The rules are ./rules, or else the bundled ones, and those of the case (*.dl), where `expect` does not say
    `no default rules`. A file why.txt holds an atom with a day, and below it what `reasoner why` prints.
    """
    from reasoner.testing.cases import Project
    from reasoner.testing.judge import run

    found, project = _found(folders or (CASES,)), Project(Path())
    outcomes = []
    with progress_bar("testing", least=8) as progress:
        for done, folder in enumerate(found, 1):
            outcomes.append(run(folder, project))
            progress(done, len(found))
    if as_json:
        print_json({"cases": [_as_json(one) for one in outcomes],
                    "passed": sum(one.passed for one in outcomes), "diagnostics": []})  # fmt: skip
    else:
        for one in outcomes:
            _tell(one)
        if unread := sort(found for one in outcomes for found in one.diagnostics):  # what many share is said once
            click.echo(draw(unread), err=True)
    wrong = sum(not one.passed for one in outcomes)
    say(f"{len(outcomes)} case{'s' * (len(outcomes) != 1)}, {f'{wrong} not as expected' if wrong else 'as expected'}")
    sys.exit(2 if any(one.diagnostics for one in outcomes) else 1 if wrong else 0)


def _found(folders: Sequence[Path]) -> tuple[Path, ...]:
    from reasoner.testing.cases import find

    problems: list[Diagnostic] = []
    found = find(folders, problems)
    if problems:
        raise Problems(problems)
    return found


def _tell(outcome: Outcome) -> None:
    unread = "  cannot be read" if outcome.diagnostics else ""
    click.echo(f"{'ok  ' if outcome.passed else 'FAIL'}  {outcome.folder.as_posix()}{unread}")
    for failure in outcome.failures:
        click.echo(failure.shown("      "))


def _as_json(outcome: Outcome) -> dict[str, object]:
    return {
        "case": outcome.folder.as_posix(),
        "passed": outcome.passed,
        "expectations": outcome.expectations,
        "failures": [
            {"file": one.origin.file, "line": one.origin.line, "column": one.origin.column,
             "expected": one.expected, "seen": one.seen}
            for one in outcome.failures
        ],
        "diagnostics": [one.as_json() for one in outcome.diagnostics],
    }  # fmt: skip


@click.command()
@_folders
@_json
def coverage(folders: tuple[Path, ...], as_json: bool) -> None:
    """Say how often each rule fires, on the project's facts and in its cases; those that never do come first.

    The rules and facts are ./rules and ./facts, or else the bundled ones; DIR is by default tests/cases, where there
    is one. A rule has fired once for each row that it derives by itself, certainly or possibly.
    """
    from reasoner.loading import load
    from reasoner.syntax.tree import Rule
    from reasoner.verify.coverage import firings

    base = load()
    rules = base.program.of(Rule)
    facts, cases = firings(base.vocabulary, base.store), dict.fromkeys(rules, 0)
    found = _found(folders or ((CASES,) if CASES.is_dir() else ()))
    with progress_bar("testing", least=8) as progress:
        for done, fired in enumerate(_fired(found), 1):
            for rule, times in fired.items():
                if rule in cases:
                    cases[rule] += times
            progress(done, len(found))
    order = sorted(rules, key=lambda rule: bool(facts[rule] or cases[rule]))
    covered = sum(bool(facts[rule] or cases[rule]) for rule in rules)
    percent = round(100 * covered / len(rules)) if rules else 100
    if as_json:
        print_json({"rules": [{"file": one.origin.file, "line": one.origin.line, "rule": _head(one),
                               "facts": facts[one], "cases": cases[one]} for one in order],
                    "fired": covered, "of": len(rules), "percent": percent, "diagnostics": []})  # fmt: skip
    else:
        click.echo(f"{'facts':>7}  {'cases':>7}  rule")
        for one in order:
            mark = "" if facts[one] or cases[one] else "never fired: "
            click.echo(f"{facts[one]:>7}  {cases[one]:>7}  {mark}{one.origin.file}:{one.origin.line}  {_head(one)}")
    say(f"{covered} of {len(rules)} rules fired: {percent}%")
    sys.exit(0 if covered == len(rules) else 1)


def _fired(found: Sequence[Path]) -> Iterator[dict[Rule, int]]:
    """How often each rule fires in each case. Raises Problems with what is wrong in one."""
    from reasoner.testing.cases import Project, read
    from reasoner.verify.coverage import firings

    project = Project(Path())
    for folder in found:
        problems: list[Diagnostic] = []
        case = read(folder, problems)
        if errors(problems):
            raise Problems(problems)
        base = project.load(case)
        yield firings(base.vocabulary, base.store)


def _head(rule: Rule) -> str:
    """The first line of a rule as it is written."""
    return rule.origin.excerpt.splitlines()[0]
