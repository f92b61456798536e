"""Mappings: how the columns of a table become facts, as an analyst writes it down in TOML."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from reasoner.diagnostic import Diagnostic, did_you_mean, error
from reasoner.home import bundled
from reasoner.syntax.load import shown, text_of
from reasoner.text import Span, Text

FORMATS = ("csv", "tsv", "jsonl", "json", "geojson", "parquet")
READINGS = ("name", "text", "number", "latitude", "longitude")
PRECISIONS = ("day", "span", "week", "month", "year")
SHAPE = "geometry"  # the column of a feature's shape
CITING = ("publisher", "title", "url", "date", "via", "reliability")

Values = Mapping[str, tuple[str, ...]]  # what a cell stands for; nothing where a row with it cannot be used


@dataclass(frozen=True)
class Cell:
    """Where a value comes from: a column, one of several as the cell in `by` has it, or one constant for all rows.

    With `within` the values are the known places in the shape that stands in that column.
    """

    column: str | None = None
    constant: str | None = None
    by: str | None = None
    within: str | None = None
    choices: Mapping[str, str] = field(default_factory=dict)
    reading: str = "name"
    values: Values = field(default_factory=dict)
    key: tuple[str, ...] = ()
    drop: tuple[str, ...] = ()
    split: str | None = None

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that are read."""
        first = (self.by, *dict.fromkeys(self.choices.values())) if self.by else (self.column or self.within,)
        return tuple(c for c in (*first, *self.key) if c)


