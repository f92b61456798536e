"""The page follows its files, completes what is typed, and is a command."""

from __future__ import annotations

import contextlib
import json
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.client import HTTPConnection
from pathlib import Path

from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from reasoner.doors.asking import read
from reasoner.doors.cli import cli
from reasoner.doors.server.completing import Completer
from reasoner.doors.server.watching import marks
from reasoner.doors.serving import HOST, PORT
from reasoner.evidence.spelling import fold
from reasoner.loading import load
from tests.markup import seen
from tests.served import ASKED, ROOT, Site, atoms, serving, site

__all__ = ["site"]

RULES = 'state at_war(place: Place) "{place} is at war".\nevent attack(place: Place) "{place} is attacked".\n'
FACTS = 'source s publisher "S" date 2016-06-04.\nattack(north).\n'


@contextmanager
def following(folder: Path) -> Iterator[Site]:
    """A page of the files of a folder, followed."""
    with serving(lambda: load(folder, default_rules=False), (folder,)) as site:
        yield site


def written(path: Path, text: str) -> None:
    """As an editor saves: beside it, and then in its place."""
    beside = path.with_suffix(".part")
    beside.write_text(text, encoding="utf-8")
    beside.replace(path)


def test_files_are_followed(tmp_path: Path) -> None:
    """What is saved is shown as another version; what has an error leaves the last good one, and says where."""
    rules, facts = tmp_path / "rules.dl", tmp_path / "facts.dl"
    rules.write_text(RULES)
    facts.write_text(FACTS)
    asked = "/answer?q=which+place+is+attacked%3F"
    with following(tmp_path) as site:
        assert atoms(site.get(asked).text) == ["attack(north)"]
        first = site.state()
        assert (first["broken"], first["errors"]) == (False, 0)

        written(facts, FACTS + "attack(south).\n")
        second = site.until(lambda one: one["version"] != first["version"])
        assert atoms(site.get(asked).text) == ["attack(north)", "attack(south)"]

        written(rules, RULES + "at_war(P) :- attack(P\n")
        broken = site.until(lambda one: bool(one["broken"]))
        assert broken["version"] == second["version"]
        check = site.get("/check").text
        assert "R103" in seen(check).all("data-code")
        assert "rules.dl:3" in check
        assert atoms(site.get(asked).text) == ["attack(north)", "attack(south)"]
        assert site.until(lambda one: one["errors"] > 0)

        written(rules, RULES + 'at_war(P) :- once attack(P) "{P} was attacked".\n')
        third = site.until(lambda one: one["version"] != second["version"])
        assert (third["broken"], third["version"] > second["version"]) == (False, True)
        assert atoms(site.get("/answer?q=which+place+is+at+war%3F").text) == ["at_war(north)", "at_war(south)"]


def test_files_that_come_and_go_are_followed(tmp_path: Path) -> None:
    """A new file, one in a new folder, one that is deleted, and a folder that is away for a while all count."""
    war_ = tmp_path / "war"
    war_.mkdir()
    (war_ / "rules.dl").write_text(RULES + FACTS)
    asked = "/answer?q=which+place+is+attacked%3F"

    def attacked() -> list[str]:
        return atoms(site.get(asked).text)

    def wait_for(*wanted: str) -> None:
        site.until(lambda _: attacked() == [f"attack({one})" for one in wanted])

    with following(war_) as site:
        wait_for("north")
        (war_ / "more").mkdir()
        (war_ / "more" / "facts.dl").write_text('source t publisher "T" date 2016-06-04.\nattack(east).\n')
        wait_for("east", "north")
        (war_ / "more" / "facts.dl").unlink()
        wait_for("north")
        war_.rename(tmp_path / "away")
        site.until(lambda one: bool(one["broken"]))
        (tmp_path / "away").rename(war_)
        site.until(lambda one: not one["broken"])
        wait_for("north")


def test_only_what_is_read_is_followed(tmp_path: Path) -> None:
    """An editor's own files, notes, and folders that are not read change nothing; each file that is read counts."""
    folder, single = tmp_path / "war", tmp_path / "single.dl"
    (folder / "cases").mkdir(parents=True)
    single.write_text(FACTS)
    known = marks((folder, single))
    for name in (".war.dl.swp", "notes.txt", "war.dl~", ".git", "cases/one.dl", "../other.dl"):
        (folder / name).write_text(FACTS)
    assert marks((folder, single)) == known
    for path in (folder / "war.dl", single, folder / "table.parquet"):
        path.write_text(FACTS + FACTS)
        assert marks((folder, single)) != known
        known = marks((folder, single))


