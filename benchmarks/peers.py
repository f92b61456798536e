"""The engines: each reads a case from a folder in its own process, and prints seconds and counts as JSON.

`python -m benchmarks.peers ENGINE FOLDER` runs one; it is how run.py starts them. An engine that is not installed has
no version, and is listed as absent. What an engine cannot say is refused by name, before it runs.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib.metadata
import io
import json
import math
import os
import platform
import re
import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks import columnar, floor
from benchmarks.case import Outcome, Written


@dataclass(frozen=True)
class Engine:
    """How to find an engine's version, what it cannot run, what it needs made of a case, and how to run it."""

    version: Callable[[], str | None]
    run: Callable[[Written], Outcome]
    prepare: Callable[[Written], None] = lambda case: None
    cannot: Callable[[Written], str | None] = lambda case: None


def _outcome(start: float, loaded: float, **counts: int) -> Outcome:
    return {"load": loaded - start, "evaluate": time.perf_counter() - loaded, "counts": counts}


def _package(name: str) -> Callable[[], str | None]:
    def version() -> str | None:
        try:
            return importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            return None

    return version


def _program(command: str | None, pattern: str = r"\d+\.\d[\w.+-]*") -> str | None:
    """The version of a program on PATH."""
    if not command or not shutil.which(command):
        return None
    said = subprocess.run([command, "--version"], capture_output=True, text=True, check=False)
    found = re.search(pattern, said.stdout + said.stderr)
    return found[0] if found else "of unknown version"


COUNT = re.compile(r"(\w+) = #count\{ \w+ : ([^}]*) \}")  # the one kind of aggregate that workloads have


def _no_count(case: Written) -> str | None:
    return "it has no rows for a count of none" if COUNT.search(case.text) else None


def _arities(case: Written) -> dict[str, int]:
    return floor.scheme(case).arity


# ---------------------------------------------------------------- Souffle

SOUFFLE = os.environ.get("SOUFFLE", "souffle")


def _souffle_text(case: Written) -> None:
    """program.souffle.dl, and load.souffle.dl, which only reads the facts."""
    reads = [f".input {name}" for name in case.arity]
    declared = {
        name: f".decl {name}({', '.join(f'a{i}: number' for i in range(arity))})"
        for name, arity in _arities(case).items()
    }
    asked = [f".printsize {name}" for name in case.outputs]
    rules = COUNT.sub(r"\1 = count : { \2 }", re.sub(r"\bnot ", "!", case.text))
    (case.folder / "program.souffle.dl").write_text("\n".join((*declared.values(), *reads, *asked, rules)))
    known = [declared[name] for name in case.arity] + [f".printsize {name}" for name in case.arity]
    (case.folder / "load.souffle.dl").write_text("\n".join((*known, *reads, "")))


def _souffle_compile(case: Written) -> None:
    """Compiling takes a quarter of a minute, so a program is kept for other sizes of its workload."""
    _souffle_text(case)
    for name in ("program", "load"):
        text, program = case.folder / f"{name}.souffle.dl", case.folder / f"{name}.souffle"
        kept = case.folder.parent / hashlib.sha256(text.read_bytes()).hexdigest()
        if not kept.exists():
            done = subprocess.run(
                [SOUFFLE, "-w", "-o", str(kept), str(text)], capture_output=True, text=True, check=False
            )
            if done.returncode:
                raise RuntimeError(done.stderr[-400:])
        shutil.copy(kept, program)


def _souffle(case: Written, compiled: bool = False) -> Outcome:
    """The whole process is timed, and then that of a program which only reads the facts: loading, with starting up."""
    spent, text = [], ""
    for name in ("load", "program"):
        command = [str(case.folder / f"{name}.souffle")]
        if not compiled:
            command = [SOUFFLE, "-w", str(case.folder / f"{name}.souffle.dl")]
        start = time.perf_counter()
        command += ["-F", str(case.folder), "-D", str(case.folder), "-j1"]
        text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        spent.append(time.perf_counter() - start)
    counts = {name: int(count) for name, count in re.findall(r"^(\w+)\t(\d+)$", text, re.MULTILINE)}
    memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    return {"load": spent[0], "evaluate": max(spent[1] - spent[0], 0), "counts": counts, "memory": memory}


# ---------------------------------------------------------------- clingo, Nemo, Prolog


def _write_clauses(case: Written) -> None:
    """facts.lp: each row a clause, which clingo and Prolog read."""
    with (case.folder / "facts.lp").open("w") as file:
        for name in case.arity:
            file.writelines(f"{name}({','.join(map(str, row))}).\n" for row in case.rows(name).tolist())