@dataclass(frozen=True)
class Dating:
    """The columns of dates: a start, an end, and how precise they are."""

    start: str | None = None
    end: str | None = None
    precision: str | None = None
    precisions: Mapping[str, str] = field(default_factory=dict)
    format: str | None = None

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that are read."""
        return tuple(c for c in (self.start, self.end, self.precision) if c)


@dataclass(frozen=True)
class Citing:
    """Whose word a row is. `name` begins the names of its sources; `split` parts what several sources say."""

    name: str
    about: Mapping[str, Cell] = field(default_factory=dict)
    locator: Cell | None = None
    quote: Cell | None = None
    split: str | None = None


@dataclass(frozen=True)
class Template:
    """A fact to be made of each row `where` the columns have these values, or have them not (False).

    `changes` is the argument of which no more is told than what is new since the date before; `left` is the predicate
    that says of whom it is no longer told.
    """

    predicate: str
    arguments: Mapping[str, Cell]
    where: tuple[tuple[str, bool, frozenset[str]], ...] = ()
    optional: bool = False
    changes: str | None = None
    left: str | None = None
    origin: Span | None = field(default=None, compare=False)


@dataclass(frozen=True)
class TableMapping:
    """What a mapping file says."""

    name: str
    text: Text
    source: Citing
    dating: Dating
    templates: tuple[Template, ...]
    format: str | None = None
    header: tuple[str, ...] = ()
    quoted: bool = True
    about: str | None = None  # what the table is, as its own source is called

    @property
    def shape(self) -> Span | None:
        """Where it asks for the shapes of features, None where it does not."""
        every = (one.origin for one in self.templates if any(cell.within for cell in one.arguments.values()))
        return next(every, None)


def ready() -> list[str]:
    """The names of the mappings that come with the package."""
    return sorted(path.stem for path in (bundled("facts") / "mappings").glob("*.toml"))


def load(named: str, problems: list[Diagnostic]) -> TableMapping | None:
    """A ready mapping by its name, or one in a file; None with messages where it cannot be used."""
    path = Path(named)
    if not path.exists() and path.suffix != ".toml":
        path = bundled("facts") / "mappings" / f"{named}.toml"
        if not path.is_file():
            known = ready()
            remedy = did_you_mean(named, known) or f"ready: {', '.join(known)}; or name a file"
            problems.append(error("R431", f"there is no mapping `{named}`", help=remedy))
            return None
    text = text_of(path, problems)
    if text is None:
        return None
    before = len(problems)
    try:
        written = tomllib.loads(text.content)
    except tomllib.TOMLDecodeError as bad:
        found = re.search(r"\(at line (\d+), column (\d+)\)", str(bad))
        at = _place(text, int(found[1]), int(found[2])) if found else text.span(0, 0)
        what = re.sub(r" \(at .*", "", str(bad))
        problems.append(error("R432", f"{shown(path)} is no TOML: {what}", at, help="as in the ready mappings"))
        return None
    mapping = _Reader(text, problems).mapping(path.stem, written)
    return mapping if len(problems) == before else None


def _place(text: Text, line: int, column: int) -> Span:
    start = sum(len(one) + 1 for one in text.content.split("\n")[: line - 1]) + column - 1
    start = min(start, max(len(text.content) - 1, 0))
    return text.span(start, start + 1)


_KEYS = {
    "the mapping": ("about", "format", "header", "quoted", "source", "date", "values", "fact"),
    "[source]": ("name", *CITING, "locator", "quote", "split"),
    "[date]": ("start", "end", "precision", "precisions", "format"),
    "[[fact]]": ("predicate", "where", "optional", "changes", "left", "arguments"),
    "a cell": ("column", "constant", "by", "within", "columns", "as", "values", "key", "drop", "split"),
}


class _Reader:
    """Reads one mapping, and says of what it cannot use where it stands."""

    def __init__(self, text: Text, problems: list[Diagnostic]) -> None:
        self.text, self.problems = text, problems
        self.values: dict[str, Values] = {}

    def mapping(self, name: str, written: dict[str, Any]) -> TableMapping | None:
        self._known("the mapping", written)
        for group, values in self._table(written, "values").items():
            pairs = values if isinstance(values, dict) else {}
            self.values[group] = {cell: self._constants(cell, meant) for cell, meant in pairs.items()}
        source, date = self._table(written, "source"), self._table(written, "date")
        self._known("[source]", source)
        self._known("[date]", date)
        facts = written.get("fact", [])
        if not isinstance(facts, list) or not facts or not all(isinstance(one, dict) for one in facts):
            self._wrong("a mapping makes at least one fact", "fact", "write [[fact]] and its predicate")
            facts = []
        if not isinstance(source.get("name", name), str) or not re.fullmatch(r"[a-z]\w*", source.get("name", name)):
            self._wrong("the name of a source is lower case, without blanks", "name", "as in name = 'ucdp'")
            return None
        kind = written.get("format")
        if kind is not None and kind not in FORMATS:
            self._wrong(f"there is no format `{kind}`", "format", f"write one of {', '.join(FORMATS)}")
        about = {key: self.cell(key, source[key], "text") for key in CITING if key in source}
        precisions = {number(k): v for k, v in self._table(date, "precisions").items()}
        for word in precisions.values():
            if word not in PRECISIONS:
                self._wrong(f"there is no precision `{word}`", "precisions", f"write one of {', '.join(PRECISIONS)}")
        strings = {key: self._string(date, key) for key in ("start", "end", "precision", "format")}
        return TableMapping(
            name,
            self.text,
            Citing(
                source.get("name", name),
                about,
                self.cell("locator", source["locator"], "text") if "locator" in source else None,
                self.cell("quote", source["quote"], "text") if "quote" in source else None,
                self._string(source, "split"),
            ),
            Dating(**strings | {"precisions": precisions}),  # type: ignore[arg-type]
            tuple(self.template(number, one) for number, one in enumerate(facts)),
            kind,
            tuple(self._strings(written, "header")),
            written.get("quoted", True) is not False,
            self._string(written, "about"),
        )

    def template(self, number_: int, written: dict[str, Any]) -> Template:
        self._known("[[fact]]", written)
        heads = [m.end() for m in re.finditer(r"^[ \t]*\[\[ *fact *\]\]", self.text.content, re.MULTILINE)]
        cells = {name: self.cell(name, given) for name, given in self._table(written, "arguments").items()}
        where = []
        for column, wanted in self._table(written, "where").items():
            negated = isinstance(wanted, dict)
            if negated and set(wanted) != {"not"}:
                self._wrong(
                    f"`{column}` in where takes values, or not = values", column, 'as in { not = ["Civilians"] }'
                )
                continue
            listed = wanted["not"] if negated else wanted
            listed = listed if isinstance(listed, list) else [listed]
            where.append((column, not negated, frozenset(number(str(one)) for one in listed)))
        predicate = written.get("predicate")
        if not isinstance(predicate, str):
            self._wrong("a fact needs its predicate", "fact", "as in predicate = 'clash'")
        optional = written.get("optional") is True
        changes, left = self._string(written, "changes"), self._string(written, "left")
        if changes is not None and changes not in cells:
            remedy = did_you_mean(changes, cells) or f"its arguments are {', '.join(cells)}"
            self._wrong(f"`{predicate}` has no argument `{changes}`", "changes", remedy)
        if changes and optional:
            self._wrong("a fact of which the changes are told is not optional", "optional", "leave it out")
        if left and not changes:
            self._wrong("who has left is seen from one date to the next", "left", 'write changes = "place" too')
        end = heads[number_] if number_ < len(heads) else 0  # written otherwise: fact = [{ ... }]
        at = self.text.span(self.text.content.rindex("[[", 0, end), end) if end else self.text.span(0, 0)
        return Template(str(predicate), cells, tuple(where), optional, changes, left, at)

    def cell(self, name: str, given: Any, reading: str = "name") -> Cell:
        """A bare text is the name of a column."""
        if isinstance(given, str):
            return Cell(given, reading=reading)
        if not isinstance(given, dict):
            self._wrong(f"`{name}` is neither a column nor a table", name, 'as in actor = "side_a"')
            return Cell()
        self._known("a cell", given)
        chosen = [key for key in ("column", "constant", "by", "within") if key in given]
        if len(chosen) != 1:
            self._wrong(f"`{name}` takes one of column, constant, by and within", name, 'as in { column = "side_a" }')
        if "within" in given and given != {"within": SHAPE}:
            remedy = f'write {{ within = "{SHAPE}" }}'
            self._wrong(f"`{name}` takes places from the `{SHAPE}` of features, and nothing else", "within", remedy)
        reading = given.get("as", reading)
        if reading not in READINGS:
            self._wrong(f"there is no reading `{reading}`", "as", f"write one of {', '.join(READINGS)}")
        values: dict[str, tuple[str, ...]] = {}
        for group in self._strings(given, "values"):
            if group not in self.values:
                remedy = did_you_mean(group, self.values) or f"write [values.{group}]"
                self._wrong(f"there are no values `{group}`", group, remedy)
            values.update(self.values.get(group, {}))
        choices = {number(k): str(v) for k, v in self._table(given, "columns").items()}
        constant = given.get("constant")
        return Cell(
            self._string(given, "column"), None if constant is None else str(constant), self._string(given, "by"),
            self._string(given, "within"), choices, reading, values, tuple(self._strings(given, "key")),
            tuple(self._strings(given, "drop")), self._string(given, "split"),
        )  # fmt: skip

    # ---------------------------------------------------------------- what is there

    def _constants(self, cell: str, meant: Any) -> tuple[str, ...]:
        """One constant or several; `false` where a row with that cell cannot be used."""
        names = () if meant is False else tuple(meant) if isinstance(meant, list) else (meant,)
        for name in names:
            if not isinstance(name, str) or not re.fullmatch(r"[a-z][A-Za-z0-9_]*", name):
                self._wrong(f"`{name}` is no constant", cell, "write it in lower case, with _ for blanks; or false")
        return names

    def _table(self, within: dict[str, Any], key: str) -> dict[str, Any]:
        given = within.get(key, {})
        if isinstance(given, dict):
            return given
        self._wrong(f"`{key}` is a table", key, f"write [{key}], or {key} = {{ ... }}")
        return {}

    def _string(self, within: dict[str, Any], key: str) -> str | None:
        given = within.get(key)
        if given is not None and not isinstance(given, str):
            self._wrong(f"`{key}` is a text", key, f'write {key} = "..."')
            return None
        return given

    def _strings(self, within: dict[str, Any], key: str) -> list[str]:
        given = within.get(key, [])
        listed = [given] if isinstance(given, str) else given
        if isinstance(listed, list) and all(isinstance(one, str) for one in listed):
            return listed
        self._wrong(f"`{key}` is a list of texts", key, f'write {key} = ["...", "..."]')
        return []

    def _known(self, where: str, given: Iterable[str]) -> None:
        for key in given:
            if key not in _KEYS[where]:
                remedy = did_you_mean(key, _KEYS[where]) or f"its keys are {', '.join(_KEYS[where])}"
                self._wrong(f"{where} has no key `{key}`", key, remedy)

    def _wrong(self, message: str, key: str, remedy: str) -> None:
        found = re.search(rf"^\s*\[*[^#\n=]*?(?<!\w){re.escape(key)}(?!\w)", self.text.content, re.MULTILINE)
        found = found or re.search(rf"(?<!\w){re.escape(key)}(?!\w)", self.text.content)
        at = self.text.span(found.end() - len(key), found.end()) if found else self.text.span(0, 0)
        self.problems.append(error("R432", message, at, help=remedy))


def number(cell: str) -> str:
    """A whole number as it is written without a fraction: 1.0 is 1."""
    return cell[:-2] if re.fullmatch(r"-?\d+\.0", cell) else cell
