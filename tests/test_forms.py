"""The forms of a proof, each read back by somebody else: readers of XML, of JSON, of flowcharts, and our own loader."""

from __future__ import annotations

import json
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest
from click.testing import CliRunner

import reasoner
from reasoner.doors.cli import cli
from reasoner.explain.proof import Absent, Derived, Proof, Stated, identities, told, walk
from reasoner.knowledge_base import KnowledgeBase
from reasoner.render.forms import FORMS, graph
from reasoner.render.text import TextRenderer
from tests.seed import FACTS

ROOT = Path(__file__).parent.parent
SPACE = "{http://graphml.graphdrawing.org/xmlns}"
STEPS = 300  # of a proof, more than are told unless more are asked for
NASTY = """\
state p(x) "{x} is \\"so\\" & <so>".
source s publisher "A \\"B\\" & Co" date 2016-05-15.
p(a) s1 "red \x1b[31m `text` #1 \\\\ <b>".
r(X) :- p(X), not q(X)  "a rule".
event q(x).
"""

Edges = set[tuple[str, str]]


def edges(proof: Proof) -> Edges:
    """What rests on what, by name."""
    names = identities(proof)
    return {(names[node], names[premise]) for node in names if "#" not in node.predicate for premise in told(node)}


@pytest.fixture(scope="module")
def kb() -> KnowledgeBase:
    """The bundled rules and facts."""
    return reasoner.load(ROOT / "rules", FACTS, default_rules=False)


@pytest.fixture(params=["besieges", "holds", "an aggregate", "nasty"])
def case(request: pytest.FixtureRequest, kb: KnowledgeBase, tmp_path: Path) -> tuple[Proof, TextRenderer]:
    """Proofs of many kinds: with absences, aggregates, and texts that other formats write otherwise."""
    body = {
        "besieges": "besieges(syrian_army, raqqa_city, w)",
        "holds": "holds(isil, raqqa_city)",
        "an aggregate": "sides_known(raqqa_city, N)",
        "nasty": "r(a)",
    }[request.param]
    if request.param == "nasty":
        (tmp_path / "p.dl").write_text(NASTY, encoding="utf-8")
        kb = reasoner.load(facts=tmp_path / "p.dl", default_rules=False)
    (answer,) = kb.why(body, at="2016-06-04")
    assert answer.proof is not None
    return answer.proof, kb.renderer


def test_a_name_is_made_of_what_a_node_says(kb: KnowledgeBase) -> None:
    """Proved anew, a node has the same name; nodes of different names say different things; shared parts are shared."""
    found: dict[str, tuple[str, int, tuple[str, ...]]] = {}
    for body in ("besieges(A, P, S)", "pressure(A, P, S)", "pressure(A, P, S)"):
        for answer in kb.why(body, at="2016-06-04"):
            assert answer.proof is not None
            names = identities(answer.proof)
            assert len(set(names.values())) == len(names)
            for node, name in names.items():
                says = (str(node.row), node.day, tuple(names[premise] for premise in node.premises))
                assert found.setdefault(name, says) == says
    assert len(found) > 10


def test_sentences_and_tree(case: tuple[Proof, TextRenderer]) -> None:
    """Every rule and every quote stands in both; `depth` cuts both short; nothing drives a terminal."""
    proof, renderer = case
    for name in ("sentences", "tree"):
        text = FORMS[name]([proof], renderer, 80)
        assert "\x1b" not in text
        for node in walk(proof):
            if isinstance(node, Stated) and node.claim.evidence:
                assert (node.claim.evidence.quote or "").split("\x1b")[0] in text
        assert len(FORMS[name]([proof], renderer, 1).splitlines()) < len(text.splitlines())
    places = {f"{n.rule.origin.file}:{n.rule.origin.line}" for n in walk(proof) if isinstance(n, Derived)}
    assert all(place in FORMS["tree"]([proof], renderer, 80) for place in places)


def test_json(case: tuple[Proof, TextRenderer]) -> None:
    """The nested objects are the graph of the proof; what was told before is named alone."""
    proof, renderer = case
    found: Edges = set()

    def read(node: dict) -> None:
        for lower in node.get("because", ()):
            found.add((node["id"], lower["id"]))
            read(lower)

    for top in json.loads(FORMS["json"]([proof], renderer, 80)):
        read(top)
    assert found == edges(proof)


def test_graphml(case: tuple[Proof, TextRenderer]) -> None:
    """An XML reader finds the same graph, every key declared, each node once."""
    proof, renderer = case
    root = ElementTree.fromstring(FORMS["graphml"]([proof], renderer, 80))
    keys = {key.get("id") for key in root.iter(f"{SPACE}key")}
    ids = [node.get("id") for node in root.iter(f"{SPACE}node")]
    assert {data.get("key") for data in root.iter(f"{SPACE}data")} <= keys
    assert len(ids) == len(set(ids)) == len(graph([proof]))
    found = {(edge.get("source"), edge.get("target")) for edge in root.iter(f"{SPACE}edge")}
    assert found == edges(proof)


