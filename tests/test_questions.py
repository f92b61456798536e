"""Questions in English: what each means, that phrases bring their questions, that nonsense is told so."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reasoner.diagnostic import Problems
from reasoner.evidence.spelling import fold, key
from reasoner.query.names import Names
from reasoner.query.phrasebook import phrasebook
from reasoner.query.phrases import tell
from reasoner.query.question import Question, understand
from reasoner.query.words import stem
from reasoner.syntax.parse import parse
from reasoner.syntax.tree import Declaration, Fact, File, Literal, Plain, Program
from reasoner.syntax.vocabulary import Vocabulary
from reasoner.term import Quoted, Variable
from reasoner.text import Text
from reasoner.when import Days

TODAY = date(2016, 6, 10).toordinal()

HERE = Path(__file__).parent
WORDS = (HERE / "questions.dl").read_text(encoding="utf-8")


def vocabulary_of(text: str) -> Vocabulary:
    """The vocabulary of a text that has no mistakes."""
    problems: list[object] = []
    file = parse(Text("words.dl", text), problems)  # type: ignore[arg-type]
    assert not problems, problems
    return Vocabulary(Program((file,)))


def names_of(vocabulary: Vocabulary) -> Names:
    """Its names, with the aliases of its facts."""
    rows = [fact.atom.terms for fact in vocabulary.program.of(Fact) if fact.atom.predicate == "alias"]
    return Names(vocabulary, [(str(entity), name.value.text) for entity, name in rows])  # type: ignore[union-attr]


VOCABULARY = vocabulary_of(WORDS)
NAMES = names_of(VOCABULARY)


def ask(question: str, more: str = "") -> Question:
    """A question as understood with the words and facts above, and more of them."""
    vocabulary = vocabulary_of(WORDS + more) if more else VOCABULARY
    return understand(question, vocabulary, names_of(vocabulary) if more else NAMES, TODAY)


def body(question: Question) -> str:
    """The body as it is written in a rule."""
    written = []
    for literal in question.body:
        assert isinstance(literal, Literal)
        assert isinstance(literal.formula, Plain)
        written.append(f"not {literal.formula.atom}" if literal.negated else str(literal.formula.atom))
    return ", ".join(written)


def refused(question: str, more: str = "") -> Problems:
    """What is said of a question that is not understood."""
    with pytest.raises(Problems) as raised:
        ask(question, more)
    return raised.value


# ---------------------------------------------------------------- the table

TABLE = (HERE / "questions.txt").read_text(encoding="utf-8")
ROWS = [
    tuple(cell.strip() for cell in line.split("|")) for line in TABLE.splitlines() if line and not line.startswith("#")
]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_what_a_question_means(row: tuple[str, ...]) -> None:
    """A question in any of the forms that people use is the query that a rule would write, on its days."""
    question, form, written, *rest = row
    days = rest[0] if rest else ""
    understood = ask(question)
    assert (understood.form, body(understood)) == (form, written)
    assert (str(Days((understood.days,))) if understood.days else "") == days
    assert understood.text == question
    assert not understood.alternatives


@pytest.mark.parametrize(
    ("question", "asked"),
    [
        ("who besieges Raqqa?", ("Who",)),
        ("who backs whom?", ("Who", "Whom")),
        ("does Russia back whom?", ("Who",)),
        ("from where is Raqqa besieged?", ("Side",)),
        ("how many places does ISIL hold?", ("Place",)),
        ("is Raqqa besieged by anyone?", ()),
        ("since when is Raqqa besieged?", ()),
    ],
)
def test_what_is_asked_for(question: str, asked: tuple[str, ...]) -> None:
    """The variables asked for are those of the question words, not those of what is left open."""
    assert ask(question).asked == asked


def test_negation_is_marked() -> None:
    """A question with `not` says so, whether or not its body does."""
    assert ask("is Raqqa not encircled?").negated
    assert ask("which places are not encircled?").negated
    assert not ask("is Raqqa encircled?").negated


# ---------------------------------------------------------------- phrases bring questions


def only(vocabulary: Vocabulary, predicate: str) -> Vocabulary:
    """The vocabulary with one declaration, and all else but facts."""
    (file,) = vocabulary.program.files
    kept = tuple(s for s in file.statements if not isinstance(s, Fact))
    kept = tuple(s for s in kept if not isinstance(s, Declaration) or s.predicate == predicate)
    return Vocabulary(Program((File(file.text, kept),)))


def brings_its_questions(vocabulary: Vocabulary) -> None:
    """Each phrase of each predicate has questions that are understood and ask for it, alone or among all."""
    for predicate, declaration in vocabulary.declarations.items():
        alone = only(vocabulary, predicate)
        book = phrasebook(alone)
        assert len(book) >= len(set(declaration.phrases))
        for question in book:
            assert understand(question, alone, Names(alone, ()), TODAY).declaration.predicate == predicate
            among = understand(question, vocabulary, Names(vocabulary, ()), TODAY)
            told = (among.declaration.predicate, *(a.split("(")[0].split(":")[0] for a in among.alternatives))
            assert predicate in told, question


def test_every_phrase_brings_questions() -> None:
    """What the phrasebook offers for a phrase is understood, and asks for the phrase's predicate."""
    brings_its_questions(VOCABULARY)
    for question in phrasebook(VOCABULARY, NAMES):
        assert ask(question)


