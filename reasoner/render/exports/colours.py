"""The colours of holders and statuses: told apart by the colour-blind too (Okabe and Ito, 2008)."""

from __future__ import annotations

from collections.abc import Iterable

HOLDERS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#f0e442")
NOBODY = "#999999"
SEVERAL = "#000000"
STATUSES = {
    "open": "#009e73", "threatened": "#56b4e9", "restricted": "#e69f00", "under_fire": "#cc79a7",
    "contested": "#a67c00", "closed": "#d55e00",
}  # fmt: skip
DOUBTFUL = "#e69f00"  # any other


def colours(holders: Iterable[str]) -> dict[str, str]:
    """A colour for each holder, in the order of their names, the first one again after the last."""
    return {name: HOLDERS[n % len(HOLDERS)] for n, name in enumerate(sorted(set(holders)))}
