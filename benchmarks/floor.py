"""The floor: a program's rules as plain nested loops over hash sets, written out in Python and in C.

Both follow one scheme. A relation is a list of rows without repeats, in the order of their derivation; the delta of a
round is its rows `low` to `high`. An index is a hash from some columns to rows, extended at the start of each round.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from benchmarks.case import Written
from reasoner.syntax.tree import Aggregate, Comparison, Literal, atoms_of
from reasoner.term import Atom, Variable


@dataclass(frozen=True)
class Loops:
    """One rule: a head, atoms to loop over in order (the first over its delta where `delta`), tests, and counts.

    A count is `bound = #count{ X : atom }`, X being all that is not known of the atom.
    """

    head: Atom
    atoms: tuple[Atom, ...]
    tests: tuple[Literal | Comparison, ...]
    delta: bool
    counts: tuple[Aggregate, ...] = ()


@dataclass
class Scheme:
    """The loops of each stratum, the arity of each relation and the indexes that the loops look into."""

    strata: list[tuple[frozenset[str], list[Loops], list[Loops]]] = field(default_factory=list)
    arity: dict[str, int] = field(default_factory=dict)
    indexes: dict[tuple[str, tuple[int, ...]], str] = field(default_factory=dict)


def scheme(case: Written) -> Scheme:
    """Each rule once for the first round, and once for each of its recursive atoms, which then comes first."""
    result = Scheme(arity=dict(case.arity))
    for stratum in case.plan().strata:
        once, again = [], []
        for rule in stratum.rules:
            if rule.head.predicate.startswith("#"):
                continue  # what an aggregate gathers: it is counted where it stands
            result.arity[rule.head.predicate] = len(rule.head.terms)
            body = rule.rule.body  # as written: the plan's order is the engine's own choice
            positive = [s for s in body if isinstance(s, Literal) and not s.negated]
            tests = tuple(s for s in body if isinstance(s, Comparison) or (isinstance(s, Literal) and s.negated))
            atoms = [atoms_of(literal.formula)[0].atom for literal in positive]
            counts = tuple(s for s in body if isinstance(s, Aggregate))
            recursive = [place for place, atom in enumerate(atoms) if atom.predicate in stratum.predicates]
            if not recursive:
                once.append(Loops(rule.head, tuple(_ordered(atoms)), tests, False, counts))
            for place in recursive:
                rest = _ordered(atoms[:place] + atoms[place + 1 :], atoms[place])
                again.append(Loops(rule.head, tuple(rest), tests, True))
        result.strata.append((stratum.predicates, once, again))
    for _, once, again in result.strata:
        for loops in (*once, *again):
            for atom, columns in _lookups(loops):
                known = "".join(map(str, columns))
                result.indexes.setdefault((atom.predicate, columns), f"{atom.predicate}_by_{known}")
    return result


def _ordered(atoms: list[Atom], first: Atom | None = None) -> Iterator[Atom]:
    """The atom to start from, then always the first written of those with the fewest columns unknown."""
    bound: set[str] = set()
    waiting = list(atoms)
    while first or waiting:
        if first is None:
            free = {id(atom): sum(not _known(term, bound) for term in atom.terms) for atom in waiting}
            first = min(waiting, key=lambda atom: (free[id(atom)] == len(atom.terms), free[id(atom)]))
            waiting.remove(first)
        bound |= {str(term) for term in first.terms}
        yield first
        first = None


def _known(term: object, bound: set[str]) -> bool:
    return not isinstance(term, Variable) or term.name in bound


def _lookups(loops: Loops) -> Iterator[tuple[Atom, tuple[int, ...]]]:
    """The atoms that are looked up, with the columns that are known by then."""
    bound = {str(term) for term in loops.atoms[0].terms}
    for atom in loops.atoms[1:]:
        columns = tuple(place for place, term in enumerate(atom.terms) if _known(term, bound))
        if len(columns) < len(atom.terms):
            yield atom, columns
        bound |= {str(term) for term in atom.terms}
    yield from _counts(loops)


def _counts(loops: Loops) -> list[tuple[Atom, tuple[int, ...]]]:
    """What each count counts, with the columns that are known."""
    bound = {str(term) for atom in loops.atoms for term in atom.terms}
    counted = map(_counted, loops.counts)
    return [(atom, tuple(i for i, term in enumerate(atom.terms) if _known(term, bound))) for atom in counted]


def _counted(count: Aggregate) -> Atom:
    (literal,) = count.body
    assert isinstance(literal, Literal)
    return atoms_of(literal.formula)[0].atom


def _tuple(atom: Atom, places: tuple[int, ...] | None = None) -> str:
    chosen = [str(atom.terms[place]) for place in (range(len(atom.terms)) if places is None else places)]
    return f"({', '.join(chosen)},)"


# ---------------------------------------------------------------- Python


def python(case: Written) -> str:
    """The source of a function `evaluate(relations)`, relations being lists of tuples by name."""
    made = scheme(case)
    lines = ["def evaluate(relations):"]
    for name in made.arity:
        lines += [f"    {name} = relations.setdefault({name!r}, [])", f"    {name}_set = set({name})"]
    lines += [f"    {index}, {index}_n = {{}}, 0" for index in made.indexes.values()]
    for predicates, once, again in made.strata:
        here = sorted(predicates)
        lines += [f"    {name}_low = 0" for name in here]
        lines += [line for loops in once for line in _python_loops(loops, made, "    ")]
        if again:
            lines += ["    while True:"]
            lines += [f"        {name}_high = len({name})" for name in here]
            lines += [f"        if {' and '.join(f'{name}_low == {name}_high' for name in here)}:", "            break"]
            lines += [line for loops in again for line in _python_loops(loops, made, "        ")]
            lines += [f"        {name}_low = {name}_high" for name in here]
    return "\n".join(lines) + "\n"


def _python_loops(loops: Loops, made: Scheme, pad: str) -> Iterator[str]:
    for atom, columns in dict.fromkeys(_lookups(loops)):
        name, index = atom.predicate, made.indexes[atom.predicate, columns]
        row = "".join(f"r[{place}], " for place in columns)
        yield f"{pad}for r in {name}[{index}_n:{f'{name}_high' if loops.delta and _grows(made, loops, name) else ''}]:"
        yield f"{pad}    {index}.setdefault(({row}), []).append(r)"
        yield f"{pad}{index}_n = {f'{name}_high' if loops.delta and _grows(made, loops, name) else f'len({name})'}"
    bound: set[str] = set()
    for place, atom in enumerate(loops.atoms):
        columns = tuple(i for i, term in enumerate(atom.terms) if _known(term, bound))
        name = atom.predicate
        if place and len(columns) == len(atom.terms):
            yield f"{pad}if {_tuple(atom)} in {name}_set:"
        else:
            fresh = ", ".join(f"{t}" if i not in columns else f"_{i}" for i, t in enumerate(atom.terms))
            over = f"{made.indexes[name, columns]}.get({_tuple(atom, columns)}, ())" if place else name
            if not place and loops.delta:
                over = f"{name}[{name}_low:{name}_high]"
            yield f"{pad}for {fresh}, in {over}:"
        pad += "    "
        bound |= {str(term) for term in atom.terms}
    for test in loops.tests:
        if isinstance(test, Comparison):
            yield f"{pad}if {test.left} {'==' if test.operator == '=' else test.operator} {test.right}:"
        else:
            atom = atoms_of(test.formula)[0].atom
            yield f"{pad}if {_tuple(atom)} not in {atom.predicate}_set:"
        pad += "    "
    for count, (atom, columns) in zip(loops.counts, _counts(loops), strict=True):
        index = made.indexes[atom.predicate, columns]
        yield f"{pad}{count.bound} = len({index}.get({_tuple(atom, columns)}, ()))"
    head = loops.head.predicate
    yield f"{pad}row = {_tuple(loops.head)}"
    yield f"{pad}if row not in {head}_set:"
    yield f"{pad}    {head}_set.add(row)"
    yield f"{pad}    {head}.append(row)"


def _grows(made: Scheme, loops: Loops, name: str) -> bool:
    """Whether a relation grows in the stratum of the loops."""
    return any(name in predicates and loops in again for predicates, _, again in made.strata)


# ---------------------------------------------------------------- C

RUNTIME = r"""
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

