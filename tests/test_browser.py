"""The page in a real browser, as a reader uses it: asked, looked at, traced to its sources, with mouse and keyboard.

Needs Chromium and Playwright for Python, and is skipped without them. `SCREENSHOTS=FOLDER` keeps the pictures of it.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.browsing import coloured, haloed, shows, slid, told

sync_api = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
if CHROMIUM is None:
    pytest.skip("there is no Chromium", allow_module_level=True)

FLAGS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking"
    " --disable-component-update --disable-sync"
).split()
FACTS = Path(__file__).parent.parent / "facts"
DESKTOP, PHONE = {"width": 1360, "height": 850}, {"width": 390, "height": 844}
ASKED = "/?q=who+besieges+Raqqa%3F"
CAPTURE = "capture(syrian_army, deir_ez_zor_province, 2016-06-20)"
RULE = 'state looked_at(place: Place) "{place} is looked at".\nlooked_at(P) :- besieged(P).\n'
# Nobody holds this place, so that it changes nothing of the war.
HOSTILE = """\
source evil publisher "<script>document.title = 'owned'</script>" title "<img src=x onerror=alert(1)>"
    url "https://example.org/<script>" date 2016-06-04 reliability f.
alias(evil_place, "<b onclick=alert(1)>Evil</b>").
located(evil_place, 36.2, 39.9).
strike(russia, evil_place, air, 2016-06-04)  s1 "<script>document.title = 'owned'</script>".
"""


@dataclass(frozen=True)
class Served:
    """A page that is served, and the rule file that it follows."""

    address: str
    rule: Path


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The page of the article, of a rule of our own, and of a source that means no good; on a free port."""
    folder = tmp_path_factory.mktemp("served")
    rule, hostile = folder / "own.dl", folder / "hostile.dl"
    rule.write_text(RULE)
    hostile.write_text(HOSTILE)
    files = [FACTS / "gazetteer.dl", FACTS / "raqqa_2016.dl", hostile]
    command = [sys.executable, "-m", "reasoner", "serve", "--no-open", "--port", "0", "--rules", str(rule)]
    command += [word for one in files for word in ("--facts", str(one))]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as server:
        try:
            assert server.stderr is not None
            found = re.search(r"http://127\.0\.0\.1:\d+", server.stderr.readline())
            assert found, "the server says where the page is"
            yield Served(found[0], rule)
        finally:
            server.terminate()


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """One Chromium for all tests."""
    with sync_api.sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield chromium
        chromium.close()


Opening = Callable[..., Any]


