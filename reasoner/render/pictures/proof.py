"""A proof as a tree: what is proved on the left, what it rests on to the right of it, down to the quoted words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from reasoner.explain.proof import Absent, Proof, Stated, show
from reasoner.render.pictures.lettering import folded, width
from reasoner.render.pictures.picture import Picture
from reasoner.render.pictures.svg import LEADING, SIZE, SMALL, add, canvas, finish, group, lines, write
from reasoner.render.proof import DEPTH, Step, steps, unsure
from reasoner.render.text import Footnotes, TextRenderer

MARGIN, PAD = 20, 8
BOX, GAP = 264, 44  # how wide the boxes are, and how far apart side by side
ROW, APART = 10, 30  # how far apart boxes are below each other, and proofs

KEYS = (
    ("box", "follows by a rule, whose place is below"),
    ("leaf", "said by a source, in its words"),
    ("absent", "nothing says so"),
    ("again", "told above"),
)


@dataclass(frozen=True)
class _Box:
    """A step as a box: paragraphs with their classes, how high it is alone, and with all that it rests on."""

    step: Step
    kind: str
    paragraphs: tuple[tuple[str, tuple[str, ...]], ...]
    high: float
    whole: float
    below: tuple[_Box, ...]


def draw(proofs: Sequence[Proof], renderer: TextRenderer, depth: int = DEPTH) -> Picture:
    """Proofs below each other, down to so many steps. What was drawn before is told by its sentence alone."""
    notes, known = Footnotes(renderer.sources), set[Proof]()
    told = [steps(proof, renderer, notes, known, depth) for proof in proofs]
    title = f"Why {told[0].said}" if told else "No proof"
    root = canvas(title, "A tree of what follows from what, down to the words of the sources.")
    if not proofs:
        return finish(root, 2 * BOX, lines(root, MARGIN, MARGIN, ["there is no proof"]) + MARGIN)
    y, deepest, kinds = float(MARGIN), 1, set[str]()
    for proof, step in zip(proofs, told, strict=True):
        doubts = [
            part
            for words in unsure(proof, renderer, Footnotes({}))
            for part in folded(f"possible: {words[0]}", 2 * BOX, SMALL)
        ]
        y = lines(root, MARGIN, y, doubts, "ink", SMALL) + (ROW if doubts else 0)
        box = _box(step, notes)
        edges, boxes = add(root, "g", "edges"), add(root, "g", "boxes")
        for depth, one, top in _placed(box, 0, y):
            deepest = max(deepest, depth + 1)
            kinds.add(one.kind)
            _draw(boxes, edges, one, MARGIN + depth * (BOX + GAP), top)
        y += box.whole + APART
    across = max(MARGIN + deepest * (BOX + GAP) - GAP, 2 * BOX)
    return finish(root, across + MARGIN, _legend(root, kinds, y, across) + MARGIN)


def _box(step: Step, notes: Footnotes) -> _Box:
    below = tuple(_box(one, notes) for one in step.below)
    paragraphs = tuple(
        (name, tuple(folded(text, BOX - 2 * PAD, SIZE if name == "ink" else SMALL)))
        for name, text in _paragraphs(step, notes)
    )
    inside = sum(len(texts) * LEADING * (SIZE if name == "ink" else SMALL) for name, texts in paragraphs)
    high = inside + 2 * PAD
    lower = sum(one.whole for one in below) + ROW * max(len(below) - 1, 0)
    return _Box(step, _kind(step), paragraphs, high, max(high, lower), below)


def _kind(step: Step) -> str:
    if step.again or step.cut:
        return "again"
    return "absent" if isinstance(step.node, Absent) else "leaf" if isinstance(step.node, Stated) else "box"


def _paragraphs(step: Step, notes: Footnotes) -> Iterator[tuple[str, str]]:
    """What a box says: the sentence, the rule and its place, the quote and whose it is, what is assumed."""
    doubtful = not step.cut and not step.node.certain and not isinstance(step.node, Absent)  # which says so itself
    yield "ink", f"{'possibly: ' if doubtful else ''}{step.said}"
    if step.again:
        yield "faint", "as above"
        return
    if step.because:
        yield "faint", f"because {step.because}"
    if step.place:
        yield "faint", step.place
    if isinstance(step.node, Stated):
        evidence = step.node.claim.evidence
        yield ("quote", notes.cite(evidence)) if evidence else ("faint", "uncited")
    if step.assuming:
        yield "faint", f"assuming {', '.join(step.assuming)}"


def _placed(box: _Box, depth: int, top: float) -> Iterator[tuple[int, _Box, float]]:
    """Each box with its column and the top of the room that it has with all that it rests on."""
    yield depth, box, top
    for one, its in _rooms(box, top):
        yield from _placed(one, depth + 1, its)


def _rooms(box: _Box, top: float) -> Iterator[tuple[_Box, float]]:
    """The boxes below a box, with the tops of their rooms; together they are centred on it."""
    lower = sum(one.whole for one in box.below) + ROW * (len(box.below) - 1)
    top += (box.whole - lower) / 2
    for one in box.below:
        yield one, top
        top += one.whole + ROW


def _draw(boxes: Element, edges: Element, box: _Box, x: float, top: float) -> None:
    """A box in the middle of its room, and lines to those that it rests on."""
    middle = top + box.whole / 2
    drawn = group(boxes, f"node {box.kind}-node", show(box.step.node))
    round_corners = {"rx": 8.0} if box.kind in ("leaf", "again") else {}
    dashes = {"stroke_dasharray": "5 4"} if box.kind == "absent" else {}
    classes = "absent" if box.kind == "again" else box.kind
    add(drawn, "rect", classes, x=x, y=middle - box.high / 2, width=BOX, height=box.high, **round_corners, **dashes)
    y = middle - box.high / 2 + PAD
    for name, texts in box.paragraphs:
        y = lines(drawn, x + PAD, y, texts, name, SIZE if name == "ink" else SMALL)
    for one, its in _rooms(box, top):
        end, start, half = its + one.whole / 2, x + BOX, x + BOX + GAP / 2
        path = f"M{start:.2f} {middle:.2f}C{half:.2f} {middle:.2f} {half:.2f} {end:.2f} {start + GAP:.2f} {end:.2f}"
        add(edges, "path", "edge", d=path)


def _legend(root: Element, kinds: set[str], y: float, across: float) -> float:
    """What the boxes mean, as far as they are there."""
    x = float(MARGIN)
    for kind, text in KEYS:
        if kind in kinds:
            wide = 34 + width(text, SMALL)
            if x + wide > across and x > MARGIN:
                x, y = MARGIN, y + 18
            corners = {"rx": 5.0} if kind in ("leaf", "again") else {}
            dashes = {"stroke_dasharray": "4 3"} if kind == "absent" else {}
            add(
                root, "rect", "absent" if kind == "again" else kind,
                x=x, y=y, width=22, height=13, **corners, **dashes,
            )  # fmt: skip
            write(root, x + 28, y + 11, text, "faint", SMALL)
            x += wide + 18
    return y + 14
