"""What a reader does on the page and sees there, for the tests in a browser."""

from __future__ import annotations

from datetime import date
from typing import Any

# A colour as three numbers, and the pixels of the map, four numbers each.
PIXELS = """
    const rgb = colour => [1, 3, 5].map(at => parseInt(colour.slice(at, at + 2), 16));
    const canvas = document.querySelector("canvas.sheet");
    const { data, width } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
"""


def shows(page: Any, day: str) -> None:
    """Waits until the map shows a day."""
    page.wait_for_selector(f'#map[data-drawn="{date.fromisoformat(day).toordinal()}"]')


def slid(page: Any, day: str) -> None:
    """Moves the slider, as a hand would, to the last change day up to a day."""
    page.evaluate(
        """day => {
            const slider = document.querySelector("#time [type=range]");
            for (let step = 0; step <= Number(slider.max); step += 1) {
                slider.value = step;
                slider.dispatchEvent(new Event("input"));
                if (document.querySelector("#time .typed").value > day) {
                    slider.value = step - 1;
                    slider.dispatchEvent(new Event("input"));
                    return;
                }
            }
        }""",
        day,
    )


def told(page: Any, place: str) -> str:
    """What the list of places says of one."""
    page.get_by_role("tab", name="Places").click()
    return str(page.locator(f'#places button[data-place="{place}"] span').inner_text())


def coloured(page: Any, actor: str) -> dict[str, int]:
    """How many pixels have the colour of an actor on each side of the one place that ISIL holds on the map."""
    return dict(
        page.evaluate(
            f"async actor => {{ {PIXELS}"
            """
            const theatre = await (await fetch("/theatre.json")).json();
            const colour = id => rgb(theatre.actors.find(one => one.id === id).colour);
            const having = ([r, g, b]) => {
                const found = [];
                for (let at = 0; at < data.length; at += 4)
                    if (data[at] === r && data[at + 1] === g && data[at + 2] === b)
                        found.push([(at / 4) % width, Math.floor(at / 4 / width)]);
                return found;
            };
            const disc = having(colour("isil"));
            const middle = n => disc.reduce((sum, one) => sum + one[n], 0) / disc.length;
            const [x, y] = [middle(0), middle(1)];
            const sides = { north: 0, east: 0, south: 0, west: 0 };
            for (const [i, j] of having(colour(actor))) {
                const [dx, dy] = [i - x, j - y];
                if (Math.hypot(dx, dy) > 40 || Math.abs(dx) < 4 || Math.abs(dy) < 4) continue; // ways have colours too
                const across = Math.abs(dx) > Math.abs(dy);
                sides[across ? (dx > 0 ? "east" : "west") : dy > 0 ? "south" : "north"] += 1;
            }
            return sides;
        }""",
            actor,
        )
    )


def haloed(page: Any) -> int:
    """How many pixels of the map are land that is marked as differing, as with a pen that lets it through."""
    return int(
        page.evaluate(
            f"() => {{ {PIXELS}"
            """
            const style = getComputedStyle(document.documentElement);
            const [halo, land] = ["--halo", "--land"].map(name => rgb(style.getPropertyValue(name).trim()));
            const wanted = halo.map((one, n) => 0.55 * one + 0.45 * land[n]);
            let count = 0;
            for (let at = 0; at < data.length; at += 4)
                if (wanted.every((one, n) => Math.abs(data[at + n] - one) < 3)) count += 1;
            return count;
        }"""
        )
    )
