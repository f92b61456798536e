"""The article of 4 June 2016: what its facts and the default doctrine must answer.

The expectations are those of a human coder who read the article; they are not computed by the engine.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import reasoner
from reasoner.knowledge_base import KnowledgeBase
from reasoner.query.answers import Answers
from reasoner.when import Days, parse_date

ROOT = Path(__file__).parent.parent
ARTICLE = ROOT.parent / "shared" / "seed" / "aljazeera_2016_06_04.txt"


@pytest.fixture(scope="module")
def kb() -> KnowledgeBase:
    """The bundled rules and facts."""
    return reasoner.load(ROOT / "rules", ROOT / "facts")


def first_column(answers: Answers) -> set[str]:
    """The values of the first variable asked for."""
    return {str(answer.bindings[0][1]) for answer in answers}


def found(answers: Answers) -> set[str]:
    """The atoms of the answers."""
    return {answer.atom for answer in answers}


def day(written: str) -> int:
    """A date as a day."""
    return parse_date(written).first


def test_a1_who_besieges_raqqa(kb: KnowledgeBase) -> None:
    """The army from the west and the Kurdish-led forces from the north, said and derived; from the east only said."""
    answers = kb.ask("who besieges Raqqa?")
    assert [(a.atom, a.origin) for a in answers] == [
        ("besieges(syrian_army, raqqa_city, w)", "both"),
        ("besieges(kurdish_led_forces, raqqa_city, n)", "both"),
        ("besieges(kurdish_led_forces, raqqa_city, e)", "reported"),
    ]
    assert all(day("2016-06-04") in a.truth.certain and day("2016-06-03") not in a.truth.possible for a in answers)
    assert answers.headline == "Raqqa city is besieged on 3 of 4 sides: partly besieged, not encircled."
    assert [text for text, _ in answers.remarks] == ["open: south, towards Deir ez-Zor province (isil)"]
    assumed = {text for a in answers for text in a.assumptions}
    assert len(assumed) == 2, "two assumptions: which factions, and which Raqqa"
    assert first_column(kb.ask("who supports the siege of Raqqa?")) == {"russia", "us"}


def test_a1_pressure_came_before_the_siege(kb: KnowledgeBase) -> None:
    """The offensive of late last month pressed from its own date on, as uncertain as that date."""
    (north,) = kb.query("pressure(kurdish_led_forces, raqqa_city, n)")
    assert north.truth.certain.intervals[0][0] == day("2016-05-31")
    assert north.truth.possible.intervals[0][0] == day("2016-05-21")


QUESTIONS = [
    # A2, A3: the military senses
    ("is Raqqa encircled?", "no", set()),
    ("is Raqqa cut off?", "no", set()),
    ("is Raqqa besieged?", "yes", None),
    # A4, A5
    ("what is the status of the southern corridor of Raqqa?", None, {"open"}),
    ("who controls Raqqa city?", None, {"isil"}),
    # A6: mixed; nobody holds the province as a whole
    ("who is in Raqqa province?", None, {"isil", "syrian_army", "pro_government_militia"}),
    ("who controls the parts of Raqqa province?", None, {"isil"}),
    # A7: a strong presence is not control
    ("who controls Tabqa?", None, set()),
    ("who is in Tabqa?", None, {"isil"}),
    ("who controls the Tabqa dam?", None, set()),
    # A8
    ("who threatens the Tabqa dam?", None, {"kurdish_led_forces", "syrian_army"}),
    # A9
    ("who backs the Syrian army?", None, {"russia"}),
    ("who backs the Kurdish-led forces?", None, {"us"}),
    ("who backs the militia?", None, {"russia"}),
    # A10: neither yes nor no
    ("is the Syrian army allied with the Kurdish-led forces?", "unknown", set()),
    # A11
    ("who is hostile to ISIL?", None, {"syrian_army", "russia", "kurdish_led_forces", "anti_isil_coalition"}),
    # A12
    ("has the Syrian army reached Tabqa?", "no", set()),
    # A13 and 4.5: absence is stated, the day of the ouster is not known
    ("was the Syrian army in Raqqa province in 2015-01?", "no", set()),
    ("was the Syrian army in Raqqa province in 2014-07?", "yes", None),
    ("was the Syrian army in Raqqa province on 2014-08-15?", "possibly", None),
    ("was the Syrian army in Raqqa province on 2016-06-03?", "no", set()),
    ("was the Syrian army in Raqqa province on 2016-06-04?", "yes", None),
    # A14: air strikes and backing are no siege
    ("is Russia besieging Raqqa?", "no", set()),
    # A15: no information
    ("who besieges Mosul?", None, set()),
    # A16
    ("what is the ultimate target of the Syrian army?", None, {"raqqa_city"}),
    ("what is the ultimate target of the anti-ISIL coalition?", None, {"raqqa_city", "mosul"}),
    ("what are the ultimate targets?", None, {"syrian_army", "anti_isil_coalition"}),
    # A17
    ("how far is the Tabqa dam from Raqqa city?", None, {"40"}),
    # A18
    ("who is overextended?", None, {"syrian_government", "kurdish_led_forces"}),
    # A19
    ("who converges on the Tabqa dam?", None, {"kurdish_led_forces", "syrian_army"}),
    # A20
    ("who said that Raqqa is besieged?", None, {"ahelbarra"}),
    # and some of the sixty questions that users ask
    ("who ousted the Syrian army from Raqqa province?", None, {"isil"}),
    ("when was the Syrian army ousted from Raqqa province?", None, {"isil"}),
    ("is Tabqa besieged?", "unknown", set()),
    ("is Raqqa not encircled?", "yes", set()),
    ("from where is Raqqa besieged?", None, {"syrian_army", "kurdish_led_forces"}),
    ("where are the open sides of Raqqa?", None, {"s"}),
    ("how many sides of Raqqa are open?", None, {"s"}),
    ("what places are encircled?", None, set()),
    ("where did Russia strike?", None, {"eastern_hama"}),
    ("where is the Syrian army?", None, {"athriya", "hama_province", "raqqa_province", "syria"}),
]


@pytest.mark.parametrize(("question", "verdict", "first"), QUESTIONS, ids=[q for q, _, _ in QUESTIONS])
def test_questions(kb: KnowledgeBase, question: str, verdict: str | None, first: set[str] | None) -> None:
    """Each question about the article gets the coder's answer."""
    answers = kb.ask(question)
    assert answers.verdict == verdict
    if first is not None:
        assert first_column(answers) == first if first else not answers.answers


