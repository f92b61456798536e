"""A Hypothesis strategy that draws whole programs: declarations, dated facts and stratified, safe rules."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date, timedelta

from hypothesis import strategies as st

DECLARATIONS = """\
event e(x).
event hit(x, y).
event alarm.
state on(x).
state link(x, y).
fixed mark(x).
fixed near(x, y).
fixed worth(x, n).
"""
EVENTS = {"e": 1, "hit": 2, "alarm": 0}
STATES = {"on": 1, "link": 2}
FIXED = {"mark": 1, "near": 2, "worth": 2}
CONSTANTS = ("a", "a", "b", "b", "c")
NUMBERS = ("-1", "1", "2", "3")
LAYERS = 4


@dataclass(frozen=True)
class Written:
    """A program as it is written: facts and rules one to a line, a rule as its head and its literals."""

    facts: tuple[str, ...]
    rules: tuple[tuple[str, tuple[str, ...]], ...]
    declarations: str = DECLARATIONS

    @property
    def text(self) -> str:
        rules = (f"{head} :- {', '.join(body)}." if body else f"{head}." for head, body in self.rules)
        return "\n".join((self.declarations, *(f"{fact}." for fact in self.facts), *rules))

    def later(self, days: int) -> Written:
        """The same program with every day in it moved."""

        def move(text: str) -> str:
            def moved(day: re.Match[str]) -> str:
                return (date.fromisoformat(day[0]) + timedelta(days)).isoformat()

            return re.sub(r"\d{4}-\d\d-\d\d", moved, text)

        rules = tuple((head, tuple(map(move, body))) for head, body in self.rules)
        return replace(self, facts=tuple(map(move, self.facts)), rules=rules)

    def __repr__(self) -> str:
        return f"'''\n{self.text}\n'''"


# ---------------------------------------------------------------- dates and facts


def day(number: int) -> str:
    """The day of that number, 1 to 30, as it is written."""
    return f"2016-06-{number:02}"


@st.composite
def _dates(draw: st.DrawFn, days: int, widest: int) -> str:
    """A day, or a bracket of `widest` days at most."""
    first = draw(st.integers(1, days))
    last = min(days, first + draw(st.integers(0, widest - 1)))
    return day(first) if first == last else f"[{day(first)}..{day(last)}]"


@st.composite
def _ranges(draw: st.DrawFn, days: int, widest: int) -> str:
    """A range of dates, of which either end may be open."""
    start, end = draw(_dates(days, widest)), draw(_dates(days, widest))
    if not _last(end) >= _first(start):
        start, end = end, start
    return draw(st.sampled_from((f"{start}..{end}", f"{start}..{end}", f"{start}..", f"..{end}")))


def _first(written: str) -> str:
    return str(re.findall(r"\d{4}-\d\d-\d\d", written)[0])


def _last(written: str) -> str:
    return str(re.findall(r"\d{4}-\d\d-\d\d", written)[-1])


@st.composite
def facts(draw: st.DrawFn, days: int, widest: int, most: int, months: bool) -> tuple[str, ...]:
    """Facts of every declared predicate, `most` dated ones at most."""
    written: list[str] = []
    constant = st.sampled_from(CONSTANTS)
    for _ in range(draw(st.integers(min(4, most), most))):
        predicate, arity = draw(st.sampled_from(tuple({**EVENTS, **STATES}.items())))
        kinds = [_dates(days, widest), _dates(days, widest)]
        if predicate in STATES:
            kinds += [_ranges(days, widest), _ranges(days, widest)]
        if months:
            kinds.append(st.sampled_from(("2016-06", "2016-06-03..2016-06", day(7))))
        when = draw(st.one_of(kinds))
        written.append(f"{predicate}({', '.join((*(draw(constant) for _ in range(arity)), when))})")
    for _ in range(draw(st.integers(2, 7))):
        predicate, arity = draw(st.sampled_from(tuple(FIXED.items())))
        last = draw(st.sampled_from(NUMBERS)) if predicate == "worth" else draw(constant)
        terms = [draw(constant), last] if arity == 2 else [draw(constant)]
        written.append(f"{predicate}({', '.join(terms)})")
    return tuple(dict.fromkeys(written))


# ---------------------------------------------------------------- rules


@dataclass
class _Rule:
    """A rule in the making: the variables that are bound so far."""

    draw: st.DrawFn
    lower: dict[str, int]
    bound: list[str]
    days: int

    def atom(self, pool: tuple[str, ...], fresh: tuple[str, ...] = (), dated: bool = False) -> str:
        """An atom of a lower predicate over bound and new variables, constants and `_`."""
        draw = self.draw
        predicate = draw(st.sampled_from([name for name in self.lower if not (dated and name in FIXED)]))
        rare = [draw(st.sampled_from(CONSTANTS)), "_"]
        choices = [*pool, *pool, *fresh, *fresh, *rare] if pool else [*fresh, *fresh, *fresh, *rare]
        return self.of(predicate, [draw(st.sampled_from(choices)) for _ in range(self.lower[predicate])])

    @staticmethod
    def of(predicate: str, terms: list[str]) -> str:
        return f"{predicate}({', '.join(terms)})" if terms else predicate

    def fresh(self) -> tuple[str, ...]:
        return tuple(v for v in ("X", "Y", "Z") if v not in self.bound)

    def during(self) -> str:
        if self.draw(st.integers(0, 9)):
            return ""
        return f" during {self.draw(st.one_of(_dates(self.days, 6), _ranges(self.days, 4)))}"

    def window(self, needed: bool = False) -> str:
        near, more = self.draw(st.integers(0, 3)), self.draw(st.integers(0, 4))
        choices = (f"[{near + more}]", f"[{near}..{near + more}]", *(() if needed else ("",)))
        return str(self.draw(st.sampled_from(choices)))

    def positive(self) -> str:
        """A literal that may bind variables."""
        draw = self.draw
        kinds = ("plain", "plain", "once", "always", "begins", "ends", "since", "not since")
        kind = draw(st.sampled_from(kinds))
        atom = self.atom(tuple(self.bound), self.fresh(), dated=kind != "plain")
        if kind.endswith("since"):
            self.bind(atom)
            left = self.atom(tuple(self.bound))
            return f"{'not ' if kind == 'not since' else ''}{left} since {atom}{self.during()}"
        self.bind(atom)
        operator = {"plain": "", "once": f"once{self.window()} ", "always": f"always{self.window(True)} "}
        return f"{operator.get(kind, kind + ' ')}{atom}{self.during()}"

    def bind(self, atom: str) -> None:
        self.bound += [v for v in dict.fromkeys(re.findall(r"\b[A-Z]\b", atom)) if v not in self.bound]

    def filter(self) -> str:
        """A literal that binds nothing."""
        draw = self.draw
        kinds = ("not", "not", "once", "always", "always not", "begins", "ends", "compare")
        kind = draw(st.sampled_from(kinds))
        if kind == "compare" and self.bound and draw(st.booleans()):
            one, other = st.sampled_from(self.bound), st.sampled_from((*self.bound, *CONSTANTS))
            return f"{draw(one)} != {draw(other)}"
        if kind == "compare":
            return f"{self.term()} {draw(st.sampled_from(('=', '!=', '<', '<=', '>', '>=')))} {self.term()}"
        atom = self.atom(tuple(self.bound))
        if kind == "always not":
            return f"always{self.window(True)} not {atom}{self.during()}"
        operator = {"not": "", "once": f"once{self.window()} ", "always": f"always{self.window(True)} "}
        return f"not {operator.get(kind, kind + ' ')}{atom}{self.during()}"

    def term(self) -> str:
        draw = self.draw
        leaf = st.sampled_from((*self.bound, *self.bound, *CONSTANTS, *NUMBERS))
        if draw(st.integers(0, 3)):
            return draw(leaf)
        return f"({draw(leaf)} {draw(st.sampled_from(('+', '-', '*', '/')))} {draw(leaf)})"

    def aggregate(self) -> str:
        """A count, sum, least or greatest over a lower predicate, compared with a bound or bound to `N`."""
        draw = self.draw
        function = draw(st.sampled_from(("count", "count", "sum", "min", "max")))
        body = ["worth(I, J)"] if function == "sum" and self.draw(st.integers(0, 1)) else []
        body.append(self.atom(tuple(self.bound), ("I", "J")))
        if draw(st.integers(0, 3)) == 0:
            body.append(self.atom(tuple(self.bound), ("I", "J")))
        if draw(st.integers(0, 3)) == 0:
            body[-1] = f"once{self.window()} {body[-1]}"
        inner = sorted(set(re.findall(r"\b[IJ]\b", " ".join(body))))
        if inner and draw(st.integers(0, 3)) == 0:
            body.append(f"not {self.atom(tuple(inner))}")
        first = "J" if function == "sum" and "J" in inner else None
        terms = [first] if first else [draw(st.sampled_from((*inner, *self.bound, "1", "2")))]
        if len(inner) > 0 and draw(st.booleans()):
            terms.append(draw(st.sampled_from(inner)))
        gathered = f"#{function}{{ {', '.join(terms)} : {', '.join(body)} }}"
        if "N" not in self.bound and draw(st.booleans()):
            self.bound.append("N")
            return f"N = {gathered}"
        return f"{gathered} {draw(st.sampled_from(('=', '!=', '<', '<=', '>', '>=')))} {self.term()}"

    def calculation(self) -> str:
        self.bound.append("M")
        leaf = st.sampled_from((*[v for v in self.bound if v != "M"], *NUMBERS))
        term = f"{self.draw(leaf)} {self.draw(st.sampled_from(('+', '-', '*', '/')))} {self.draw(leaf)}"
        return f"M = {term}" if self.draw(st.booleans()) else f"{term} = M"


Rules = tuple[tuple[str, tuple[str, ...]], ...]


@st.composite
def knots(draw: st.DrawFn, lower: dict[str, int], mine: dict[str, int], days: int) -> Rules:
    """Rules that need each other, each with several recursive literals, over a base that is not empty."""
    written: list[tuple[str, tuple[str, ...]]] = []
    for head, arity in mine.items():
        base = draw(st.sampled_from([name for name, its in lower.items() if its >= arity]))
        places = ["X", "Y", "_"][: lower[base]]
        written.append((_Rule.of(head, draw(st.permutations(places[:arity]))), (_Rule.of(base, places),)))
    for _ in range(draw(st.integers(2, 4))):
        head = draw(st.sampled_from(tuple(mine)))
        rule = _Rule(draw, mine, [], days)
        body: list[str] = []
        for _ in range(draw(st.integers(2, 3))):
            body.append(rule.atom(tuple(rule.bound), rule.fresh()))
            rule.bind(body[-1])
        rule.lower = lower
        if draw(st.booleans()):
            body.append(rule.positive())
        terms = [draw(st.sampled_from((*rule.bound, *rule.bound, "a"))) for _ in range(mine[head])]
        written.append((rule.of(head, terms), tuple(draw(st.permutations(body)))))
    return tuple(written)


@st.composite
def rules(draw: st.DrawFn, days: int, most: int, aggregates: bool) -> Rules:
    """Rules in layers: a layer reads those below it in any way, and itself in plain positive literals alone."""
    lower = {**EVENTS, **STATES, **FIXED}
    written: list[tuple[str, tuple[str, ...]]] = []
    for layer in range(1, draw(st.integers(2, LAYERS)) + 1):
        mine = {f"p{layer}": draw(st.integers(0, 2)), f"q{layer}": draw(st.integers(1, 2))}
        knotted = draw(st.integers(0, 3)) == 0
        if knotted:
            written += draw(knots(lower, mine, days))
        for _ in range(0 if knotted else draw(st.integers(1, most))):
            head = draw(st.sampled_from(tuple(mine)))
            rule = _Rule(draw, lower, [], days)
            recursive = draw(st.integers(0, 2)) == 0
            body = [rule.positive() for _ in range(1 if recursive else draw(st.integers(1, 2)))]
            if recursive:
                rule.lower = mine
                for _ in range(draw(st.integers(1, 2))):
                    atom = rule.atom(tuple(rule.bound), rule.fresh())
                    rule.bind(atom)
                    body.append(atom + rule.during())
                rule.lower = lower
            if draw(st.integers(0, 2)) == 0:
                body.append(rule.filter())
            if aggregates and draw(st.integers(0, 3)) == 0:
                body.append(rule.aggregate())
            if not recursive and draw(st.integers(0, 4)) == 0:
                body.append(rule.calculation())
            if draw(st.integers(0, 3)) == 0:
                body.append(rule.filter())
            constants = (draw(st.sampled_from(CONSTANTS)),)
            terms = [draw(st.sampled_from((*rule.bound, *rule.bound, *constants))) for _ in range(mine[head])]
            written.append((rule.of(head, terms), tuple(draw(st.permutations(body)))))
        while empty := {name for name in mine if not _derived(name, written)}:
            kept = [rule for rule in written if not empty & set(re.findall(r"\w+", " ".join(rule[1])))]
            if kept == written:
                break
            written = kept
        lower = {**lower, **{name: arity for name, arity in mine.items() if _derived(name, written)}}
        if layer == 1 and draw(st.integers(0, 3)) == 0:
            # Arithmetic in recursion, within bounds.
            written.append(("n1(X, 0)", ("on(X)",)))
            dated = draw(st.sampled_from(("on(X)", "e(X)")))
            written.append(("n1(X, M)", ("n1(X, N)", "N < 3", "M = N + 1", dated)))
            lower = {**lower, "n1": 2}
    return tuple(written)


def _derived(name: str, written: list[tuple[str, tuple[str, ...]]]) -> bool:
    return any(re.match(rf"{name}\b", head) for head, _ in written)


@st.composite
def programs(
    draw: st.DrawFn,
    days: int = 16,
    widest: int = 5,
    most_facts: int = 8,
    most_rules: int = 3,
    months: bool = True,
    aggregates: bool = True,
) -> Written:
    """Whole programs: declarations, dated facts, and rules in strata that use all of the language.

    Dates lie in the first `days` of a June, and are exact where `widest` is 1 and there are no `months`. The `text` of
    a program is for engines and tools to agree on. It has no errors, but for names in arithmetic (R216), which have no
    value.

    >>> from reasoner.strategies import programs
    >>> print(programs(aggregates=False).example().text)  # doctest: +SKIP
    """
    given = draw(facts(days, widest, most_facts, months))
    return Written(given, draw(rules(days, most_rules, aggregates)))
