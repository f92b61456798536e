"""Proofs: the surest first, on the fewest assumptions, then the shortest."""

from __future__ import annotations

from pathlib import Path

import reasoner
from reasoner.explain.proof import Derived, Stated, walk


def cited(tmp_path: Path, text: str, atom: str, at: str) -> list[str | None]:
    """The places in sources that the first answer cites."""
    (tmp_path / "facts.dl").write_text(text, encoding="utf-8")
    (answer,) = reasoner.load(facts=tmp_path / "facts.dl", default_rules=False).query(atom, at)
    return [claim.evidence.locator for claim in answer.claims if claim.evidence]


def test_what_is_certain_is_cited_before_what_is_possible(tmp_path: Path) -> None:
    """Of two sources for one event, the one that dates it to the day is cited for that day."""
    text = 'event p(x).\nsource s date 2016-12-01.\np(a, 2016-05) s1 "in May".\np(a, 2016-05-15) s2 "on the 15th".\n'
    assert cited(tmp_path, text, "p(a)", "2016-05-15") == ["s2"]
    assert cited(tmp_path, text, "p(a)", "2016-05-20") == ["s1"]


def test_what_assumes_nothing_is_cited_before_what_does(tmp_path: Path) -> None:
    """A proof that takes nothing for granted comes before one that does, however long it is."""
    text = (
        'state p(x).\nstate q(x).\nstate r(x).\nassume guess "a guess".\nr(X) :- q(X).\nq(X) :- p(X).\n'
        'source s date 2016-05-15.\np(a) s1 "so it is".\nr(a) s2 "so it may be" assuming guess.\n'
    )
    assert cited(tmp_path, text, "r(a)", "2016-05-15") == ["s1"]


def test_no_proof_rests_on_itself(tmp_path: Path) -> None:
    """Under recursion a proof climbs down to facts: no node stands above itself."""
    (tmp_path / "p.dl").write_text(
        "e(1, 2). e(2, 1). e(2, 3). path(X, Y) :- e(X, Y). path(X, Y) :- path(X, Z), path(Z, Y).\n", encoding="utf-8"
    )
    for answer in reasoner.load(tmp_path / "p.dl", default_rules=False).why("path(X, Y)"):
        assert answer.proof is not None
        for node in walk(answer.proof):
            below = [one for premise in node.premises for one in walk(premise)]
            assert all((one.predicate, one.row) != (node.predicate, node.row) for one in below)
            assert node.premises or isinstance(node, Stated)
            assert isinstance(node, Stated | Derived)