def _clingo(case: Written) -> Outcome:
    """Grounding is the evaluation: the rules are stratified, so nothing is left to solve."""
    import clingo

    start = time.perf_counter()
    control = clingo.Control(["--warn=none"])
    control.load(str(case.folder / "facts.lp"))
    control.load(str(case.folder / "program.dl"))
    loaded = time.perf_counter()
    control.ground([("base", [])])
    outcome = _outcome(start, loaded)
    atoms, arity = control.symbolic_atoms, _arities(case)
    return {**outcome, "counts": {n: sum(1 for _ in atoms.by_signature(n, arity[n])) for n in case.outputs}}


def _nemo(case: Written) -> Outcome:
    """Loading and evaluating are one to Nemo. Never run so far: the package was not to be had."""
    import nmo_python  # type: ignore[import-not-found]

    rules = re.sub(r"\b([A-Z]\w*)\b", r"?\1", re.sub(r"\bnot ", "~", case.text))
    reads = "".join(
        f'@import {name} :- tsv{{resource = "{case.folder / name}.facts", format = ({", ".join(["int"] * arity)})}} .\n'
        for name, arity in case.arity.items()
    )
    start = time.perf_counter()
    engine = nmo_python.NemoEngine(nmo_python.load_string(reads + rules))
    engine.reason()
    outcome = _outcome(start, start)
    return {**outcome, "counts": {name: sum(1 for _ in engine.result(name)) for name in case.outputs}}


PROLOG_MAIN = """
main(Folder) :-
    get_time(Start), atom_concat(Folder, '/facts.lp', Facts), load_files(Facts, [silent(true)]), get_time(Loaded),
    findall(Name-Count, (output(Name, Arity), functor(Goal, Name, Arity), aggregate_all(count, Goal, Count)), Counts),
    get_time(End), Load is Loaded - Start, Evaluate is End - Loaded,
    format('{"load": ~6f, "evaluate": ~6f, "counts": {', [Load, Evaluate]), counts(Counts), format('}}~n').
counts([N-C]) :- format('"~w": ~w', [N, C]), !.
counts([N-C|Rest]) :- format('"~w": ~w, ', [N, C]), counts(Rest).
"""


def _prolog_text(case: Written) -> None:
    """program.pl: every derived predicate is tabled, which makes left recursion end."""
    _write_clauses(case)
    arity = _arities(case)
    tables = [f":- table {name}/{arity[name]}." for name in arity if name not in case.arity]
    asked = [f"output({name}, {arity[name]})." for name in case.outputs]
    rules = COUNT.sub(r"aggregate_all(count, \2, \1)", re.sub(r"\bnot ", r"\\+ ", case.text))
    (case.folder / "program.pl").write_text("\n".join((*tables, *asked, rules, PROLOG_MAIN)))


