"""What is found draws itself: as HTML that says what the text says, as pictures, and as tables of the same rows.

`REWRITE=1 pytest tests/test_notebook.py` runs the example notebook and keeps what comes out, to be read before it is
committed.
"""

from __future__ import annotations

import csv
import io
import json
import os
import pickle
import re
import sys
from functools import cache
from pathlib import Path
from unittest import mock
from xml.etree import ElementTree

import nbformat
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nbclient import NotebookClient
from shapely.geometry import shape

import reasoner
from reasoner.diagnostic import Problems, draw
from reasoner.doors.asking import Reply, read, respond
from reasoner.knowledge_base import KnowledgeBase
from reasoner.query.answers import Answers
from reasoner.render import html, reply
from reasoner.render.exports.formats import FORMATS
from reasoner.render.exports.table import text_of
from reasoner.render.notebook import DrawnAnswers
from reasoner.render.text import shown
from tests.markup import Seen, plain, seen
from tests.seed import FACTS, ROOT
from tests.test_sixty import ROWS

NOTEBOOK = ROOT / "examples" / "raqqa.ipynb"
QUESTIONS = [question for question, understood, _ in ROWS if not understood.startswith("refused")][::4]
DATED = re.compile(r"(certain|possib|since|on some|always|until|so far|never|\d{4}|reported|derived|and \d+ more)")
BODIES = ("holds(Who, Where)", "besieges(A, raqqa_city, S)", "adjacent(P, Q, S), holds(A, Q)", "encircled(P)", "N = 1")
ODD = "<script>alert(1)</script>"
NASTY = f"""\
state holds(actor: Actor, place: Place, number) "{{actor}} <b>holds</b> {{place}} [with {{number}}]".
fixed located(place: Place, latitude, longitude) "{{place}} lies at {{latitude}}, {{longitude}}".
fixed alias(entity, name) "{{entity}} is called {{name}}".
source s publisher "{ODD}" title "a & b</title>{ODD}" url "javascript:alert(1)" date 2016-05.
source t publisher "T" title "&lt;" url "https://example.org/?a&b=\\"><img src=x>" date 2016-05-15 via s reliability b.
assume odd "{ODD} & more".
alias(red, "Red & <i>Co</i>") from t.
located(town, 95, 10) from t. located(port, -17.5, 179.5) from t.
holds(red, town, 1, 2016-05-01..2016-05-09) from s p1 "\\"><img src=x onerror=alert(1)> \\x1b[31m" assuming odd.
holds(red, port, 2.5) from t "'><svg onload=alert(1)>".
holds(blue, town, "a \\"q\\" {{{{7*7}}}} {{% raw %}}", ..2016-05) from t.
"""


@cache
def kb() -> KnowledgeBase:
    """The article on Raqqa."""
    return reasoner.load(ROOT / "rules", FACTS, default_rules=False)


@cache
def answered(question: str) -> Reply:
    """What comes of a question."""
    return respond(kb(), read(kb(), question))


@pytest.fixture(scope="module")
def nasty(tmp_path_factory: pytest.TempPathFactory) -> KnowledgeBase:
    """Facts whose words would run in a browser that took them for its own."""
    path = tmp_path_factory.mktemp("nasty") / "nasty.dl"
    path.write_text(NASTY, encoding="utf-8")
    return reasoner.load(facts=path, default_rules=False)


def sentences(text: str) -> list[str]:
    """What a terminal shows, line by line and cell by cell, without numbers of sources and values of variables."""
    found = []
    for line in text.splitlines():
        cells = re.split(r"\s{2,}", re.sub(r"\[\d+\]", "", line).strip())
        valued = bool(re.fullmatch(r"\d+", cells[0])) and any(map(re.compile("reported|derived").match, cells))
        for cell in (one for one in cells if not valued or DATED.match(one)):
            told = re.findall(r'--suppose "([^"]*)"', cell) or [re.sub(r"^\((.*)\)$|^and (?!\d)", r"\1", cell)]
            found += [plain(one) for one in told if not re.fullmatch(r"\w*", one)]
    return found


def page(questions: list[str]) -> Seen:
    """Replies on one page."""
    return seen("".join(_html(answered(one), f"q{n}-") for n, one in enumerate(questions)))


def _html(said: Reply, prefix: str) -> str:
    return reply.as_html(said.parts, said.renderer, prefix=prefix)


