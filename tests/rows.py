"""Rows of a table, a mapping for them, and rules that read the facts that are made of them."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

from reasoner import load
from reasoner.diagnostic import Diagnostic, Problems
from reasoner.evidence import mapping
from reasoner.evidence.tables import Imported, Importer
from reasoner.knowledge_base import KnowledgeBase
from reasoner.syntax.parse import parse
from reasoner.syntax.tree import Program
from reasoner.syntax.vocabulary import Vocabulary
from reasoner.text import Text

ROOT = Path(__file__).parent.parent
RULES = """
type Side = n | s.
type Actor.
type Place.
event clash(actor: Actor, place: Place, side: Side)  "{actor} clashes at {place}".
state base(actor: Actor, place: Place)  "{place} is a base of {actor}".
fixed located(place: Place, latitude, longitude)  "{place} lies at {latitude}, {longitude}".
fixed alias(entity, name)  "{entity} is also called {name}".
near(A, P) :- clash(A, P, _).
near(A, P) :- base(A, P).
state quiet(place: Place)  "{place} is quiet".
quiet(P) :- located(P, _, _), not near(_, P).
state last(actor: Actor, place: Place)  "{actor} was last at {place}".
last(A, P) :- not other(A, P) since near(A, P).
other(A, P) :- near(B, P), near(A, Q), A != B, P = Q.
"""
MAPPING = """
[source]
name = "paper"
publisher = { constant = "The Paper" }
date = "said"
quote = "words"

[date]
start = "from"
end = "to"
precision = "precision"
precisions = { 1 = "day", 2 = "span", 3 = "month" }

[values.actors]
IS = "isil"
Both = ["isil", "army"]
Nobody = false

[[fact]]
predicate = "clash"
where = { what = "clash" }
[fact.arguments]
actor = { column = "actor", values = "actors" }
place = "place"
side = "side"

[[fact]]
predicate = "base"
where = { what = "base" }
[fact.arguments]
actor = { column = "actor", values = "actors" }
place = "place"

[[fact]]
predicate = "located"
[fact.arguments]
place = "place"
latitude = { column = "lat", as = "latitude" }
longitude = { column = "lon", as = "longitude" }
"""
COLUMNS = ("what", "actor", "place", "side", "from", "to", "precision", "lat", "lon", "said", "words")
GOOD = dict(zip(COLUMNS, "clash,Army,Foo Town,n,2016-06-01,2016-06-01,1,36.5,38.25,2016-06-30,it fought".split(","),
                strict=True))  # fmt: skip


@cache
def words() -> Vocabulary:
    """The declarations of the rules above."""
    return Vocabulary(Program((parse(Text("rules", RULES), []),)))


def mapped(written: str, folder: Path) -> mapping.TableMapping:
    """A mapping as a file has it."""
    path = folder / "mapping.toml"
    path.write_text(written, encoding="utf-8")
    problems: list[Diagnostic] = []
    found = mapping.load(str(path), problems)
    if found is None or problems:
        raise Problems(problems)
    return found


def table(rows: Sequence[Mapping[str, str]], path: Path) -> Path:
    """Rows as a CSV file."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS)
        writer.writeheader()
        writer.writerows(rows)
    return path


def imported(path: Path, written: str = MAPPING) -> tuple[Imported, list[dict[str, str]]]:
    """The facts of a table, and its rejects."""
    refused = io.StringIO(newline="")
    found = Importer(mapped(written, path.parent), words()).read(path, refused)
    return found, list(csv.DictReader(io.StringIO(refused.getvalue(), newline="")))


def opened(folder: Path, facts: Path, engine: str = "columnar") -> KnowledgeBase:
    """A knowledge base of the rules above and a file of facts."""
    (folder / "rules.dl").write_text(RULES, encoding="utf-8")
    return load(folder / "rules.dl", facts, default_rules=False, engine=engine)
