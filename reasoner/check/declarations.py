"""Each name is declared once, is free to take, and what a declaration refers to is there."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator

from reasoner.check.places import a, also, listed, name_span, word_span
from reasoner.diagnostic import Diagnostic, did_you_mean, error, warning
from reasoner.syntax.mistakes import RESERVED
from reasoner.syntax.tree import Declaration, Fact, Rule, TypeDeclaration
from reasoner.syntax.vocabulary import Vocabulary, type_predicate
from reasoner.text import Span


def clashing_declarations(vocabulary: Vocabulary) -> Iterator[Diagnostic]:
    """R207. A second declaration would be shadowed by the first."""
    predicates: dict[str, Declaration] = {}
    for declaration in vocabulary.program.of(Declaration):
        first = predicates.setdefault(declaration.predicate, declaration)
        if first is not declaration:
            at, before = declaration.name_origin, first.name_origin
            yield _twice(f"predicate `{declaration.predicate}`", declaration == first, at, before)
    types: dict[str, TypeDeclaration] = {}
    for declared in vocabulary.program.of(TypeDeclaration):
        earlier = types.setdefault(declared.name, declared)
        if earlier is not declared:
            places = (word_span(d.origin, d.name) for d in (declared, earlier))
            yield _twice(f"type `{declared.name}`", declared == earlier, *places)
        for member, times in Counter(declared.members or ()).items():
            if times > 1:
                yield error(
                    "R207",
                    f"`{member}` is listed {times} times in the type `{declared.name}`",
                    word_span(declared.origin, member, rf"(?<!\w){member}\b[^.]*?\|\s*"),
                    help="list it once",
                )


def _twice(what: str, alike: bool, at: Span, first: Span) -> Diagnostic:
    if alike:
        return also(
            warning("R207", f"the {what} is declared twice, alike", at, help="keep one of them"),
            first,
            "first here",
        )
    found = error("R207", f"the {what} is declared twice, differently", at, help="make one declaration of the two")
    return also(found, first, "first here")


def taken_names(vocabulary: Vocabulary) -> Iterator[Diagnostic]:
    """R208. The words of the language, and the predicates that types make, are no free names."""
    named: dict[str, Span | None] = {}
    made = {type_predicate(name): name for name in vocabulary.types}
    for declaration in vocabulary.program.of(Declaration):
        named.setdefault(declaration.predicate, declaration.name_origin)
        if type_name := made.get(declaration.predicate):
            name = declaration.predicate
            yield warning(
                "R208",
                f"`{name}` is declared, so that `{name}(X)` does not mean: X is {a(type_name)}",
                declaration.name_origin,
                f"it has the name of the type `{type_name}`",
                help="nothing is wrong if that is never asked; else choose another name for one of them",
            )
    for rule in vocabulary.program.of(Rule):
        named.setdefault(rule.head.predicate, name_span(rule.head))
    for name, at in named.items():
        if name in vocabulary.type_predicates:
            type_name = vocabulary.type_predicates[name]
            yield error(
                "R208",
                f"`{name}` already means: is {a(type_name)}",
                at,
                f"the type `{type_name}` makes this predicate",
                help="choose another name for the predicate or for the type",
            )
    for fact in vocabulary.program.of(Fact):
        if fact.atom.predicate in RESERVED:
            named.setdefault(fact.atom.predicate, name_span(fact.atom))
    for name in RESERVED & named.keys():
        yield error("R208", f"`{name}` is a word of the language, not a name", named[name], help="choose another name")


def repeated_parameters(vocabulary: Vocabulary) -> Iterator[Diagnostic]:
    """R209. Arguments that share a name could not be told apart."""
    for declaration in vocabulary.program.of(Declaration):
        places = defaultdict(list)
        for parameter in declaration.parameters:
            places[parameter.name].append(parameter.origin)
        for name, (first, *others) in places.items():
            if others:
                found = error(
                    "R209",
                    f"two arguments of `{declaration.predicate}` are called `{name}`",
                    others[0],
                    help="give each argument a name of its own",
                )
                yield also(found, first, "first here")


def wrong_references(vocabulary: Vocabulary) -> Iterator[Diagnostic]:
    """R211. What a judgement reports or denies is declared, and the judgement names all its arguments."""
    for declaration in vocabulary.program.of(Declaration):
        for verb, about in (("reports", declaration.reports), ("denies", declaration.denies)):
            if about is None:
                continue
            at = word_span(declaration.origin, about, rf"{verb}\s+")
            if about not in vocabulary.declarations:
                known = vocabulary.derived | vocabulary.declarations.keys()
                yield error(
                    "R211",
                    f"`{declaration.predicate}` {verb} `{about}`, which is not declared",
                    at,
                    help=("" if about in vocabulary.derived else did_you_mean(about, known))
                    or "declare it, so that its arguments have names",
                )
                continue
            own = {p.name for p in declaration.parameters}
            missing = [p.name for p in vocabulary.parameters(about) if p.name not in own]
            if missing:
                found = error(
                    "R211",
                    f"`{declaration.predicate}` {verb} `{about}`, but lacks {listed(missing, 'and')}",
                    at,
                    help="arguments are matched by name: give them the same names in both declarations",
                )
                yield also(found, vocabulary.declarations[about].name_origin, "declared here")
