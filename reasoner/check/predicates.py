"""Every predicate that is read comes from somewhere, and every one that is derived is read."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from reasoner.check.dependencies import needs
from reasoner.check.places import count, in_places, name_span
from reasoner.diagnostic import Diagnostic, did_you_mean, warning
from reasoner.syntax.tree import Declaration, Fact, Invariant, Query, Rule
from reasoner.syntax.vocabulary import Vocabulary, atoms, bodies
from reasoner.text import Span


def known(vocabulary: Vocabulary) -> frozenset[str]:
    """What may be read: what is declared, derived or made by a type; in a plain program, facts too."""
    names = vocabulary.derived.union(vocabulary.declarations, vocabulary.type_predicates)
    return names | {fact.atom.predicate for fact in vocabulary.program.of(Fact)} if vocabulary.plain else names


def unknown_predicates(vocabulary: Vocabulary) -> Iterator[Diagnostic]:
    """R201. What nothing declares, derives or gives cannot be read; facts alone do not make a predicate."""
    names = known(vocabulary)
    given: dict[str, list[Span | None]] = defaultdict(list)
    for fact in vocabulary.program.of(Fact):
        if fact.atom.predicate not in names:
            given[fact.atom.predicate].append(name_span(fact.atom))
    read: dict[str, list[Span | None]] = defaultdict(list)
    for body in bodies(vocabulary.program):
        for atom in atoms(body):
            if atom.predicate not in names:
                read[atom.predicate].append(name_span(atom))
    for name in dict.fromkeys((*given, *read)):
        facts = given.get(name, [])
        if facts:
            label = f"{count(len(facts), 'fact')} of it, but no declaration" if len(facts) > 1 else "not declared"
            remedy = f"declare it: `event {name}(...).`, `state {name}(...).` or `fixed {name}(...).`"
        else:
            label = "no fact or rule gives it" if vocabulary.plain else "no declaration or rule gives it"
            remedy = "load the file that gives it, or declare it"
        yield in_places(
            "R201",
            "error",
            f"there is no predicate `{name}`",
            [*facts, *read.get(name, [])],
            label,
            help=did_you_mean(name, names) or remedy,
        )


def unused_predicates(vocabulary: Vocabulary) -> Iterator[Diagnostic]:
    """R205. A predicate without a declaration is no question, so that something else must read it."""
    if vocabulary.plain:
        return
    rules = vocabulary.program.of(Rule)
    read = {need.body for need in needs(rules) if need.head != need.body}
    asked = (
        *(i.body for i in vocabulary.program.of(Invariant)),
        *(q.body for q in vocabulary.program.of(Query)),
    )
    read.update(atom.predicate for body in asked for atom in atoms(body))
    read.update(name for d in vocabulary.program.of(Declaration) for name in (d.reports, d.denies) if name)
    silent = {*vocabulary.declarations, *vocabulary.type_predicates, *read}
    for name, head in {rule.head.predicate: rule.head for rule in reversed(rules)}.items():
        if name not in silent:
            yield warning(
                "R205",
                f"nothing reads `{name}`",
                name_span(head),
                "derived here, and used nowhere",
                help=did_you_mean(name, silent) or f'declare it, to ask for it: `state {name}(...) "...".`',
            )
