"""Models that move with their facts: of a known model only the days that may differ are evaluated again."""

from reasoner.engine.living.living import Living

__all__ = ["Living"]