typedef struct { int arity, *rows; long n, room; } relation;
typedef struct { int *head, *next, k, columns[8]; long n, room, buckets; relation *of; } index_;

static unsigned long mix(unsigned long h, int value) {
    h = (h ^ (unsigned)value) * 0x9E3779B97F4A7C15UL;
    return h ^ (h >> 29);
}
static unsigned long hash_row(index_ *x, int *row) {
    unsigned long h = 7;
    for (int i = 0; i < x->k; i++) h = mix(h, row[x->columns[i]]);
    return h;
}
/* Rows up to `high` become findable. */
static void extend(index_ *x, long high) {
    relation *r = x->of;
    if (high > x->room) {
        while (x->room < high) x->room = x->room ? 2 * x->room : 1024;
        x->next = realloc(x->next, x->room * sizeof(int));
        x->buckets = 2 * x->room;
        x->head = realloc(x->head, x->buckets * sizeof(int));
        memset(x->head, -1, x->buckets * sizeof(int));
        x->n = 0;
    }
    for (; x->n < high; x->n++) {
        unsigned long b = hash_row(x, r->rows + x->n * r->arity) & (x->buckets - 1);
        x->next[x->n] = x->head[b];
        x->head[b] = x->n;
    }
}
static long matching(index_ *x, int *key, long at) {
    relation *r = x->of;
    for (; at >= 0; at = x->next[at]) {
        int *row = r->rows + at * r->arity, i = 0;
        while (i < x->k && row[x->columns[i]] == key[i]) i++;
        if (i == x->k) return at;
    }
    return -1;
}
static long find(index_ *x, int *key) {
    if (!x->n) return -1;
    unsigned long h = 7;
    for (int i = 0; i < x->k; i++) h = mix(h, key[i]);
    return matching(x, key, x->head[h & (x->buckets - 1)]);
}
static void insert(relation *r, index_ *all, int *row) {
    if (find(all, row) >= 0) return;
    if (r->n == r->room) {
        r->room = r->room ? 2 * r->room : 1024;
        r->rows = realloc(r->rows, r->room * r->arity * sizeof(int));
    }
    memcpy(r->rows + r->n * r->arity, row, r->arity * sizeof(int));
    r->n++;
    extend(all, r->n);
}
static void load(relation *r, index_ *all, const char *path) {
    FILE *f = fopen(path, "r");
    int row[8];
    for (;;) {
        for (int i = 0; i < r->arity; i++) {
            int c = getc_unlocked(f), value = 0;
            if (c == EOF) { fclose(f); return; }
            for (; c >= '0'; c = getc_unlocked(f)) value = 10 * value + c - '0';
            row[i] = value;
        }
        insert(r, all, row);
    }
}
static double now(void) { struct timespec t; clock_gettime(CLOCK_MONOTONIC, &t); return t.tv_sec + 1e-9 * t.tv_nsec; }
"""


def c(case: Written) -> str:
    """The source of a program that reads .facts from its folder and prints seconds and counts as JSON."""
    made = scheme(case)
    lines = [RUNTIME]
    for name, arity in made.arity.items():
        everything = ", ".join(map(str, range(arity)))
        lines.append(f"static relation {name} = {{.arity = {arity}}};")
        lines.append(f"static index_ {name}_all = {{.k = {arity}, .columns = {{{everything}}}, .of = &{name}}};")
    for (name, columns), index in made.indexes.items():
        known = ", ".join(map(str, columns))
        lines.append(f"static index_ {index} = {{.k = {len(columns)}, .columns = {{{known}}}, .of = &{name}}};")
    lines += ["int main(void) {", "    double t0 = now();"]
    lines += [f'    load(&{name}, &{name}_all, "{name}.facts");' for name in case.arity]
    lines.append("    double t1 = now();")
    for predicates, once, again in made.strata:
        here = sorted(predicates)
        lines += [line for loops in once for line in _c_loops(loops, made)]
        if again:
            lines += [f"    long {name}_low = 0;" for name in here] + ["    for (;;) {"]
            lines += [f"    long {name}_high = {name}.n;" for name in here]
            lines += [f"    if ({' && '.join(f'{name}_low == {name}_high' for name in here)}) break;"]
            lines += [line for loops in again for line in _c_loops(loops, made)]
            lines += [f"    {name}_low = {name}_high;" for name in here] + ["    }"]
    counts = ", ".join(f'\\"{name}\\": %ld' for name in case.outputs)
    numbers = ", ".join(f"{name}.n" for name in case.outputs)
    lines.append(f'    printf("{{\\"load\\": %f, \\"evaluate\\": %f, \\"counts\\": {{{counts}}}}}\\n",')
    lines.append(f"           t1 - t0, now() - t1, {numbers});\n    return 0;\n}}")
    return "\n".join(lines) + "\n"


def _c_loops(loops: Loops, made: Scheme) -> Iterator[str]:
    for atom, columns in dict.fromkeys(_lookups(loops)):
        name = atom.predicate
        high = f"{name}_high" if loops.delta and _grows(made, loops, name) else f"{name}.n"
        yield f"    extend(&{made.indexes[name, columns]}, {high});"
    bound: set[str] = set()
    depth = 0
    for place, atom in enumerate(loops.atoms):
        columns = tuple(i for i, term in enumerate(atom.terms) if _known(term, bound))
        name, i, depth = atom.predicate, f"i{place}", depth + 1
        key = ", ".join(str(atom.terms[column]) for column in columns)
        if place and len(columns) == len(atom.terms):
            yield f"    if (find(&{name}_all, (int[]){{{key}}}) >= 0) {{"
            continue
        if place:
            index = made.indexes[name, columns]
            yield f"    int k{place}[] = {{{key}}};"
            yield f"    for (long {i} = find(&{index}, k{place}); {i} >= 0;"
            yield f"         {i} = matching(&{index}, k{place}, {index}.next[{i}])) {{"
        else:
            low, high = (f"{name}_low", f"{name}_high") if loops.delta else ("0", f"{name}.n")
            yield f"    for (long {i} = {low}; {i} < {high}; {i}++) {{"
        for column, term in enumerate(atom.terms):
            value = f"{name}.rows[{i} * {len(atom.terms)} + {column}]"
            if isinstance(term, Variable) and str(term) not in bound and column not in columns:
                bound.add(str(term))
                yield f"    int {term} = {value};"
            elif column not in columns:
                yield f"    if ({value} != {term}) continue;"
    for test in loops.tests:
        if isinstance(test, Comparison):
            test_ = f"{test.left} {'==' if test.operator == '=' else test.operator} {test.right}"
        else:
            atom = atoms_of(test.formula)[0].atom
            test_ = f"find(&{atom.predicate}_all, (int[]){{{', '.join(map(str, atom.terms))}}}) < 0"
        depth += 1
        yield f"    if ({test_}) {{"
    for place, (count, (atom, columns)) in enumerate(zip(loops.counts, _counts(loops), strict=True)):
        index, key = made.indexes[atom.predicate, columns], ", ".join(str(atom.terms[column]) for column in columns)
        yield f"    int {count.bound} = 0, c{place}[] = {{{key}}};"
        yield f"    for (long i = find(&{index}, c{place}); i >= 0; i = matching(&{index}, c{place}, {index}.next[i]))"
        yield f"        {count.bound}++;"
    head = loops.head
    yield f"    insert(&{head.predicate}, &{head.predicate}_all, (int[]){{{', '.join(map(str, head.terms))}}});"
    yield "    " + "}" * depth