@pytest.fixture
def opened(served: Served, browser: Any) -> Iterator[Opening]:
    """Opens addresses, each in a window. In none may an error be told, or anything be asked of another host."""
    wrong: list[str] = []
    windows: list[Any] = []

    def open_page(path: str = "/", drawn: bool = True, **options: Any) -> Any:
        window = browser.new_context(**({"viewport": DESKTOP, "reduced_motion": "reduce"} | options))
        windows.append(window)
        page = window.new_page()
        page.set_default_timeout(15_000)
        page.on("console", lambda said: wrong.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("dialog", lambda dialog: wrong.append(dialog.message) or dialog.dismiss())
        page.on("request", lambda one: None if _own(one.url, served) else wrong.append(one.url))
        page.goto(served.address + path)
        if drawn:
            page.wait_for_selector("#map[data-drawn]")
        return page

    yield open_page
    for window in windows:
        window.close()
    assert wrong == []


def _own(url: str, served: Served) -> bool:
    return url.startswith((f"{served.address}/", "data:"))


@contextmanager
def _written(path: Path, text: str) -> Iterator[None]:
    """A file with another text, for a while."""
    before = path.read_text()
    path.write_text(text)
    try:
        yield
    finally:
        path.write_text(before)


# ---------------------------------------------------------------- asked, and traced to the sources


def test_question_is_answered_and_traced_to_the_quote(opened: Opening) -> None:
    """Who asks sees the sides, opens the proof, and comes to the words of the source."""
    page = opened()
    page.get_by_role("combobox", name="Ask").fill("who besieges Raqqa?")
    page.keyboard.press("Enter")
    answer = page.locator("#answer")
    sync_api.expect(answer).to_contain_text("besieged on 3 of 4 sides")
    sync_api.expect(answer.locator(".understood")).to_contain_text("besieges(Who, raqqa_city, Side)")
    assert page.url.endswith(ASKED)
    answer.locator("li", has_text="from the west").get_by_role("link", name="why?").click()
    proof = page.locator("#why .proof").last
    proof.wait_for()
    proof.locator("details:not([open]) > summary:visible").first.click()
    page.evaluate("document.querySelectorAll('#why details').forEach(one => (one.open = true))")  # and so on, each
    quotes = proof.locator("blockquote")
    sync_api.expect(quotes.filter(has_text="crossed the boundary of Raqqa province").first).to_be_visible()
    assert "Al Jazeera" in quotes.first.inner_text()


def test_three_sides_are_drawn(opened: Opening) -> None:
    """The map shows what the answer says, in the besiegers' colours; the list of places says it in words."""
    page = opened(ASKED)
    shows(page, "2016-06-04")
    army, kurdish = coloured(page, "syrian_army"), coloured(page, "kurdish_led_forces")
    assert [side for side, count in army.items() if count > 5] == ["west"]
    assert [side for side, count in kurdish.items() if count > 5] == ["north", "east"]
    assert kurdish["east"] < kurdish["north"], "what is only reported is dashed"
    words = told(page, "raqqa_city")
    assert "besieged from the north by Kurdish-led forces and from the west by Syrian army" in words
    assert "reported to be besieged from the east by Kurdish-led forces" in words
    legend = page.locator("#legend").inner_text()
    assert "reported only" in legend
    assert "encircled" not in legend, "it has what occurs, and nothing else"


def test_slider_goes_back_before_the_siege(opened: Opening) -> None:
    """On an earlier day the siege is gone from map and words, without asking the server for the day."""
    page = opened(ASKED)
    asked: list[str] = []
    page.on("request", lambda one: asked.append(one.url))
    slid(page, "2014-09-30")
    shows(page, "2014-08-31")
    assert not [one for one in asked if "theatre" in one]
    assert not any(coloured(page, "syrian_army").values())
    assert told(page, "raqqa_city") == "held by ISIL"
    page.wait_for_url("**at=2014-08-31**")  # so that it can be shared
    page.get_by_label("Date").fill("2014-09")
    page.keyboard.press("Enter")
    shows(page, "2014-09-30")
    page.get_by_label("Date").fill("once")
    page.keyboard.press("Enter")
    assert page.get_by_label("Date").evaluate("one => one.validationMessage").startswith("Write a date as")


def test_play_stops_at_the_end(opened: Opening) -> None:
    """Played from the last day but one, it comes to the last, and stops."""
    page = opened(reduced_motion="no-preference")
    page.get_by_role("button", name="Change before").click()
    shows(page, "2016-06-03")
    page.get_by_role("button", name="Play").click()
    shows(page, "2016-06-04")
    page.get_by_role("button", name="Play").wait_for()


# ---------------------------------------------------------------- what if


def test_supposed_capture_closes_a_side(opened: Opening) -> None:
    """The map goes to the day on which a supposition counts, and draws and tells what differs, until it is removed."""
    page = opened("/?at=2016-06-04")
    assert haloed(page) == 0
    page.get_by_role("tab", name="What if").click()
    page.get_by_label("Suppose a fact").fill(CAPTURE)
    page.keyboard.press("Enter")
    shows(page, "2016-06-20")
    assert coloured(page, "syrian_army")["south"] > 10
    assert haloed(page) > 100
    difference = page.locator("#difference .comparison")
    sync_api.expect(difference).to_contain_text("Syrian army besieges Raqqa city from the south")
    assert "differs" in page.locator("#legend").inner_text()
    assert told(page, "deir_ez_zor_province") == "held by Syrian army; differs by what is supposed"
    bar = page.get_by_role("region", name="Supposed")
    assert CAPTURE in bar.inner_text()
    bar.get_by_role("link", name="remove").click()
    sync_api.expect(bar).to_be_hidden()
    assert "suppose" not in page.url
    page.wait_for_function("document.querySelector('#legend').innerText.includes('differs') === false")
    assert haloed(page) == 0


def test_what_would_close_the_ring_can_be_supposed(opened: Opening) -> None:
    """Why not leads to what would make it so; supposed, the ring is drawn on the day that it names."""
    page = opened("/?q=why+is+Raqqa+not+encircled%3F")
    page.locator("#answer a.suppose").first.click()
    shows(page, "2016-06-05")
    assert "encircled" in page.locator("#legend").inner_text()
    assert "encircled" in told(page, "raqqa_city")
    page.get_by_role("region", name="Supposed").locator("li").nth(1).wait_for()


# ---------------------------------------------------------------- places, addresses, keys


def test_back_takes_back_and_an_address_shows_the_same(opened: Opening) -> None:
    """A place is a step of its own; the address of what is looked at opens it again."""
    page = opened(ASKED)
    page.locator("#off-map button", has_text="Deir ez-Zor province").click()
    sync_api.expect(page.locator("#place")).to_contain_text("held by ISIL")
    page.locator("#place a.why").first.click()
    page.locator("#why .proof").first.wait_for()
    shared = opened(page.url.removeprefix(page.evaluate("location.origin")))
    assert shared.locator("#why").inner_text() == page.locator("#why").inner_text()
    assert shared.locator('#off-map [aria-current="true"]').inner_text() == "Deir ez-Zor province"
    assert shared.get_by_role("combobox", name="Ask").input_value() == "who besieges Raqqa?"
    page.go_back()
    page.go_back()
    sync_api.expect(page.locator("#answer")).to_be_visible()
    assert page.url.endswith(ASKED)


def test_click_on_the_map_chooses_a_place(opened: Opening) -> None:
    """Where a mark is, there is its place: its panel has its history and a timeline."""
    page = opened()
    x, y = page.evaluate(
        """() => {
            const canvas = document.querySelector("canvas.sheet");
            const { data, width } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
            const blue = n => data[n] === 0 && data[n + 1] === 0x72 && data[n + 2] === 0xb2;
            const at = [...data.keys()].filter(n => n % 4 === 0 && blue(n));
            const middle = at[Math.floor(at.length / 2)] / 4;
            const { left, top } = canvas.getBoundingClientRect();
            return [left + (middle % width), top + Math.floor(middle / width)];
        }"""
    )
    page.mouse.click(x, y)
    place = page.locator("#place")
    sync_api.expect(place).to_contain_text("besieged by Syrian army from the west")
    place.locator("svg.picture").wait_for()
    assert "place=raqqa_city" in page.url
    place.locator(".absent li", has_text="Raqqa city is encircled").get_by_role("link", name="why not?").click()
    sync_api.expect(page.locator("#why .why-not")).to_contain_text("Raqqa city is not encircled")
    assert "place=raqqa_city" in page.url


def test_keys_alone_will_do(opened: Opening) -> None:
    """Without a mouse one can ask, take a completion, move the slider, choose a place, and open a proof."""
    page = opened()

    def tab_to(selector: str) -> None:
        for _ in range(80):
            page.keyboard.press("Tab")
            if page.evaluate("selector => document.activeElement.matches(selector)", selector):
                return
        raise AssertionError(f"Tab never comes to {selector}")

    tab_to("#q")
    page.keyboard.type("who besieges raq")
    page.locator('#completions [role="option"]').first.wait_for()
    page.keyboard.press("ArrowDown")
    assert page.locator("#q").get_attribute("aria-activedescendant") == "completions-0"
    page.keyboard.press("Escape")
    page.keyboard.type("qa?")
    page.keyboard.press("Enter")
    sync_api.expect(page.locator("#answer")).to_contain_text("besieged on 3 of 4 sides")
    tab_to("#time [type=range]")
    page.keyboard.press("ArrowLeft")
    shows(page, "2016-06-03")
    assert page.locator("#time [type=range]").get_attribute("aria-valuetext") == "3 June 2016"
    page.keyboard.press("End")
    shows(page, "2016-06-04")
    tab_to('[role="tab"]')
    for _ in range(2):
        page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    assert page.evaluate("document.activeElement.textContent") == "Places"
    tab_to('#places button[data-place="raqqa_city"]')
    page.keyboard.press("Enter")
    sync_api.expect(page.locator("#place")).to_contain_text("held by ISIL")
    tab_to("#place a.why")
    page.keyboard.press("Enter")
    page.locator("#why .proof").first.wait_for()
    tab_to("#why summary")
    before = page.locator("#why details[open]").count()
    page.keyboard.press("Enter")
    assert page.locator("#why details[open]").count() != before


def test_without_scripts_a_form_is_sent(opened: Opening) -> None:
    """Who runs no scripts gets the answer, the map as a picture, and the proof behind a link."""
    page = opened("/", drawn=False, java_script_enabled=False)
    page.get_by_role("combobox", name="Ask").fill("who besieges Raqqa?")
    page.get_by_role("button", name="Ask").click()
    assert "besieged on 3 of 4 sides" in page.locator("#answer").inner_text()
    assert page.locator(".map-box img").evaluate("one => one.naturalWidth") > 100
    page.get_by_role("link", name="why?").first.click()
    assert page.locator("#why .proof").first.is_visible()


# ---------------------------------------------------------------- files that change, texts that mean no good


def test_broken_file_is_told_and_the_map_stays(opened: Opening, served: Served) -> None:
    """A file that cannot be read is shown where it is wrong; what stood before stays, and mended it is read again."""
    page = opened("/?q=is+Raqqa+city+looked+at%3F")
    sync_api.expect(page.locator("#answer")).to_contain_text("looked at")
    box = page.get_by_role("combobox", name="Ask")
    box.fill("half a quest")
    with _written(served.rule, RULE + "looked_at(P) :- beseiged(P.\n"):
        banner = page.locator("#broken")
        banner.wait_for(state="visible")
        banner.get_by_role("link").click()
        sync_api.expect(page.locator("#check")).to_contain_text("own.dl")
        assert "error" in page.locator("#count").inner_text()
        assert told(page, "raqqa_city").startswith("held by ISIL"), "the last good model stays"
    banner.wait_for(state="hidden")
    assert box.input_value() == "half a quest"


def test_hostile_texts_are_text(opened: Opening) -> None:
    """A title, a quote, a name or a question with markup in it is shown as it is written, and runs nothing."""
    markup = "<b onclick=alert(1)>Evil</b>"
    page = opened("/?place=evil_place")
    place = page.locator("#place")
    sync_api.expect(place).to_contain_text(markup)
    sync_api.expect(place).to_contain_text("<script>document.title = 'owned'</script>")
    assert page.locator("#place script, #place img, #place [onclick], #place b[onclick]").count() == 0
    page.get_by_role("tab", name="Places").click()
    assert page.locator('#places [data-place="evil_place"] b').inner_text() == markup
    assert page.title() == "reasoner"


# ---------------------------------------------------------------- how it looks, and to whom


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", ["desktop", "phone"])
def test_page_fits_and_reads(opened: Opening, tmp_path: Path, size: str, scheme: str) -> None:
    """At either width, in either scheme, nothing scrolls sideways; in either, axe finds nothing serious."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe-playwright-python is not installed")
    page = opened(
        f"{ASKED}&place=raqqa_city&suppose={CAPTURE.replace(' ', '+')}",
        viewport=DESKTOP if size == "desktop" else PHONE,
        color_scheme=scheme,
    )
    folder = Path(os.environ.get("SCREENSHOTS", tmp_path))
    folder.mkdir(parents=True, exist_ok=True)
    page.locator("#place svg.picture").wait_for(state="attached")
    for panel in ("Places", "Place", "Answer"):
        page.get_by_role("tab", name=panel, exact=True).click()
        page.screenshot(path=folder / f"{size}-{scheme}-{panel.lower()}.png")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        if size == "desktop" and panel != "Answer":
            options = {"resultTypes": ["violations"], "rules": {"target-size": {"enabled": True}}}
            found = axe.Axe().run(page, options=options).response["violations"]
            assert [one["id"] for one in found if one["impact"] in ("serious", "critical")] == []
