"""What the page's server answers: that nothing is lost or mixed up, runs too long, or becomes markup."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reasoner.diagnostic import Problems
from reasoner.doors.asking import read, respond
from reasoner.doors.server.asked import Asked
from reasoner.doors.server.edition import Content, Scene
from reasoner.doors.server.limits import HEADERS, Limits
from reasoner.doors.server.views import VIEWS, View
from reasoner.knowledge_base import KnowledgeBase
from reasoner.syntax.parse import parse
from reasoner.syntax.tree import Program
from reasoner.term import Quoted
from reasoner.text import Text
from tests.markup import seen
from tests.served import ANSWER, ASKED, ROOT, TINY, Got, Site, atoms, serving, site, view

__all__ = ["site"]


def test_two_hundred_at_once_get_their_own_answers(site: Site) -> None:
    """Of 200 questions asked at the same time none is lost, and each gets the answer to what it asked."""
    places = [str(row[0]) for row in ASKED.store.matching("located", (None, None, None))]
    asked = [(f"who holds {place}?", at) for place in places for at in ("", "2014-09-01", "2016-06-03")]
    wanted = {}
    for question, at in asked:
        found = respond(ASKED, read(ASKED, question), at or None)
        wanted[question, at] = [one["atom"] for one in found.data["answers"]]  # type: ignore[index, attr-defined]
    assert len({tuple(one) for one in wanted.values()}) > 1
    several = (asked * 200)[:200]
    start = threading.Barrier(len(several))

    def ask(one: tuple[str, str]) -> Got:
        start.wait()
        return site.get(f"/answer?{urlencode({'q': one[0], 'at': one[1]})}")

    with ThreadPoolExecutor(len(several)) as pool:
        got = list(pool.map(ask, several))
    assert {one.status for one in got} == {200}
    assert [atoms(one.text) for one in got] == [wanted[one] for one in several]


def test_equal_questions_at_once_are_evaluated_once() -> None:
    """Who asks what is being evaluated waits for it, and who asks later gets what is kept."""
    evaluated = []

    def look(scene: Scene) -> Content:
        evaluated.append(scene.asked.q)
        time.sleep(0.2)
        return Content(scene.asked.q)

    with serving(lambda: TINY) as site, view("answer", View(look, needs=("q",))):
        with ThreadPoolExecutor(30) as pool:
            got = list(pool.map(lambda n: site.get(f"/answer?q={n % 3}").text, range(30)))
        assert got == [str(n % 3) for n in range(30)]
        assert site.get("/answer?q=1").text == "1"
        assert sorted(evaluated) == ["0", "1", "2"]


@pytest.mark.parametrize("number", [0, 6, 12, 25, 33, 41, 58, 66, 77, 90])
def test_the_page_answers_as_the_command_does(site: Site, number: int) -> None:
    """A question of the test questions gets the atoms of `reasoner ask --json`, or its messages."""
    rows = (ROOT / "tests" / "questions.txt").read_text(encoding="utf-8").splitlines()
    question = [row.split("|")[0].strip() for row in rows if "|" in row and not row.startswith("#")][number]
    got = site.get(f"/answer?{urlencode({'q': question})}")
    codes, data = list[str](), dict[str, Any]()
    try:
        data = respond(ASKED, read(ASKED, question)).data
    except Problems as problems:
        codes = [one.code for one in problems.diagnostics]
    assert got.status == (422 if codes else 200)
    assert seen(got.text).all("data-code") == codes
    if data.get("verb") == "ask":
        assert atoms(got.text) == [one["atom"] for one in data["answers"]]


def test_suppositions_and_sources_left_out(site: Site) -> None:
    """What is supposed closes the ring, what is left out opens it, and both at once are told together."""
    capture = "capture(syrian_army, deir_ez_zor_province, 2016-06-20)"
    asked = urlencode({"q": "who besieges Raqqa?", "suppose": capture})
    assert "besieges(syrian_army, raqqa_city, s)" in atoms(site.get(f"/answer?{asked}").text)
    assert "besieges(syrian_army, raqqa_city, s)" not in atoms(site.get(ANSWER).text)
    told = site.get(f"/difference?{urlencode({'suppose': capture})}").text
    assert "besieges(syrian_army, raqqa_city, s)" in atoms(told)
    links = [one for one in seen(told).all("href") if "atom=besieges" in one]
    assert all(urlencode({"suppose": capture}) in one for one in links)
    assert links
    without = site.get(f"/answer?{urlencode({'q': 'who besieges Raqqa?', 'without': 'sohr'})}").text
    assert seen(without).all("data-origin") == ["reported"] * 3
    both = urlencode([("suppose", capture), ("without", "sohr"), ("without", "analyst")])
    assert site.get(f"/difference?{both}").status == 200
    left_out = ("", "without=sohr", "without=analyst", "without=sohr&without=analyst", both)
    assert len({site.get(f"/theatre.json?{one}").text for one in left_out}) == len(left_out)


def test_a_question_that_supposes_leads_to_the_map(site: Site) -> None:
    """`what if` links to the page with what it supposes, where its conclusions can be proved."""
    question = "what if Deir ez-Zor province falls to the Syrian army?"
    links = seen(site.get(f"/answer?{urlencode({'q': question})}").text).all("href")
    assert all("suppose=capture" in one for one in links if one.startswith("/"))
    (proof,) = [one for one in links if "atom=besieges" in one]
    assert "because" in site.get(proof.replace("/?", "/why?")).text


def test_links_lead_on_and_keep_the_rest(site: Site) -> None:
    """Each link of a fragment opens the page with something more, and with all else as it was."""
    asked = Asked(q="who besieges Raqqa?", place="raqqa_city", without=("sohr",))
    links = [one for path in ("/answer", "/place") for one in seen(site.get(asked.address(path)).text).all("href")]
    own = [Asked.of(one.partition("?")[2].encode(), Limits()) for one in links if one.startswith("/?")]
    assert len(own) > 5
    assert {(one.q, one.place, one.without) for one in own} == {(asked.q, asked.place, asked.without)}
    assert atoms(site.get(own[0].address("/why")).text)


# ---------------------------------------------------------------- what takes too long


def _spin(scene: Scene) -> Content:
    """Never ends for some questions, leaves the base half done, and hinders whoever would end it."""
    half = "half" in scene.base.__dict__
    scene.base.__dict__["half"] = True
    while scene.asked.q.startswith("spin"):
        try:
            sum(range(1_000))
        except Exception:
            continue
    return Content(f"{scene.asked.q}{' half done' if half else ''}!")


def test_a_runaway_question_is_stopped() -> None:
    """After its time a question is stopped with words, and those after it are answered: with a base as it was read."""
    with serving(lambda: TINY, seconds=0.4) as site, view("answer", View(_spin, needs=("q",))):
        with ThreadPoolExecutor(3) as pool:
            first, again, after = pool.map(lambda q: site.get(f"/answer?q={q}"), ("spin", "spin", "other"))
        assert (first.status, again.status, after.status, after.text) == (503, 503, 200, "other!")
        assert "longer than 0.4 seconds" in first.text
        assert HEADERS.items() <= first.headers.items()
        assert site.get("/answer?q=third").text == "third half done!"  # as nobody was stopped meanwhile


def test_a_full_queue_is_told() -> None:
    """Where too many wait, the next one is told so at once, and when to come back."""
    with serving(lambda: TINY, seconds=0.4, queue=2) as site, view("answer", View(_spin, needs=("q",))):
        with ThreadPoolExecutor(6) as pool:
            got = list(pool.map(lambda n: site.get(f"/answer?q=spin{n}"), range(6)))
        assert {one.status for one in got} == {503}
        busy = [one for one in got if "busy" in one.text]
        assert len(busy) == 4
        assert {one.headers["retry-after"] for one in busy} == {"5"}


def test_what_nobody_waits_for_any_more_is_given_up() -> None:
    """A client that leaves takes its question along: the next one does not wait for it."""
    with serving(lambda: TINY, seconds=1_000) as site, view("answer", View(_spin, needs=("q",))):
        for name in (b"spin1", b"spin2"):
            with site.connect() as leaving:
                leaving.sendall(b"GET /answer?q=" + name + b" HTTP/1.1\r\nHost: localhost\r\n\r\n")
                time.sleep(0.1)
        assert site.get("/answer?q=here").text == "here!"


def test_the_map_keeps_no_question_waiting() -> None:
    """What takes minutes is evaluated elsewhere than questions are."""
    free = threading.Event()

    def look(_: Scene) -> Content:
        free.wait(60)
        return Content("{}", "application/json")

    slow = replace(VIEWS["theatre.json"], look=look)
    with serving(lambda: TINY) as site, view("theatre.json", slow), ThreadPoolExecutor(1) as pool:
        drawn = pool.submit(site.get, "/theatre.json")
        assert site.get("/answer?q=at(X)").status == 200
        assert site.get("/").status == 200
        assert not drawn.done()
        free.set()
        assert drawn.result().text == "{}"


def test_a_fault_inside_is_told_in_words(capfd: pytest.CaptureFixture[str]) -> None:
    """A fault of ours is a small page without a trace, which goes to the terminal; the next question is answered."""

    def look(scene: Scene) -> Content:
        raise ZeroDivisionError("private")

    with serving(lambda: TINY) as site, view("answer", View(look, needs=("q",))):
        got = site.get("/answer?q=x")
        assert (got.status, "private" in got.text, "ZeroDivisionError" in got.text) == (500, False, True)
        assert HEADERS.items() <= got.headers.items()
        assert site.get("/why?atom=at(war)").status == 200


# ---------------------------------------------------------------- whatever the files say

WORDS = """
event capture(actor: Actor, place: Place) "{actor} captures {place}".
state holds(actor: Actor, place: Place) "{actor} holds {place}".
holds(A, P) :- not lost(A, P) since capture(A, P) "{A} took {P}".
event lost(actor: Actor, place: Place) "{actor} loses {place}".
fixed alias(entity, name) "{entity} is also called {name}".
"""


def war(text: str, assumed: str) -> KnowledgeBase:
    """A war of one town, in which somebody else chose every text."""
    written = str(Quoted(text))
    facts = f"""
    assume guess {Quoted(assumed)}.
    source one publisher {written} title {written} url {written} date 2016-06-04.
    capture(army, town) {written} {written} assuming guess.
    alias(town, {written}). alias(town, "Town"). alias(army, {written}).
    """
    problems: list[Any] = []
    files = [parse(Text(name, said), problems) for name, said in (("rules.dl", WORDS), ("facts.dl", facts))]
    return KnowledgeBase(Program(tuple(files)), problems)


def shape(html: str) -> list[tuple[str, list[str]]]:
    """The elements of a fragment and the names of their attributes."""
    return [(tag, sorted(its)) for tag, its in seen(html).elements]


HOSTILE = (
    "<script>alert(1)</script>", "</details><img src=x onerror=alert(1)>", '"><svg onload=alert(1)>', "'-alert(1)-'",
    "javascript:alert(1)", "&lt;script&gt;", "<!--", "]]><x>", "{{ 7 * 7 }}", "{% raw %}", "</style><b>", "\u202e<b>",
)  # fmt: skip
LOOKS = {
    "answer": Asked(q="who holds Town?"), "why": Asked(atom="holds(army, town)"),
    "why-not": Asked(atom="holds(town, town)"), "place": Asked(place="town"), "check": Asked(),
}  # fmt: skip


@settings(max_examples=25)
@given(st.one_of(st.sampled_from(HOSTILE), st.text(min_size=1, max_size=30)), st.text(max_size=20))
def test_no_text_becomes_markup(text: str, assumed: str) -> None:
    """A title, a quote, a name that is any text at all leaves each fragment with the elements that a word gives it."""
    try:
        base, plain = war(f"x{text}", f"x{assumed}"), war("xword", "xword")
    except Problems:  # a text that no file may have, such as one with a line's end in it
        return
    for name, asked in LOOKS.items():
        if name != "place":
            own, same = (VIEWS[name].look(Scene(asked, one, one, ())).body for one in (base, plain))
            assert shape(own) == shape(same)
        for tag, its in seen(VIEWS[name].look(Scene(asked, base, base, ())).body).elements:
            assert tag not in ("script", "style", "iframe", "img", "object", "embed", "base", "meta", "link", "form")
            assert not [one for one in its if one.startswith("on") or one in ("style", "srcdoc", "xlink:href")]
            assert its.get("href", "/").startswith(("/", "#", "http://", "https://"))


@settings(max_examples=25)
@given(st.builds(Asked, *[st.text(max_size=12)] * 2, *[st.lists(st.text(max_size=9), max_size=3).map(tuple)] * 2,
                 *[st.text(max_size=12)] * 2))  # fmt: skip
def test_links_keep_what_is_looked_at(asked: Asked) -> None:
    """The address of what is looked at, read again, is what is looked at."""
    try:
        link = asked.link()
    except UnicodeEncodeError:
        return
    found = Asked.of(link.partition("?")[2].encode(), Limits())
    several = {name: tuple(dict.fromkeys(s for one in getattr(asked, name) if (s := one.strip())))
               for name in ("suppose", "without")}  # fmt: skip
    assert found == Asked(asked.q.strip(), asked.at.strip(), *several.values(), asked.place.strip(), asked.atom.strip())


@settings(max_examples=25)
@given(data=st.data())
def test_whatever_is_asked_the_page_shows_it_as_text(site: Site, data: st.DataObject) -> None:
    """Any parameters at all give a page that closes, says nothing in script, and does not fail."""
    names = st.sampled_from(["q", "at", "place", "atom", "suppose", "without", "x"])
    values = st.one_of(st.sampled_from(HOSTILE), st.text(max_size=20))
    asked = data.draw(st.lists(st.tuples(names, values), max_size=4))
    got = site.get(f"/?{urlencode(asked, errors='surrogatepass')}")
    assert got.status in (200, 422)
    html = seen(got.text.partition("\n")[2])
    assert not [one for tag, one in html.elements if tag == "script" and not one.get("src", "").startswith("/static/")]
