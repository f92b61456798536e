"""Why something does not hold, and what would make it hold, as sentences and as JSON."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from reasoner.evidence.claim import Claim
from reasoner.explain.changes import Remedy
from reasoner.explain.options import Change
from reasoner.explain.proof import Derived, Proof, supports, walk
from reasoner.explain.why_not import Attempt, Failure, WhyNot
from reasoner.query.phrases import show
from reasoner.query.words import BE, HAVE, agreeing, base, filled, third_person
from reasoner.render.json import Json, citation, plain
from reasoner.render.passage import Item, lines
from reasoner.render.text import Footnotes, TextRenderer, Words, shown
from reasoner.syntax.tree import Rule
from reasoner.syntax.vocabulary import atoms
from reasoner.term import Row, Value, Variable
from reasoner.when import Day, day_or_none, show_day

TOLD = 3  # premises of a rule, and rules of a premise
DEEP = 4


@dataclass(frozen=True)
class Way:
    """Changes that together would make it so, as sentences and as suppositions; and what may stand in their place."""

    changes: tuple[str, ...]
    suppositions: tuple[str, ...]
    others: tuple[str, ...]


@dataclass(frozen=True)
class Telling:
    """A why not in parts: the verdict, how far the rules got, and the ways to make it so with what opens them."""

    verdict: str
    reasons: tuple[Item, ...]
    opening: str
    ways: tuple[Way, ...]
    notes: Footnotes


class WhyNotRenderer:
    """Tells one answer."""

    def __init__(self, renderer: TextRenderer) -> None:
        self.renderer, self.notes = renderer, Footnotes(renderer.sources)

    def text(self, found: WhyNot) -> str:
        """The verdict, how far each rule got, what would make it hold, the sources."""
        told = self.tell(found)
        below = [line for number, way in enumerate(told.ways, 1) for line in _lines(number, way)]
        opening = [told.opening] if told.opening else []
        return shown("\n".join((told.verdict, *lines(told.reasons, "  "), *opening, *below, *told.notes.lines())))

    def tell(self, found: WhyNot) -> Telling:
        """What is to be said, in parts."""
        on = f", on {show_day(found.day)}" if found.day else ""
        if found.failure is None:
            sentence = self._sentence(found.predicate, found.row)
            return Telling(f"But it is so: {sentence}{on}. Ask `reasoner why` about it.", (), "", (), self.notes)
        verdict = f"{self._verdict(found, on)}."
        reasons = tuple(self._reasons(found.failure, 0))
        return Telling(verdict, reasons, self._opening(found), tuple(self._ways(found)), self.notes)

    def _verdict(self, found: WhyNot, on: str) -> str:
        failure = found.failure
        assert failure is not None
        sentence = self._sentence(found.predicate, found.row)
        if failure.reason == "uncertain":
            return f"It is not known whether {sentence}{on}: the dates do not tell"
        if not found.known and failure.reason == "derived":
            return f"It does not follow that {sentence}{on}: what it needs is not known"
        if not found.known:
            return f"It is not known whether {sentence}{on}: nothing says so"
        reasons = [self._main(one) for attempt in failure.attempts for one in (*attempt.failures, *attempt.besides)]
        told = next((reason for reason, news in reasons if news), "") or next((r for r, _ in reasons if r), "")
        return f"{_capital(self.denied(found.predicate, found.row))}{on}{f': {told}' if told else ''}"

    def _main(self, failure: Failure) -> tuple[str, bool]:
        """What stands in the way in a few words, and whether it is news: dated, not the map."""
        if failure.reason != "stands" or failure.proof is None:
            return "", False
        return self._telling(failure.proof), any(claim.dates for claim in supports(failure.proof))

    def _telling(self, proof: Proof) -> str:
        """The conclusion in a proof that says most: with a phrase, and the most arguments."""
        nodes = [node for node in walk(proof) if isinstance(node, Derived) and self._declared(node.predicate)]
        best = max(nodes, key=lambda node: len(node.row), default=None)
        return self._sentence(best.predicate, best.row) if best else ""

    def _declared(self, predicate: str) -> bool:
        declaration = self.renderer.vocabulary.declarations.get(predicate)
        return bool(declaration and declaration.phrases)

    def denied(self, predicate: str, row: tuple[Value | None, ...]) -> str:
        """The atom's sentence with a `not` in it."""
        sentence = self._sentence(predicate, row)
        declaration = self.renderer.vocabulary.declarations.get(predicate)
        words = re.sub(r"\{\w+\}", "", declaration.phrases[0]).split() if declaration and declaration.phrases else []
        auxiliary = next((word for word in words if word in BE | HAVE), None)
        if auxiliary:
            return re.sub(rf"\b({auxiliary}|{agreeing(auxiliary)})\b", r"\1 not", sentence, count=1)
        verb = words[0] if words else ""
        if third_person(verb):
            for said, negated in ((verb, "does not"), (base(verb), "do not")):
                if found := re.search(rf"\b{said}\b", sentence):
                    return f"{sentence[: found.start()]}{negated} {base(verb)}{sentence[found.end() :]}"
        return f"it is not so that {sentence}"

    # ---------------------------------------------------------------- reasons

    def _reasons(self, failure: Failure, depth: int) -> Iterator[Item]:
        """Why a premise fails, and below it how far its rules got."""
        own = None
        if not failure.attempts or (depth and self._declared(failure.predicate)):
            own = self._premise(failure)
        below = tuple(self._attempts(failure, depth)) if depth < DEEP else ()
        if own is None:
            yield from below
        else:
            yield Item(own, below)

    def _attempts(self, failure: Failure, depth: int) -> Iterator[Item]:
        """How far some rules got, each with its premises that fail."""
        shown_here = failure.attempts[: TOLD if depth < 2 else 1]
        for attempt in shown_here:
            fails = (*attempt.failures[:TOLD], *attempt.besides[:TOLD])
            yield Item((self._rule(attempt),), tuple(item for one in fails for item in self._reasons(one, depth + 1)))
        if others := len(failure.attempts) - len(shown_here):
            yield Item((f"nor by {others} other rule{'s' * (others != 1)}",))

    def _rule(self, attempt: Attempt) -> str:
        place = f"{attempt.rule.origin.file}:{attempt.rule.origin.line}"
        met = f": {attempt.met} of {attempt.premises} premises hold" if attempt.premises > 1 else ""
        return f"not by: {self._text(attempt)}  ({place}){met}"

    def _text(self, attempt: Attempt) -> str:
        return self._worded(attempt.rule, dict(attempt.binding)) or str(attempt.rule.head)

    def _worded(self, rule: Rule, values: Mapping[str, Value]) -> str:
        """A rule's own text with its values; what has none yet by its type, as `some place`."""

        def say(name: str) -> str:
            return self._say(values[name]) if name in values else self._some(rule, name)

        return filled(rule.text or "", say)

    def _some(self, rule: Rule, name: str) -> str:
        """`some place` for a variable that stands in an argument of type Place."""
        for atom in (rule.head, *atoms(rule.body)):
            for parameter, term in zip(self.renderer.vocabulary.parameters(atom.predicate), atom.terms, strict=False):
                if isinstance(term, Variable) and term.name == name and parameter.type:
                    return show(parameter, None, None)
        return f"some {name}"

    def _premise(self, failure: Failure) -> Words:
        on = f" ({show_day(failure.day)})" if failure.day else ""
        known = "not known" if failure.unknown else "no"
        sentence = self._sentence(failure.predicate, failure.row) if failure.predicate else failure.text
        match failure.reason:
            case "stands":
                return "no: ", *self._because(failure, sentence)
            case "uncertain":
                return "not known: the dates do not tell whether ", *self._because(failure, sentence), on
            case "denied":
                return "no: ", *self.renderer.claimed(failure.claims[0], self.notes)
            case "dated":
                told = [("; ", *self.renderer.claimed(claim, self.notes)) for claim in failure.claims[:TOLD]]
                words = [word for one in told for word in one]
                return "no: ", *words[1:], f"; not on {show_day(failure.day)}"
            case "unsaid" if failure.claims:
                dates = ", ".join(dict.fromkeys(_dates(claim) for claim in failure.claims))
                return f"{known}: {sentence}: told of {dates} only ", self.notes.mark(failure.claims)
            case "compared" | "counted":
                return (f"{known}: {sentence} fails",)
        return (f"{known}: nothing says that {sentence}",)

    def _because(self, failure: Failure, sentence: str) -> Words:
        """What stands, and in the words of its proof what makes it so, with its sources."""
        if failure.proof is None:
            return (sentence,)
        words = dict.fromkeys((self._told(failure.proof) or sentence, self._telling(failure.proof)))
        told = ": ".join(text for text in words if text)
        mark = self.notes.mark(supports(failure.proof))
        return (told, "  ", mark) if mark else (told,)

    def _told(self, node: Proof) -> str:
        """A node by its own phrase, else by the text of its rule."""
        if self._declared(node.predicate):
            return self._sentence(node.predicate, node.row)
        return self._worded(node.rule, dict(node.binding)) if isinstance(node, Derived) else ""

    def _say(self, value: Value) -> str:
        return self.renderer.names.show(value) if isinstance(value, str) else str(value)

    def _sentence(self, predicate: str, row: tuple[Value | None, ...]) -> str:
        return self.renderer.sentence(predicate, tuple("_" if value is None else value for value in row))

    # ---------------------------------------------------------------- what would make it hold

    def _opening(self, found: WhyNot) -> str:
        if not found.remedies:
            return "No small change of the facts was found that would make it so."
        day = found.remedies[0].day
        since = f" from {show_day(day)}" if day != found.day else ""
        return f"It would be{since}, each checked by running it, if"

    def _ways(self, found: WhyNot) -> Iterator[Way]:
        for remedy, others in _grouped(found.remedies):
            changes = tuple(map(self._change, remedy.changes))
            instead = tuple(f"or with {self._say(other)} in place of {self._say(own)}" for own, other in others)
            yield Way(changes, remedy.suppositions, instead)

    def _change(self, change: Change) -> str:
        sentence = self._sentence(change.predicate, change.row)
        match change.kind:
            case "remove":
                return f"it were not so that {sentence}"
            case "redate":
                return f"{sentence}: dated {change.when}"
        return f"{sentence}{f', {change.when}' if change.when else ''}"


