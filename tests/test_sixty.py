"""Sixty questions that users ask, on the bundled facts: each is answered, or refused by naming what is missing."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import reasoner
from reasoner.diagnostic import Problems
from reasoner.doors.asking import read, respond
from reasoner.knowledge_base import KnowledgeBase
from tests.seed import FACTS

HERE = Path(__file__).parent
TABLE = (HERE / "sixty.txt").read_text(encoding="utf-8")
ROWS = [
    tuple(cell.strip() for cell in line.split(" | "))
    for line in TABLE.splitlines()
    if line and not line.startswith("#")
]


@pytest.fixture(scope="module")
def kb() -> KnowledgeBase:
    """The bundled rules and facts."""
    return reasoner.load(HERE.parent / "rules", FACTS)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_what_comes_back(kb: KnowledgeBase, row: tuple[str, str, str]) -> None:
    """A question is understood as it is meant, and its reply says what a human coder would; or says what is missing."""
    question, understood, expected = row
    if understood.startswith("refused"):
        with pytest.raises(Problems) as raised:
            read(kb, question)
        (problem,) = raised.value.diagnostics
        assert problem.code == understood.split()[1]
        assert expected in " ".join((problem.message, *problem.notes))
        return
    reply = respond(kb, read(kb, question))
    assert str(reply.request) == understood
    assert reply.data["question"] == question
    for wanted in (one.strip() for one in expected.split(" ; ")):
        if wanted.startswith("="):
            answers = kb.ask(reply.request.about[0])
            values = {name.strip() for name in wanted[1:].split(",")} - {""}
            assert {str(one.bindings[0][1]) for one in answers} == values
        elif wanted.startswith("not: "):
            assert wanted.removeprefix("not: ") not in reply.text
        else:
            assert wanted in reply.text


def test_most_are_answered() -> None:
    """At least fifty of the sixty."""
    assert len(ROWS) == 60
    assert sum(not understood.startswith("refused") for _, understood, _ in ROWS) >= 50


@pytest.mark.parametrize(
    ("question", "understood"),
    [
        ("why is Raqqa besieged?", "why besieged(raqqa_city)"),
        ("why do you think that ISIL holds Raqqa city?", "why holds(isil, raqqa_city)"),
        ("why is Raqqa not encircled?", "why-not encircled(raqqa_city)"),
        ("why is it not known whether the Tabqa dam is besieged?", "why-not besieged(tabqa_dam)"),
        ("what if Deir ez-Zor province falls to the Syrian army?",
         "suppose capture(syrian_army, deir_ez_zor_province)"),
        ("what would happen if Russia did not back the Syrian army?", "suppose backs(russia, syrian_army, Kind)"),
        ("what if we ignore SOHR?", "without sohr"),
        ("what changes if we leave out Al Jazeera?", "without aljazeera_2016_06_04"),
        ("what changed between 2014-08 and 2016-06-04?", "compare on 2014-08-31 and 2016-06-04"),
        ("what has changed in Tabqa since late May 2016?", "compare tabqa on 2016-05-31 and 2016-06-04"),
        ("compare the siege of Raqqa city on 2016-05-31 with 4 June 2016",
         "compare besieged(raqqa_city) on 2016-05-31 and 2016-06-04"),
        ("who said that Raqqa is besieged?", "reported_siege(Who, Actor, raqqa_city, Side)"),
        ("who said that Russia strikes eastern Hama?", "sources strike(russia, eastern_hama, Kind)"),
        ("which sources say that Raqqa is besieged?", "sources besieged(raqqa_city)"),
        ("on whose word is Raqqa city besieged?", "sources besieged(raqqa_city)"),
        ("what does SOHR say about Raqqa province?", "evidence raqqa_province; sohr"),
        ("what do we know about Mosul?", "evidence mosul"),
        ("what do we not know about the siege of Tabqa?", "gaps besieged(tabqa)"),
        ("which forces threaten the same place and are hostile to each other?",
         "threatens(Actor, Place), threatens(OtherActor, Place), Actor != OtherActor, enemies(Actor, OtherActor)"),
        ("what is the situation in Tabqa?", "situation tabqa on 2016-06-04"),
        ("when did the siege of Raqqa city begin?", "besieged(raqqa_city)"),
        ("which city does ISIL hold, as far as is known?", "kind(Place, city), holds(isil, Place)"),
    ],
)  # fmt: skip
def test_which_verb_a_question_wants(kb: KnowledgeBase, question: str, understood: str) -> None:
    """The outermost words choose the verb, the declared phrases what it is about; each verb replies."""
    request = read(kb, question)
    assert str(request) == understood
    assert respond(kb, request).text


@pytest.mark.parametrize(
    ("question", "code", "message"),
    [
        ("what if the Syrian army strikes Tabqa?", "R423", "which kind"),
        ("what if we ignore the Guardian?", "R422", "known: "),
        ("what do we know about Atlantis?", "R110", 'nothing is known as "Atlantis"'),
        ("what do we not know about love?", "R111", "topics are: "),
        ("what changed between 2016 and 2014?", "R402", "2014 is before 2016"),
        ("what changed since 2014-13?", "R401", ""),
        ("why does it say that Raqqa is encircleded?", "R111", "encircleded"),
    ],
)
def test_what_a_verb_lacks(kb: KnowledgeBase, question: str, code: str, message: str) -> None:
    """What a form has inside must be known; the message says what is not."""
    with pytest.raises(Problems) as raised:
        respond(kb, read(kb, question))
    (problem,) = raised.value.diagnostics
    assert problem.code == code
    assert message in " ".join((problem.message, problem.help, *problem.notes))


@pytest.mark.parametrize("options", [{}, {"without": "analyst"}, {"known_by": "2016-06-04"}])
def test_a_supposition_stands(options: dict[str, str]) -> None:
    """What is supposed counts, whoever is left out and whatever was known by when."""
    less = reasoner.load(HERE.parent / "rules", FACTS, **options)  # type: ignore[arg-type]
    reply = respond(less, read(less, "what if the Syrian army captures Tabqa on 2016-06-20?"))
    assert "Syrian army holds Tabqa (since 2016-06-20)" in reply.text


PIECES = st.sampled_from(
    """what if|why does it say that|why is it unknown who|compare|what changed between|and|with|on|2014-08|2016-06-04
    |who said that|how many sources say that|what do we not know about|the siege of|Raqqa|SOHR|SOHR says|we ignore|is
    |the situation|what is|falls to|the Syrian army|when did|change from|open|to|contested|end, and how?|not|?""".split(
        "|"
    )
)


@given(st.lists(PIECES.map(str.strip), max_size=9).map(" ".join))
@settings(deadline=None)
def test_nonsense_is_told_so(kb: KnowledgeBase, text: str) -> None:
    """Whatever forms are mixed, the question is understood or refused with a coded message."""
    assert outcome(kb, text) <= {"R110", "R111", "R401", "R402", "R422"}


def outcome(kb: KnowledgeBase, text: str) -> set[str]:
    """The codes of what is wrong with a question."""
    try:
        assert str(read(kb, text))
    except Problems as problems:
        return {d.code for d in problems.diagnostics}
    return set()