def test_mermaid(case: tuple[Proof, TextRenderer]) -> None:
    """Each line is a node with its text in quotes, or an arrow between two nodes that are there."""
    proof, renderer = case
    first, *lines = FORMS["mermaid"]([proof], renderer, 80).splitlines()
    assert first == "flowchart TD"
    found: Edges = set()
    ids = set()
    for line in lines:
        arrow = re.fullmatch(r"    (n[0-9a-f]{12}) --> (n[0-9a-f]{12})", line)
        node = re.fullmatch(r'    (n[0-9a-f]{12})(?:\["[^"]*"\]|\("[^"]*"\)|\{\{"[^"]*"\}\})', line)
        assert arrow or node, line
        if arrow:
            found.add((arrow[1], arrow[2]))
        elif node:
            ids.add(node[1])
    assert found == edges(proof)
    assert {end for edge in found for end in edge} <= ids


def test_facts_of_our_own(case: tuple[Proof, TextRenderer], tmp_path: Path) -> None:
    """They load without a warning of their own, and a query finds the proof again, down to the quotes."""
    proof, renderer = case
    (tmp_path / "proof.dl").write_text(FORMS["facts"]([proof], renderer, 80), encoding="utf-8")
    asked = reasoner.load(facts=tmp_path / "proof.dl", default_rules=False)
    found = {(str(answer.row[0]), str(answer.row[1])) for answer in asked.query("premise(N, M)")}
    assert found == edges(proof)
    kinds = {"proves": (Stated, Derived), "uses_rule": Derived, "cites": Stated, "absent": Absent}
    for predicate, kind in kinds.items():
        arity = asked.vocabulary.arity(predicate)
        rows = asked.query(f"{predicate}({', '.join('ABCDE'[:arity])})")
        told_nodes = [node for node, _ in graph([proof]).values() if isinstance(node, kind)]
        assert len(rows) >= len(told_nodes), predicate
    leaves = "below(N, M) :- premise(N, M). below(N, M) :- below(N, L), premise(L, M).\n"
    (tmp_path / "below.dl").write_text(leaves + "leaf(S) :- below(_, M), cites(M, S, _, _).\n", encoding="utf-8")
    asked = reasoner.load(tmp_path / "below.dl", tmp_path / "proof.dl", default_rules=False)
    sources = {node.claim.evidence.source for node in walk(proof) if isinstance(node, Stated) and node.claim.evidence}
    assert {getattr(answer.row[0], "text", None) for answer in asked.query("leaf(S)")} == sources


def test_proofs_share_their_parts(kb: KnowledgeBase) -> None:
    """Several proofs are one graph, in which a part that they share is drawn once."""
    proofs = [answer.proof for answer in kb.why("besieges(A, P, S)", at="2016-06-04") if answer.proof]
    renderer = kb.renderer
    root = ElementTree.fromstring(FORMS["graphml"](proofs, renderer, 80))
    ids = [node.get("id") for node in root.iter(f"{SPACE}node")]
    assert len(ids) == len(set(ids)) < sum(len(graph([proof])) for proof in proofs)
    assert FORMS["facts"](proofs, renderer, 80).count("source proof") == 1


def test_forms_at_the_command_line(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """`--form`, `--all` and `--depth` together; a proof of many steps is whole as facts and cut short as text."""
    edges = "".join(f"e({i}, {i + 1}).\n" for i in range(STEPS))
    (tmp_path / "chain.dl").write_text(
        f"r(0).\nr(Y) :- r(X), e(X, Y).\nr({STEPS}) :- by_air(0, {STEPS}).\nby_air(0, {STEPS}).\n{edges}"
    )
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))

    def why(*flags: str) -> str:
        command = ["why", f"r({STEPS})", "--no-default-rules", "--rules", "chain.dl", *flags]
        return CliRunner(catch_exceptions=False).invoke(cli, command).stdout

    assert why("--form", "tree").count("\n") == 2
    shown = json.loads(why("--form", "json", "--all", "2", "--depth", "500"))
    assert [len(proof["because"]) for proof in shown] == [1, 2]
    assert "and so on" in why("--all", "2")
    assert why("--form", "facts", "--all", "2").count("\nuses_rule(") == 1 + STEPS
    assert why("--form", "mermaid", "--depth", "1").count("\n") == 2
    assert json.loads(why("--json", "--all", "2"))["answers"][0]["proofs"][0]["rule"] == "chain.dl:3"
