"""Suppositions: facts that are added on the analyst's word, or taken away, to see what would follow."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from reasoner.diagnostic import Diagnostic, error
from reasoner.evidence.claim import ANALYST, SUPPOSED
from reasoner.syntax.parse import parse
from reasoner.syntax.tree import Citation, Fact, File
from reasoner.text import Text


def suppositions(suppose: Iterable[str], problems: list[Diagnostic]) -> tuple[File, File]:
    """`FACT` is added on the analyst's word, `not FACT` takes the facts away that it matches."""
    added: list[Fact] = []
    dropped: list[Fact] = []
    for written in suppose:
        negated = written.strip().startswith("not ")
        bare = without_stop(written.strip().removeprefix("not "))
        read = parse(Text(SUPPOSED, f"{bare}\n."), problems)
        facts = [s for s in read.statements if isinstance(s, Fact)]
        if len(facts) != len(read.statements) or len(facts) != 1:
            advice = "as in --suppose 'capture(syrian_army, tabqa, 2016-06-20)', or 'not capture(...)'"
            problems.append(error("R423", f"`{written}` is not one fact", help=advice))
            continue
        citation = Citation(ANALYST, text=f"supposing {'not ' * negated}{bare}")
        (dropped if negated else added).append(replace(facts[0], citation=citation))
    nothing = Text(SUPPOSED, "")
    return File(nothing, tuple(added)), File(nothing, tuple(dropped))


def strictly(found: Iterable[Diagnostic]) -> Iterator[Diagnostic]:
    """Messages on a program; a supposition that clashes with what is declared, or used elsewhere, is an error."""
    for one in found:
        clashes = one.code == "R215" and any(label.span.file == SUPPOSED for label in one.labels)
        yield replace(one, severity="error") if clashes else one


def without_stop(written: str) -> str:
    """What was written without a full stop at its end; the two dots of an open range stay."""
    return re.sub(r"(?<!\.)\.$|(?<=\.\.)\.$", "", written.strip())
