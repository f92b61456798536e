"""Engines: each turns a plan and a store into the same model."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from reasoner.engine.model import Model
    from reasoner.evidence.store import Store
    from reasoner.plan.plan import Plan

ENGINES = {
    "columnar": "reasoner.engine.columnar",
    "naive": "reasoner.engine.naive",
    "pydatalog": "reasoner.engine.pydatalog",
}


def engine(name: str = "columnar") -> Callable[[Plan, Store], Model]:
    """The `evaluate` of the engine of that name, loaded when it is first asked for. Raises KeyError."""
    return cast("Callable[[Plan, Store], Model]", import_module(ENGINES[name]).evaluate)