STEMS = st.text("bdgklmnprtvzaeiou", min_size=2, max_size=5).map("z{}o".format)
TYPES = ["Actor", "Place", "Direction", "Speaker", "RouteName", None]
SHAPES = [
    "{a} WORDs {b}",
    "{a} WORDs {b} [from the {c}]",
    "{a} WORDed {b} [out of {c}]",
    "{b} is WORDed by {a}",
    "{b} is being WORDed",
    "{a} has WORDed {b}",
    "{a} is WORDing on {b}",
    "{a} is the WORD of {b}",
    "the WORD of the {c} road of {b} is {a}",
    "{a} and {b} are WORDs",
    "side {c} of {b} is WORDy",
    "no WORD links {b} to {a}",
    "{b} is not WORDed",
    "{a} WORDs [with {b}] [in the {c}]",
    "a WORD holds",
    "the WORD of {b}",
    "the WORD [from the {c}]",
]


@st.composite
def vocabularies(draw: st.DrawFn) -> Vocabulary:
    """One to four predicates, each with up to three phrases of its own word, over arguments of any types."""
    words = draw(st.lists(STEMS, min_size=1, max_size=4, unique_by=stem))
    lines = ["type Direction = n | ne | e | se | s | sw | w | nw."]
    for number, word in enumerate(words):
        kind = draw(st.sampled_from(["event", "state", "fixed"]))
        types = [draw(st.sampled_from(TYPES)) for _ in "abc"]
        parameters = ", ".join(f"{n}: {t}" if t else n for n, t in zip("abc", types, strict=True))
        shapes = draw(st.lists(st.sampled_from(SHAPES), min_size=1, max_size=3, unique=True))
        phrases = " ".join(f'"{shape.replace("WORD", word)}"' for shape in shapes)
        lines.append(f"{kind} p{number}({parameters}) {phrases}.")
    if draw(st.booleans()):
        lines.append("fixed at(actor: Actor, other: Actor, place: Place, route: RouteName).")
        lines.append("at(red_army, blue_army, green_hill, m4_road).")
    return vocabulary_of("\n".join(lines))


@given(vocabularies())
@settings(deadline=None)
def test_any_phrase_brings_questions(vocabulary: Vocabulary) -> None:
    """No phrase is built in: whatever verbs a vocabulary declares, its phrasebook is understood."""
    (file,) = vocabulary.program.files
    kept = tuple(s for s in file.statements if not isinstance(s, Declaration) or s.phrases)
    brings_its_questions(Vocabulary(Program((File(file.text, kept),))))