def test_a5_since_when_is_inferred(kb: KnowledgeBase) -> None:
    """That ISIL held the city before the article is an analyst's inference, and the answer says so."""
    (answer,) = kb.ask("since when does ISIL hold Raqqa city?")
    assert answer.truth.certain == Days(((day("2014-08-31"), answer.truth.certain.intervals[0][1]),))
    assert answer.truth.possible.intervals[0][0] == day("2014-08-01")
    assert any("inferred" in text for text in answer.assumptions)


def test_a5_without_the_inference(kb: KnowledgeBase) -> None:
    """Without the analyst's word the city is known to be ISIL's from the day of the article."""
    (answer,) = reasoner.load(ROOT / "rules", ROOT / "facts", without=["analyst"]).query("holds(isil, raqqa_city)")
    assert answer.truth.possible.intervals[0][0] == day("2016-06-04")


def test_a15_says_what_is_missing(kb: KnowledgeBase) -> None:
    """Where nothing is known, the answer says what is missing and what is known instead."""
    answers = kb.ask("who besieges Mosul?")
    assert "not known" in answers.headline
    assert {c.predicate for c in answers.evidence} == {"objective"}


TIMELINE = [
    # date, who presses or besieges Raqqa city, who of the anti-ISIL side is in the province for certain
    ("2014-07-31", set(), {"syrian_army"}),
    ("2014-09-15", set(), set()),
    ("2016-05-20", set(), set()),
    ("2016-05-31", {("kurdish_led_forces", "n")}, set()),
    ("2016-06-03", {("kurdish_led_forces", "n")}, set()),
    (
        "2016-06-04",
        {("kurdish_led_forces", "n"), ("syrian_army", "w")},
        {"syrian_army", "pro_government_militia"},
    ),
]


@pytest.mark.parametrize(("date", "pressing", "inside"), TIMELINE, ids=[row[0] for row in TIMELINE])
def test_what_changed(kb: KnowledgeBase, date: str, pressing: set[tuple[str, str]], inside: set[str]) -> None:
    """From 2014 to 2016 the picture changes on the days on which the article says that it did."""
    sure = [a for a in kb.query("pressure(Who, raqqa_city, Side)", at=date) if day(date) in a.truth.certain]
    assert {(dict(a.bindings)["Who"], dict(a.bindings)["Side"]) for a in sure} == pressing
    besieged = kb.query("besieged(raqqa_city)", at=date)
    assert bool(besieged) == (date == "2016-06-04")
    present = [a for a in kb.query("present(Who, raqqa_province)", at=date) if day(date) in a.truth.certain]
    assert {str(a.bindings[0][1]) for a in present} - {"isil"} == inside