def _lines(number: int, way: Way) -> Iterator[str]:
    """A way as lines, with the flags that try it."""
    for place, change in enumerate(way.changes):
        yield f"{f'{number:>3}' if not place else '   '}  {'and ' if place else ''}{change}"
    flags = " ".join(f'--suppose "{written}"' for written in way.suppositions)
    yield f"       {flags}"
    yield from (f"       {one}" for one in way.others)


def _grouped(remedies: tuple[Remedy, ...]) -> list[tuple[Remedy, list[tuple[Value, Value]]]]:
    """Each remedy with those that differ from it in one value alone, as that value and what stands in its place."""
    groups: list[tuple[Remedy, list[tuple[Value, Value]]]] = []
    for remedy in remedies:
        for first, others in groups:
            swap = _swap(first, remedy)
            if swap:
                others.append(swap)
                break
        else:
            groups.append((remedy, []))
    return groups


def _swap(one: Remedy, other: Remedy) -> tuple[Value, Value] | None:
    pairs = list(zip(one.changes, other.changes, strict=False))
    if len(one.changes) != len(other.changes) or any(a.predicate != b.predicate or a.kind != b.kind for a, b in pairs):
        return None
    became = {v: w for a, b in pairs for v, w in zip(a.row, b.row, strict=True)}
    swapped = [(v, w) for v, w in became.items() if v != w]
    alike = all(became[v] == w for a, b in pairs for v, w in zip(a.row, b.row, strict=True))
    return swapped[0] if alike and len(swapped) == 1 else None


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _dates(claim: Claim) -> str:
    return " to ".join(map(str, claim.dates)) or "always"


