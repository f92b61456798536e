"""Every value stands where its type belongs."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from difflib import get_close_matches

from reasoner.check.places import a, also, every_atom, in_places, listed
from reasoner.check.safety import Body, names, outer_variables
from reasoner.check.tables import typed_values
from reasoner.diagnostic import Diagnostic, did_you_mean, error, warning
from reasoner.evidence.claim import bare
from reasoner.syntax.tree import (
    Aggregate,
    BodyLiteral,
    Comparison,
    Declaration,
    Fact,
    Invariant,
    Literal,
    Query,
    Rule,
    TypeDeclaration,
    atoms_of,
)
from reasoner.syntax.vocabulary import Vocabulary
from reasoner.term import Atom, Constant, Term, Value, Variable
from reasoner.text import Span

# Where so many values are allowed or fewer, a message lists them all.
_FEW = 12

Scope = dict[str, dict[str, Span | None]]


class _Signatures:
    """The type of each argument of each predicate, those that types make included."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.by_place: dict[str, tuple[str | None, ...]] = {
            name: tuple(p.type for p in d.parameters) for name, d in vocabulary.declarations.items()
        }
        self.by_name = {name: {p.name: p.type for p in d.parameters} for name, d in vocabulary.declarations.items()}
        for name, type_name in vocabulary.type_predicates.items():
            self.by_place.setdefault(name, (type_name,))

    def typed(self, atom: Atom) -> Iterator[tuple[str, Term]]:
        """Each argument of a declared type, with the type."""
        types = self.by_place.get(atom.predicate, ())
        if atom.names:
            named = self.by_name.get(atom.predicate, {})
            types = tuple(
                named.get(name) if name else types[place] if place < len(types) else None
                for place, name in enumerate(atom.names)
            )
        for type_name, term in zip(types, atom.terms, strict=False):
            if type_name:
                yield type_name, term


def wrong_types(vocabulary: Vocabulary) -> Iterator[Diagnostic]:
    """R212, R215. A listed type takes its members alone; a constant of two open types may be misplaced."""
    signatures = _Signatures(vocabulary)
    seen: dict[str, dict[Value, list[Span | None]]] = defaultdict(lambda: defaultdict(list))
    for atom in _typed_atoms(vocabulary):
        for type_name, term in signatures.typed(atom):
            if isinstance(term, Constant):
                seen[type_name][term.value].append(term.origin)
    for type_name, value, at in typed_values(vocabulary):
        seen[type_name][value].append(at)
    for type_name, constant in _compared(vocabulary, signatures):
        seen[type_name][constant.value].append(constant.origin)
    for type_name, values in seen.items():
        members = vocabulary.types.get(type_name)
        for value, places in values.items():
            if members is not None and value not in members:
                yield _outside(type_name, members, Constant(value), places)
    yield from _two_open_types({t: values for t, values in seen.items() if vocabulary.types.get(t) is None})


def _typed_atoms(vocabulary: Vocabulary) -> Iterator[Atom]:
    """Every atom, facts without the year that may stand behind their named arguments."""
    program = vocabulary.program
    dated = {id(f.atom): bare(f, vocabulary) for f in program.of(Fact) if f.atom.names}
    for atom in every_atom(program):
        yield dated.get(id(atom), atom)


def _outside(type_name: str, members: tuple[str, ...], constant: Constant, at: list[Span | None]) -> Diagnostic:
    allowed = f"write {listed(members)}" if len(members) <= _FEW else ""
    return in_places(
        "R212",
        "error",
        f"`{constant}` is not {a(type_name)}",
        at,
        "",
        help=did_you_mean(str(constant), members) or allowed or f"`type {type_name}` lists what it may be",
    )


