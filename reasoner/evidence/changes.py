"""Successive maps: of the reports of each day those that say something new, and who is no longer shown."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from reasoner.diagnostic import Problems, did_you_mean, error
from reasoner.evidence.claim_table import ClaimTable
from reasoner.evidence.columns import identify, numbered
from reasoner.evidence.mapping import TableMapping, Template
from reasoner.evidence.readers import Batch
from reasoner.syntax.vocabulary import Vocabulary

if TYPE_CHECKING:
    import numpy.typing as npt

    from reasoner.evidence.columns import Ints

    Mask = npt.NDArray[np.bool_]
    Values = tuple[Ints, Ints]  # how many each row has, and all of them


def check(mapping: TableMapping, vocabulary: Vocabulary) -> None:
    """R435. Changes are those of one event, which no other fact of the table can bring about. Raises Problems."""
    known = vocabulary.declarations
    lasting = [one for one in mapping.templates if one.predicate in known and known[one.predicate].kind != "fixed"]
    for one in mapping.templates:
        if not one.changes or one.predicate not in known:
            continue
        told = f"the changes of `{one.predicate}` cannot be told"
        if known[one.predicate].kind != "event" or not mapping.dating.start:
            remedy = "they are those of an event with its day: write [date] and its start column"
            raise Problems([error("R435", told, one.origin, help=remedy)])
        if len(lasting) > 1:
            remedy = "import the other facts that are not fixed by a mapping of their own"
            raise Problems([error("R435", f"{told} beside other facts that come and go", one.origin, help=remedy)])
        names = {parameter.name for parameter in vocabulary.parameters(one.predicate)}
        left = known.get(one.left) if one.left else None
        if one.left and (left is None or left.kind != "event" or {p.name for p in left.parameters} != names):
            remedy = (did_you_mean(one.left, known) if left is None else "") or 'as in left = "withdraw"'
            given = f"`{one.left}` is no event with the arguments of `{one.predicate}`"
            raise Problems([error("R435", given, one.origin, help=remedy)])


@dataclass(frozen=True, eq=False)
class Told:
    """The reports that say something new, and who has left.

    `silent` counts the times that a subject is on no map of a date, of which nothing is said.
    """

    kept: ClaimTable
    left: ClaimTable | None
    silent: int


@dataclass(eq=False)
class Maps:
    """Successive maps of a table: what it shows of each date. Of the argument `subject` the changes are told.

    `shown` has for the date of a map how to cite it: a source, a line and a locator. A map of which a row was refused
    is not whole: it is `missing` something where nobody knows of what that row spoke, else that is `mentioned`. With
    `lost` a row was refused of which not even the date is known, and any map may miss it.
    """

    subject: int
    left: str | None
    order: tuple[int, ...]  # of the arguments, in what is said of those who left
    shown: dict[int, tuple[int, int, Any]] = field(default_factory=dict)
    missing: set[int] = field(default_factory=set)
    mentioned: list[Values] = field(default_factory=list)
    lost: bool = False

    @classmethod
    def of(cls, template: Template, vocabulary: Vocabulary) -> Maps | None:
        """None where all reports are told."""
        names = [one.name for one in vocabulary.parameters(template.predicate)]
        if template.changes is None:
            return None
        order = tuple(names.index(one.name) for one in vocabulary.parameters(template.left or template.predicate))
        return cls(names.index(template.changes), template.left, order)

    def see(
        self, batch: Batch, shown: Mask, refused: Mask, dates: Values, sources: Values, spoken_of: Values, at: Any
    ) -> None:
        """Takes down some rows, with their dates, sources, subjects and locators."""
        days, cited = _firsts(dates), _firsts(sources)
        rows = np.flatnonzero(shown & (days >= 0) & (cited >= 0))
        for date, n in zip(*(its.tolist() for its in np.unique(days[rows], return_index=True)), strict=True):
            row = int(rows[n])
            self.shown.setdefault(date, (int(cited[row]), int(batch.lines[row]), at[row].as_py()))
        undated = np.flatnonzero(refused & (days < 0)).tolist()
        self.lost |= not all(batch.blank(row) for row in undated) or any(why != "blank" for _, why, _ in batch.broken)
        count, its = spoken_of
        self.missing.update(days[refused & (count == 0)].tolist())
        of = np.repeat(np.where(refused, days, -1), count)
        self.mentioned.append((its[of >= 0], of[of >= 0]))

    def told(self, reports: ClaimTable, when: Ints, dates: Ints) -> Told:
        """What is new in reports, `when` by the numbers of their `dates`, each of which is a day."""
        alike = [numbered(domain)[1] for domain in reports.domains]
        columns = [same[codes] for same, codes in zip(alike, reports.codes, strict=True)]
        subject = columns.pop(self.subject)
        holder = identify(columns) if columns else np.zeros_like(subject)
        order = np.argsort(dates[0])
        rank = np.argsort(order)
        whole = np.array([one in self.shown and one not in self.missing for one in order.tolist()], np.bool_)
        its, of = (np.concatenate(column) for column in zip(*self.mentioned, strict=True))
        spoken_of = alike[self.subject][its] * (len(order) + 1) + rank[of]
        whole &= self.left is not None and not self.lost
        kept, gone, since, silent = successive(subject, holder, rank[when], whole, spoken_of)
        left = self._departed(reports, gone, order[since], dates) if self.left and len(gone) else None
        return Told(reports.keep(kept), left, silent)

    def _departed(self, reports: ClaimTable, gone: Ints, when: Ints, dates: Ints) -> ClaimTable:
        """Those who have left, cited to the maps that show it."""
        assert self.left
        cited = [self.shown[date] for date in when.tolist()]
        sources, lines = np.array([its[:2] for its in cited], np.int64).T
        return ClaimTable(
            reports.file, self.left, tuple(reports.domains[n] for n in self.order),
            tuple(reports.codes[n][gone] for n in self.order), dates[:, when], reports.words, reports.said,
            sources, lines, pa.array([its[2] for its in cited], pa.string()), pa.nulls(len(cited), pa.string()),
        )  # fmt: skip


def _firsts(values: Values) -> Ints:
    """The first value of each row, -1 where it has none."""
    count, its = values
    found, has = np.full(len(count), -1), count > 0
    found[has] = its[(np.cumsum(count) - count)[has]]
    return found


def successive(subject: Ints, holder: Ints, at: Ints, whole: Mask, mentioned: Ints) -> tuple[Mask, Ints, Ints, int]:
    """What is new in reports that a `holder` has a `subject`, `at` one of the dates of maps, in their order.

    Gives the reports that are kept, those whose holder has left and at which date, and how often nothing is said.
    By the doctrine the reports of a date replace all earlier ones of the same subject, and without a report the
    earlier ones last. So of a subject nothing need be said where it has the holders that it had when it was last
    shown; where it has others, all of them are said. Who is shown no longer has left on the first date whose map is
    `whole` and does not have the subject among those that are `mentioned` in rows that were refused.
    """
    # Each report once, by subject, date and holder; a group is what one map shows of one subject.
    _, first, of = np.unique(identify([subject, at, holder]), return_index=True, return_inverse=True)
    subject, at, holder = subject[first], at[first], holder[first]
    fresh = np.ones(len(first), np.bool_)
    fresh[1:] = (subject[1:] != subject[:-1]) | (at[1:] != at[:-1])
    starts, group = np.flatnonzero(fresh), np.cumsum(fresh) - 1
    size = np.diff(np.append(starts, len(first)))
    again = np.zeros(len(starts), np.bool_)  # the subject was shown before
    again[1:] = subject[starts][1:] == subject[starts][:-1]
    # In groups of one size, holders stand as many rows apart as there are.
    equal = holder == holder[np.maximum(np.arange(len(first)) - size[group], 0)]
    same = again & (size == np.roll(size, 1)) & np.logical_and.reduceat(equal, starts)
    end = np.where(np.roll(again, -1), np.roll(at[starts], -1), len(whole))
    gone = _absent(subject[starts], at[starts] + 1, end, np.ones_like(whole), mentioned)
    left = _absent(subject[starts], at[starts] + 1, end, whole, mentioned)
    same &= ~np.roll(left < end, 1)
    leaving = np.flatnonzero((left < end)[group])
    silent = int(((gone < end) & (left >= end)).sum())
    return ~same[group][of], first[leaving], left[group][leaving], silent


def _absent(subject: Ints, low: Ints, end: Ints, maps: Mask, mentioned: Ints) -> Ints:
    """The first of some maps, from `low` on, that lacks a subject; `end` or a later one where none before it does."""
    count = len(maps)
    following = np.full(count + 1, count)
    following[:-1] = np.minimum.accumulate(np.where(maps, np.arange(count), count)[::-1])[::-1]
    found = following[low]
    while (skipped := (found < end) & np.isin(subject * (count + 1) + found, mentioned)).any():
        found[skipped] = following[found[skipped] + 1]
    return found
