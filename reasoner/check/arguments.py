"""Every atom has the arguments that its predicate has."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

from reasoner.check.arithmetic import reads_as_date
from reasoner.check.places import also, count, every_atom, listed, name_span
from reasoner.check.predicates import known
from reasoner.diagnostic import Diagnostic, did_you_mean, error
from reasoner.evidence.claim import bare
from reasoner.syntax.tree import Fact, Rule
from reasoner.syntax.vocabulary import Vocabulary, atoms, bodies
from reasoner.term import Atom
from reasoner.text import Span


def wrong_arguments(vocabulary: Vocabulary) -> Iterator[Diagnostic]:
    """R202, R204. As many as declared, or as first written; named ones exist, once each, behind others."""
    arguments = _Arguments(vocabulary)
    for fact in vocabulary.program.of(Fact):
        atom = fact.atom
        if atom.names or len(atom.terms) != arguments.arities.get(atom.predicate):
            yield from arguments.of(bare(fact, vocabulary), fact=True)
    for rule in vocabulary.program.of(Rule):
        yield from arguments.of(rule.head, head=True)
    for body in bodies(vocabulary.program):
        for atom in atoms(body):
            yield from arguments.of(atom)


class _Arguments:
    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary
        # The arguments of an unknown predicate are not its worst mistake.
        self.arities = {name: vocabulary.arity(name) for name in known(vocabulary)}

    @cached_property
    def first(self) -> dict[str, Atom]:
        found: dict[str, Atom] = {}
        for atom in every_atom(self.vocabulary.program):
            found.setdefault(atom.predicate, atom)
        return found

    def of(self, atom: Atom, *, fact: bool = False, head: bool = False) -> Iterator[Diagnostic]:
        """What is wrong with the arguments of one atom."""
        arity = self.arities.get(atom.predicate)
        if arity is None:
            return
        if atom.names:
            yield from self._named(atom, complete=fact or head)
        elif len(atom.terms) != arity and not (atom.terms and reads_as_date(atom.terms[-1])):
            yield self._number(atom, arity, fact)

    def _number(self, atom: Atom, arity: int, fact: bool) -> Diagnostic:
        declaration = self.vocabulary.declarations.get(atom.predicate)
        names = ", ".join(p.name for p in self.vocabulary.parameters(atom.predicate))
        takes = f"{count(arity, 'argument')}{f' ({names})' if names else ''}"
        remedy = ""
        if fact and declaration and declaration.kind != "fixed" and len(atom.terms) == arity + 1:
            remedy = "a last extra argument is a date: write 2014, 2014-08 or 2014-08-24"
        elif not fact and declaration and len(atom.terms) < arity:
            remedy = "write `_` for an argument that may be anything, or name those that you mean"
        found = error(
            "R202",
            f"`{atom.predicate}` takes {takes}, not {len(atom.terms)}",
            atom.origin,
            f"{count(len(atom.terms), 'argument')} here",
            help=remedy,
        )
        if declaration:
            return also(found, declaration.name_origin, f"declared with {arity}")
        first = self.first[atom.predicate]
        return also(found, name_span(first), f"first written with {arity}") if first is not atom else found

    def _named(self, atom: Atom, complete: bool) -> Iterator[Diagnostic]:
        parameters = [p.name for p in self.vocabulary.parameters(atom.predicate)]
        if not parameters:
            yield error(
                "R204",
                f"the arguments of `{atom.predicate}` have no names",
                atom.origin,
                "it is not declared" if atom.predicate not in self.vocabulary.declarations else "declared without any",
                help="write the arguments in their places, or declare the predicate with their names",
            )
            return
        given: set[str] = set()
        named, sound = False, True
        for place, (name, term) in enumerate(zip(atom.names, atom.terms, strict=True)):
            if name is None and named:
                yield error(
                    "R204",
                    "an argument without a name stands behind one with a name",
                    term.origin,
                    help=f"name it too; the arguments are {listed(parameters, 'and')}",
                )
                return
            if name is None and place >= len(parameters):
                yield self._number(atom, len(parameters), False)
                return
            named = name is not None
            key = name or parameters[place]
            if key not in parameters:
                sound = False
                yield error(
                    "R204",
                    f"`{atom.predicate}` has no argument `{key}`",
                    _before(term.origin, key),
                    help=did_you_mean(key, parameters) or f"its arguments are {listed(parameters, 'and')}",
                )
            elif key in given:
                sound = False
                yield error(
                    "R204",
                    f"the argument `{key}` is given twice",
                    _before(term.origin, key),
                    help="keep one of them",
                )
            given.add(key)
        missing = [p for p in parameters if p not in given]
        if complete and missing and sound:
            yield error(
                "R204",
                f"`{atom.predicate}` lacks {listed(missing, 'and')}",
                atom.origin,
                help="a fact and the head of a rule say all their arguments",
            )


def _before(term: Span | None, name: str) -> Span | None:
    """The name that stands before a term."""
    if term is None:
        return None
    start = term.text.content.rfind(name, 0, term.start)
    return term.text.span(start, start + len(name)) if start >= 0 else term