# ---------------------------------------------------------------- HTML says what the text says


@settings(max_examples=15)
@given(st.lists(st.sampled_from(QUESTIONS), min_size=1, max_size=5, unique=True))
def test_html_says_what_the_text_says(questions: list[str]) -> None:
    """Every sentence that a terminal shows of a reply is on the page, proofs apart, which have their own test."""
    text = page(questions).text
    for question in questions:
        parts = tuple(one for one in answered(question).parts if not isinstance(one, reply.Explained))
        for sentence in sentences(reply.text(parts, kb().renderer)):
            assert sentence in text


@settings(max_examples=15)
@given(st.lists(st.sampled_from(QUESTIONS), min_size=1, max_size=5, unique=True))
def test_every_number_leads_to_its_source(questions: list[str]) -> None:
    """Every citation leads to one entry of a list of sources on its page, and every entry is cited by its number."""
    found = page(questions)
    cited = [one.removeprefix("#") for one in found.all("href") if one.startswith("#")]
    listed = {its["id"]: its["value"] for tag, its in found.elements if tag == "li" and "id" in its}
    assert set(cited) == set(listed)
    assert all(name.endswith(f"source-{number}") for name, number in listed.items())


@pytest.mark.parametrize("question", ["why does the Syrian army besiege Raqqa?", "Why is Raqqa besieged?"])
def test_proofs_say_what_the_text_says(question: str) -> None:
    """So do proofs: sentences, the words of the rules, and the quotes with their sources."""
    said = answered(question)
    text = page([question]).text
    lines = (re.sub(r"^[│├└─ ]*", "", line) for line in said.text.splitlines())
    bare = [re.sub(r" {2}(\(uncited\)|\(as above\)|\[\d+\]).*$|^\[\d+\] ", "", line) for line in lines]
    assert len(bare) > 10
    for one in bare:
        assert all(plain(piece) in text for piece in one.split('"'))  # a quote stands before its source


def test_a_day_of_a_place_says_what_the_text_says() -> None:
    """So do the story of a place and its portrait, in all that a terminal shows of them but what it draws."""
    for place in ("Raqqa city", "Tabqa dam", "Raqqa province"):
        timeline, portrait = kb().timeline(place), kb().portrait(place)
        story = seen(html.story(timeline.story, timeline.days, kb().renderer, prefix="s-")).text
        for event in timeline.story.events:
            assert plain(kb().renderer.sentence(event.predicate, event.row)) in story
        drawn = seen(html.portrait(portrait, kb().renderer, lambda atom, day: f"/why?{atom}&{day}", "p-"))
        for one in portrait.story.strands:
            assert any(atom.startswith(f"{one.predicate}(") for atom in drawn.all("data-atom"))
        for side in portrait.sides:
            assert side.side in drawn.all("data-side")


def test_links(nasty: KnowledgeBase) -> None:
    """An answer has the address that its link gives it, and so has a change that would make something so."""
    besiegers = kb().ask("who besieges Raqqa?")
    found = seen(html.answers(besiegers, kb().renderer, lambda one: f"/why?<{one.id}>" if one.id < 3 else ""))
    assert [one for one in found.all("href") if not one.startswith("#")] == ["/why?<1>", "/why?<2>"]
    assert found.all("data-atom")[0] == "besieges(syrian_army, raqqa_city, w)"
    assert set(found.all("data-day")) == {"2016-06-04"}
    why_not = nasty.why_not('holds(red, port, "<i>")')
    found = seen(html.why_not(why_not, nasty.renderer, lambda facts: "/?" + "&".join(facts)))
    tried = why_not.remedies[0].suppositions
    assert tried
    assert set(tried) <= set(found.all("data-suppose"))
    assert "/?" + "&".join(tried) in found.all("href")
    changed = nasty.compare(nasty.suppose(*tried), "holds", at="2016-06-01")
    found = seen(html.comparison(changed, nasty.renderer, lambda atom, day: f"/why?{atom}"))
    assert found.all("data-atom") == ['holds(red, port, "<i>")']
    assert found.all("href") == ['/why?holds(red, port, "<i>")']


# ---------------------------------------------------------------- what sources say stays words


