"""A proof as a page can show it: each step opens onto what it rests on, without a script."""

from __future__ import annotations

from collections.abc import Sequence

from reasoner.explain.proof import Proof, show
from reasoner.render.html import fragment, references
from reasoner.render.proof import steps, unsure
from reasoner.render.text import Footnotes, TextRenderer

OPEN = 2  # steps below each other that are open at first


def proof(proofs: Sequence[Proof], renderer: TextRenderer) -> str:
    """Proofs below each other. What was told before is told by its sentence alone."""
    notes, known = Footnotes(renderer.sources), set[Proof]()
    told = [
        (steps(one, renderer, notes, known), [words[0] for words in unsure(one, renderer, Footnotes({}))])
        for one in proofs
    ]
    return fragment(
        "proof.html",
        proofs=told,
        sources={one.number: one for one in references(notes)},
        kind=lambda node: type(node).__name__.lower(),
        atom=show,
        open=OPEN,
    )
