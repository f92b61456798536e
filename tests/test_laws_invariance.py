"""What changes no answer: other names, other days, another order, other strategies, facts that come and go."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

import reasoner
from reasoner.engine.columnar import evaluate as columnar
from reasoner.engine.naive import evaluate as naive
from reasoner.knowledge_base import KnowledgeBase
from reasoner.plan.goal import Directed
from reasoner.plan.plan import plan
from reasoner.syntax.tree import Citation, Program, Query, Rule
from reasoner.syntax.vocabulary import Vocabulary
from reasoner.term import Atom, Row, Variable
from reasoner.text import Text
from reasoner.when import Truth
from tests.programs import Written, programs
from tests.programs import read as read_program
from tests.test_engines import answer, moved
from tests.wars import ACTORS, RULES, SIDES, Told, War, doctrine, events, examples, facts_of, follow, told, wars

Answers = Mapping[tuple[str, Row], Truth]
NAMES = (*ACTORS, "sky", "axis", "paper", "region", *(f"p{n}" for n in range(1, 7)))
STATES = ("base", "hostile", "allied", "member_of", "backs", "offensive", "offensive_from", "permits", "absent")


def renamed(answers: Answers, names: Mapping[str, str]) -> Answers:
    """The same answers about others. A pocket is named after its first place by name, so it is left out."""
    return {
        (name, tuple(names.get(value, value) for value in row)): truth  # type: ignore[call-overload]
        for (name, row), truth in answers.items()
        if name not in ("pocket", "together")
    }


# ---------------------------------------------------------------- names, sides, days, order, repetition


@examples(18)
@given(
    war=wars(),
    names=st.permutations([f"x{n}" for n in range(len(NAMES))]),
    turn=st.integers(0, 7),
    mirror=st.booleans(),
    by=st.integers(-3000, 3000),
    split=st.integers(0, 10),
    random=st.randoms(use_true_random=False),
)
def test_what_changes_no_answer(
    war: War, names: list[str], turn: int, mirror: bool, by: int, split: int, random: Random
) -> None:
    """Names, sides that are turned or mirrored, and days that are moved, all consistently, move answers alike; the
    order of facts, facts told twice, from other sources or in other words, and states told in two parts, change none.
    """
    sides = SIDES[turn:] + SIDES[:turn]
    mapping = dict(zip(NAMES, names, strict=True)) | dict(zip(SIDES, sides[::-1] if mirror else sides, strict=True))
    facts = [part for one in war.facts for part in in_parts(one, split)]
    random.shuffle(facts)
    other = War(tuple(facts)).renamed(mapping).later(by)
    again = "\n".join(
        str(one)[:-1] + random.choice(("", ' s3 "said so"', " from third")) + "."
        for one in other.only(lambda _: random.random() < 0.5).facts
    )
    later = 'source third publisher "Third" date 2030-01-01 reliability f.\n'
    expected = {key: moved(truth, by) for key, truth in renamed(told(follow(war)), mapping).items()}
    assert renamed(told(follow(f"{other}{later}{again}")), {}) == expected


def in_parts(one: Told, day: int) -> list[Told]:
    """A state that lasts, as one until a day and one from the next day on."""
    if one.predicate not in STATES or one.when[1] > day:
        return [one]
    return [one._replace(when=(*one.when, day)), one._replace(when=(day + 1, day + 1))]


def test_a_gap_between_two_parts_is_seen() -> None:
    """A state told in two parts is the same only if no day lies between them."""
    parts = [Told("hostile", ("red", "blue"), (0, 0, 4)), Told("hostile", ("red", "blue"), (6, 6))]
    assert told(follow(War(tuple(parts)))) != told(follow(War((Told("hostile", ("red", "blue"), (0, 0)),))))


@examples(6)
@given(wars(), st.randoms(use_true_random=False))
def test_order_of_the_doctrine(war: War, random: Random) -> None:
    """Rules in another order, some told twice, each with its premises in another order, say the same."""

    def shuffled(of: Rule) -> Rule:
        return replace(of, body=tuple(random.sample(of.body, len(of.body))))

    (file,) = doctrine().files
    statements = [shuffled(one) if isinstance(one, Rule) else one for one in file.statements]
    rules = [one for one in statements if isinstance(one, Rule)]
    places = [number for number, one in enumerate(statements) if isinstance(one, Rule)]
    for number, one in zip(places, random.sample(rules, len(rules)), strict=True):
        statements[number] = one
    statements += random.sample(rules, 20)
    other = plan(Vocabulary(Program((replace(file, statements=tuple(statements)),))))
    assert told(columnar(other, facts_of(war))) == told(follow(war))


@examples(40)
@given(programs(), st.randoms(use_true_random=False))
def test_any_program_told_twice_about_others(program: Written, random: Random) -> None:
    """Genericity and idempotence of the engine: constants renamed in their order, facts and rules told twice."""

    def other(text: str) -> str:
        return re.sub(r"\b([abc])\b(?!\()", r"k\1", text)

    twice = replace(
        program,
        facts=tuple(map(other, (*program.facts, *program.facts))),
        rules=tuple((other(head), tuple(map(other, body))) for head, body in (*program.rules, *program.rules)),
    )
    expected = {
        (name, tuple(f"k{v}" if v in ("a", "b", "c") else v for v in row)): truth
        for (name, row), truth in answer(program.text).items()
    }
    assert answer(twice.text) == expected


@examples(8)
@given(wars(), wars(), st.booleans())
def test_another_war_changes_nothing(one: War, other: War, based: bool) -> None:
    """What is told of places and actors that are not connected changes no answer about the others."""
    foreign = {name: f"far_{name}" for name in (*NAMES, *(str(row[0]) for row in other.of("route")))}
    one = one if based else one.only(lambda told_: told_.predicate != "base")
    far = other.renamed(foreign)  # type: ignore[arg-type]
    both = told(follow(one.more(*far.facts)))

    def near(answers: Answers) -> Answers:
        """What they say of this war."""
        names = {*NAMES, *(row[0] for row in one.of("route"))}
        return {
            key: truth
            for key, truth in answers.items()
            if names & {*key[1]} and not any(str(value).startswith("far_") for value in key[1])
        }

    assert near(both) == near(told(follow(one)))


# ---------------------------------------------------------------- strategies


@examples(2)
@given(wars(most=4))
def test_the_doctrine_by_definition(war: War) -> None:
    """Day by day, each rule until nothing changes, the doctrine comes to what the columnar engine says."""
    assert told(naive(plan(Vocabulary(doctrine())), facts_of(war))) == told(follow(war))


ASKED = (
    "besieges(A, p1, S)",
    "encircled(P)",
    "corridor(p1, R, S)",
    "chokepoint(p2, X)",
    "holds(red, P)",
    "cut_off(p3)",
)
QUERY = "#query"


@cache
def directed(asked: str) -> Directed:
    """A plan of the doctrine for a question."""
    (query,) = read_program(f"?- {asked}.").of(Query)
    terms = tuple(Variable(name) for name in re.findall(r"\b[A-Z]\b", asked))
    rule_ = Rule(Atom(QUERY, terms), query.body, Citation(), origin=Text("query", "").span(0, 0))
    return Directed(plan(Vocabulary(doctrine()), [QUERY], [rule_]), (QUERY,), 0)


@examples(8)
@given(wars(), st.sampled_from(ASKED))
def test_what_is_asked_is_what_is_so(war: War, asked: str) -> None:
    """Narrowed to what a question demands, the doctrine says of it what the whole says."""
    narrow, whole = (columnar(one, facts_of(war)).rows(QUERY)
                     for one in (directed(asked).narrowed.plan, directed(asked).whole))  # fmt: skip
    assert {row: truth for row, truth in narrow.items() if truth.possible} == {
        row: truth for row, truth in whole.items() if truth.possible
    }


# ---------------------------------------------------------------- sources and names


def base_of(*texts: str, **options: object) -> KnowledgeBase:
    """A knowledge base of the doctrine and of some texts."""
    files = (file for text in texts for file in read_program(text).files)
    return KnowledgeBase(Program((*doctrine().files, *files)), **options)  # type: ignore[arg-type]


@examples(4)
@given(wars(), st.integers(0, 20))
def test_without_a_source_is_as_if_it_had_not_spoken(war: War, first: int) -> None:
    """Left out by name, or not yet heard of by a date, a source counts as little as if it had said nothing."""
    one, other = str(War(war.facts[first:])), str(War(war.facts[:first]))
    other = other.replace("source drawn", "source later").replace("2016-12-31", "2017-06-01")
    alone = told(base_of(one).model())
    for options in ({"without": ["later"]}, {"known_by": "2017-05-31"}):
        assert {k: t for k, t in told(base_of(one, other, **options).model()).items() if k in alone} == alone
    both = told(base_of(one, other, known_by="2017-06-01").model())
    assert both == told(base_of(one, other).model())


@pytest.mark.parametrize(
    "question", ["who besieges {}?", "is {} encircled?", "who controls {}?", "why is {} besieged?"]
)
def test_an_alias_is_as_good_as_a_name(question: str) -> None:
    """Asked by a new alias, a question has the answers that it has by the name, and the alias changes none of these."""
    kb = reasoner.load(RULES, RULES.parent / "facts", default_rules=False)
    more = kb.append('alias(raqqa_city, "Bride of the Euphrates") from analyst.')
    by_name, by_alias = question.format("raqqa_city"), question.format("Bride of the Euphrates")
    assert [(one.atom, one.truth) for one in more.ask(by_alias)] == [(one.atom, one.truth) for one in kb.ask(by_name)]
    assert [one.atom for one in more.ask(by_name)] == [one.atom for one in kb.ask(by_name)]


# ---------------------------------------------------------------- facts that come and go


class Edited(RuleBasedStateMachine):
    """A knowledge base is amended through its own verbs; each time it says what one says that is made anew."""

    @initialize(war=wars(most=4))
    def load(self, war: War) -> None:
        """Any war, and what is known of it."""
        self.war, self.kb, self.facts = war, base_of(str(war)), list(war.facts)
        self.kb.model()

    def amended(self, kb: KnowledgeBase, facts: list[Told]) -> None:
        """The law: the model is that of the facts that are left, however it came about; the one before stays."""
        before = told(self.kb.model())
        assert told(kb.model()) == told(follow(War(tuple(facts))))
        assert told(self.kb.model()) == before
        self.kb, self.facts = kb, facts

    def drawn(self, draw: st.DataObject) -> Told:
        """Something more that happens."""
        return draw.draw(events(self.war, self.war.places[0], False))

    def atom(self, one: Told) -> str:
        """What it says, without its date."""
        return str(one._replace(when=()))[:-1]

    @rule(draw=st.data())
    def append(self, draw: st.DataObject) -> None:
        """A fact is told; taken away again, unless it was told before, it leaves what was so before."""
        one = self.drawn(draw)
        more = self.kb.append(f"{str(one)[:-1]} from drawn.")
        if self.atom(one) not in map(self.atom, self.facts):
            assert told(more.retract(self.atom(one)).model()) == told(self.kb.model())
        self.amended(more, [*self.facts, one])

    @precondition(lambda self: self.facts)
    @rule(draw=st.data(), instead=st.booleans())
    def retract(self, draw: st.DataObject, instead: bool) -> None:
        """What is told of an atom, on whatever days, is taken away, or corrected to something else."""
        gone = self.atom(draw.draw(st.sampled_from(self.facts)))
        left = [one for one in self.facts if self.atom(one) != gone]
        if not instead:
            return self.amended(self.kb.retract(gone), left)
        new = self.drawn(draw)
        return self.amended(self.kb.correct(gone, f"{str(new)[:-1]} from drawn."), [*left, new])


TestEdited = Edited.TestCase
TestEdited.settings = settings(examples(3), stateful_step_count=4)