def test_sohr_through_afp_is_one_voice(kb: KnowledgeBase) -> None:
    """Without SOHR the entry has no source left, also where AFP repeats it; the correspondent's words remain."""
    rest = reasoner.load(ROOT / "rules", ROOT / "facts", without=["sohr"])
    assert not rest.query("enter(A, raqqa_province)")
    assert {a.origin for a in rest.ask("who besieges Raqqa?")} == {"reported"}


def test_known_by(kb: KnowledgeBase) -> None:
    """Before the article was written nothing of it was known; what has no date stands."""
    before = reasoner.load(ROOT / "rules", ROOT / "facts", known_by="2016-06-03")
    assert not before.query("besieges(A, P, S)")
    assert before.query("part_of(raqqa_city, raqqa_province)")


def test_withdrawal_frees_the_west() -> None:
    """When the army withdraws from the province, the west is free, and the north alone makes no siege."""
    later = reasoner.load(ROOT / "rules", ROOT / "facts", suppose=["withdraw(syrian_army, raqqa_province, 2016-06-22)"])
    assert found(later.query("pressure(A, raqqa_city, S)", at="2016-06-22")) == {
        "pressure(kurdish_led_forces, raqqa_city, n)"
    }
    assert found(later.query("besieged(raqqa_city)", at="2016-06-21"))
    assert not later.query("besieged(raqqa_city)", at="2016-06-22")


def test_fall_of_the_south() -> None:
    """When the army takes the province in the south, no side is open; pressed sides are still not closed ones."""
    later = reasoner.load(
        ROOT / "rules", ROOT / "facts", suppose=["capture(syrian_army, deir_ez_zor_province, 2016-06-20)"]
    )
    assert not later.query("open_side(raqqa_city, S)", at="2016-06-20")
    assert found(later.query("pressure(syrian_army, raqqa_city, s)", at="2016-06-20"))
    assert not later.query("encircled(raqqa_city)", at="2016-06-20")


def test_no_invariant_is_broken(kb: KnowledgeBase) -> None:
    """The bundled rules and facts pass their own checks, without a warning."""
    assert kb.check() == ()


def test_every_answer_has_a_proof_that_rests_on_claims(kb: KnowledgeBase) -> None:
    """Nothing is derived that cannot find its way back to a sentence, an analyst's word or a definition."""
    for predicate in ("besieges", "holds", "enemies", "pressure", "open_side", "present", "threatens"):
        arity = len(kb.vocabulary.parameters(predicate))
        for answer in kb.query(f"{predicate}({', '.join('ABC'[:arity])})"):
            assert answer.claims, answer.atom


@pytest.mark.skipif(not ARTICLE.exists(), reason="the article itself is not part of this repository")
def test_quotes_are_words_of_the_article(kb: KnowledgeBase) -> None:
    """Each quoted fragment stands in the article, and is short."""
    article = re.sub(r"\s+", " ", ARTICLE.read_text(encoding="utf-8"))
    for claim in kb.claims:
        if claim.evidence and claim.evidence.source == "aljazeera_2016_06_04":
            assert claim.evidence.quote, str(claim)
            assert claim.evidence.quote in article, str(claim)
            assert len(claim.evidence.quote) < 90


def test_a_new_rule_file_brings_new_questions(tmp_path: Path) -> None:
    """A file dropped among the rules is asked about in English at once."""
    (tmp_path / "rivals.dl").write_text(
        'state rivals(actor: Actor, other: Actor, place: Place) "{actor} and {other} are rivals for {place}"\n'
        '                                                       "{actor} races {other} to {place}".\n'
        'rivals(A, B, P) :- converge(A, B, P)  "{A} and {B} converge on {P}".\n',
        encoding="utf-8",
    )
    kb = reasoner.load(tmp_path, ROOT / "facts")
    answers = kb.ask("who races the Syrian army to the Tabqa dam?")
    assert found(answers) == {"rivals(kurdish_led_forces, syrian_army, tabqa_dam)"}
    assert answers.query == "rivals(Who, syrian_army, tabqa_dam)"
