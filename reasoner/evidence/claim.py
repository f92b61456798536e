"""Claims: facts with the days on which they hold and the words that say so."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from reasoner.syntax.tree import Assumption, Citation, Fact, Kind, Program, Source
from reasoner.syntax.vocabulary import Vocabulary
from reasoner.term import Atom, Constant, Row, show_atom
from reasoner.text import Span
from reasoner.when import ETERNAL, Date, Day, Truth, When, happens, lasts, parse_date

ANALYST = "analyst"
SUPPOSED = "--suppose"  # the name of the text in which suppositions are written


@dataclass(frozen=True)
class Evidence:
    """Whose word a claim is: the source, whom it repeats, where in it, and its words."""

    source: str
    locator: str | None
    quote: str | None
    voices: tuple[str, ...]
    said: Date | None = None

    @property
    def is_analyst(self) -> bool:
        return self.source == ANALYST


@dataclass(frozen=True)
class Claim:
    """One fact from one place in one source. `assumptions` are the names of what it takes for granted."""

    predicate: str
    row: Row
    truth: Truth
    evidence: Evidence | None
    assumptions: tuple[str, ...] = ()
    dates: tuple[Date, ...] = ()
    origin: Span | None = field(default=None, compare=False, repr=False)

    @property
    def supposed(self) -> bool:
        """Whether it is a supposition, which bears on every question."""
        return self.origin is not None and self.origin.file == SUPPOSED

    def __str__(self) -> str:
        return show_atom(self.predicate, self.row)


def claims(vocabulary: Vocabulary) -> Iterator[Claim]:
    """Every fact of a checked program as a claim. A fact without `from` cites the nearest source above it."""
    sources = known_sources(vocabulary.program)
    for fact, nearest in cited(vocabulary.program):
        yield claim(fact, vocabulary, sources, nearest)


def cited(program: Program) -> Iterator[tuple[Fact, str | None]]:
    """Each fact with the name of the nearest source above it in its file."""
    for file in program.files:
        nearest: str | None = None
        for statement in file.statements:
            if isinstance(statement, Source):
                nearest = statement.name
            elif isinstance(statement, Fact):
                yield statement, nearest


def claim(fact: Fact, vocabulary: Vocabulary, sources: Mapping[str, Source], nearest: str | None) -> Claim:
    """A fact as a claim, with the date of its source where it has none of its own."""
    evidence = claim_evidence(fact.citation, sources, nearest)
    kind, when = timing(fact, vocabulary)
    row = tuple(t.value for t in vocabulary.positional(bare(fact, vocabulary)).terms if isinstance(t, Constant))
    said = evidence.said if evidence else None
    return Claim(
        fact.atom.predicate,
        row,
        truth(kind, when or (When(said) if said else None)),
        evidence,
        fact.citation.assuming,
        tuple(d for d in (when.start, when.end) if d) if when else (said,) if said and kind != "fixed" else (),
        fact.origin,
    )


def timing(fact: Fact, vocabulary: Vocabulary) -> tuple[Kind, When | None]:
    """The kind of a fact's predicate and the time written on it. A last extra `2014` is a year."""
    declaration = vocabulary.declarations.get(fact.atom.predicate)
    if declaration is None:
        return "fixed", fact.when
    year = _year(fact, vocabulary)
    return declaration.kind, When(year) if year else fact.when


def bare(fact: Fact, vocabulary: Vocabulary) -> Atom:
    """The fact's atom without a year that stands as its last, extra argument."""
    atom = fact.atom
    if _year(fact, vocabulary):
        return Atom(atom.predicate, atom.terms[:-1], atom.names[:-1], atom.origin)
    return atom


def _year(fact: Fact, vocabulary: Vocabulary) -> Date | None:
    terms, names = fact.atom.terms, fact.atom.names
    if fact.when or fact.atom.predicate not in vocabulary.declarations or not terms:
        return None
    extra = len(terms) > len(vocabulary.parameters(fact.atom.predicate)) or (any(names) and names[-1] is None)
    match terms[-1]:
        case Constant(int(year)) if extra and 1000 <= year <= 9999:
            return parse_date(str(year))
    return None


def truth(kind: Kind, when: When | None) -> Truth:
    """The days of a fact of that kind: an event falls on its day, a state lasts, a fixed fact always holds."""
    if kind == "fixed" or when is None:
        return ETERNAL
    if kind == "state":
        return lasts(when.start, when.end if when.ranged else None)
    start, end = when.start, when.end or when.start
    assert start is not None
    assert end is not None
    return happens(Date(start.first, end.last))


def known_sources(program: Program) -> dict[str, Source]:
    """Sources by name."""
    return {source.name: source for source in reversed(program.of(Source))}


def assumption_texts(program: Program) -> dict[str, str]:
    """What each named assumption says."""
    return {a.name: a.text for a in program.of(Assumption)}


def claim_evidence(citation: Citation, sources: Mapping[str, Source], nearest: str | None) -> Evidence | None:
    """Whose word a citation makes a claim, that of the nearest source where it names none."""
    name = citation.source or nearest
    if name is None:
        return None
    source = sources.get(name)
    heard = voices(replace(citation, source=name), sources)
    return Evidence(name, citation.locator, citation.text, heard, source.date if source else None)


def voices(citation: Citation, sources: Mapping[str, Source]) -> tuple[str, ...]:
    """The source that is cited and whom it repeats, there or always, and so on."""
    named = (name for name in (citation.source, citation.via) if name)
    return tuple(dict.fromkeys(voice for name in named for voice in chain(name, sources)))


def chain(name: str, sources: Mapping[str, Source]) -> Iterator[str]:
    """A source, whom it repeats, and so on."""
    seen: set[str] = set()
    following: str | None = name
    while following and following not in seen:
        yield following
        seen.add(following)
        following = sources[following].via if following in sources else None


def without(all_claims: Iterable[Claim], dropped: Iterable[str]) -> Iterator[Claim]:
    """The claims that do not rest on the word of these sources, nor on these assumptions."""
    names = frozenset(dropped)
    for one in all_claims:
        if not names & {*(one.evidence.voices if one.evidence else ()), *one.assumptions}:
            yield one


def known_by(all_claims: Iterable[Claim], day: Day) -> Iterator[Claim]:
    """The claims whose source had spoken by that day; a source without a date always has."""
    for one in all_claims:
        said = one.evidence.said if one.evidence else None
        if said is None or said.last <= day:
            yield one
