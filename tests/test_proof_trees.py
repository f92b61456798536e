"""Drawn proofs: boxes apart from each other, premises beside what they support, every quote told; on pages too."""

from __future__ import annotations

import re
from itertools import combinations
from xml.etree import ElementTree

from hypothesis import given
from hypothesis import strategies as st

from reasoner.explain.proof import Absent, Derived, Given, Proof, Stated, show, walk
from reasoner.render.pictures import proof as proofs
from reasoner.render.pictures import tree
from tests.drawings import NUMBER, START, Reader, apart, box, classed, parsed, renderer, rule, stated, texts, words


@st.composite
def trees(draw: st.DrawFn) -> Proof:
    """A proof of any shape, in which some parts are used again, with short and with long sentences."""
    found: list[Proof] = []
    for n in range(draw(st.integers(1, 14))):
        under = tuple(dict.fromkeys(draw(st.lists(st.sampled_from(found), max_size=4)))) if found else ()
        name = f"town_{n}" + "_very_long_indeed" * draw(st.integers(0, 4))
        match draw(st.sampled_from("rules said absent given".split())) if n else "said":
            case "rules":
                found.append(Derived("besieged", (name,), START - n, rule(), (), under, draw(st.booleans())))
            case "said":
                found.append(stated(n, f"quote{n} " * draw(st.integers(1, 30))))
            case "absent":
                found.append(Absent("besieged", (name,), START - 9, START, under))
            case _:
                found.append(Given("place", (name,), START))
    return Derived("besieged", ("town",), START, rule(), (), tuple(reversed(found[-5:])))


@given(trees())
def test_boxes_of_a_proof_are_apart(proof: Proof) -> None:
    """No two boxes overlap; premises lie to the right of what they support, which is at their middle."""
    picture = proofs.draw([proof], renderer())
    root = parsed(picture)
    nodes = classed(root, "node")
    boxes = [box(node.find("rect")) for node in nodes]  # type: ignore[arg-type]
    assert all(apart(one, other) for one, other in combinations(boxes, 2))
    assert all(0 < one[0] < one[2] < picture.width and 0 < one[1] < one[3] < picture.height for one in boxes)
    written = texts(root)
    assert all(apart(one, other) for one, other in combinations(written, 2))
    assert {node.findtext("title") for node in nodes} == {show(node) for node in walk(proof)}
    lines = [[float(n) for n in re.findall(NUMBER, one.attrib["d"])] for one in classed(root, "edge")]
    below: dict[tuple[float, float], list[float]] = {}
    for x, y, *_, right, middle in lines:
        below.setdefault((x, y), []).append(middle)
        assert any(abs(one[0] - right) < 0.05 and abs((one[1] + one[3]) / 2 - middle) < 0.05 for one in boxes)
    for (x, y), middles in below.items():
        assert any(abs(one[2] - x) < 0.05 and abs((one[1] + one[3]) / 2 - y) < 0.05 for one in boxes)
        assert min(middles) - 0.05 <= y <= max(middles) + 0.05
    assert len(lines) == len(boxes) - 1
    for leaf in walk(proof):
        if isinstance(leaf, Stated) and leaf.claim.evidence and leaf.claim.evidence.quote:
            assert "".join(leaf.claim.evidence.quote.split()) in words(root)


@given(trees())
def test_a_page_tells_what_a_picture_tells(proof: Proof) -> None:
    """The tree of a page has each step once with what is below it, and each quote; two steps are open at first."""
    page = tree.proof([proof], renderer())
    root = ElementTree.fromstring(page.replace(" open>", ' open="">'))
    told_again = [one for one in root.iter() if one.get("class") == "again"]
    assert all(not list(one) for one in told_again)
    assert {one.get("data-atom") for one in root.iter() if one.get("data-atom")} == {show(one) for one in walk(proof)}
    quotes = {"".join(one.itertext()).strip() for one in root.findall(".//blockquote/p")}
    leaves = [one.claim.evidence for one in walk(proof) if isinstance(one, Stated)]
    assert quotes == {one.quote.strip() for one in leaves if one and one.quote}
    levels = root.findall("details[@open]"), root.findall("details/ul/li/details"), root.findall("*/*/*/*/*/*/details")
    assert len(levels[0]) == 1
    assert all(one.get("open") is not None for one in levels[1])
    assert all(one.get("open") is None for one in levels[2])


def test_deep_proofs_are_cut() -> None:
    """A proof of a thousand steps below each other is drawn down to those that are told, and says so."""
    proof: Proof = stated(0, "so it was")
    for n in range(1000):
        proof = Derived("besieged", (f"town_{n}",), START, rule(), (), (proof,))
    assert "andsoon:askwhyfor`besieged(town_919)`" in words(parsed(proofs.draw([proof], renderer())))
    assert "andsoon:askwhyfor`besieged(town_919)`" in Reader.of(tree.proof([proof], renderer())).text
    assert len(classed(parsed(proofs.draw([proof], renderer(), 3)), "node")) == 4