def test_a_war_that_is_broken_at_first_comes_up(tmp_path: Path) -> None:
    """Files with errors from the beginning are shown with them, and are there when they are mended."""
    path = tmp_path / "war.dl"
    path.write_text(RULES + "attack(")
    with following(tmp_path) as site:
        site.until(lambda one: bool(one["broken"]))
        for address in ("/check", "/answer?q=x", "/theatre.json"):
            got = site.get(address)
            assert (got.status, "R103" in got.text) == (422, True)
        assert site.get("/").status in (200, 422)
        written(path, RULES + FACTS)
        site.until(lambda one: not one["broken"])
        assert atoms(site.get("/answer?q=which+place+is+attacked%3F").text) == ["attack(north)"]


# ---------------------------------------------------------------- completion


@given(st.data())
def test_what_is_completed_begins_as_typed_and_is_understood(data: st.DataObject) -> None:
    """Completions begin as what was typed does, without its case and accents; those that end in `?` can be asked."""
    question = data.draw(st.sampled_from(QUESTIONS))
    typed = question[: data.draw(st.integers(1, len(question)))]
    typed = data.draw(st.sampled_from([typed, typed.upper(), typed.replace("e", "é")]))
    found = COMPLETER.complete(typed)
    assert len(found) <= 12
    for one in found:
        assert " ".join(fold(one)).startswith(" ".join(fold(typed)).rpartition(" ")[0])
        if one.endswith("?"):
            read(ASKED, one)
        else:
            assert one.endswith(" ")
    if not typed.endswith(" "):
        assert found


COMPLETER = Completer.of(ASKED.vocabulary, ASKED.names)
QUESTIONS = (
    "who besieges Raqqa?", "is Raqqa city besieged?", "since when does ISIL hold Raqqa city?",
    "which place is encircled?", "why is Raqqa besieged?", "who holds Deir ez-Zor province?",
)  # fmt: skip


def test_completion_offers_phrases_then_names(site: Site) -> None:
    """First the phrase, up to the name; then the names that fit there."""
    assert json.loads(site.get("/complete?q=who+bes").text) == ["who besieges "]
    names = json.loads(site.get("/complete?q=Who+Besi%C3%A8ges+deir").text)
    assert "who besieges Deir ez-Zor city?" in names
    assert "who besieges Raqqa?" in json.loads(site.get("/complete?q=who+besieges+the+Raq").text)
    assert json.loads(site.get("/complete?q=xyzzy").text) == []


# ---------------------------------------------------------------- the command


def test_the_command_says_where_and_ends_quietly() -> None:
    """`reasoner serve` says where the page is, takes another port where its own is taken, and ends by Ctrl-C with 0."""
    with socket.socket() as taken:
        with contextlib.suppress(OSError):  # by somebody else, which is as well
            taken.bind((HOST, PORT))
            taken.listen()
        command = [sys.executable, "-m", "reasoner", "serve", "--no-open", "--json"]
        started = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        try:
            assert started.stdout
            said = "".join(iter(started.stdout.readline, "}\n")) + "}"
            address = json.loads(said)["address"]
            with closing(HTTPConnection(HOST, int(address.rsplit(":", 1)[1].strip("/")), timeout=60)) as connection:
                connection.request("GET", "/state")
                assert connection.getresponse().status == 200
        finally:
            started.send_signal(signal.SIGINT)
            talk = started.communicate(timeout=60)[1].splitlines()
    assert (started.returncode, talk[1:]) == (0, [f"the page is at {address} (Ctrl-C ends it)"])
    assert talk[0].startswith(f"port {PORT} is taken")


def test_a_port_that_is_taken_is_told() -> None:
    """A port that was asked for and cannot be had is an error of the command line."""
    with socket.socket() as taken:
        taken.bind((HOST, 0))
        taken.listen()
        done = CliRunner().invoke(cli, ["serve", "--no-open", "--port", str(taken.getsockname()[1])])
    assert (done.exit_code, "cannot be had" in done.output) == (2, True)
