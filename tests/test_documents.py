"""The documents are true: what they show is what the commands print and what the files say.

`REWRITE=1 pytest tests/test_documents.py` puts today's output into the documents, to be read before it is committed.
"""

from __future__ import annotations

import os
import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner

from reasoner.diagnostic import Diagnostic
from reasoner.doors.cli import cli
from reasoner.syntax.load import load
from reasoner.syntax.parse import parse
from reasoner.syntax.tree import Declaration, Invariant, Rule
from reasoner.text import Text

ROOT = Path(__file__).parent.parent
DOCUMENTS = ("README.md", "rules/README.md", "facts/README.md")


def blocks(document: str, language: str) -> list[str]:
    """The fenced blocks of a language in a document."""
    text = (ROOT / document).read_text(encoding="utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.MULTILINE | re.DOTALL)


def printed(command: str) -> str:
    """What a command line prints, run where the repository's own rules and facts lie."""
    program, *arguments = shlex.split(command)
    assert program == "reasoner"
    return CliRunner(catch_exceptions=False).invoke(cli, arguments).stdout


@pytest.fixture(autouse=True)
def at_home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Commands run in the repository and remember their questions elsewhere."""
    monkeypatch.chdir(ROOT)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "100")  # the width of what is drawn


@pytest.mark.parametrize("document", DOCUMENTS)
def test_commands_print_what_is_shown(document: str) -> None:
    """Each command in a console block prints the lines under it, to the letter."""
    for block in blocks(document, "console"):
        command = block.splitlines()[0].removeprefix("$ ")
        shown = f"$ {command}\n{printed(command)}"
        if os.environ.get("REWRITE"):
            path = ROOT / document
            path.write_text(path.read_text(encoding="utf-8").replace(block, shown), encoding="utf-8")
        else:
            assert block == shown


@pytest.mark.parametrize("document", DOCUMENTS)
def test_commands_write_what_is_named(document: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Each command in a shell block that names a file with -o writes it, from anywhere."""
    monkeypatch.chdir(tmp_path)
    for line in "".join(blocks(document, "sh")).splitlines():
        if line.startswith("reasoner ") and " -o " in line:
            printed(line)
            assert Path(shlex.split(line)[-1]).stat().st_size > 100, line


def test_the_gallery_shows_the_rules() -> None:
    """Each rule and invariant in the gallery stands in a rule file, with the same text."""
    problems: list[Diagnostic] = []
    doctrine = set(load([ROOT / "rules"], problems))
    for block in blocks("rules/README.md", "prolog"):
        for statement in parse(Text("gallery", block), problems).statements:
            assert isinstance(statement, Rule | Invariant | Declaration)
            assert statement in doctrine, block
    assert not problems


def test_python_examples_run(capsys: pytest.CaptureFixture[str]) -> None:
    """The Python example of the README runs."""
    for block in blocks("README.md", "python"):
        exec(compile(block, "README.md", "exec"), {})
    assert "besieges(syrian_army, raqqa_city, w) both" in capsys.readouterr().out


def test_language_examples_parse() -> None:
    """What the README shows of the language can be read."""
    problems: list[Diagnostic] = []
    for block in blocks("README.md", "prolog"):
        assert parse(Text("README.md", block), problems).statements
    assert not problems


def test_rules_and_facts_are_laid_out() -> None:
    """The bundled files are as `reasoner fmt` would have them."""
    done = CliRunner().invoke(cli, ["fmt", "--check", "rules", "facts"])
    assert done.exit_code == 0, done.output
