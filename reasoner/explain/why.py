"""Finds a best proof of an answer on a day: the surest, on the fewest assumptions, then the shortest.

The ground rule instances that the answer may rest on are gathered backwards from it, each true in the model on the day
it is needed; then the cheapest way to each node is settled, cheapest first: Knuth's generalisation of Dijkstra's
algorithm to and/or graphs (1977). They are gathered only as far as a proof of so many steps can reach, a number that
grows until no longer proof can be cheaper, so that the cost follows the proof and not the model. A node is built after
all that it rests on, so that no proof has a cycle and nothing here calls itself, but for what a time operator looks
back on, which is known before. What is the best for one answer serves the next.

What explains the absences in a proof is added when it is found: it has no weight in the search.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from heapq import heappop, heappush
from itertools import count
from types import MappingProxyType

from reasoner.engine.model import Model
from reasoner.evidence.claim import Claim
from reasoner.evidence.store import Store
from reasoner.explain.checker import Checker
from reasoner.explain.obstacles import Obstacles
from reasoner.explain.proof import Absent, Derived, Given, Proof, Stated, walk
from reasoner.explain.ways import Binding, Goal, Mode, Need, Ways
from reasoner.plan.demand import Places
from reasoner.plan.plan import Plan
from reasoner.plan.rules import PlannedRule
from reasoner.term import Atom, Row, Value, unify
from reasoner.when import Day, Days, Interval, Truth

Cost = tuple[int, int, int]  # uncertain steps, assumptions and analysts' words, size
SHORT = 8  # the steps of the proofs that are looked for first


@dataclass(frozen=True)
class Instance:
    """One way to a goal: a leaf, or a rule with its goals and the absences it needs."""

    leaf: Proof | None = None
    rule: PlannedRule | None = None
    binding: tuple[tuple[str, Value], ...] = ()
    needs: tuple[Need, ...] = ()
    cost: Cost = (0, 0, 1)


class Prover:
    """Explains what a model says, from the rules and claims that it was made of; `without` are claims not to rest on.

    With a checker every proof is checked before it is handed out. Of a model that was narrowed to a question, `places`
    say what was asked for.
    """

    def __init__(
        self,
        plan: Plan,
        store: Store,
        model: Model,
        checker: Checker | None = None,
        without: frozenset[Claim] = frozenset(),
        places: Places = MappingProxyType({}),
    ) -> None:
        self.plan, self.store, self.model, self.places = plan, store, model, places
        self.checker, self.without = checker, without
        self.rules = plan.rules
        self._ways = Ways(model, self._cover)
        self._settled: dict[Goal, tuple[Cost, Proof]] = {}
        self._hopeless: set[Goal] = set()
        self._known: dict[Goal, tuple[Instance, ...]] = {}
        self._obstacles = Obstacles(model, self.rules, self._ways, places)
        self._absent: dict[tuple[object, ...], Absent] = {}
        self._whole: dict[Proof, Proof] = {}

    def prove(self, predicate: str, row: Row, day: Day) -> Proof | None:
        """A best proof that the row holds on that day, certainly or possibly; None where it does not."""
        if day not in self.model.truth(predicate, row).possible:
            return None
        found = self._prove(self._goal(predicate, row, day))
        if found is None:
            return None
        whole = self._explained(found)
        if self.checker is not None:
            self.checker.accept(whole)
        return whole

    def _goal(self, predicate: str, row: Row, day: Day) -> Goal:
        sure = day in self.model.truth(predicate, row).certain
        return Goal(predicate, row, "certain" if sure else "possible", day, day)

    def several(self, predicate: str, row: Row, day: Day, most: int) -> tuple[Proof, ...]:
        """The best proofs that rest on different claims: each next one does without some claim of those before it."""
        waiting: list[tuple[Cost, int, Proof, frozenset[Claim]]] = []
        number = count()
        tried: set[frozenset[Claim]] = set()
        found: dict[frozenset[Claim], Proof] = {}

        def search(without: frozenset[Claim]) -> None:
            if without in tried:
                return
            tried.add(without)
            prover = Prover(self.plan, self.store, self.model, self.checker, without, self.places)
            proof = prover.prove(predicate, row, day)
            if proof is not None:
                cost, _ = prover._settled[self._goal(predicate, row, day)]
                heappush(waiting, (cost, next(number), proof, without))

        search(self.without)
        while waiting:
            _, _, proof, without = heappop(waiting)
            leaves = dict.fromkeys(node.claim for node in walk(proof, absences=False) if isinstance(node, Stated))
            found.setdefault(frozenset(leaves), proof)
            if len(found) == most:
                break
            for leaf in leaves:
                search(without | {leaf})
        return tuple(found.values())

    # ---------------------------------------------------------------- gathering what may be needed

    def _prove(self, goal: Goal) -> Proof | None:
        if goal not in self._settled and goal not in self._hopeless:
            self._search(goal)
        return self._settled[goal][1] if goal in self._settled else None

    def _search(self, goal: Goal) -> None:
        """Settles a goal and what its best proof rests on; what has no proof at all is hopeless."""
        ways: list[tuple[Goal, Instance]] = []
        number, size = count(), SHORT
        reached: set[Goal] = set()
        edge = [(1, next(number), goal)]  # how many steps a proof has at least that rests on the goal
        while True:
            while edge and edge[0][0] <= size:
                least, _, current = heappop(edge)
                if current not in reached:
                    reached.add(current)
                    for instance in self._instances(current):
                        ways.append((current, instance))
                        needs = [need for need in instance.needs if isinstance(need, Goal)]
                        for need in needs:
                            if need not in reached and need not in self._settled:
                                heappush(edge, (least + len(needs), next(number), need))
            best = self._settle(ways)
            if not edge:
                self._hopeless |= reached - best.keys()
                break
            unsure, own, steps = best[goal][0] if goal in best else (0, 0, 0)
            if 0 < steps <= size and own == 0 and unsure == (goal.mode == "possible"):
                best = _needed(goal, best)
                break
            size = steps if steps > size else 2 * size
        for one, (cost, instance) in best.items():
            self._settled[one] = cost, self._build(one, instance)

    def _instances(self, goal: Goal) -> tuple[Instance, ...]:
        if goal not in self._known:
            self._known[goal] = tuple(self._instances_of(goal))
        return self._known[goal]

    def _instances_of(self, goal: Goal) -> Iterator[Instance]:
        predicate, row, mode, first, day = goal
        on, window = self._placed(goal)
        stated = self.store.claims.get((predicate, row), ())
        for claim in stated:
            if claim not in self.without and _says(claim.truth, mode, first, day):
                unsure = 1 if mode == "possible" else 0
                own_word = claim.evidence.is_analyst if claim.evidence else self.store.cites
                cost = (unsure, len(claim.assumptions) + own_word, 1)
                yield Instance(Stated(predicate, row, on, claim, (), mode != "possible", window), cost=cost)
        if not stated and row in self.store.facts.get(predicate, {}):
            yield Instance(Given(predicate, row, on, (), mode != "possible", window))
        for rule in self.rules.get(predicate, ()):
            binding = unify(rule.head, row, {})
            if binding is not None:
                for found, needs, unsure in self._ways.body(rule.body, binding, goal):
                    yield Instance(None, rule, tuple(found.items()), needs, (unsure, 0, 1))

    def _placed(self, goal: Goal) -> tuple[Day, Interval | None]:
        """The day that a node is told of, and its window: of a window its last day on which it may be."""
        if goal.mode != "window":
            return goal.day, None
        inside = self.model.truth(goal.predicate, goal.row).possible & Days.of([(goal.first, goal.day + 1)])
        return inside.intervals[-1][1] - 1, (goal.first, goal.day)

    def _cover(self, atom: Atom, binding: Binding, first: Day, last: Day, mode: Mode) -> tuple[Goal, ...] | None:
        """The goals, already settled, by which an atom holds on each of some days; the latest of them first."""
        goals: list[Goal] = []
        day = last
        while day >= first:
            for _, row in self._ways.rows(atom, binding):
                truth = self.model.truth(atom.predicate, row)
                sure = day in truth.certain
                if sure or (mode == "possible" and day in truth.possible):
                    goal = Goal(atom.predicate, row, "certain" if sure else "possible", day, day)
                    proof = self._prove(goal)
                    if proof is not None:
                        goals.append(goal)
                        day = self._reach(proof, day) - 1
                        break
            else:
                return None
        return tuple(goals)

    def _reach(self, proof: Proof, day: Day) -> Day:
        """How far back a proof holds of itself."""
        if self.checker is not None:
            held = self.checker.shown(proof, throughout=True)
            days = held.certain if proof.certain else held.perhaps
        elif isinstance(proof, Stated):
            days = proof.claim.truth.certain if proof.certain else proof.claim.truth.possible
        else:
            return day
        run = days.run(day)
        return run[0] if run else day

    # ---------------------------------------------------------------- settling the best

    def _settle(self, ways: list[tuple[Goal, Instance]]) -> dict[Goal, tuple[Cost, Instance]]:
        """The cheapest of these ways to each goal, cheapest first; a way is ready when all its goals are settled."""
        best: dict[Goal, tuple[Cost, Instance]] = {}
        waiting: dict[Goal, list[int]] = {}
        lacking = []
        ready: list[tuple[Cost, int]] = []

        def total(instance: Instance) -> Cost:
            goals = (need for need in instance.needs if isinstance(need, Goal))
            costs = (best[goal][0] if goal in best else self._settled[goal][0] for goal in goals)
            unsure, own, size = zip(instance.cost, *costs, strict=True)
            return sum(unsure), sum(own), sum(size)

        for number, (_, instance) in enumerate(ways):
            goals = {g for g in instance.needs if isinstance(g, Goal) and g not in self._settled}
            lacking.append(len(goals))
            for goal in goals:
                waiting.setdefault(goal, []).append(number)
            if not goals:
                heappush(ready, (total(instance), number))
        while ready:
            cost, number = heappop(ready)
            goal, instance = ways[number]
            if goal in best:
                continue
            best[goal] = cost, instance
            for other in waiting.pop(goal, ()):
                lacking[other] -= 1
                if not lacking[other]:
                    heappush(ready, (total(ways[other][1]), other))
        return best

    def _build(self, goal: Goal, instance: Instance) -> Proof:
        if instance.leaf is not None:
            return instance.leaf
        assert instance.rule is not None
        premises = dict.fromkeys(self._one(n) if isinstance(n, Absent) else self._settled[n][1] for n in instance.needs)
        day, window = self._placed(goal)
        return Derived(
            goal.predicate, goal.row, day, instance.rule.rule, instance.binding, tuple(premises),
            goal.mode != "possible", window,
        )  # fmt: skip

    def _one(self, node: Absent) -> Absent:
        """What says the same is one node."""
        return self._absent.setdefault((node.predicate, node.row, node.first, node.day, node.certain), node)

    # ---------------------------------------------------------------- explaining what is absent

    def _explained(self, proof: Proof) -> Proof:
        """The proof with what stands in the way of what is absent in it."""
        waiting = [proof]
        while waiting:
            node = waiting[-1]
            lower = [premise for premise in node.premises if premise not in self._whole]
            if lower:
                waiting.extend(lower)
                continue
            waiting.pop()
            premises = tuple(self._whole[premise] for premise in node.premises)
            if isinstance(node, Absent):
                self._whole[node] = self._absence(node)
            else:
                self._whole[node] = node if premises == node.premises else replace(node, premises=premises)
        return self._whole[proof]

    def _absence(self, node: Absent) -> Absent:
        """What explains one surely absent on a single day; on others each day may have its own reason."""
        if not node.certain or node.first != node.day:
            return node
        goals, more = self._obstacles.against(node.predicate, node.row, node.day)
        proofs = (self._prove(goal) for goal in goals)
        premises = tuple(proof for proof in proofs if proof is not None)
        return replace(node, premises=premises, more=more) if premises else node


def _needed(goal: Goal, best: dict[Goal, tuple[Cost, Instance]]) -> dict[Goal, tuple[Cost, Instance]]:
    """What a goal rests on, each after what it rests on itself: only of this it is known that there is no better."""
    needed, waiting = {goal}, [goal]
    while waiting:
        more = {n for n in best[waiting.pop()][1].needs if n in best} - needed
        needed |= more
        waiting += more
    return {one: found for one, found in best.items() if one in needed}


def _says(truth: Truth, mode: Mode, first: Day, day: Day) -> bool:
    """Whether a claim is enough for a goal."""
    if mode == "window":
        span = Days.of([(first, day + 1)])
        return bool(truth.certain & span) or any(first <= a and b <= day for a, b in truth.windows)
    return day in (truth.certain if mode == "certain" else truth.possible)
