"""What is said of a subject in a few words, from the phrases of its declarations: `held by ISIL`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from reasoner.query.names import Names
from reasoner.query.phrases import tell
from reasoner.syntax.tree import Declaration
from reasoner.syntax.vocabulary import Vocabulary


def label(declaration: Declaration, row: Sequence[object], at: int, names: Names, until: int | None = None) -> str:
    """An atom without its subject, which stands in argument `at`: `besieged by Syrian army from the west`.

    The first phrase that begins with the subject and has all arguments, else the first phrase. `until` cuts it off
    before an argument: `the supply by ground` before the status.
    """
    subject = declaration.parameters[at].name
    needed = {f"{{{parameter.name}}}" for parameter in declaration.parameters}
    whole = [p for p in declaration.phrases if needed <= set(re.findall(r"\{\w+\}", p))]
    phrase = next((p for p in whole if p.startswith(f"{{{subject}}} ")), (whole or list(declaration.phrases))[0])
    if until is not None:
        phrase = re.sub(rf"\s*\b(?:is|are)?\s*\{{{declaration.parameters[until].name}\}}.*", "", phrase)
    if phrase.startswith(f"{{{subject}}} "):
        phrase = re.sub(rf"^\{{{subject}\}} (?:is |are )?", "", phrase)
    else:
        phrase = re.sub(rf"^the | (?:of|\[of) \{{{subject}\}}\]?", "", phrase)
        phrase = re.sub(rf"\{{{subject}\}}", "it", phrase)
    return tell(replace(declaration, phrases=(phrase,)), row, names)


def ends_in_a_member(vocabulary: Vocabulary, predicate: str, names: Names) -> bool:
    """Whether the last argument is one of a few values, such as a status, that take each other's place."""
    parameters = vocabulary.parameters(predicate)
    last = parameters[-1].type if len(parameters) > 1 else None
    return bool(last and vocabulary.types.get(last)) and not names.is_compass(last)
