"""A knowledge base on disk: each change is a new version, evaluated on the days that it affects alone."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Any

from reasoner.archive.contents import Kept, read_files, write_file, write_rows
from reasoner.archive.ledger import Ledger, Outrun, Page
from reasoner.diagnostic import Diagnostic, Problems, error, errors
from reasoner.engine.conclusions import Conclusions
from reasoner.engine.tables.rows import Rows
from reasoner.evidence import fact_file
from reasoner.home import default
from reasoner.knowledge_base import KnowledgeBase
from reasoner.loading import load
from reasoner.syntax.load import Progress, shown
from reasoner.syntax.load import load as load_files
from reasoner.syntax.tree import Program

RULES, FACTS, MODEL, APART, BY = "rules", "facts", "model", "apart", "by"
ATTEMPTS = 20  # to write while others do
# What derives more rows than that is not kept, but derived when it is asked for, as are ways past every single place.
ROWS, ROWS_A_FACT = 300_000, 10

Paths = Sequence[str | Path]


@dataclass(frozen=True, eq=False)
class Archive:
    """One version of a knowledge base that lasts. What changes it gives the next version; this one stays as it is.

    `diagnostics` is what is to be said of the change that made it, where it was made here.
    """

    ledger: Ledger
    page: Page
    diagnostics: tuple[Diagnostic, ...] = ()

    @classmethod
    def create(
        cls,
        folder: str | Path,
        rules: Paths = (),
        facts: Paths = (),
        *,
        default_rules: bool = True,
        progress: Progress | None = None,
    ) -> Archive:
        """An archive of what `load` reads. Raises Problems, also where there is one in the folder already."""
        ledger = Ledger(Path(folder))
        if ledger.exists:
            raise _there_already(ledger)
        base = load(rules, facts, default_rules=default_rules, progress=progress)
        named = load_files([*([default("rules")] if default_rules else []), *rules], []).files
        try:
            return _written(ledger, 1, "create", base, {file.text.name for file in named})
        except Outrun:
            raise _there_already(ledger) from None

    @classmethod
    def open(cls, folder: str | Path, version: int | None = None) -> Archive:
        """A version, or the newest one; nothing of it is read yet. Raises Problems where its page is damaged."""
        ledger = Ledger(Path(folder))
        return cls(ledger, ledger.page(version))

    # ---------------------------------------------------------------- reading

    @cached_property
    def base(self) -> KnowledgeBase:
        """What is in it, with the model that is known. Raises Problems where a part is damaged."""
        base = KnowledgeBase(self._program)
        return base.concluding(self._kept, frozenset(self.page.holds[APART])) if self._kept is not None else base

    @cached_property
    def _program(self) -> Program:
        problems: list[Diagnostic] = []
        program = read_files(self._told, self.ledger, problems)
        if errors(problems):
            raise Problems(problems)
        return program

    @property
    def _told(self) -> list[Mapping[str, Any]]:
        return [*self.page.holds[RULES], *self.page.holds[FACTS]]

    @property
    def _kept(self) -> Kept | None:
        """What follows, if this very program has derived it."""
        return Kept(self.page.holds[MODEL], self.ledger) if self.page.holds[BY] == _engine() else None

    def load(
        self,
        rules: Paths = (),
        facts: Paths = (),
        *,
        known_by: str | None = None,
        without: Iterable[str] = (),
        suppose: Iterable[str] = (),
        engine: str = "columnar",
        progress: Progress | None = None,
    ) -> KnowledgeBase:
        """What is in it, beside other files and with the options of `load`; as it is where none are given."""
        if not (rules or facts or known_by or without or suppose) and engine == "columnar":
            return self.base
        return load(
            rules, facts, default_rules=False, known_by=known_by, without=without, suppose=suppose, engine=engine,
            beside=self._program.files, progress=progress,
        )  # fmt: skip

    def check(self) -> None:
        """Raises Problems where a part is damaged, or what is kept is not what follows."""
        kept = self.base.conclusions
        whole = Conclusions(kept.vocabulary, kept.store, apart=kept.apart).kept
        for predicate in kept.derived:
            if dict(kept.kept.rows(predicate)) != dict(whole.rows(predicate)):
                remedy = f"evaluate it anew: reasoner archive rebuild {shown(self.ledger.folder)}"
                raise Problems([error("R554", f"what is kept of `{predicate}` is not what follows", help=remedy)])

    # ---------------------------------------------------------------- the next version

    def append(self, *paths: str | Path) -> Archive:
        """With the facts of some files or folders, of texts or in columns. Raises Problems."""
        problems: list[Diagnostic] = []
        texts, columns = fact_file.split(paths)
        read = load_files(texts, problems).files
        files = (*read, *fact_file.files(columns, problems, Program((*self._program.files, *read))))
        if errors(problems):
            raise Problems(problems)
        return self._next(f"append {' '.join(shown(Path(path)) for path in paths)}", lambda now: now.base.append(files))

    def retract(self, named: str) -> Archive:
        """Without the facts that are this atom, or rest on this source or assumption. Raises Problems."""
        return self._next(f"retract {named}", lambda now: now.base.retract(named))

    def correct(self, old: str, new: str) -> Archive:
        """With `new` in place of the facts that are `old`, or rest on it. Raises Problems."""
        return self._next(f"correct {old}: {new}", lambda now: now.base.correct(old, new))

    def rebuild(self) -> Archive:
        """All evaluated and written anew. Raises Problems."""
        return self._next("rebuild", lambda now: KnowledgeBase(now._program), self._rules)

    def under(self, rules: Paths = (), *, default_rules: bool = True) -> Archive:
        """The same facts under other rules: the default ones as they are now, and those named. Raises Problems."""
        problems: list[Diagnostic] = []
        files = load_files([*([default("rules")] if default_rules else []), *rules], problems).files

        def anew(now: Archive) -> KnowledgeBase:
            return KnowledgeBase(Program((*files, *now._program.files[len(now._rules) :])), problems)

        return self._next("rules", anew, [file.text.name for file in files])

    @property
    def _rules(self) -> list[str]:
        """The names of its rule files."""
        return [told["name"] for told in self.page.holds[RULES]]

    def restored(self) -> Archive:
        """This version as the newest one; those between stay. Raises Problems."""
        for _ in range(ATTEMPTS):
            page = Page(self.ledger.versions()[-1] + 1, _now(), f"restore {self.page.version}", self.page.holds)
            with suppress(Outrun):
                self.ledger.commit(page)
                return Archive(self.ledger, page)
        raise self._too_fast()

    def _next(
        self, did: str, change: Callable[[Archive], KnowledgeBase], rules: Iterable[str] | None = None
    ) -> Archive:
        """What a change makes of the newest version, also where others write meanwhile; all anew under other rules."""
        now = self
        for _ in range(ATTEMPTS):
            names, before = (now._rules, now) if rules is None else (rules, None)
            try:
                return _written(self.ledger, now.page.version + 1, did, change(now), frozenset(names), before)
            except Outrun:
                now = Archive.open(self.ledger.folder)
        raise self._too_fast()

    def _too_fast(self) -> Problems:
        folder = shown(self.ledger.folder)
        return Problems([error("R555", f"{folder} changes too fast: others write to it", help="do it again later")])


def _written(
    ledger: Ledger, version: int, did: str, base: KnowledgeBase, rules: Set[str], before: Archive | None = None
) -> Archive:
    """The next version, of which what has not changed is not written again. Raises Outrun."""
    known = {id(f): told for f, told in zip(before._program.files, before._told, strict=True)} if before else {}
    told = [known.get(id(file)) or write_file(file, base.vocabulary, ledger) for file in base.program.files]
    # What an older engine has kept is no model to move.
    moved = before if before is not None and before._kept is not None else None
    now = base.conclusions if moved else base.conclusions.within(max(ROWS, ROWS_A_FACT * len(base.claims)))
    model, derived = now.kept, {}
    old, parts = (moved.base.conclusions.kept, moved.page.holds[MODEL]) if moved else (None, {})
    for predicate in now.derived:
        rows = model.rows(predicate)
        if isinstance(rows, Rows):
            same = old is not None and predicate in parts and old.rows(predicate) is rows
            derived[predicate] = parts[predicate] if same else write_rows(rows, ledger)
    some = [one for one in told if len(one) > 1]  # of which anything is left
    holds = {
        BY: _engine(),
        "claims": len(base.claims),
        RULES: [one for one in some if one["name"] in rules],
        FACTS: [one for one in some if one["name"] not in rules],
        MODEL: dict(sorted(derived.items())),
        APART: sorted(now.apart),
    }
    page = Page(version, _now(), did, holds)
    ledger.commit(page)
    return Archive(ledger, page, base.diagnostics)


def _there_already(ledger: Ledger) -> Problems:
    folder = shown(ledger.folder)
    remedy = f"add to it: reasoner archive append {folder} FILE; or choose another folder"
    return Problems([error("R556", f"there is an archive in {folder} already", help=remedy)])


def _engine() -> str:
    """What evaluates rules: a hash of its sources, so that a model is read by the engine alone that made it."""
    package = Path(__file__).parent.parent
    sources = sorted(path for part in ("engine", "plan", "evidence") for path in (package / part).rglob("*.py"))
    return sha256(b"".join(path.read_bytes() for path in sources)).hexdigest()


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