@pytest.mark.parametrize("kind", ["answers", "proofs", "why_not", "story", "portrait", "comparison", "diagnostics"])
def test_nothing_that_a_file_says_becomes_markup(nasty: KnowledgeBase, kind: str) -> None:
    """Whatever words a file has, the page has them, the elements that it always has, and addresses of the web."""
    odd = "holds(red, <b>"
    try:
        nasty.query(odd)
    except Problems as problems:
        told = problems.diagnostics
    timeline, portrait = nasty.timeline("town"), nasty.portrait("town")
    supposed = nasty.suppose('holds(red, town, "<img src=x>", 2016-05-20..)')
    made = {
        "answers": nasty.query("holds(A, P, N)")._repr_html_(),
        "proofs": nasty.why("holds(A, P, N)")._repr_html_(),
        "why_not": nasty.why_not('holds(red, town, "<script>")')._repr_html_(),
        "story": html.story(timeline.story, timeline.days, nasty.renderer),
        "portrait": html.portrait(portrait, nasty.renderer),
        "comparison": nasty.compare(supposed, "holds", at="2016-05-20")._repr_html_(),
        "diagnostics": html.diagnostics(told),
    }
    found = seen(made[kind])
    assert not {tag for tag, _ in found.elements} & {"script", "img", "svg", "i", "b", "object", "iframe"}
    assert not any(name.startswith("on") for _, its in found.elements for name in its)
    assert all(re.match(r"https?://|#", one) for one in found.all("href"))
    assert "\x1b" not in made[kind]
    expected = {"diagnostics": odd, "why_not": "<script>", "comparison": "<img src=x>"}
    assert expected.get(kind, "<b>holds</b>") in found.text
    if kind in ("answers", "proofs"):
        assert f"><img src=x onerror=alert(1)> {shown(chr(27))}[31m" in found.text
        assert ODD in found.text


# ---------------------------------------------------------------- notebooks


def test_answers_stay_answers() -> None:
    """What draws itself is what it was: equal to itself asked again, iterable, with a length, true or not, kept."""
    found, again = kb().ask("who besieges Raqqa?"), kb().ask("who besieges Raqqa?")
    assert isinstance(found, Answers)
    assert found == again
    assert hash(found) == hash(again)
    assert (len(found), bool(found), [one.id for one in found]) == (3, True, [1, 2, 3])
    assert not kb().query("encircled(P)")
    kept = pickle.loads(pickle.dumps(found))
    assert (kept, str(kept)) == (found, str(found))
    assert repr(found) == "<3 answers to 'who besieges Raqqa?'>"


def test_each_draws_itself(nasty: KnowledgeBase) -> None:
    """Answers, proofs, what is not so and differences are text and HTML, timelines and maps text and SVG."""
    base = kb()
    later = base.suppose("capture(syrian_army, deir_ez_zor_province, 2016-06-20)")
    for one in (
        base.ask("who besieges Raqqa?"),
        base.why("besieged(raqqa_city)"),
        nasty.why_not("holds(blue, port, 1)"),
        base.compare(later, "besieges"),
    ):
        bundle = one._repr_mimebundle_()
        assert set(bundle) == {"text/plain", "text/html"}
        assert bundle["text/plain"] == str(one)
        assert one._mime_() == ("text/html", bundle["text/html"])
        assert len(repr(one)) < 80
        seen(bundle["text/html"])
    for picture in (base.timeline("Raqqa city", end="2015"), base.map(), base.map("Raqqa city", "2016-05-31")):
        bundle = picture._repr_mimebundle_()
        assert set(bundle) == {"text/plain", "image/svg+xml"}
        assert ElementTree.fromstring(bundle["image/svg+xml"]).tag == "{http://www.w3.org/2000/svg}svg"
        assert bundle["text/plain"] == str(picture)
    assert "2014-08-01 to 2015-12-31" in str(base.timeline("Raqqa city", end="2015"))
    assert "Raqqa city: held by ISIL" in str(base.map("Raqqa city")).splitlines()[1]


def test_days_before_all_evidence_are_refused() -> None:
    """Of a day before anything is known there is no map and no timeline, but a message."""
    for seen_then in (lambda: kb().map(at="1999"), lambda: kb().timeline("Raqqa city", end="1999")):
        with pytest.raises(Problems, match="R4"):
            seen_then()