def test_a_new_phrase_is_a_new_question() -> None:
    """A rule file with a declared phrase brings its questions at once, and has none before."""
    assert refused("who starves Raqqa?").diagnostics[0].code == "R111"
    more = 'state starves(actor: Actor, place: Place) "{actor} starves {place} [by {means}]".'
    assert body(ask("who starves Raqqa?", more)) == "starves(Who, raqqa_city)"
    assert body(ask("is Raqqa being starved by ISIL?", more)) == "starves(isil, raqqa_city)"
    assert body(ask("since when has Raqqa been starved?", more)) == "starves(Actor, raqqa_city)"


def test_equal_readings_are_told() -> None:
    """Where two predicates fit equally well the one declared first is taken, and the other is told."""
    more = 'state owns(owner: Actor, place: Place) "{owner} controls {place}".'
    understood = ask("who controls Raqqa?", more)
    assert body(understood) == "holds(Who, raqqa_city)"
    assert understood.alternatives == ('owns(Who, raqqa_city): "{owner} controls {place}"',)


def test_what_leaves_less_open_fits_better() -> None:
    """`Raqqa is besieged` is the predicate of that place before one of a place and whoever besieges it."""
    assert ask("is Raqqa besieged?").declaration.predicate == "besieged"
    assert ask("is Raqqa besieged by anyone?").declaration.predicate == "besieges"


# ---------------------------------------------------------------- names


@pytest.mark.parametrize(
    "name",
    [
        *("Raqqa city", "raqqa city", "RAQQA CITY", "Ráqqa cíty", "Raqqa-city", "raqqa_city"),
        *("the Raqqa city", "al-Raqqa city", "Ar-Raqqah", "ar raqqah", "Raqqah", "the city of Raqqa"),
    ],
)
def test_a_name_however_written(name: str) -> None:
    """Case, accents, hyphens and a leading article, English or Arabic, make no other name."""
    understood = ask(f"who besieges {name}?")
    assert body(understood) == "besieges(Who, raqqa_city, Side)"
    assert not understood.assumptions


@pytest.mark.parametrize("word", ["north-west", "northwest", "north west", "north-western", "Northwestern", "nw"])
def test_a_direction_however_written(word: str) -> None:
    """A type whose members are directions is spoken of in words."""
    assert body(ask(f"who besieges Raqqa city from the {word}?")) == "besieges(Who, raqqa_city, nw)"


def test_a_shared_name_tells_its_reading() -> None:
    """A name of several constants is read as the one whose alias is listed first, and says so."""
    told = '"Raqqa" is read as raqqa_city; it can also mean raqqa_province'
    assert ask("who besieges Raqqa?").assumptions == (told,)
    assert ask("what is the status of Raqqa's southern corridor?").assumptions == (told,)
    assert not ask("who besieges Raqqa province?").assumptions


def test_a_shared_name_goes_by_its_type() -> None:
    """Of the constants that share a name, those of the slot's type come first, and alone need no choice."""
    more = 'alias(raqqa_brigade, "Tabqa"). backs(russia, raqqa_brigade).'
    assert body(ask("who backs Tabqa?", more)) == "backs(Who, raqqa_brigade)"
    assert body(ask("who besieges Tabqa?", more)) == "besieges(Who, tabqa, Side)"
    assert not ask("who backs Tabqa?", more).assumptions


def test_an_odd_type_is_told() -> None:
    """A constant that no fact has in such a place may be asked about; the answer says that it is odd."""
    understood = ask("who besieges Russia?")
    assert body(understood) == "besieges(Who, russia, Side)"
    assert understood.assumptions == ('"Russia" is read as russia, which is nowhere known as a Place',)


