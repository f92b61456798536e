"""Messages as data: a code, a place, what is wrong, and what to write instead.

R1xx syntax, R2xx rules, R3xx strata and plan, R4xx facts and dates, R5xx limits.
They are collected, sorted, and drawn here and nowhere else.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from reasoner.text import Span

Severity = Literal["error", "warning"]


@dataclass(frozen=True)
class Label:
    """A place in a text and what is to be said of it."""

    span: Span
    message: str = ""


@dataclass(frozen=True)
class Diagnostic:
    """One message. The first label is where it points; the others help to understand it."""

    code: str
    severity: Severity
    message: str
    labels: tuple[Label, ...] = ()
    notes: tuple[str, ...] = ()
    help: str = ""

    @property
    def order(self) -> tuple[str, int, str]:
        first = self.labels[0].span if self.labels else None
        return (first.file, first.start, self.code) if first else ("", 0, self.code)

    def as_json(self) -> dict[str, object]:
        """The message as plain data; lines and columns count from 1."""
        return {
            "code": self.code,
            "severity": self.severity,
            "message": self.message,
            "labels": [
                {
                    "file": label.span.file,
                    "line": label.span.line,
                    "column": label.span.column,
                    "length": label.span.end - label.span.start,
                    "message": label.message,
                }
                for label in self.labels
            ],
            "notes": list(self.notes),
            "help": self.help,
        }


class Problems(ValueError):
    """Raised where work cannot go on; `diagnostics` says why, all of it at once."""

    def __init__(self, diagnostics: Iterable[Diagnostic]) -> None:
        self.diagnostics = sort(diagnostics)
        super().__init__(draw(self.diagnostics))


def error(
    code: str,
    message: str,
    at: Span | None = None,
    label: str = "",
    *,
    help: str = "",
    notes: Sequence[str] = (),
) -> Diagnostic:
    """An error that points at one place."""
    return Diagnostic(code, "error", message, _labels(at, label), tuple(notes), help)


def warning(
    code: str,
    message: str,
    at: Span | None = None,
    label: str = "",
    *,
    help: str = "",
    notes: Sequence[str] = (),
) -> Diagnostic:
    """A warning that points at one place."""
    return Diagnostic(code, "warning", message, _labels(at, label), tuple(notes), help)


def _labels(at: Span | None, label: str) -> tuple[Label, ...]:
    return (Label(at, label),) if at else ()


def sort(diagnostics: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    """In the order of the files and of the places in them, each once."""
    # Spans compare without their texts: the same words at the same place of two files are two messages.
    each = {(d.order, d.message): d for d in diagnostics}
    return tuple(sorted(each.values(), key=lambda d: d.order))


def errors(diagnostics: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    """Those that stop the work."""
    return tuple(d for d in diagnostics if d.severity == "error")


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """`did you mean ...?` with the nearest known word, or nothing where none is near."""
    from difflib import get_close_matches

    near = get_close_matches(word, sorted(set(known)), n=1, cutoff=0.6) if len(word) >= 2 else []
    return f"did you mean `{near[0]}`?" if near else ""


def draw(diagnostics: Iterable[Diagnostic]) -> str:
    """The messages as a terminal shows them, a blank line between two."""
    return "\n\n".join(_draw_one(d) for d in diagnostics)


def _draw_one(diagnostic: Diagnostic) -> str:
    lines = [f"{diagnostic.severity}[{diagnostic.code}]: {diagnostic.message}"]
    gutter = max((len(str(label.span.line)) for label in diagnostic.labels), default=1)
    file, above = "", ""
    for label in diagnostic.labels:
        if label.span.file != file:
            file, above = label.span.file, ""
            lines.append(f"{' ' * gutter}--> {label.span}")
        excerpt, carets = _draw_label(label, gutter)
        lines.extend([carets] if excerpt == above else [excerpt, carets])
        above = excerpt
    lines.extend(f"{' ' * gutter} = note: {note}" for note in diagnostic.notes)
    if diagnostic.help:
        lines.append(f"{' ' * gutter} = help: {diagnostic.help}")
    return "\n".join(lines)


def _draw_label(label: Label, gutter: int) -> tuple[str, str]:
    span = label.span
    whole = span.text.line(span.line)
    # Long lines (a table pasted into one line) are cut to a window around the place.
    first = max(0, span.column - 1 - 60) if len(whole) > 160 else 0
    shown = "".join(c if c.isprintable() else " " for c in whole[first : first + 160])
    width = max(1, min(span.end - span.start, len(whole) - span.column + 1, 160))
    carets = " " * (span.column - 1 - first) + "^" * width
    return f"{span.line:>{gutter}} | {shown}".rstrip(), f"{' ' * gutter} | {carets} {label.message}".rstrip()