# ---------------------------------------------------------------- JSON


def as_json(found: WhyNot) -> Json:
    """`verdict` is yes where it holds; else no or unknown, with the rules and the changes."""
    verdict = "yes" if found.holds else "no" if found.known else "unknown"
    result: Json = {
        "atom": _atom(found.predicate, found.row),
        "day": day_or_none(found.day) if found.day else None,
        "verdict": verdict,
    }
    if found.failure is not None:
        result["why_not"] = _failure(found.failure)
        result["changes"] = [_remedy(one) for one in found.remedies]
    return result | {"diagnostics": []}


def _failure(failure: Failure) -> Json:
    told: Json = {
        "reason": failure.reason,
        "known": "unknown" if failure.unknown else "false",
        "atom": _atom(failure.predicate, failure.row) if failure.predicate else failure.text,
        "day": _day(failure.day),
    }
    claims = failure.claims or (supports(failure.proof) if failure.proof else ())
    if claims:
        told["citations"] = [cited for cited in map(citation, claims) if cited]
    if failure.attempts:
        told["rules"] = [
            {
                "rule": f"{one.rule.origin.file}:{one.rule.origin.line}",
                "text": one.rule.text,
                "bindings": {name: plain(value) for name, value in one.binding},
                "met": one.met,
                "premises": one.premises,
                "fails": [_failure(lower) for lower in one.failures],
            }
            for one in failure.attempts
        ]
    return told


def _remedy(remedy: Remedy) -> Json:
    changes = [{"kind": c.kind, "fact": c.fact} for c in remedy.changes]
    return {"day": _day(remedy.day), "changes": changes, "suppose": list(remedy.suppositions)}


def _atom(predicate: str, row: tuple[Value | None, ...]) -> str:
    filled: Row = tuple("_" if value is None else value for value in row)
    return f"{predicate}({', '.join(map(str, filled))})" if filled else predicate


def _day(day: Day) -> str | None:
    return day_or_none(day) if day else None
