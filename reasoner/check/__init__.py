"""Is the program sound? Each check is a function that finds the places where one law is broken."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from reasoner.check.arguments import wrong_arguments
from reasoner.check.arithmetic import wrong_arithmetic
from reasoner.check.citations import repeated_facts, uncited_facts, unknown_assumptions, unknown_sources
from reasoner.check.dates import wrong_dates
from reasoner.check.declarations import (
    clashing_declarations,
    repeated_parameters,
    taken_names,
    wrong_references,
)
from reasoner.check.phrases import wrong_phrases
from reasoner.check.predicates import unknown_predicates, unused_predicates
from reasoner.check.singletons import singleton_variables
from reasoner.check.sources import circular_sources, clashing_sources, ungraded_sources
from reasoner.check.stratification import unstratified_rules
from reasoner.check.tables import wrong_tables
from reasoner.check.unbound import unbound_variables
from reasoner.check.values import lonely_types, mixed_variables, wrong_types
from reasoner.diagnostic import Diagnostic, sort
from reasoner.syntax.vocabulary import Vocabulary

Check = Callable[[Vocabulary], Iterator[Diagnostic]]

CHECKS: tuple[Check, ...] = (
    # declarations
    clashing_declarations,
    taken_names,
    repeated_parameters,
    wrong_references,
    wrong_phrases,
    # rules
    unknown_predicates,
    unused_predicates,
    wrong_arguments,
    unbound_variables,
    singleton_variables,
    wrong_arithmetic,
    wrong_types,
    mixed_variables,
    lonely_types,
    unstratified_rules,
    # facts
    wrong_dates,
    wrong_tables,
    unknown_sources,
    unknown_assumptions,
    uncited_facts,
    repeated_facts,
    circular_sources,
    ungraded_sources,
    clashing_sources,
)


def check(vocabulary: Vocabulary) -> tuple[Diagnostic, ...]:
    """Everything that is wrong with a program, in the order of its files."""
    return sort(found for one in CHECKS for found in one(vocabulary))