def _swipl(case: Written) -> Outcome:
    goal = f"main('{case.folder}')"
    space = ["--stack-limit=4g", "--table-space=6g"]
    command = ["swipl", "-O", *space, "-g", goal, "-t", "halt", str(case.folder / "program.pl")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode or not done.stdout.strip():
        raise RuntimeError(done.stderr[-400:])
    memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    return {**json.loads(done.stdout.splitlines()[-1]), "memory": memory}


# ---------------------------------------------------------------- DuckDB, pyDatalog


def _duckdb(case: Written) -> Outcome:
    """One thread, as for all the others. Each derived relation becomes a table."""
    import duckdb

    start = time.perf_counter()
    base = duckdb.connect(config={"threads": 1})
    for name, arity in case.arity.items():
        columns = ", ".join(f"'c{i}': 'INTEGER'" for i in range(arity))
        read = f"read_csv('{case.folder / name}.facts', delim = '\t', header = false, columns = {{{columns}}})"
        base.execute(f"create table {name} as select * from {read}")
    loaded = time.perf_counter()
    counts: dict[str, int] = {}
    for name, question in case.sql.items():
        base.execute(f"create table {name} as {question}")
        (counts[name],) = base.execute(f"select count(*) from {name}").fetchone() or (-1,)
    return _outcome(start, loaded, **{name: counts[name] for name in case.outputs})


def _pydatalog(case: Written) -> Outcome:
    """Top-down: it is asked for every row of each output."""
    from pyDatalog import pyDatalog

    facts = {name: case.rows(name).tolist() for name in case.arity}
    rules = []
    for rule in case.text.strip().splitlines():
        head, body = rule.rstrip(".").split(" :- ")
        rules.append(f"{head} <= {' & '.join(re.split(r', (?![^()]*[)])', body.replace('not ', '~')))}")
    start = time.perf_counter()
    for name, rows in facts.items():
        for row in rows:
            pyDatalog.assert_fact(name, *row)
    pyDatalog.load("\n".join(rules))
    loaded = time.perf_counter()
    counts, arity = {}, _arities(case)
    for name in case.outputs:
        asked = pyDatalog.ask(f"{name}({', '.join(f'X{i}' for i in range(arity[name]))})")
        counts[name] = len(asked.answers) if asked else 0
    return _outcome(start, loaded, **counts)


# ---------------------------------------------------------------- MeTeoR


def _meteor(case: Written) -> Outcome:
    """A day is the time from its number up to, not including, the next, for MeTeoR's time is dense."""
    from meteor_reasoner.materialization.coalesce import coalescing_d
    from meteor_reasoner.materialization.materialize import materialize
    from meteor_reasoner.utils.loader import load_dataset, load_program

    rules = "".join(line for line in case.text.splitlines(True) if ":-" in line)
    for ours, theirs in (
        (r"once\[(\d+)\.\.(\d+)\] ", r"Diamondminus[\1,\2]"),
        (r"always\[(\d+)\.\.(\d+)\] ", r"Boxminus[\1,\2]"),
        (r" since ", "Since(0,+inf)"),
    ):
        rules = re.sub(ours, theirs, rules)
    facts = []
    for name in case.arity:
        for row in case.rows(name).tolist():
            values, when = (row[:-2], f"[{row[-2]},{row[-1]})") if name in case.lasting else (row, "(-inf,+inf)")
            facts.append(f"{name}({','.join(f'c{value}' for value in values)})@{when}")
    with contextlib.redirect_stdout(io.StringIO()):
        start = time.perf_counter()
        known = load_dataset(facts)
        program = load_program([rule.rstrip(".") for rule in rules.splitlines()])
        coalescing_d(known)
        loaded = time.perf_counter()
        assert materialize(known, program, mode="seminaive", K=1_000_000)
    outcome = _outcome(start, loaded)
    counts = {
        name: sum(math.ceil(i.right_value) - math.floor(i.left_value) for row in known[name].values() for i in row)
        for name in case.outputs
    }
    return {**outcome, "counts": counts}


def _past_only(case: Written) -> str | None:
    return "it has no negation" if " not " in case.text else None


# ---------------------------------------------------------------- the floor


def _python(case: Written) -> Outcome:
    scope: dict[str, Any] = {}
    exec(compile(floor.python(case), "floor", "exec"), scope)
    arrays = {name: case.rows(name) for name in case.arity}
    start = time.perf_counter()
    relations = {name: list(map(tuple, rows.tolist())) for name, rows in arrays.items()}
    loaded = time.perf_counter()
    scope["evaluate"](relations)
    return _outcome(start, loaded, **{name: len(relations[name]) for name in case.outputs})


def _c_compile(case: Written) -> None:
    (case.folder / "floor.c").write_text(floor.c(case))
    made = ["cc", "-O2", "-w", "-o", str(case.folder / "floor"), str(case.folder / "floor.c")]
    subprocess.run(made, check=True, capture_output=True)


def _c(case: Written) -> Outcome:
    done = subprocess.run([str(case.folder / "floor")], cwd=case.folder, capture_output=True, text=True, check=True)
    memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    return {**json.loads(done.stdout), "memory": memory}


ENGINES = {
    "columnar": Engine(columnar.version, lambda case: columnar.run(case.timed or case)),
    "columnar by day": Engine(columnar.version, columnar.run),
    "columnar whole": Engine(columnar.version, lambda case: columnar.run(case, whole=True)),
    "souffle": Engine(lambda: _program(SOUFFLE), _souffle, _souffle_text),
    "souffle compiled": Engine(lambda: _program(SOUFFLE), lambda case: _souffle(case, True), _souffle_compile),
    "clingo": Engine(_package("clingo"), _clingo, _write_clauses),
    "nemo": Engine(_package("nmo_python"), _nemo, cannot=_no_count),
    "swipl": Engine(lambda: _program("swipl"), _swipl, _prolog_text),
    "duckdb": Engine(
        _package("duckdb"), _duckdb, cannot=lambda case: None if case.sql else "its SQL has no mutual recursion"
    ),
    "pydatalog": Engine(_package("pyDatalog"), _pydatalog, cannot=_no_count),
    "meteor": Engine(_package("meteor_reasoner"), _meteor, cannot=_past_only),
    "plain python": Engine(platform.python_version, _python),
    "plain c": Engine(lambda: _program("cc", r"\d+\.\d+\.\d+"), _c, _c_compile),
}


def no_use(name: str, case: Written) -> bool:
    """Whether an engine has no business with a case: intervals or none, and ours again only where that differs."""
    narrowed = case.asks or case.added or case.gone
    own = {"columnar": True, "columnar by day": case.timed, "columnar whole": narrowed, "meteor": case.lasting}
    return not own.get(name, not case.lasting)


if __name__ == "__main__":
    print(json.dumps(ENGINES[sys.argv[1]].run(Written(Path(sys.argv[2])))))