def test_an_unknown_name_suggests_and_never_picks() -> None:
    """A misspelt name is an error that points at it and names the nearest known ones."""
    (problem,) = refused("who besieges Raqa?").diagnostics
    assert (problem.code, problem.message) == ("R110", 'no place is known as "Raqa"')
    assert problem.labels[0].span.excerpt == "Raqa"
    assert "`Raqqa`" in problem.help
    (problem,) = refused("who besieges Raqqa from the nroth?").diagnostics
    assert (problem.code, problem.help.split("`")[1]) == ("R110", "north")
    (problem,) = refused("who besieges the moon?").diagnostics
    assert (problem.code, problem.help) == ("R110", "")


def test_a_known_name_in_the_wrong_place() -> None:
    """A direction is no actor: the message says what the name is."""
    (problem,) = refused("does the north besiege Raqqa?").diagnostics
    assert (problem.code, problem.message) == ("R110", '"north" is a Direction, not an Actor')


@given(st.text())
def test_a_folded_name_stays_as_it_is(text: str) -> None:
    """Folding twice is folding once, so that a name and its key are compared as one."""
    once = fold(text)
    assert fold(" ".join(once)) == once
    assert key(once) == key(fold(key(once)))


@pytest.mark.parametrize(
    "forms",
    [
        "besiege besieges besieged besieging",
        "hold holds held holding",
        "take takes took taken taking",
        "cut cuts cutting",
        "reach reaches reached reaching",
        "supply supplies supplied supplying",
        "cross crosses crossed crossing",
        "shell shells shelled shelling",
        "need needs needed",
        "lie lies lay lying",
        "is are was were been",
        "place places",
        "city cities",
    ],
)
def test_forms_of_a_word_have_one_stem(forms: str) -> None:
    """The forms of a verb or noun are compared as one."""
    assert len({stem(form) for form in forms.split()}) == 1


# ---------------------------------------------------------------- what cannot be understood


@pytest.mark.parametrize(
    ("question", "hint"),
    [
        ("who sieges Raqqa?", "who besieges {place} from the {side}?"),
        ("which place is encirclable?", "which place is encircled?"),
        ("what if Tabqa falls to ISIL?", "--suppose"),
        ("who besieges Raqqa and Tabqa?", "one thing at a time"),
        ("colourless green ideas", "try: "),
        ("is " + "very " * 80 + "encircled?", "begin with"),
        ("", "begin with"),
        ("who?", "begin with"),
        ("?!", "begin with"),
    ],
)
def test_what_to_ask_instead(question: str, hint: str) -> None:
    """A question that no phrase fits is told so, with what can be asked."""
    (problem,) = refused(question).diagnostics
    assert problem.code == "R111"
    assert hint in " ".join((problem.help, *problem.notes))


def test_the_nearest_questions_work() -> None:
    """The three questions that are offered are understood once their slots are filled."""
    (problem,) = refused("who sieges Raqqa?").diagnostics
    offered = [f"{q.strip()}?" for q in problem.help.removeprefix("try: ").split("?") if q.strip()]
    assert len(offered) == 3
    for question in offered:
        assert ask(question.format(place="Raqqa city", actor="ISIL", side="north", speaker="someone"))


@pytest.mark.parametrize(
    ("question", "code"),
    [
        ("who held Raqqa on 31 June 2016?", "R401"),
        ("who held Raqqa in 2016-13?", "R401"),
        ("who held Raqqa on 2016-6-4?", "R401"),
        ("who held Raqqa between 2016 and 2014?", "R402"),
        ("who held Raqqa before 2014 after 2015?", "R402"),
    ],
)
def test_dates_that_cannot_be(question: str, code: str) -> None:
    """A date that no calendar has, and days that do not exist, are errors, as they are in facts."""
    assert [d.code for d in refused(question).diagnostics] == [code]


def test_what_does_not_hold_is_asked_of_a_type() -> None:
    """Who does not do something can be listed only among the constants of a type."""
    more = 'state rare(thing, place: Place) "{thing} is rare in {place}".'
    assert refused("what is not rare in Raqqa?", more).diagnostics[0].code == "R111"
    assert body(ask("where is oil not rare?", more + " rare(oil, tabqa).")) == "place(Place), not rare(oil, Place)"


