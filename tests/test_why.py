"""Proofs: the surest first, on the fewest assumptions, then the shortest."""

from __future__ import annotations

from pathlib import Path

import pytest

import reasoner
from reasoner.explain import obstacles
from reasoner.explain.proof import Absent, Derived, Stated, explains, supports, walk
from reasoner.render.proof import sentences

ROOT = Path(__file__).parent.parent


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


def assert_told(folder: Path, rules: str, told: str) -> None:
    """Each case, an atom on a day, is told so, but for its sources."""
    (folder / "rules.dl").write_text(rules, encoding="utf-8")
    kb = reasoner.load(folder / "rules.dl", default_rules=False)
    renderer = kb.renderer
    for case in told.strip().split("\n\n"):
        asked, _, expected = case.partition("\n")
        (answer,) = kb.why(*asked.split(" on "))
        assert answer.proof is not None
        text = sentences(answer.proof, renderer).replace(f"{folder / 'rules.dl'}:", "line ")
        assert "\n".join(line for line in text.splitlines() if not line.startswith("[")) == expected.rstrip()


def test_each_operator_is_told_by_what_made_it_so(tmp_path: Path) -> None:
    """Which interval of which fact, which change ended it, what counts, and which date makes it only possible."""
    assert_told(tmp_path, OPERATORS, TOLD)


ABSENT = """\
state shut(road)   "{road} is shut".
state free(road)   "{road} is free".
event hit(road)    "{road} was hit".
event mended(road) "{road} was mended".
event seen(road)   "{road} was seen".
fixed road(road, place, other).
fixed base(place).
source s publisher "S" date 2016-06-30.
road(r1, town, village). road(r2, town, hill). road(r3, hill, village). base(village). base(hill).
shut(r1, 2016-06-10..2016-06-20) s1 "shut".
hit(r2, 2016-06-12) s2 "hit".
mended(r2, 2016-06-15) s3 "mended".
hit(r3, 2016-06) s4 "hit in June".
open(R) :- road(R, _, _), not shut(R), not broken(R)      "{R} is open".
broken(R) :- not mended(R) since hit(R)                   "{R} was hit and not mended since".
comes(P) :- road(R, P, Q), open(R), base(Q)               "supplies come to {P}".
starved(P) :- road(_, P, _), not comes(P)                 "nothing comes to {P}".
calm(R) :- road(R, _, _), not once[3] hit(R)              "{R} was not hit for three days".
uneasy(R) :- road(R, _, _), not calm(R)                   "{R} is not calm".
sound(R) :- road(R, _, _), not broken(R)                  "{R} is not broken".
unlucky(P) :- road(_, P, _), not lucky(P)                 "{P} has no luck".
lucky(P) :- road(R, P, _), free(R)                        "{P} has luck".
"""

TOLD_OF_ABSENCES = """\
starved(town) on 2016-06-13
nothing comes to town, on 2016-06-13  (line 17)
├─ road(r1, town, village)  [1]
└─ nothing says: comes(town) (2016-06-13); what stands in its way:
   ├─ r1 is shut, 2016-06-10 to 2016-06-20  [2]
   └─ r2 was hit and not mended since  (line 15)
      ├─ r2 was hit, 2016-06-12  [3]
      └─ nothing says: r2 was mended (2016-06-13)

starved(hill) on 2016-06-13
nothing comes to hill, on 2016-06-13  (line 17)
├─ road(r3, hill, village)  [1]
└─ nothing says for certain: comes(hill) (2016-06-13)
possible, it may be otherwise: comes(hill)

uneasy(r2) on 2016-06-14
r2 is not calm, on 2016-06-14  (line 19)
├─ road(r2, town, hill)  [1]
└─ nothing says: calm(r2) (2016-06-14); what stands in its way:
   └─ r2 was hit, 2016-06-12  [2]

sound(r2) on 2016-06-16
r2 is not broken, on 2016-06-16  (line 20)
├─ road(r2, town, hill)  [1]
└─ nothing says: broken(r2) (2016-06-16); what stands in its way:
   └─ r2 was mended, 2016-06-15  [2]

unlucky(town) on 2016-06-13
town has no luck, on 2016-06-13  (line 21)
├─ road(r1, town, village)  [1]
└─ nothing says: lucky(town) (2016-06-13)
"""


