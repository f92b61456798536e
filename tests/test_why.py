"""Proofs: the surest first, on the fewest assumptions, then the shortest."""

from __future__ import annotations

from pathlib import Path

import reasoner
from reasoner.evidence.claim import known_sources
from reasoner.explain.proof import Derived, Stated, walk
from reasoner.render.proof import sentences
from reasoner.render.text import TextRenderer


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


OPERATORS = """\
event capture(actor: Actor, place: Place) "{actor} captures {place}".
state hold(actor: Actor, place: Place) "{actor} holds {place}".
state calm(place: Place) "{place} is calm".
source s publisher "S" date 2016-06-30.
capture(isil, town, 2016-05) s1 "in May".
capture(army, town, 2016-06-20) s2 "on the 20th".
calm(town, 2016-06-01..2016-06-08) s3 "first week".
calm(town, 2016-06-09..2016-06-20) s4 "then on".
calm(village, 2016-06-05..) s5 "quiet".
loses(A, P) :- capture(B, P), once capture(A, P), A != B  "{B} took {P} from {A}".
holds(A, P) :- not loses(A, P) since capture(A, P)        "{A} took {P} and has not lost it since".
quiet(P) :- always[10] calm(P)                            "{P} has been calm for ten days".
broken(P) :- ends calm(P)                                 "the calm of {P} ended".
calm_places(N) :- N = #count{ P : calm(P) }, N > 0        "{N} places are calm".
stayed(P) :- calm(P) since capture(isil, P)               "{P} has been calm since ISIL took it".
restless(P) :- once capture(_, P), not always[3] calm(P)  "{P} was not always calm".
"""

TOLD = """\
holds(isil, town) on 2016-06-10
isil took town and has not lost it since, on 2016-06-10  (line 11)
├─ isil captures town, 2016-05  [1]
└─ nothing says: loses(isil, town) (2016-05-02 to 2016-06-10)

holds(isil, town) on 2016-05-10
isil took town and has not lost it since, on 2016-05-10  (line 11)
└─ isil captures town, 2016-05  [1]
possible, the day is not known: isil captures town, 2016-05  [1]

quiet(town) on 2016-06-15
town has been calm for ten days, on 2016-06-15  (line 12)
├─ town is calm, 2016-06-09 to 2016-06-20  [1]
└─ town is calm, 2016-06-01 to 2016-06-08  [2]

broken(town) on 2016-06-21
the calm of town ended, on 2016-06-21  (line 13)
├─ town is calm, 2016-06-09 to 2016-06-20  [1]
└─ nothing says: town is calm (2016-06-21)

calm_places(2) on 2016-06-15
2 places are calm, on 2016-06-15  (line 14)
├─ town is calm, 2016-06-09 to 2016-06-20  [1]
└─ village is calm, 2016-06-05  [2]

stayed(town) on 2016-06-04
town has been calm since ISIL took it, on 2016-06-04  (line 15)
├─ isil captures town, 2016-05  [1]
└─ town is calm, 2016-06-01 to 2016-06-08  [2]
possible, the day is not known: isil captures town, 2016-05  [1]

restless(town) on 2016-06-22
town was not always calm, on 2016-06-22  (line 16)
├─ isil captures town, 2016-05  [1]
└─ nothing says: town is calm (2016-06-22)

loses(isil, town) on 2016-06-20
army took town from isil, on 2016-06-20  (line 10)
├─ army captures town, 2016-06-20  [1]
└─ isil captures town, 2016-05  [2]
"""


def test_each_operator_is_told_by_what_made_it_so(tmp_path: Path) -> None:
    """Which interval of which fact, which change ended it, what counts, and which date makes it only possible."""
    (tmp_path / "rules.dl").write_text(OPERATORS, encoding="utf-8")
    kb = reasoner.load(tmp_path / "rules.dl", default_rules=False)
    renderer = TextRenderer(kb.vocabulary, kb.names, known_sources(kb.program))
    for case in TOLD.strip().split("\n\n"):
        asked, _, expected = case.partition("\n")
        (answer,) = kb.why(*asked.split(" on "))
        assert answer.proof is not None
        text = sentences(answer.proof, renderer).replace(f"{tmp_path / 'rules.dl'}:", "line ")
        assert "\n".join(line for line in text.splitlines() if not line.startswith("[")) == expected.rstrip()


def test_an_aggregate_that_does_not_come_to_its_bound_proves_nothing(tmp_path: Path) -> None:
    """Of two rules the one whose count is too low is not the reason."""
    (tmp_path / "p.dl").write_text(
        "q(a). q(b). s(a).\np(X) :- s(X), #count{ Y : q(Y) } > 2.\np(X) :- q(X), q(Y), X != Y, s(X).\n",
        encoding="utf-8",
    )
    (answer,) = reasoner.load(tmp_path / "p.dl", default_rules=False).why("p(X)")
    assert isinstance(answer.proof, Derived)
    assert answer.proof.rule.origin.line == 3