PIECES = st.sampled_from(
    """who what which where when since until how long many by from is not does did has the Raqqa ISIL besieged
    besieges hold held places sides of open and status 2014 2014-08 June 4, in on before between ? 's north
    list that Russia""".split()
)


@given(st.one_of(st.text(max_size=60), st.lists(PIECES, max_size=12).map(" ".join)))
@settings(deadline=None)
def test_nonsense_gets_a_message(text: str) -> None:
    """Whatever is typed is understood, or answered with coded messages; never with a traceback."""
    found = outcome(text)
    if isinstance(found, Question):
        assert found.body
    else:
        assert found.diagnostics
        assert {d.code for d in found.diagnostics} <= {"R110", "R111", "R401", "R402"}
        assert str(found)


def outcome(text: str) -> Question | Problems:
    """What a text is understood as, or why it is not."""
    try:
        return ask(text)
    except Problems as problems:
        return problems


@given(st.sampled_from([row[0] for row in ROWS]), st.sampled_from(["{} ", "  {}", "{}!", "“{}”", "{}??", "({})"]))
@settings(deadline=None)
def test_reading_does_not_depend_on_dress(question: str, dress: str) -> None:
    """The same question is understood the same way each time, whatever spaces and marks stand around it."""
    plain = ask(question)
    assert body(ask(dress.format(question))) == body(plain)
    assert ask(question) == plain


# ---------------------------------------------------------------- telling


@pytest.mark.parametrize(
    ("predicate", "row", "sentence"),
    [
        ("besieges", ("syrian_army", "raqqa_city", "w"), "Syrian army besieges Raqqa city from the west"),
        ("besieges", ("syrian_army", "raqqa_city", "_"), "Syrian army besieges Raqqa city"),
        ("besieges", (Variable("Who"), "raqqa_province", None), "some actor besieges Raqqa province"),
        ("open_side", ("tabqa", "nw"), "side north-west of Tabqa is open"),
        (
            "reported_siege",
            ("x", "_", "raqqa_city", "n"),
            "x said that Raqqa city is besieged from the north",
        ),
        ("upstream", ("tabqa_dam", "raqqa_city", 40), "Tabqa dam is 40 km from Raqqa city"),
        ("kind", ("tabqa_dam", Quoted("hydroelectric dam")), "Tabqa dam is a hydroelectric dam"),
        ("truce", (), "a ceasefire holds"),
        ("alias", ("isil", Quoted("IS")), 'alias(isil, "IS")'),
    ],
)
def test_telling_an_atom(predicate: str, row: tuple[object, ...], sentence: str) -> None:
    """An atom is told by its first phrase, in names that nobody else has, without what is not known."""
    assert tell(VOCABULARY.declarations[predicate], row, NAMES) == sentence


def test_telling_without_names() -> None:
    """Without names constants stand as in the facts, directions as words."""
    besieges = VOCABULARY.declarations["besieges"]
    assert tell(besieges, ("isil", "raqqa_city", "sw")) == "isil besieges raqqa_city from the south-west"


@pytest.mark.parametrize(
    "phrase",
    ["{actor besieges", "besieges] {actor}", "[[{actor} [besieges]]", "{who} besieges {actor}", "", "[]"],
)
def test_a_crooked_phrase_harms_nobody(phrase: str) -> None:
    """A phrase with a bracket too many or a slot of no argument is told and asked as far as it goes."""
    more = f'state odd(actor: Actor) "{phrase}".'
    assert body(ask("who besieges Raqqa city?", more)) == "besieges(Who, raqqa_city, Side)"
    vocabulary = vocabulary_of(WORDS + more)
    assert isinstance(tell(vocabulary.declarations["odd"], ("isil",), NAMES), str)
    assert phrasebook(vocabulary)