def test_marimo_draws_them() -> None:
    """Marimo, where it is there, takes the HTML and the picture."""
    formatting = pytest.importorskip("marimo._output.formatting")
    found = kb().ask("who besieges Raqqa?")
    drawn = formatting.try_format(found)
    assert (drawn.mimetype, str(drawn.data)) == ("text/html", found._repr_html_())
    assert "<svg" in str(formatting.try_format(kb().map()).data)


def test_the_example_notebook(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The example runs from its first cell to its last, and shows what it was kept with."""
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path))
    kept = nbformat.read(NOTEBOOK, 4)
    nbformat.validate(kept)
    ran = nbformat.read(NOTEBOOK, 4)
    place = {"metadata": {"path": str(NOTEBOOK.parent)}}
    NotebookClient(ran, timeout=120, kernel_name="python3", record_timing=False, resources=place).execute()
    if os.environ.get("REWRITE"):
        ran.metadata = kept.metadata
        nbformat.write(ran, NOTEBOOK)
        return
    assert _texts(ran) == _texts(kept)
    assert str(ROOT) not in NOTEBOOK.read_text(encoding="utf-8")


def _texts(notebook: nbformat.NotebookNode) -> list[str]:
    outputs = [one for cell in notebook.cells if cell.cell_type == "code" for one in cell.outputs]
    return [one.get("data", {}).get("text/plain") or one.get("text") or one.output_type for one in outputs]


# ---------------------------------------------------------------- tables


@pytest.mark.parametrize("body", BODIES)
@pytest.mark.parametrize("facts", ["raqqa", "nasty"])
def test_tables_say_the_same_rows(nasty: KnowledgeBase, facts: str, body: str) -> None:
    """Frames of pandas and polars, and tables of Arrow, have the rows and columns of the CSV; dates are dates."""
    if facts == "nasty":
        body = {"holds(Who, Where)": "holds(Who, Where, N)"}.get(body, 'holds(red, town, "none")')
    found = (kb() if facts == "raqqa" else nasty).query(body)
    rows = list(csv.reader(io.StringIO(FORMATS["csv"](found.export).decode(), newline="")))
    frame, polar, arrow = found.to_pandas(), found.to_polars(), found.to_arrow()
    for names, cells in (
        (list(frame.columns), frame.astype(object).where(frame.notna(), None).to_numpy().tolist()),
        (polar.columns, polar.rows()),
        (arrow.column_names, [list(row.values()) for row in arrow.to_pylist()]),
    ):
        assert [names, *([text_of(_plain(one)) or "" for one in row] for row in cells)] == rows
    assert str(polar.schema["certain_start"]) == "Date"
    assert arrow.schema.field("certain_start").type == pa.date32()
    assert str(frame["certain_start"].dtype) == "datetime64[s]"


def _plain(cell: object) -> object:
    """A cell of a frame as Python has it."""
    if hasattr(cell, "to_pydatetime"):
        return cell.to_pydatetime().date()
    return list(cell) if isinstance(cell, tuple) else cell


@pytest.mark.parametrize("module", ["pandas", "polars", "pyarrow"])
def test_what_is_not_installed_is_named(module: str) -> None:
    """Where a library is missing a message says which, and what to type."""
    found = kb().ask("who besieges Raqqa?")
    turn = {"pandas": found.to_pandas, "polars": found.to_polars, "pyarrow": found.to_arrow}[module]
    with mock.patch.dict(sys.modules, {module: None}), pytest.raises(Problems) as raised:
        turn()
    told = draw(raised.value.diagnostics)
    assert "R541" in told
    assert module in told
    assert "pip install" in told


def test_features(nasty: KnowledgeBase) -> None:
    """`__geo_interface__` is the GeoJSON that is exported, and each geometry a valid one."""
    found: list[tuple[DrawnAnswers, KnowledgeBase]] = [
        (kb().query("adjacent(raqqa_city, Q, S)"), kb()),
        (nasty.query("holds(A, P, N)"), nasty),
    ]
    for answers, _ in found:
        assert answers.__geo_interface__ == json.loads(FORMATS["geojson"](answers.export))
    whole = kb().map("Raqqa city", "2016-05-31").__geo_interface__
    assert whole == json.loads(FORMATS["geojson"](kb().situation("2016-05-31")))
    for collection in (whole, *(answers.__geo_interface__ for answers, _ in found)):
        assert collection["type"] == "FeatureCollection"
        placed = [one["geometry"] for one in collection["features"] if one["geometry"]]
        assert placed
        assert all(shape(one).is_valid for one in placed)
