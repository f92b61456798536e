"""What a rule negates, aggregates or looks back at is known before it: no cycle goes through such a step."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterator

from reasoner.check.dependencies import Need, components, needs
from reasoner.diagnostic import Diagnostic, Label
from reasoner.syntax.tree import Rule
from reasoner.syntax.vocabulary import Vocabulary

_WHY = {
    "not": "depends on its own absence",
    "once": "depends on its own past",
    "always": "depends on its own past",
    "since": "depends on its own past",
    "begins": "depends on its own beginning",
    "ends": "depends on its own end",
}


def unstratified_rules(vocabulary: Vocabulary) -> Iterator[Diagnostic]:
    """R301. One message for each knot of predicates: the shortest cycle through its first strict step."""
    found = needs(vocabulary.program.of(Rule))
    steps: dict[str, list[Need]] = defaultdict(list)
    for need in found:
        steps[need.head].append(need)
    graph = {head: [need.body for need in used] for head, used in steps.items()}
    knots = {predicate: number for number, knot in enumerate(components(graph)) for predicate in knot}
    told: set[int] = set()
    for need in found:
        knot = knots[need.head]
        if need.strict and knots.get(need.body) == knot and knot not in told:
            told.add(knot)
            yield _message((need, *_way(need.body, need.head, steps)))


def _way(start: str, goal: str, steps: dict[str, list[Need]]) -> tuple[Need, ...]:
    """The fewest steps from one predicate to another that it needs."""
    before: dict[str, Need | None] = {start: None}
    waiting = deque([start])
    while goal not in before:
        for need in steps[waiting.popleft()]:
            if need.body in steps and need.body not in before:
                before[need.body] = need
                waiting.append(need.body)
    way: list[Need] = []
    while (step := before[goal]) is not None:
        way.append(step)
        goal = step.head
    return tuple(reversed(way))


def _message(cycle: tuple[Need, ...]) -> Diagnostic:
    strict = cycle[0]
    why = _WHY.get(strict.strict, f"depends on a {strict.strict} of itself")
    first = Label(strict.at, f"`{strict.head}` needs {_step(strict)}, which must be known first") if strict.at else None
    others = tuple(Label(need.at, f"`{need.head}` needs {_step(need)}") for need in cycle[1:] if need.at)
    way = " -> ".join((strict.head, *(_step(need).replace("`", "") for need in cycle)))
    return Diagnostic(
        "R301",
        "error",
        f"`{strict.head}` {why}",
        (first, *others) if first else others,
        (f"the cycle: {way}",),
        "take one step of the cycle from facts or from predicates outside it",
    )


def _step(need: Need) -> str:
    if not need.strict:
        return f"`{need.body}`"
    return f"{need.strict}{' of' if need.strict[0] == '#' else ''} `{need.body}`"
