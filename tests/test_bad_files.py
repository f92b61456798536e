"""Whatever lies in a folder, loading gives a program and messages: never a traceback, never silence."""

from __future__ import annotations

import os
from pathlib import Path
from typing import NoReturn

import pytest

from reasoner.check import check
from reasoner.diagnostic import Diagnostic, draw, errors
from reasoner.syntax import load as loading
from reasoner.syntax.load import load
from reasoner.syntax.tree import Fact, Program
from reasoner.syntax.vocabulary import Vocabulary

RULE = "path(X, Y) :- edge(X, Y).\n"
FACT = "edge(1, 2).\n"


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Each test works in an empty folder of its own."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def put(path: str, content: str | bytes = FACT) -> Path:
    """A file with that content, its folders made on the way."""
    file = Path(path)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return file


def read(*paths: Path | str) -> tuple[Program, list[Diagnostic]]:
    """What loading gives."""
    problems: list[Diagnostic] = []
    return load(paths, problems), problems


def codes(*paths: Path | str) -> list[str]:
    """The codes of what loading remarks."""
    return [d.code for d in read(*paths)[1]]


# ---------------------------------------------------------------- which files


def test_folders_are_read_whole_and_in_order() -> None:
    """Every .dl file of a folder and its subfolders is read, in the order of the paths; others are not."""
    for name in ("b.dl", "a/z.dl", "a/Y.DL", "c/d/e.dl", "notes.txt", ".hidden.dl", ".git/x.dl"):
        put(f"kb/{name}")
    program, problems = read("kb")
    assert [file.text.name for file in program.files] == ["kb/a/Y.DL", "kb/a/z.dl", "kb/b.dl", "kb/c/d/e.dl"]
    assert not problems


def test_a_single_file_may_have_any_name() -> None:
    """Whoever names a file means it."""
    put("program.lp")
    assert read("program.lp")[0].of(Fact)


def test_a_file_is_read_once() -> None:
    """Given twice, by its folder, a link or another spelling, a file is one, under its first name."""
    put("kb/a.dl")
    Path("kb/link.dl").symlink_to("a.dl")
    program, problems = read("kb/a.dl", "kb", Path("kb/a.dl").absolute(), "./kb/../kb/a.dl")
    assert [file.text.name for file in program.files] == ["kb/a.dl"]
    assert not problems


def test_links_in_a_circle_end() -> None:
    """A folder that leads back to itself is read once."""
    put("kb/a.dl")
    Path("kb/again").symlink_to(Path("kb").absolute(), target_is_directory=True)
    assert len(read("kb")[0].files) == 1


