"""The command that hunts for facts on which the rules contradict themselves."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from typing import Any

import click

from reasoner.doors.shared import print_json, progress_bar

SHOWN = 12  # rules that never fired


@click.command()
@click.option("--rules", multiple=True, metavar="PATH", help="Rule file or folder, beside the default ones.")
@click.option("--no-default-rules", "default_rules", flag_value=False, default=True, help="Read only what is named.")
@click.option("--facts", multiple=True, metavar="PATH", help="Facts that hold in every fact base; by default none.")
@click.option("--seconds", type=click.FloatRange(0), default=60.0, show_default=True, help="How long to look.")
@click.option("--examples", type=click.IntRange(1), metavar="N", help="Look at N fact bases at most.")
@click.option("--seed", type=click.IntRange(0), metavar="N", help="Draw the same fact bases as a run with this seed.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def verify(
    rules: tuple[str, ...], default_rules: bool, facts: tuple[str, ...],
    seconds: float, examples: int | None, seed: int | None, as_json: bool,
) -> None:  # fmt: skip
    """Hunt for a fact base on which the rules break a `never`, and print the smallest.

    Fact bases are drawn from the declarations alone. What is found is a text of facts, with the proof as a comment. It
    is remembered in .reasoner/verify, and looked at first by the next run.
    """
    from reasoner.home import default
    from reasoner.loading import load
    from reasoner.verify.hunt import CORPUS, hunt

    os.environ.setdefault("HYPOTHESIS_STORAGE_DIRECTORY", str(CORPUS.parent))  # else it makes a folder of its own
    base = load([*([default("rules")] if default_rules else []), *rules], facts, default_rules=False)
    with progress_bar("hunting", least=1) as progress:
        report = hunt(base.vocabulary, seconds=seconds, examples=examples, seed=seed, progress=progress)
    broken = base.append(str(report.finding.base)) if report.finding else None
    answer = _answer(broken, report.finding.invariant) if report.finding else None
    if as_json:
        print_json(_json(report, answer))
    else:
        click.echo("\n".join(_text(report, answer, broken)))
    sys.exit(1 if report.finding else 0)


def _answer(broken: Any, never: Any) -> Any:
    """The body of the invariant as a question, answered with its proof."""
    from reasoner.syntax.tree import Query
    from reasoner.syntax.write import write

    found = broken.why(write(Query(never.body, origin=never.origin)))
    return next((one for one in found if one.truth.certain), None)


# ---------------------------------------------------------------- as text: what is no fact is a comment


def _text(report: Any, answer: Any, broken: Any) -> Iterator[str]:
    from reasoner.render.proof import explain

    if report.finding:
        yield f"% broken: {_never(report.finding.invariant)}"
        yield str(report.finding.base) or "% by the facts that were given, without any others\n"
        yield from (f"% {line}".rstrip() for line in explain(answer, broken.renderer).splitlines())
        yield "%"
        yield from (f"% broken as well: {_never(never)}" for never in report.others)
        if report.finding.remembered:
            yield f"% An earlier run had found it: {report.corpus} remembers."
        else:
            yield f"% {report.corpus} remembers it."
    else:
        yield "% No fact base was found that breaks an invariant."
    yield from (f"% {line}" for line in _reach(report))


def _reach(report: Any) -> Iterator[str]:
    """What was looked at, and what was not."""
    kept = report.drawn - report.discarded
    yield (
        f"{report.drawn} fact bases in {report.seconds:.0f} s, seed {report.seed}; {report.discarded} contradicted "
        f"themselves, and were thrown away: they broke one of {len(report.constraints)} constraints on facts"
    )
    if report.drawn and not kept:
        yield "the facts that were given contradict themselves: see `reasoner check`"
    if not kept:
        return
    if not report.close:
        yield "no `never` speaks of what rules derive, so that there is nothing to break"
    yield f"{len(report.fired) - len(report.silent)} of {len(report.fired)} rules fired"
    for rule in report.silent[:SHOWN]:
        yield f"  never fired: {_place(rule)}  {rule.head}"
    if len(report.silent) > SHOWN:
        yield f"  and {len(report.silent) - SHOWN} more: --json lists them all, with how often each rule fired"
    yield f"{len(report.close) - len(report.distant)} of {len(report.close)} laws came close to being broken"
    for never in report.distant:
        yield f"  never close, with all of its body but one literal true: {_never(never)}"


def _never(never: Any) -> str:
    return f"{never.text or 'this must never hold'}  ({_place(never)})"


def _place(statement: Any) -> str:
    return f"{statement.origin.file}:{statement.origin.line}"


# ---------------------------------------------------------------- as data


def _json(report: Any, answer: Any) -> dict[str, object]:
    from reasoner.render import json as as_json
    from reasoner.render.proof import as_json as proof

    found = report.finding
    return {
        "finding": {
            "invariant": _named(found.invariant),
            "facts": str(found.base),
            "remembered": found.remembered,
            "answer": as_json.answer(answer) | {"proof": proof(answer.proof)},
        }
        if found
        else None,
        "others": [_named(never) for never in report.others],
        "drawn": report.drawn,
        "discarded": report.discarded,
        "constraints": [_named(never) for never in report.constraints],
        "rules": [{"rule": _place(rule), "head": str(rule.head), "fired": n} for rule, n in report.fired.items()],
        "laws": [_named(never) | {"close": n} for never, n in report.close.items()],
        "seed": report.seed,
        "seconds": round(report.seconds, 1),
        "corpus": str(report.corpus),
        "diagnostics": [],
    }


def _named(never: Any) -> dict[str, object]:
    return {"never": never.text, "place": _place(never)}
