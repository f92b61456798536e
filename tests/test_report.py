"""A report stands alone and says it all; the bibliography is what reference managers read."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from functools import cache
from hashlib import sha256
from pathlib import Path
from urllib.parse import unquote

import pytest
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st

from reasoner.diagnostic import Problems
from reasoner.doors.cli import cli
from reasoner.render.bibliography import bibtex, csl_json
from reasoner.render.text import shown
from reasoner.syntax.tree import Source
from reasoner.text import Text
from reasoner.when import Date, parse_date
from tests.markup import plain, seen
from tests.seed import NAMED, ROOT
from tests.test_notebook import NASTY, ODD

ASKED = (
    "who besieges Raqqa?",
    "why does the Syrian army besiege Raqqa?",
    "Why is Russia not a besieger?",
    "what if the Syrian army captures Deir ez-Zor province?",
    "What changed between 2014-08 and 2016-06-04?",
    "What facts come from SOHR?",
)
FETCHING = {"script", "link", "img", "iframe", "object", "embed", "base", "audio", "video", "source", "image", "use"}
# What the schema of CSL 1.0.2 allows of what is written here.
TYPES = {"webpage", "document"}
TEXTS = {"id", "type", "title", "publisher", "container-title", "URL", "note"}


def run(*arguments: str) -> Result:
    """The command line."""
    return CliRunner(catch_exceptions=False).invoke(cli, [*arguments])


@cache
def reported(question: str, *flags: str) -> str:
    """The page that a question gives."""
    found = run("report", question, "-o", "-", *(flags or NAMED))
    assert found.exit_code in (0, 1), found.output
    return found.stdout


def style(page: str) -> str:
    """The one style of a page."""
    (found,) = re.findall(r"<style>(.*?)</style>", page, re.DOTALL)
    return str(found)


# ---------------------------------------------------------------- the page


@pytest.mark.parametrize("question", ASKED)
def test_a_report_stands_alone(question: str) -> None:
    """It is one closed tree, asked for by its own words, that runs nothing, fetches nothing, and allows neither."""
    page = reported(question)
    found = seen(page.removeprefix("<!doctype html>\n"))
    assert not {tag for tag, _ in found.elements} & FETCHING
    assert not any(name.startswith("on") or name in ("src", "style") for _, its in found.elements for name in its)
    assert all(
        re.match(r"#|https?://|data:application/(vnd\.citationstyles|x-bibtex)", one) for one in found.all("href")
    )
    assert not re.search(r"@import|url\(", style(page))
    (policy,) = (
        its["content"] for _, its in found.elements if "content-security-policy" in its.get("http-equiv", "").lower()
    )
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "unsafe" not in policy
    assert plain(question) in found.text


def test_the_style_is_the_one_that_is_allowed() -> None:
    """A browser takes the style for the one whose hash the page names."""
    page = reported(ASKED[0])
    assert f"'sha256-{b64encode(sha256(style(page).encode()).digest()).decode()}'" in page


def test_the_same_question_gives_the_same_bytes() -> None:
    """No clock, no chance: a report made again is the same."""
    again = run("report", ASKED[0], "-o", "-", *NAMED)
    assert again.stdout == reported(ASKED[0])


def test_a_report_says_it_all() -> None:
    """Question, reading, answer, map, timeline, proofs down to the quote, assumptions, sources, and how it was made."""
    page = reported(ASKED[0], *NAMED, "--without", "press", "--at", "2016-06-04")
    found = seen(page.removeprefix("<!doctype html>\n"))
    for wanted in (
        "understood as besieges(Who, raqqa_city, Side)",
        "Raqqa city is besieged on 3 of 4 sides: partly besieged, not encircled.",
        "kurdish led forces besiege Raqqa city from the north",
        "because Raqqa city is pressed on at least half of its 4 known sides",
        "advancing from the north late last month",
        "Raqqa in s11 is the city, not the province",
        "The last evidence is of 2016-06-04.",
        "--at 2016-06-04 --without press",
        sha256((ROOT / "facts" / "raqqa_2016.dl").read_bytes()).hexdigest(),
    ):
        assert plain(wanted) in found.text
    assert sum(tag == "svg" for tag, _ in found.elements) == 2
    assert [its["id"] for _, its in found.elements if its.get("id", "").startswith("why-")] == [
        "why-1",
        "why-2",
        "why-3",
    ]
    assert {one for one in found.all("href") if one.startswith("#why-")} == {"#why-1", "#why-2", "#why-3"}
    assert all(one.removeprefix("#") in found.all("id") for one in found.all("href") if one.startswith("#"))


def test_a_supposition_is_mapped() -> None:
    """What is supposed is drawn, on the day on which it counts, and said to be supposed."""
    page = reported("what if Deir ez-Zor province falls to the Syrian army?")
    found = seen(page.removeprefix("<!doctype html>\n"))
    assert "Map, 2016-06-05, as supposed" in found.text
    assert "Timeline, as supposed" in found.text
    assert "from the south by Syrian army" in found.text
    assert "as supposed" not in reported(ASKED[0])


def test_the_data_in_a_report_are_those_of_the_command() -> None:
    """The bibliography of a page is that of its sources, as data to download and as text to copy."""
    found = seen(reported(ASKED[0]).removeprefix("<!doctype html>\n"))
    csl, bib = (unquote(one.partition(",")[2]) for one in found.all("href") if one.startswith("data:"))
    named = {one["id"] for one in json.loads(csl)}
    assert named == set(entries(bib))
    assert {"aljazeera_2016_06_04", "geonames"} <= named
    assert plain(csl) in found.text
    cited = json.loads(run("bibliography", ASKED[0], "--format", "json", *NAMED).stdout)
    assert {one["id"] for one in cited} <= named


def test_words_stay_words(tmp_path: Path) -> None:
    """Whatever a file says, or a question, the page shows it and has no element for it."""
    facts, out = tmp_path / "nasty.dl", tmp_path / "nasty.html"
    facts.write_text(NASTY, encoding="utf-8")
    asked = "who <b>holds</b> town?"
    assert run("report", asked, "-o", str(out), "--no-default-rules", "--facts", str(facts)).exit_code == 0
    page = out.read_text(encoding="utf-8")
    found = seen(page.removeprefix("<!doctype html>\n"))
    assert not {tag for tag, _ in found.elements} & {*FETCHING, "i", "b"}
    assert not any(name.startswith("on") for _, its in found.elements for name in its)
    assert all(re.match(r"#|https://example.org/|data:application/", one) for one in found.all("href"))
    assert asked in found.text
    assert ODD in found.text


def test_what_the_command_line_says(tmp_path: Path) -> None:
    """Exit codes, JSON beside the file, and no file where a question is refused."""
    out = str(tmp_path / "x.html")
    with pytest.raises(Problems, match="R111"):
        run("report", "which ducks?", "-o", out, *NAMED)
    assert not Path(out).exists()
    assert run("report", "What places are encircled?", "-o", out, *NAMED).exit_code == 1
    told = run("report", ASKED[0], "-o", out, "--json", *NAMED)
    assert (told.exit_code, json.loads(told.stdout)["answered"]) == (0, True)
    assert Path(out).read_text(encoding="utf-8").replace("x.html", "-") == reported(ASKED[0])
    assert run("bibliography", "-o", str(tmp_path / "x.txt"), *NAMED).exit_code == 2
    every = str(tmp_path / "x.bib")
    assert run("bibliography", "-o", every, *NAMED).exit_code == 0
    assert set(entries(Path(every).read_text(encoding="utf-8"))) >= {"aljazeera_2016_06_04", "geonames", "press"}


# ---------------------------------------------------------------- the bibliography


def entries(bib: str) -> dict[str, dict[str, str]]:
    """Entries of BibTeX by their keys, read by the braces alone; what TeX escapes is as it was written."""
    found: dict[str, dict[str, str]] = {}
    for entry in re.findall(r"^@(?:misc|online)\{(.*?)^\}$", bib, re.MULTILINE | re.DOTALL):
        key, _, rest = entry.partition(",\n")
        fields = dict(re.findall(r"^  (\w+) = (.*),$", rest, re.MULTILINE))
        assert len(fields) == rest.count("\n")
        found[key] = {name: _read(name, text) for name, text in fields.items()}
    return found


def _read(name: str, text: str) -> str:
    depth = 0
    for one in re.findall(r"[{}]", text):  # BibTeX counts braces, escaped or not
        depth += 1 if one == "{" else -1
        assert depth >= 0
    assert depth == 0
    bare = text if name == "month" else text[1:-1]
    if name in ("title", "author"):  # in braces of their own, so that no style changes them
        assert (bare[0], bare[-1]) == ("{", "}")
        bare = bare[1:-1]
    words = {"backslash": "\\", "braceleft": "{", "braceright": "}", "asciitilde": "~", "asciicircum": "^"}
    escaped = re.compile(r"\\text([a-z]+)\{\}|\\([&%$#_])")
    assert name == "url" or not re.search(r"[\\{}&%$#_~^]", escaped.sub("", bare))
    return bare if name == "url" else escaped.sub(lambda one: words[one[1]] if one[1] else one[2], bare)


def source(name: str, **said: object) -> Source:
    """A source, written nowhere."""
    return Source(name, **said, origin=Text("", "").span(0, 0))  # type: ignore[arg-type]


@st.composite
def dates(draw: st.DrawFn) -> Date:
    """A day, a month, a year, or a span."""
    first, last = sorted(draw(st.tuples(st.dates(), st.dates())))
    written = draw(st.sampled_from([first.isoformat(), first.isoformat()[:7], first.isoformat()[:4]]))
    return draw(st.sampled_from([parse_date(written), Date(first.toordinal(), last.toordinal())]))


WORDS = st.text(st.characters(exclude_categories=("Cs",)) | st.sampled_from(' {}\\%&$#_~^"@,='), min_size=1)
ADDRESSES = st.sampled_from(["https://example.org/a_b?c=%20{d}\\#e é", "ftp://x", "javascript:x", "http://["])


@st.composite
def known(draw: st.DrawFn) -> dict[str, Source]:
    """Sources by name, some of which repeat others, in any words."""
    names = draw(st.lists(st.from_regex(r"[a-z][a-z0-9_]{0,12}", fullmatch=True), min_size=1, max_size=4, unique=True))
    said = st.fixed_dictionaries(
        {},
        optional={
            "publisher": WORDS, "title": WORDS, "url": ADDRESSES, "date": dates(), "via": st.sampled_from(names),
            "reliability": st.sampled_from("abcdef"),
        },
    )  # fmt: skip
    return {name: source(name, **draw(said)) for name in names}


@given(known())
def test_csl_json_keeps_to_its_schema(sources: dict[str, Source]) -> None:
    """Every source is an item once, with what is known of it, and with nothing that CSL 1.0.2 does not have."""
    items = json.loads(csl_json([*sources.values(), *sources.values()], sources))
    assert [one["id"] for one in items] == sorted(sources)
    for one in items:
        known = sources[one["id"]]
        assert set(one) <= TEXTS | {"issued"}
        assert all(isinstance(one[name], str) for name in set(one) & TEXTS)
        assert one["type"] in TYPES
        assert one.get("publisher") == known.publisher
        assert known.title in (None, one["title"])
        assert (one["type"] == "webpage") == ("URL" in one) == (known.url or "").startswith("https:")
        assert ("issued" in one) == (known.date is not None)
        if known.date:
            parts = one["issued"]["date-parts"]
            assert 1 <= len(parts) <= 2
            ends = [parse_date("-".join(f"{n:0{2 if k else 4}}" for k, n in enumerate(part))) for part in parts]
            assert Date(ends[0].first, ends[-1].last) == known.date


@given(known())
def test_bibtex_is_read_back(sources: dict[str, Source]) -> None:
    """Every source is an entry once, whose braces match, and which says what the source does."""
    found = entries(bibtex([*sources.values(), *sources.values()], sources))
    assert list(found) == sorted(sources)
    for name, one in found.items():
        known = sources[name]
        for said, field in ((known.title, "title"), (known.publisher, "author")):
            assert said is None or one[field] == shown(said).replace("\n", " ")
        assert ("url" in one) == (known.url or "").startswith("https:")
        assert not re.search(r"[{}\\\s]|[^ -~]", one.get("url", ""))
        assert ("date" in one) == (known.date is not None)
        if known.date:
            assert one["year"] == one["date"][:4]


@given(st.lists(WORDS, min_size=1, max_size=3))
def test_bibtexparser_reads_it(titles: list[str]) -> None:
    """So does bibtexparser, where it is there: each entry, by its key."""
    bibtexparser = pytest.importorskip("bibtexparser")
    sources = {f"s{n}": source(f"s{n}", title=title) for n, title in enumerate(titles)}
    library = bibtexparser.parse_string(bibtex(sources.values(), sources))
    assert not library.failed_blocks
    assert [one.key for one in library.entries] == list(sources)