def _two_open_types(seen: dict[str, dict[Value, list[Span | None]]]) -> Iterator[Diagnostic]:
    types_of: dict[str, list[str]] = defaultdict(list)
    for type_name, values in seen.items():
        for value in values:
            if isinstance(value, str):
                types_of[value].append(type_name)
    for value, types in types_of.items():
        if len(types) > 1:
            often, rare = (
                max(types, key=lambda t: len(seen[t][value])),
                min(reversed(types), key=lambda t: len(seen[t][value])),
            )
            found = in_places(
                "R215",
                "warning",
                f"`{value}` is {a(often)} elsewhere, and {a(rare)} here",
                seen[rare][value],
                a(rare),
                help="are two arguments swapped? if it is both, give it two names",
            )
            yield also(found, seen[often][value][0], a(often))


def mixed_variables(vocabulary: Vocabulary) -> Iterator[Diagnostic]:
    """R213. A variable that stands in arguments of two types would join what never meets."""
    signatures = _Signatures(vocabulary)
    for head, body in _scopes(vocabulary):
        for name, types in _variables(head, body, signatures).items():
            if len(types) > 1:
                (one, first), (other, second) = list(types.items())[:2]
                found = error(
                    "R213",
                    f"`{name.partition('#')[0]}` cannot be {a(one)} and {a(other)} at once",
                    second,
                    a(other),
                    help="use two variables, or one type in both declarations",
                )
                yield also(found, first, a(one))


def _scopes(vocabulary: Vocabulary) -> Iterator[tuple[tuple[Atom, ...], Body]]:
    for statement in vocabulary.program:
        match statement:
            case Rule(head, body):
                yield (head,), body
            case Invariant(body) | Query(body):
                yield (), body


def _variables(head: tuple[Atom, ...], body: Body, signatures: _Signatures) -> Scope:
    """The types of each variable with their first places. A local of an aggregate is named `X#place`."""
    scope: Scope = defaultdict(dict)
    outer = outer_variables(body) | names(term for atom in head for term in atom.terms)
    for atom, local in (*((atom, "") for atom in head), *_atoms(body)):
        for type_name, term in signatures.typed(atom):
            if isinstance(term, Variable) and not term.anonymous:
                key = term.name if term.name in outer else term.name + local
                scope[key].setdefault(type_name, term.origin)
    return scope


def _atoms(body: Body, local: str = "") -> Iterator[tuple[Atom, str]]:
    for place, literal in enumerate(body):
        match literal:
            case Literal(formula):
                yield from ((signed.atom, local) for signed in atoms_of(formula))
            case Aggregate():
                yield from _atoms(literal.body, f"{local}#{place}")


def _compared(vocabulary: Vocabulary, signatures: _Signatures) -> Iterator[tuple[str, Constant]]:
    """The constants that variables of a listed type are compared with."""
    for head, body in _scopes(vocabulary):
        comparisons = [literal for literal in body if isinstance(literal, Comparison) and _with_constant(literal)]
        scope = _variables(head, body, signatures) if comparisons else {}
        for comparison in comparisons:
            for one, other in ((comparison.left, comparison.right), (comparison.right, comparison.left)):
                if isinstance(one, Variable) and isinstance(other, Constant):
                    for type_name in scope.get(one.name, ()):
                        if vocabulary.types.get(type_name) is not None:
                            yield type_name, other


def _with_constant(literal: BodyLiteral) -> bool:
    return isinstance(literal, Comparison) and isinstance(literal.left, Constant) != isinstance(literal.right, Constant)


def lonely_types(vocabulary: Vocabulary) -> Iterator[Diagnostic]:
    """R214. A type that occurs once, and is spelt almost like another, is probably that other."""
    used = Counter(p.type for d in vocabulary.program.of(Declaration) for p in d.parameters if p.type)
    declared = {t.name for t in vocabulary.program.of(TypeDeclaration)}
    for declaration in vocabulary.program.of(Declaration):
        for parameter in declaration.parameters:
            name = parameter.type
            if name is None or used[name] > 1 or name in declared:
                continue
            others = [t for t in vocabulary.types if t != name and (t in declared or used[t] > 1)]
            near = get_close_matches(name, others, n=1, cutoff=0.8)
            if near:
                yield warning(
                    "R214",
                    f"the type `{name}` occurs only here",
                    parameter.origin,
                    help=f"did you mean `{near[0]}`?",
                )
