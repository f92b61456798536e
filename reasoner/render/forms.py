"""A proof in other forms: a tree of atoms, a graph for other tools, and facts of our own language."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from xml.etree import ElementTree

from reasoner.explain.proof import Absent, Derived, Given, Proof, Stated, identities, show, told
from reasoner.render.json import citation
from reasoner.render.proof import DEPTH, as_json, sentences
from reasoner.render.text import Footnotes, TextRenderer, shown
from reasoner.term import Quoted
from reasoner.when import PAST, show_day

_DECLARED = """\
% A proof: `reasoner query --no-default-rules --facts FILE 'cites(N, S, L, W)'` asks it.
source proof publisher "reasoner".
fixed proves(node: Node, predicate, atom, day, sure)  "{node} proves {atom} on {day}".
fixed uses_rule(node: Node, place, words)             "{node} uses the rule in {place}".
fixed premise(node: Node, lower: Node)                "{node} rests on {lower}".
fixed cites(node: Node, voice, locator, words)        "{node} cites {voice}".
fixed absent(node: Node, atom, first, last)           "{node} says that {atom} is absent from {first} to {last}".
"""


Graph = dict[str, tuple[Proof, tuple[str, ...]]]


def graph(proofs: Sequence[Proof], depth: int | None = None) -> Graph:
    """Every node that is told, by name, with what it rests on, down to so many steps; what proofs share, once."""
    names: dict[Proof, str] = {}
    for proof in proofs:
        names |= identities(proof)
    found: Graph = {}
    row, step = list(proofs), 0
    while row:
        step += 1
        lower: list[Proof] = []
        for node in row:
            if names[node] not in found:
                premises = told(node) if step != depth else ()
                found[names[node]] = node, tuple(dict.fromkeys(names[premise] for premise in premises))
                lower += premises
        row = lower
    return found


def trees(proofs: Sequence[Proof], renderer: TextRenderer, depth: int | None = None) -> str:
    """The atoms as they are written, each with its rule's place or its source."""
    return "\n\n".join(_tree(proof, renderer, depth or DEPTH) for proof in proofs)


def _tree(proof: Proof, renderer: TextRenderer, depth: int) -> str:
    notes = Footnotes(renderer.sources)
    lines: list[str] = []
    known: set[Proof] = set()
    waiting: list[tuple[Proof, str, str, int]] = [(proof, "", "", depth)]
    while waiting:
        node, first, rest, left = waiting.pop()
        again = node in known and bool(node.premises)
        lines.append(f"{first}{_line(node, notes)}{'  (as above)' if again else ''}")
        known.add(node)
        premises = told(node) if left > 1 and not again else ()
        for number, premise in reversed(list(enumerate(premises, 1))):
            bars = ("└─ ", "   ") if number == len(premises) else ("├─ ", "│  ")
            waiting.append((premise, rest + bars[0], rest + bars[1], left - 1))
    return shown("\n".join((*lines, *notes.lines())))


def _line(node: Proof, notes: Footnotes) -> str:
    sure = "" if node.certain else "  possibly"
    match node:
        case Derived(rule=rule):
            return f"{show(node)}  {_when(node)}{sure}  {rule.origin.file}:{rule.origin.line}"
        case Stated(claim=claim):
            return f"{show(node)}  {_when(node)}{sure}  {notes.mark((claim,)) or '(uncited)'}"
        case Absent(premises=premises, more=more):
            why = f"; what stands in its way{', and perhaps more' if more else ''}:" if premises else ""
            return f"not {show(node)}  {_when(node)}{sure}{why}"
        case Given():
            return f"{show(node)}  by definition"


def _when(node: Proof) -> str:
    span = (node.first, node.day) if isinstance(node, Absent) else node.window or (node.day, node.day)
    ends = ["ever" if day == PAST else show_day(day) for day in span]
    return ends[0] if span[0] == span[1] else f"{'' if isinstance(node, Absent) else 'some day of '}{'..'.join(ends)}"


def _label(node: Proof, renderer: TextRenderer) -> str:
    """What a node says, in a line or two."""
    row = tuple("_" if value is None else value for value in node.row)
    atom = renderer.sentence(node.predicate, row) if "#" not in node.predicate else "the question"
    return shown(
        f"{'not: ' if isinstance(node, Absent) else ''}{atom}\n{_when(node)}{'' if node.certain else ', possibly'}"
    )


