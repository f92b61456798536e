"""The columnar engine: sorted columns of codes with intervals of days, evaluated semi-naively in numpy."""

from reasoner.engine.columnar.strata import evaluate

__all__ = ["evaluate"]
