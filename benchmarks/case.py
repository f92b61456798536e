"""Cases: a program, its facts as arrays of integers, and what is counted, in a folder that every engine reads."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from reasoner.plan.plan import Plan
    from reasoner.syntax.tree import Program

Outcome = dict[str, Any]  # load and evaluate in seconds, counts, and memory in KiB where the worker knows better

DAY_ONE = 735_000  # the day that a workload's day 0 is: in 2013


@dataclass(frozen=True)
class Case:
    """One workload at one size.

    `facts[predicate]` is an (n, k) array of integers. `timed` are the same facts and rules for an engine that knows
    time: there the last two columns of a relation in `lasting` are its first day and the day after its last one.
    With `names` all other integers stand for these. `asks`: rules of the outputs name constants, so that a plan can
    follow demand; `at` are the days that are asked for, closed-open, where not all are. `added` and `gone` are lists of
    rows with days, by which a model that is there is to be moved.
    """

    program: str
    facts: Mapping[str, Any]
    outputs: tuple[str, ...]
    sql: Mapping[str, str] = field(default_factory=dict)
    timed: Case | None = None
    lasting: tuple[str, ...] = ()
    days: int = 0
    about: str = ""
    names: tuple[str, ...] = ()
    asks: bool = False
    at: tuple[int, int] | None = None
    added: Mapping[str, Any] = field(default_factory=dict)
    gone: Mapping[str, Any] = field(default_factory=dict)

    def write(self, folder: Path) -> None:
        """Into a folder: case.json, the program, and each relation as .npy and as tab-separated .facts."""
        import numpy as np

        folder.mkdir(parents=True, exist_ok=True)
        (folder / "program.dl").write_text(self.program)
        for name, rows in self.facts.items():
            np.save(folder / f"{name}.npy", np.asarray(rows, np.int64))
            with (folder / f"{name}.facts").open("w") as file:
                for part in np.array_split(rows, len(rows) // 1_000_000 + 1):
                    file.writelines("\t".join(map(str, row)) + "\n" for row in part.tolist())
        arity = {name: int(rows.shape[1]) for name, rows in self.facts.items()}
        known = {"outputs": self.outputs, "sql": dict(self.sql), "lasting": self.lasting, "days": self.days,
                 "names": self.names, "asks": self.asks, "at": self.at,
                 "added": self.added, "gone": self.gone}  # fmt: skip
        sizes = {name: len(rows) for name, rows in self.facts.items()}
        (folder / "case.json").write_text(json.dumps({**known, "arity": arity, "sizes": sizes, "about": self.about}))
        if self.timed:
            self.timed.write(folder / "timed")


class Written:
    """A case as a worker finds it in its folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.text = (folder / "program.dl").read_text()
        about = json.loads((folder / "case.json").read_text())
        self.outputs: list[str] = about["outputs"]
        self.arity: dict[str, int] = about["arity"]
        self.sql: dict[str, str] = about["sql"]
        self.lasting: list[str] = about["lasting"]
        self.days: int = about["days"]
        self.names: list[str] = about["names"]
        self.asks: bool = about["asks"]
        self.at: tuple[int, int] | None = about["at"] and tuple(about["at"])
        self.added: dict[str, list[list[int]]] = about["added"]
        self.gone: dict[str, list[list[int]]] = about["gone"]

    @property
    def timed(self) -> Written | None:
        """The form with intervals of days, where the workload has one."""
        return Written(self.folder / "timed") if (self.folder / "timed").is_dir() else None

    def rows(self, predicate: str) -> Any:
        """The (n, k) array of a relation of facts."""
        import numpy as np

        return np.load(self.folder / f"{predicate}.npy")

    def parsed(self) -> Program:
        """The program as the reasoner reads it."""
        from reasoner.syntax.parse import parse
        from reasoner.syntax.tree import Program
        from reasoner.text import Text

        problems: list[Any] = []
        program = Program((parse(Text("program.dl", self.text), problems),))
        assert not problems, problems
        return program

    def plan(self) -> Plan:
        """The program as the reasoner plans it; its rules are sound, so the checks are passed by."""
        from reasoner.plan.plan import plan
        from reasoner.syntax.vocabulary import Vocabulary

        return plan(Vocabulary(self.parsed()), self.outputs)


@dataclass(frozen=True)
class Workload:
    """A family of cases by size, which is the number of `unit`; sizes are those of --quick, the default, --full.

    With `doublings` it is always shown as cost against size.
    """

    name: str
    title: str
    unit: str
    sizes: tuple[int, int, int]
    make: Callable[[int], Case]
    doublings: int = 0