def test_names_are_shown_from_the_working_directory(here: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    """A file under the working directory is shown from there, any other with its whole path."""
    put("kb/a.dl")
    elsewhere = put(str(tmp_path_factory.mktemp("other") / "b.dl"))
    assert [f.text.name for f in read(here / "kb", elsewhere)[0].files] == ["kb/a.dl", elsewhere.as_posix()]


def test_a_name_that_no_terminal_can_show() -> None:
    """A file name is bytes to its system; what cannot be printed is shown as `?`."""
    Path(os.fsdecode(b"caf\xe9\n.dl")).write_text("p(")
    _, (problem,) = read(".")
    assert "caf??.dl" in draw([problem]).encode().decode()


@pytest.mark.parametrize("path", ["gone.dl", "gone", "gone/a.dl"])
def test_what_is_not_there(path: str) -> None:
    """A path that leads nowhere is an error; what else is given is read all the same."""
    put("a.dl")
    program, problems = read(path, "a.dl")
    assert [d.code for d in problems] == ["R511"]
    assert len(program.files) == 1


def test_a_path_that_cannot_be() -> None:
    """A path that no system has is told like one that cannot be read."""
    assert codes("a\0b.dl") in (["R511"], ["R512"])
    assert codes("x" * 5000 + ".dl") in (["R511"], ["R512"])


def test_a_broken_link() -> None:
    """A link to nowhere is not left out in silence."""
    put("kb/a.dl")
    Path("kb/b.dl").symlink_to("nowhere.dl")
    assert codes("kb") == ["R511"]


def test_a_folder_without_files() -> None:
    """An empty folder is probably the wrong one."""
    put("kb/readme.md")
    assert codes("kb") == ["R515"]


def test_what_may_not_be_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """A file or folder that the system refuses is an error that says so."""

    def refuse(self: Path, *_: object, **__: object) -> NoReturn:
        raise PermissionError(13, "Permission denied", str(self))

    put("kb/a.dl")
    monkeypatch.setattr(Path, "open", refuse)
    _, (problem,) = read("kb")
    assert (problem.code, problem.message) == ("R512", "kb/a.dl cannot be read: Permission denied")
    monkeypatch.setattr(Path, "iterdir", refuse)
    assert codes("kb") == ["R512", "R515"]


# ---------------------------------------------------------------- what they hold


def test_an_empty_file() -> None:
    """A file without a word is read, and remarked on."""
    put("a.dl", " \n\t\n")
    put("b.dl", "")
    assert codes("a.dl", "b.dl") == ["R516", "R516"]
    assert not errors(read("a.dl", "b.dl")[1])


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-32"])
def test_another_unicode(encoding: str) -> None:
    """UTF-16 and its kin are not taken for text."""
    put("a.dl", FACT.encode(encoding))
    assert codes("a.dl") in (["R514"], ["R513"])


def test_a_binary_file() -> None:
    """What holds a NUL is no text."""
    put("a.dl", b"\x89PNG\r\n\x00\x00")
    assert codes("a.dl") == ["R513"]


def test_not_utf8() -> None:
    """The first byte that is not UTF-8 is shown, with a guess and a way to convert it."""
    put("a.dl", FACT.encode() + 'name(x, "Düsseldorf").\n'.encode("cp1252") + FACT.encode())
    program, (problem,) = read("a.dl")
    assert not program.files
    assert draw([problem]) == (
        "error[R514]: a.dl is not UTF-8: byte 22, on line 2, is 0xfc\n"
        " --> a.dl:2:11\n"
        '2 | name(x, "D\ufffdsseldorf").\n'
        "  |           ^ in Windows-1252 this is `ü`\n"
        "  = help: save it as UTF-8 in your editor, "
        "or convert it: iconv -f WINDOWS-1252 -t UTF-8 a.dl > new.dl"
    )


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_line_ends_and_byte_order_marks(end: str, mark: bytes) -> None:
    """Files of any system are read, and positions are those of the editor."""
    put("a.dl", mark + f"% é{end}{FACT.strip()} % yes{end}é.{end}".encode())
    program, (problem,) = read("a.dl")
    assert len(program.of(Fact)) == 1
    assert str(problem.labels[0].span) == "a.dl:3:1"


def test_a_large_file(monkeypatch: pytest.MonkeyPatch) -> None:
    """Above the limit a file is refused at once, with the limit and what to do; at the limit it is read."""
    with Path("huge.dl").open("wb") as file:
        file.truncate(5 * loading.LIMIT)
    _, (problem,) = read("huge.dl")
    assert problem.code == "R504"
    assert f"{loading.LIMIT // 1_000_000} MB" in problem.message
    assert "split it" in problem.help
    monkeypatch.setattr(loading, "LIMIT", len(FACT))
    put("a.dl")
    put("b.dl", FACT + " ")
    assert codes("a.dl", "b.dl") == ["R504"]


def test_statements_nested_too_deeply() -> None:
    """A statement that goes deeper than any rule does is refused, and the next one is read."""
    count = "#count{ X : q(X), X > " * 500 + "1" + " } > 0" * 500
    put("a.dl", f"r(X) :- q(X), X < {'1+' * 5000}1.\nq(1).\nr(X) :- q(X), {count}.\nq(2).\n")
    program, problems = read("a.dl")
    assert [d.code for d in problems] == ["R505", "R505"]
    assert len(program.of(Fact)) == 2


@pytest.mark.parametrize("depth", [50, 150, 199, 200, 300, 400, 500])
def test_what_is_read_can_be_walked(depth: int) -> None:
    """What is not too deep to be read is not too deep to be checked and shown."""
    put("a.dl", f"q(1). r(X) :- q(X), X < {'1+' * depth}1. r({'-'.join(['a'] * depth)}).")
    program, problems = read("a.dl")
    assert {d.code for d in problems} <= {"R505"}
    assert not [d for d in check(Vocabulary(program)) if d.code != "R216"]
    assert str(program)


def test_numbers_of_any_length() -> None:
    """A number of ten thousand digits is too large, not a traceback."""
    digits = "9" * 10_000
    put("a.dl", f"p({digits}). p(-{digits}). p({digits}.5). p(X) :- once[{digits}] q(X).")
    assert codes("a.dl") == ["R109", "R109", "R109", "R107"]


def test_many_comments_in_an_open_statement() -> None:
    """A statement that never ends is read in one go, however many comments stand in it."""
    put("a.dl", "p(\n" + "% a comment\n" * 100_000)
    assert codes("a.dl") == ["R103"]


@pytest.mark.parametrize(
    "run", [" " * 10**6 + "(", "1" * 10**6, '"' + '\\"' * 10**6], ids=["blanks", "digits", "quotes"]
)
def test_long_runs_are_refused(run: str) -> None:
    """A million letters of one kind are told to be wrong, which would never end if each were searched from anew."""
    put("a.dl", f"p(a){run}\n")
    assert errors(read("a.dl")[1])


def test_what_is_read_again_is_read_as_before() -> None:
    """A file that was read before gives the same statements and messages; one that has changed gives its new ones."""
    put("a.dl", "p(a).\np(.\nq(a).\n")
    first, again = read("a.dl"), read("a.dl")
    assert again == first
    assert [one.code for one in first[1]] == ["R101"]
    put("a.dl", "p(b).\n")
    changed, problems = read("a.dl")
    assert [str(one.atom) for one in changed.of(Fact)] == ["p(b)"]
    assert not problems


@pytest.mark.parametrize(("short", "times"), [(0, 15), (100_000, 1)])
def test_progress_is_told_in_bytes(short: int, times: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Progress grows from nothing to all bytes of all files, in a long file statement by statement."""
    monkeypatch.setattr(loading, "SHORT", short)
    put("a.dl", "% é\n" + FACT * 10)
    put("b.dl", FACT * 5)
    told: list[tuple[int, int]] = []
    load(["a.dl", "b.dl"], [], lambda done, total: told.append((done, total)))
    total = Path("a.dl").stat().st_size + Path("b.dl").stat().st_size
    assert told == sorted(told)
    assert len(told) > times
    assert told[-1] == (total, total)
