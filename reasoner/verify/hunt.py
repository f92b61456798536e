"""The hunt for a fact base that breaks an invariant: drawn by Hypothesis, run on the engine, shrunk to the smallest.

What an invariant forbids can be the fault of the rules or of the facts. One that reads an event or state that no rule
derives is a constraint on facts, for anybody may state that: allies are not enemies. So is one that reads the map
alone: no place is part of itself. Fact bases that break such a constraint contradict themselves, and are thrown away.
Every other invariant is the rules' to keep whatever the facts, and is hunted. Either is broken where its body holds on
some day for certain, whatever uncertain dates turn out to be.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random
from time import monotonic
from unittest import SkipTest

from hypothesis import HealthCheck, Phase, Verbosity, given, settings
from hypothesis.database import DirectoryBasedExampleDatabase, InMemoryExampleDatabase, MultiplexedDatabase

from reasoner.engine.model import Model
from reasoner.syntax.tree import Invariant, Rule
from reasoner.syntax.vocabulary import Vocabulary
from reasoner.verify.factbases import fact_bases
from reasoner.verify.invariants import of_facts
from reasoner.verify.worlds import FactBase, Worlds

CORPUS = Path(".reasoner") / "verify"  # where failures are remembered, below the working directory
SECONDS = 60.0
BATCH = 100  # fact bases in one evaluation
ENTROPY = 2_000  # random bytes for a fact base, which seldom needs half of them
SHRINKING = 15.0  # seconds, after which the smallest so far is good enough

Progress = Callable[[int, int], object]


@dataclass(frozen=True)
class Finding:
    """An invariant, and the smallest fact base found that breaks it."""

    invariant: Invariant
    base: FactBase
    remembered: bool  # whether an earlier run had found it


@dataclass(frozen=True)
class Report:
    """What a hunt found, and how far it reached.

    `fired` counts for each rule the fact bases in which it derived something, at least possibly. `close` counts for
    each invariant that was hunted those in which all literals of its body but one held together, on some day for
    certain; of a body that is a single atom, those in which its predicate held of anything.
    """

    finding: Finding | None
    others: tuple[Invariant, ...]  # broken as well, and not shrunk
    drawn: int
    discarded: int  # of those drawn, because their facts contradict each other
    constraints: tuple[Invariant, ...]  # which say when facts do
    fired: Mapping[Rule, int]
    close: Mapping[Invariant, int]
    seed: int
    seconds: float
    corpus: Path

    @property
    def silent(self) -> tuple[Rule, ...]:
        """The rules that never fired."""
        return tuple(rule for rule, times in self.fired.items() if not times)

    @property
    def distant(self) -> tuple[Invariant, ...]:
        """The invariants that nothing ever came close to breaking."""
        return tuple(never for never, times in self.close.items() if not times)


class _BrokenError(Exception):
    """What Hypothesis is told of a fact base that breaks the invariant it is to shrink for."""


class _Enough(BaseException):
    """Ends the shrinking: Hypothesis passes on what is no `Exception`."""


def hunt(
    vocabulary: Vocabulary,
    *,
    seconds: float = SECONDS,
    examples: int | None = None,
    seed: int | None = None,
    corpus: Path = CORPUS,
    progress: Progress | None = None,
) -> Report:
    """Hunts until something is found, or for so many seconds or fact bases. Facts of the program hold in each of them.

    `progress` is told how many tenths of seconds have passed, or fact bases been drawn, and of how many.
    """
    return _Hunt(vocabulary, seed if seed is not None else Random().randrange(2**32), corpus).run(
        seconds, examples, progress or (lambda done, total: None)
    )


class _Hunt:
    def __init__(self, vocabulary: Vocabulary, seed: int, corpus: Path) -> None:
        self.worlds = Worlds(vocabulary)
        self.seed, self.corpus = seed, corpus
        numbers = range(len(self.worlds.invariants))
        self.constraints = [n for n in numbers if of_facts(self.worlds.invariants[n], vocabulary)]
        self.hunted = [n for n in numbers if n not in self.constraints]
        self.drawn = self.discarded = 0
        self.fired: Counter[int] = Counter()
        self.close: Counter[int] = Counter()
        self.batch: list[FactBase] | None = None  # where fact bases are only collected
        self.prey: int | None = None  # the invariant that is shrunk for
        self.broken: dict[FactBase, bool] = {}
        self.smallest = FactBase(())
        self.until = 0.0
        # What cannot be written to the folder is kept for this run at least.
        self.memory = MultiplexedDatabase(InMemoryExampleDatabase(), DirectoryBasedExampleDatabase(corpus))

        @settings(
            database=self.memory, phases=(Phase.reuse, Phase.shrink), deadline=None, verbosity=Verbosity.quiet,
            suppress_health_check=list(HealthCheck), report_multiple_bugs=False, print_blob=False,
        )  # fmt: skip
        @given(fact_bases(vocabulary))
        def verify(base: FactBase) -> None:
            self._try(base)

        self.verify = verify
        self.draw: Callable[[bytes], object] = verify.hypothesis.fuzz_one_input  # type: ignore[attr-defined]

    def run(self, seconds: float, examples: int | None, progress: Progress) -> Report:
        """The corpus first, then whatever is drawn."""
        start = monotonic()
        others: tuple[int, ...] = ()
        finding = self._shrunk(remembered=True)
        random = Random(self.seed)
        while finding is None and self.hunted:
            spent = monotonic() - start
            if spent >= seconds or (examples is not None and self.drawn >= examples):
                break
            progress(*((self.drawn, examples) if examples is not None else (int(spent * 10), int(seconds * 10))))
            size = BATCH if self.drawn else BATCH // 4
            self.batch, entropy = [], []
            while len(self.batch) < min(size, (examples or size + self.drawn) - self.drawn):
                entropy.append(random.randbytes(ENTROPY))
                before = len(self.batch)
                self.draw(entropy[-1])
                if len(self.batch) == before:
                    entropy.pop()  # which did not suffice
            bases, self.batch = self.batch, None
            found = self._judge(bases)
            if found:
                first = min(never for _, never in found)
                others = tuple(sorted({never for _, never in found} - {first}))
                world = min((world for world, never in found if never == first), key=lambda w: len(bases[w].facts))
                finding = self._caught(first, bases[world], entropy[world])
        return Report(
            finding,
            tuple(self.worlds.invariants[n] for n in others),
            self.drawn,
            self.discarded,
            tuple(self.worlds.invariants[n] for n in self.constraints),
            {rule: self.fired[n] for n, rule in enumerate(self.worlds.rules)},
            {self.worlds.invariants[n]: self.close[n] for n in self.hunted},
            self.seed,
            monotonic() - start,
            self.corpus,
        )

    def _judge(self, bases: list[FactBase]) -> list[tuple[int, int]]:
        """The worlds that break an invariant, with its number; how far the others came is counted."""
        model = self.worlds.evaluate(bases)
        foul = self._foul(model)
        self.drawn += len(bases)
        self.discarded += len(foul)
        for number in range(len(self.worlds.rules)):
            self.fired[number] += len(_worlds(model, f"#fired{number}", certain=False) - foul)
        for number in self.hunted:
            self.close[number] += len(_worlds(model, f"#close{number}") - foul)
        return [(world, n) for n in self.hunted for world in sorted(_worlds(model, f"#never{n}") - foul)]

    def _foul(self, model: Model) -> set[int]:
        """The worlds whose facts contradict each other."""
        return {world for n in self.constraints for world in _worlds(model, f"#never{n}")}

    # ---------------------------------------------------------------- shrinking

    def _caught(self, never: int, base: FactBase, entropy: bytes) -> Finding:
        """Hypothesis keeps the fact base in its database, and shrinks it from there."""
        self.prey, self.broken, self.smallest = never, {base: True}, base
        self.until = monotonic() + SHRINKING
        with suppress(_BrokenError):
            self.draw(entropy)
        return self._shrunk(remembered=False) or Finding(self.worlds.invariants[never], self._needed(base), False)

    def _shrunk(self, remembered: bool) -> Finding | None:
        """What the database remembers, shrunk; None where it breaks nothing any more."""
        self.until = monotonic() + SHRINKING
        try:
            self.verify()
        except SkipTest:  # there is nothing to remember
            return None
        except (_BrokenError, _Enough):
            assert self.prey is not None
            return Finding(self.worlds.invariants[self.prey], self._needed(self.smallest), remembered)
        return None

    def _needed(self, base: FactBase) -> FactBase:
        """The fact base without facts that it can do without: few, but where shrinking ran out of time."""
        while base.facts:
            fewer = [replace(base, facts=(*base.facts[:n], *base.facts[n + 1 :])) for n in range(len(base.facts))]
            model = self.worlds.evaluate(fewer, self._asked(self.prey))
            breaking = sorted(_worlds(model, f"#never{self.prey}") - self._foul(model))
            if not breaking:
                break
            base = fewer[breaking[0]]
        return base

    def _asked(self, *invariants: int | None) -> frozenset[str]:
        return frozenset(f"#never{n}" for n in (*invariants, *self.constraints))

    def _try(self, base: FactBase) -> None:
        """What Hypothesis runs: collects the fact base, or raises where it breaks the invariant."""
        if self.batch is not None:
            self.batch.append(base)
            return
        if base not in self.broken:
            if monotonic() > self.until and self.prey is not None:
                raise _Enough
            self.broken[base] = self._breaks(base)
        if self.broken[base]:
            self.smallest = base
            raise _BrokenError

    def _breaks(self, base: FactBase) -> bool:
        wanted = self.hunted if self.prey is None else [self.prey]
        model = self.worlds.evaluate([base], self._asked(*wanted))
        found = [n for n in wanted if _worlds(model, f"#never{n}")]
        if not found or self._foul(model):
            return False
        self.prey = found[0]
        return True


def _worlds(model: Model, predicate: str, certain: bool = True) -> set[int]:
    """The worlds in which something holds, for certain or at least possibly."""
    return {
        world
        for (world,), truth in model.rows(predicate).items()
        if isinstance(world, int) and (truth.certain if certain else truth.possible)
    }