def graphml(proofs: Sequence[Proof], renderer: TextRenderer, depth: int | None = None) -> str:
    """A graph that Gephi, yEd and NetworkX read: an edge goes from a node to what it rests on."""
    root = ElementTree.Element("graphml", xmlns="http://graphml.graphdrawing.org/xmlns")
    for key in ("label", "atom", "kind", "day", "sure", "rule", "source", "locator", "quote"):
        attributes = {"id": key, "for": "node", "attr.name": key, "attr.type": "string"}
        ElementTree.SubElement(root, "key", attributes)
    drawn = ElementTree.SubElement(root, "graph", id="proof", edgedefault="directed")
    edges: list[tuple[str, str]] = []
    for name, (node, premises) in graph(proofs, depth).items():
        element = ElementTree.SubElement(drawn, "node", id=name)
        for key, value in _data(node, renderer).items():
            ElementTree.SubElement(element, "data", key=key).text = shown(value)
        edges += [(name, premise) for premise in premises]
    for source, target in edges:
        ElementTree.SubElement(drawn, "edge", source=source, target=target)
    ElementTree.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ElementTree.tostring(root, encoding="unicode")


def _data(node: Proof, renderer: TextRenderer) -> dict[str, str]:
    found = {
        "label": _label(node, renderer), "atom": show(node), "kind": type(node).__name__.lower(),
        "day": _when(node), "sure": "certain" if node.certain else "possible",
    }  # fmt: skip
    match node:
        case Derived(rule=rule):
            found["rule"] = f"{rule.origin.file}:{rule.origin.line}"
        case Stated(claim=claim) if claim.evidence:
            found |= {"source": claim.evidence.source, "locator": claim.evidence.locator or ""}
            found["quote"] = claim.evidence.quote or ""
    return found


def mermaid(proofs: Sequence[Proof], renderer: TextRenderer, depth: int | None = None) -> str:
    """A flowchart that Markdown pages draw; what is quoted has round corners, what is absent six."""
    lines = ["flowchart TD"]
    for name, (node, premises) in graph(proofs, depth).items():
        left, right = (
            ("{{", "}}") if isinstance(node, Absent) else ("(", ")") if isinstance(node, Stated) else ("[", "]")
        )
        text = _label(node, renderer)
        if isinstance(node, Derived):
            text += f"\n{node.rule.origin.file}:{node.rule.origin.line}"
        elif isinstance(node, Stated) and (cited := citation(node.claim)):
            text += f"\n{cited['source']} {cited['locator'] or ''}".rstrip()
        lines.append(f'    {name}{left}"{_escaped(text)}"{right}')
        lines += [f"    {name} --> {premise}" for premise in premises]
    return "\n".join(lines)


def _escaped(text: str) -> str:
    for mark, entity in (("#", "#35;"), ('"', "#quot;"), ("<", "#lt;"), (">", "#gt;"), ("`", "#96;")):
        text = text.replace(mark, entity)
    return text.replace("\n", "<br>")


def facts(proofs: Sequence[Proof], depth: int | None = None) -> str:
    """Facts of our own language, with their declarations, to be loaded and asked like any others."""
    lines = [_DECLARED]
    for name, (node, premises) in graph(proofs, depth).items():
        if isinstance(node, Absent):
            first = "ever" if node.first == PAST else show_day(node.first)
            lines.append(f"absent({name}, {_quoted(show(node))}, {_quoted(first)}, {_quoted(show_day(node.day))}).")
        else:
            sure = "certain" if node.certain else "possible"
            said = ", ".join(map(_quoted, (node.predicate, show(node), _when(node))))
            lines.append(f"proves({name}, {said}, {sure}).")
        match node:
            case Derived(rule=rule):
                place = _quoted(f"{rule.origin.file}:{rule.origin.line}")
                lines.append(f"uses_rule({name}, {place}, {_quoted(rule.text or '')}).")
            case Stated(claim=claim) if claim.evidence:
                words = (claim.evidence.source, claim.evidence.locator or "", claim.evidence.quote or "")
                lines.append(f"cites({name}, {', '.join(map(_quoted, words))}).")
        lines += [f"premise({name}, {premise})." for premise in premises]
    return "\n".join(lines)


def _quoted(text: str) -> str:
    return str(Quoted(shown(text)))


def _json(proofs: Sequence[Proof], renderer: TextRenderer, depth: int | None) -> str:
    return json.dumps([as_json(proof, depth or DEPTH) for proof in proofs], ensure_ascii=False, indent=2)


def _sentences(proofs: Sequence[Proof], renderer: TextRenderer, depth: int | None) -> str:
    return "\n\n".join(sentences(proof, renderer, depth or DEPTH) for proof in proofs)


# Without a depth a text and JSON tell so many steps, a graph and facts tell all.
Form = Callable[[Sequence[Proof], TextRenderer, int | None], str]

FORMS: dict[str, Form] = {
    "sentences": _sentences,
    "tree": trees,
    "json": _json,
    "graphml": graphml,
    "mermaid": mermaid,
    "facts": lambda proofs, _, depth: facts(proofs, depth),
}
