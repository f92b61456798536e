"""The page: how long it takes to load in a browser, to move from one day to another, to tell of a place, and to check.

python -m benchmarks.page [PLACES ...]

The map of `archiving.py`: places that change hands over 900 days, with roads. Needs Chromium and Playwright for Python.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any
from urllib.request import Request, urlopen

from benchmarks.archiving import written

SIZES = (5_000,)
LOADS = 5
STEPS = 100
PANELS = 5
WINDOW = {"width": 1360, "height": 850}
# When the map was drawn for the first time, in milliseconds since the navigation began.
FIRST = """
new MutationObserver((_, watch) => {
    if (!document.querySelector("#map[data-drawn]")) return;
    watch.disconnect();
    requestAnimationFrame(() => setTimeout(() => (document.documentElement.dataset.drawnAfter = performance.now())));
}).observe(document, { subtree: true, childList: true, attributes: true, attributeFilter: ["data-drawn"] });
"""
# Milliseconds from each move of the slider to the end of the frame in which its day is drawn.
STEP = """async steps => {
    const slider = document.querySelector("#time [type=range]");
    const took = [];
    for (let n = 0; n < steps; n += 1) {
        const start = performance.now();
        slider.value = Math.round((n * slider.max) / steps);
        slider.dispatchEvent(new Event("input"));
        await new Promise(requestAnimationFrame);
        await new Promise(done => setTimeout(done));
        took.push(performance.now() - start);
    }
    return took;
}"""


@contextmanager
def served(files: list[Path]) -> Iterator[str]:
    """The address of a page of fact files, as soon as it is there."""
    command = [sys.executable, "-m", "reasoner", "serve", "--no-open", "--port", "0"]
    command += [word for one in files for word in ("--facts", str(one))]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as server:
        try:
            assert server.stderr is not None
            found = re.search(r"http://127\.0\.0\.1:\d+", server.stderr.readline())
            assert found, "the server did not start"
            yield found[0]
        finally:
            server.terminate()


def got(asked: str | Request) -> bytes:
    """What the server sends."""
    with urlopen(asked) as answer:
        return bytes(answer.read())


def measure(places: int, chromium: Any) -> None:
    """Prints a few lines."""
    with tempfile.TemporaryDirectory(prefix="reasoner-bench-") as name:
        files = written(Path(name), places)
        start = perf_counter()
        with served(files) as address:
            asked = Request(f"{address}/theatre.json", headers={"Accept-Encoding": "gzip"})
            packed = len(got(asked))
            ready = perf_counter() - start
            plain = got(f"{address}/theatre.json")
            theatre = json.loads(plain)
            counts = ", ".join(f"{len(theatre[one]):,} {one}" for one in ("places", "days", "ways", "fronts"))
            size = f"{len(plain) / 1e6:.1f} MB, packed {packed / 1e6:.1f} MB"
            print(f"{counts}: {size}; the server knows them after {ready:.1f} s", flush=True)
            got(f"{address}/check")
            print(f"  all is checked after {perf_counter() - start:.1f} s", flush=True)
            besieged = [one["id"] for one in theatre["places"] if one["sieges"]]
            panels = []
            for place in besieged[:: max(1, len(besieged) // PANELS)][:PANELS]:
                before = perf_counter()
                got(f"{address}/place?place={place}")
                panels.append(1000 * (perf_counter() - before))
            tell(f"the panel of a place that was besieged, {len(panels)} of them", panels)
            loads = []
            for _ in range(LOADS):
                window = chromium.new_context(viewport=WINDOW)
                page = window.new_page()
                page.add_init_script(FIRST)
                page.goto(address)
                drawn = page.wait_for_selector("html[data-drawn-after]", timeout=120_000)
                loads.append(float(drawn.get_attribute("data-drawn-after")))
                page.wait_for_timeout(1_000)
                took = page.evaluate(STEP, STEPS)
                window.close()
            tell(f"from navigation to the map drawn, {LOADS} times", loads)
            tell(f"a step of the slider, {STEPS} of them", took)


def tell(what: str, took: list[float]) -> None:
    """Prints one line."""
    least, middle, most = min(took), median(took), max(took)
    print(f"  {what}: least {least:.0f} ms, median {middle:.0f} ms, most {most:.0f} ms", flush=True)


def main() -> None:
    """Measures each size that is named."""
    from playwright.sync_api import sync_playwright

    path = shutil.which("chromium") or shutil.which("google-chrome")
    with sync_playwright() as playwright:
        flags = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
        chromium = playwright.chromium.launch(executable_path=path, args=flags)
        for places in map(int, sys.argv[1:]) if sys.argv[1:] else SIZES:
            measure(places, chromium)
        chromium.close()


if __name__ == "__main__":
    main()
