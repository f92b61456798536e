"""Relations that grow: runs that merge geometrically, and which rows are there already."""

from __future__ import annotations

from functools import reduce

import numpy as np

from reasoner.engine.tables import index
from reasoner.engine.tables.codes import Ints, Mask
from reasoner.engine.tables.index import Once, among, different
from reasoner.engine.tables.layout import Layout
from reasoner.engine.tables.sets import Sets, either
from reasoner.engine.tables.table import Table

SMALL = 64  # rows below which each is taken to have values of its own


class Relation:
    """What is known of a predicate: what is recent, and older runs of rows, each at least twice as long as the next."""

    def __init__(self, layout: Layout, sets: Sets | None = None) -> None:
        self.layout = layout
        self.older = [sets] if sets is not None and sets else []
        self.recent: Sets | None = None
        self.joined = True  # whether rules read what is known of it, and not its changes alone
        self.timeless = all(run.timeless for run in self.older)  # every row holds on every day
        self._once = Once(layout.size)
        self.seen: Mask | None = None  # for each key whether it is there, where keys are dense

    def __len__(self) -> int:
        return sum(len(run.possible) for run in self.runs)

    @property
    def runs(self) -> list[Sets]:
        """The older runs and the recent one."""
        return self.older if self.recent is None else [*self.older, self.recent]

    @property
    def sets(self) -> Sets:
        """All runs as one, in order."""
        if len(self.runs) != 1 or self.seen is not None:
            self.older, self.recent = [self._whole()], None
        return self.runs[0]

    def different(self, place: int) -> int:
        """How many different values a column has; of what is still growing, at most as many as there are rows."""
        if len(self.runs) != 1 or len(self) < SMALL:
            return max(len(self), 1)
        sets = self.runs[0]
        if place not in sets.different:
            column = sets.layout.column(sets.possible.key, place)
            sets.different[place] = max(len(different(column, sets.layout.bits[place])), 1)
        return sets.different[place]

    def fresh(self, parts: list[Sets]) -> Sets:
        """What the parts say that is not known yet, coalesced."""
        if self.timeless and all(part.timeless for part in parts):
            return Sets.exactly(Table(self.layout, self._unseen([part.certain.key for part in parts])))
        if self.timeless:
            self.older, self.recent = [self._whole()], None
            self.timeless, self.seen = False, None
        return reduce(Sets.beyond, self.runs, either(*parts))

    def add(self, fresh: Sets | None) -> None:
        """What is fresh becomes recent, and what was recent older.

        Two runs merge when the newer is half as long as the older: each row takes part in few merges.
        """
        if self.recent:
            self.older.append(self.recent)
            searched = self.joined or self.seen is None
            while searched and len(self.older) > 1 and 2 * len(self.older[-1].possible) >= len(self.older[-2].possible):
                self.older[-2:] = [either(*self.older[-2:])]
        self.recent = fresh or None
        if fresh and self.seen is not None:
            self.seen[fresh.certain.key] = True

    def _whole(self) -> Sets:
        if self.seen is not None:
            return Sets.exactly(Table(self.layout, np.flatnonzero(self.seen)))
        return either(*self.runs) if self.runs else Sets.empty(self.layout)

    def _unseen(self, parts: list[Ints]) -> Ints:
        """The keys that no run has, where all hold on every day; in no order where an array tells what is there."""
        if self.seen is None and self._dense(sum(map(len, parts))):
            self.seen = np.zeros(1 << self.layout.size, np.bool_)
            for run in self.runs:
                self.seen[run.certain.key] = True
        if self.seen is not None:
            return self._once.each(np.concatenate([part[~self.seen[part]] for part in parts]))
        keys = different(np.concatenate(parts), self.layout.size)
        for there in (run.certain.key for run in self.runs):
            keys = keys[~among(keys, there)]
        return keys

    def _dense(self, more: int) -> bool:
        """Whether there are so many rows, or so few keys, that an array over all keys is worth its room."""
        bits = self.layout.size
        if not index.DENSE or self.layout.wide:
            return False
        return bits <= index.DENSE or index.dense(bits, len(self) + more)