def test_an_absence_is_told_by_what_stands_in_its_way(tmp_path: Path) -> None:
    """What is shut, hit of late, or mended since: nearest first. What may be after all, and what nobody says, has
    nothing against it."""
    assert_told(tmp_path, ABSENT, TOLD_OF_ABSENCES)


def test_no_more_is_looked_at_than_a_bound(tmp_path: Path) -> None:
    """Of a hundred shut roads twelve are told, and that there may be more; what lies beyond the bound is left bare."""
    text = [ABSENT, *(f"road(r{n}, city, hill). shut(r{n}, 2016-06-10..2016-06-20)." for n in range(100, 200))]
    (tmp_path / "rules.dl").write_text("\n".join(text), encoding="utf-8")
    kb = reasoner.load(tmp_path / "rules.dl", default_rules=False)

    def absence() -> Absent:
        (answer,) = kb.why("starved(city)", "2016-06-13")
        assert answer.proof is not None
        return next(node for node in walk(answer.proof) if isinstance(node, Absent))

    assert (len(absence().premises), absence().more) == (12, True)
    for bound in ("LOOKED", "ROWS"):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(obstacles, bound, 1)
            assert (absence().premises, absence().more) == ((), False)


def test_three_road_cuts_make_the_ring_of_manbij() -> None:
    """Each cut is cited with its words; without the article, the one event that tells of all, and what it assumes."""
    case = ROOT / "facts" / "cases" / "manbij_2016.dl"
    kb = reasoner.load(facts=case)
    (answer,) = kb.query("encircled(manbij)", "2016-06-10")
    places = {claim.evidence.locator for claim in answer.claims if claim.evidence}
    assert {"june_4", "june_5", "june_10"} <= places
    assert not any("completely" in assumed for assumed in answer.assumptions)
    (answer,) = reasoner.load(facts=case, without=["wikipedia_manbij_offensive"]).query("besieged(manbij)")
    assert "event_224091" in {claim.evidence.locator for claim in answer.claims if claim.evidence}
    assert any("no road is left" in assumed for assumed in answer.assumptions)


def test_what_explains_an_absence_stands_beside_what_a_proof_rests_on() -> None:
    """It is cited after that, weighs nothing in the choice of a proof, and takes the place of no other citation."""
    (answer,) = reasoner.load(facts=ROOT / "facts" / "cases" / "bastogne_1944.dl").why(
        "encircled(bastogne)", "1944-12-21"
    )
    assert answer.proof is not None
    own, other = supports(answer.proof), explains(answer.proof)
    assert own
    assert set(other) - set(own)
    assert len(own) < len([node for node in walk(answer.proof) if isinstance(node, Stated)])
    assert [node for node in walk(answer.proof, absences=False) if isinstance(node, Absent) and node.premises]


def test_a_comparison_waits_for_its_values(tmp_path: Path) -> None:
    """`X + X = X` cannot give X its value, though X stands alone on one side."""
    (tmp_path / "p.dl").write_text("p :- X + X = X, q(X).\nq(0). q(1).\n", encoding="utf-8")
    (answer,) = reasoner.load(tmp_path / "p.dl", default_rules=False).why("p")
    assert answer.proof is not None


def test_an_aggregate_that_does_not_come_to_its_bound_proves_nothing(tmp_path: Path) -> None:
    """Of two rules the one whose count is too low is not the reason."""
    (tmp_path / "p.dl").write_text(
        "q(a). q(b). s(a).\np(X) :- s(X), #count{ Y : q(Y) } > 2.\np(X) :- q(X), q(Y), X != Y, s(X).\n",
        encoding="utf-8",
    )
    (answer,) = reasoner.load(tmp_path / "p.dl", default_rules=False).why("p(X)")
    assert isinstance(answer.proof, Derived)
    assert answer.proof.rule.origin.line == 3
