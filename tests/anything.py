"""Hypothesis strategies for whatever somebody may write: statements, files with slips, questions, bodies, options."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from hypothesis import strategies as st
from hypothesis.extra.lark import from_lark
from hypothesis.strategies import SearchStrategy
from lark import Lark
from lark.lexer import PatternStr

ROOT = Path(__file__).parent.parent
RULES = sorted((ROOT / "rules").glob("*.dl"))
OURS = {path: path.read_bytes() for path in sorted((*RULES, *(ROOT / "facts").glob("*.dl")))}
WRONG = {path: path.read_bytes() for path in sorted((ROOT / "tests" / "diagnostics").glob("*.dl"))}

# ---------------------------------------------------------------- what the grammar allows


@cache
def grammar(name: str, start: str) -> Lark:
    """One of our grammars, to be drawn from."""
    return Lark((ROOT / "grammar" / f"{name}.lark").read_text(encoding="utf-8"), start=start, parser="lalr")


def keywords(of: Lark) -> dict[str, SearchStrategy[str]]:
    """The words of a grammar with blanks around them, so that they do not run together."""
    fixed = [terminal for terminal in of.terminals if isinstance(terminal.pattern, PatternStr)]
    return {one.name: st.just(f" {one.pattern.value} ") for one in fixed if one.pattern.value.isalpha()}


def spaced(*words: str) -> SearchStrategy[str]:
    """One of some words, with blanks around it."""
    return st.sampled_from(words).map(lambda word: f" {word} ")


EDGES = (
    "0001-01-01", "0001-01", "1000", "9999-12-31", "9999-12", "9998-12-31", "2016-02-29", "2015-02-29",
    "0000-01-01", "2016-13", "2016-00-00", "2016-6-4", "2016-06-31", "2016-06-04", "2016-06",
)  # fmt: skip
NUMBERS = (
    "0", "1", "2", "7", "30", "2014", "9999", "10000", "1073741824", "9007199254740991", "9007199254740992",
    "9" * 30, "9" * 5000,
)  # fmt: skip
DATALOG = grammar("datalog", "statement")
statements = from_lark(
    DATALOG,
    explicit={
        **keywords(DATALOG),
        "NAME": spaced("p", "q", "r", "e", "on", "a", "b", "s1", "x", "y", "red"),
        "VARIABLE": spaced("X", "Y", "_", "N", "Kind"),
        "STRING": st.sampled_from(('"a text"', '"{x} and [ {y}]"', '""', '"\\""', '"é\\\\"', '"{"', '"[x"', '"%"')),
        "INT": spaced(*NUMBERS),
        "DECIMAL": spaced("0.5", "4.25", "0.0", f"{'9' * 400}.5", f"0.{'0' * 400}1"),
        "DATE": spaced(*EDGES),
        "COMMENT": st.sampled_from(("% said so.\n", "%\n", '% "\n')),
    },
    alphabet=st.characters(codec="ascii"),
)
# ---------------------------------------------------------------- files with slips in them

NASTY = (
    b"\0", b"\xff", b"\xe2\x82", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xef\xbb\xbf",
    "\u2028\x85\x0c\x1c".encode(), "é".encode(), "\u202e\u200b".encode(), "ß٣²".encode(), b"\r", b"\r\n", b"\t",
    b"\\", b'"', b"%", b"{", b"}", b"[", b"]", b"(", b")", b".", b"..", b"...", b":-", b"?-", b"#count{",
    b"#sum{ X : p(X) }", b"-", b"--", b"/ 0", b" not ", b" since ", b" once[", b" always[0] ", b" during ..",
    b" from ", b" via ", b"_", b"X", b"#demand_p", b"(" * 3000, b"1+" * 3000, b"-" * 3000, b"x" * 100_000,
    b" " * 100_000, b"% " + b"y" * 100_000, b'"' + b"z" * 100_000 + b'"', b"p(a, " * 500, b"\n" * 5000,
    *(f" {one} ".encode() for one in (*EDGES, *NUMBERS)), b"2014..2013", b"[2016-06..2016-05]", b"..9999-12-31",
    b"0001-01-01..",
)  # fmt: skip
TOKEN = re.compile(rb"\"[^\"\n]*\"|[\w-]+|\S")


@st.composite
def slips(draw: st.DrawFn, data: bytes, others: SearchStrategy[bytes], most: int = 3) -> bytes:
    """The data with bits flipped, parts deleted, doubled, put in from elsewhere, and words exchanged."""
    for _ in range(draw(st.integers(0, most))):
        start = draw(st.integers(0, len(data)))
        end = min(len(data), start + draw(st.sampled_from((0, 1, 2, 5, 20, 200))))
        match draw(st.sampled_from(("flip", "delete", "double", "splice", "nasty", "cut", "word", "word", "word"))):
            case "flip" if data:
                at = min(start, len(data) - 1)
                data = data[:at] + bytes([data[at] ^ 1 << draw(st.integers(0, 7))]) + data[at + 1 :]
            case "delete":
                data = data[:start] + data[end:]
            case "double":
                data = data[:end] + data[start:end] * draw(st.sampled_from((1, 2, 50))) + data[end:]
            case "splice":
                other = draw(others)
                at = draw(st.integers(0, len(other)))
                data = data[:start] + other[at : at + draw(st.sampled_from((5, 50, 500)))] + data[end:]
            case "nasty":
                data = data[:start] + draw(st.sampled_from(NASTY)) + data[end:]
            case "cut":
                data = data[:start]
            case "word" if words := list(TOKEN.finditer(data)):
                one, other_word = draw(st.sampled_from(words)), draw(st.sampled_from(words))
                data = data[: one.start()] + other_word[0] + data[one.end() :]
    return data


def lines(data: bytes) -> SearchStrategy[bytes]:
    """Some lines of a file that follow each other."""
    rows = data.splitlines(keepends=True)
    return st.builds(lambda at, count: b"".join(rows[at : at + count]), st.integers(0, len(rows)), st.integers(1, 40))


VALID = """% A little of everything.
type Direction = n | s.
event advance(actor: Actor, place: Place, side: Direction) reports near denies far "{actor} [to {place}]".
fixed kind(place: Place, kind).
state near(actor: Actor, place: Place).
source sohr publisher "SOHR" date 2016-06-04 via afp reliability b.
assume it_is_so "it is".
advance(isil, raqqa, n, 2014-08) from sohr via afp s2 "quote" assuming it_is_so, and_so.
advance(actor: isil, place: raqqa, side: s, [2014-08-01..2014-08-05]).
near(A, P) :- not near(B, P) since advance(A, P, _), N = #count{ X : kind(P, X) }, N + 1 > 2 "{A}".
near(A, P) :- once[7..30] advance(A, P, n) during 2014..2015, always[3] not far(A, P), begins place(P).
never near(A, P), A != P, kind(_, "text") "why".
?- near(place: P, actor: isil).
kind(raqqa, -4.5). kind(raqqa, 2 * 3).
"""
WORDS = sorted({*VALID.split(), *'(),.:-|[]{}<>=!+*/%"_#', "X", "2014", "2014-08", "..", "not", "since", "é", "\0"})
written = st.just(VALID.encode()) | st.sampled_from((*OURS.values(), *WRONG.values())).flatmap(lines)


# ---------------------------------------------------------------- questions, bodies, options

QUESTION = grammar("question", "question")
NOUNS = (
    "Raqqa", "Tabqa dam", "the Syrian army", "ISIL", "Kurdish-led forces", "Deir ez-Zor's", "Nowhere", "Raqqa's",
    "Russia",
)  # fmt: skip
VERBS = (
    "besiege", "besieges", "hold", "holds", "held", "besieged", "encircled", "capture", "captured by",
    "from the north", "not", "the siege of", "still", "in", "and", "or", "open", "who", "what if", "that",
    "fell to", "backs", "the status of", "sources say", "changed", "know", "n't", "’s", "x" * 300, "\u202e", "½",
    "\0",
)  # fmt: skip
DAYS = (
    "2014", "2014-08", "2014-08-24", "August 2014", "late May 2016", "the 31st of June 2016", "0000", "9999-12-31",
    "February 30, 2016", "0001-01-01", "mid 9999", "32 May 2016", "2014-13",
)  # fmt: skip
questions = from_lark(
    QUESTION,
    explicit={
        "AT": spaced("on", "in", "since", "before", "until", "as of", "after"),
        "BETWEEN": spaced("between"),
        "TO": spaced("to", "until"),
        "AND": spaced("and"),
        "RELATIVE": spaced("today", "yesterday", "ever"),
        "DATE": spaced(*DAYS),
        "WH": spaced("who", "whom", "what", "where", "which", "Who"),
        "PREPOSITION": spaced("by", "from", "in", "to"),
        "WHEN": spaced("when", "on which day"),
        "SINCE_WHEN": spaced("since when"),
        "UNTIL_WHEN": spaced("until when"),
        "HOW_LONG": spaced("how long"),
        "HOW_FAR": spaced("how far"),
        "HOW_MANY": spaced("how many", "on how many"),
        "WHY": spaced("why"),
        "LIST": spaced("list", "show me", "tell me"),
        "TRUE": spaced("is it true that"),
        "AUX": spaced("is", "are", "does", "did", "has", "was"),
        "WORD": spaced(*NOUNS, *VERBS),
    },
    alphabet=st.characters(codec="ascii"),
)
ROWS = "\n".join((ROOT / "tests" / name).read_text(encoding="utf-8") for name in ("questions.txt", "sixty.txt"))
ASKED = [row.split("|")[0].strip() for row in ROWS.splitlines() if "|" in row and row[0] != "#"]
WHAT_ELSE = (
    "what if Tabqa falls to the Syrian army?", "why is Raqqa besieged?", "what facts come from SOHR?",
    "what if we ignore X?", "what changed between 2014 and 2016?", "which sources say that ISIL holds Tabqa?",
    "what is claimed but denied?",
)  # fmt: skip


@st.composite
def asked(draw: st.DrawFn) -> str:
    """A question of the grammar, or a good one with words exchanged, left out or put in; or anything at all."""
    match draw(st.integers(0, 9)):
        case 0 | 1 | 2:
            return draw(questions)
        case 3:
            return draw(st.text(max_size=60))
    words = draw(st.sampled_from((*ASKED, *WHAT_ELSE))).split()
    for _ in range(draw(st.integers(0, 3))):
        at = draw(st.integers(0, len(words)))
        words[at : at + draw(st.integers(0, 2))] = draw(st.lists(st.sampled_from((*NOUNS, *VERBS, *DAYS)), max_size=2))
    return " ".join(words)


ATOMS = (
    "besieges(Who, raqqa_city, Side)", "holds(isil, raqqa_city)", "encircled(raqqa_city)",
    "enemies(A, B), not allied(A, B)", "not holds(isil, tabqa)", "holds(actor: isil, place: P)",
    "capture(A, P, 2016-06-04)", "N = #count{ P : holds(isil, P) }", "once[30] capture(A, P)",
    "not holds(A, P) since capture(A, P)", "kind(P, K), K < 3", "X = 1 / 0", "truce", "holds",
    "capital(isil, P), begins capital(isil, P)", "P = 1 + 2 * 3", 'alias(X, "Raqqa")', "holds(A, P) during 2016..",
    "p(",
)  # fmt: skip
LITTLE = (
    "(", ")", ",", ".", "X", "_", "isil", "raqqa_city", "not ", "since ", '"', "%", "\n", "\0", "2016", "1", "..",
    "#", "=", "é", "?-", ":-", "q(X). ", " ", "-", "9" * 5000, "(" * 500,
)  # fmt: skip


@st.composite
def bodies(draw: st.DrawFn) -> str:
    """An atom or a body with characters left out or put in; or one of the grammar; or anything at all."""
    match draw(st.integers(0, 9)):
        case 0:
            return draw(st.text(max_size=40))
        case 1:
            return draw(statements)
    text = draw(st.sampled_from(ATOMS))
    for _ in range(draw(st.sampled_from((0, 0, 1, 2)))):
        at = draw(st.integers(0, len(text)))
        text = text[:at] + draw(st.sampled_from(LITTLE)) + text[at + draw(st.integers(0, 3)) :]
    return text


dates = st.one_of(
    st.sampled_from(("2016-06-04", "2016-06")),
    st.sampled_from((*EDGES, *DAYS, "", " ", "today", "2016-06-04..", "-1", "9" * 50)),
    st.text(max_size=8),
)
facts = (
    bodies()
    | bodies().map(lambda one: f"not {one}")
    | st.sampled_from(
        (
            "capture(syrian_army, raqqa_city, 2016-06-20)",
            "not capital(isil, raqqa_city)",
            "holds(isil, raqqa_city)",
            "not holds(A, B)",
            "capture(syrian_army, raqqa_city, 9999-12-31)",
            "capture(syrian_army, raqqa_city, 0001-01-01)",
            "capture(A, B)",
            "x. y.",
        )
    )
)
names = st.sampled_from(("sohr", "analyst", "isil", "", "%", "columnar", "naive", "pydatalog")) | st.text(max_size=8)
OPTIONS: dict[str, SearchStrategy[str]] = {
    "--at": dates,
    "--known-by": dates,
    "--suppose": facts,
    "--without": names,
    "--engine": names,
    "--facts": st.sampled_from(("nowhere.dl", "", ".", "\0", "x" * 5000)),
    "--unknown": names,
}


@st.composite
def options(draw: st.DrawFn) -> list[str]:
    """Up to two options, good and bad, and JSON or not."""
    chosen = draw(st.sampled_from(((), ("--at",))) | st.lists(st.sampled_from(tuple(OPTIONS)), max_size=2))
    return [*(part for one in chosen for part in (one, draw(OPTIONS[one]))), *draw(st.sampled_from(((), ("--json",))))]
