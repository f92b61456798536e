"""Where the grammar, the default rules and the bundled facts are: in a checkout, an editable install or a wheel."""

from __future__ import annotations

from pathlib import Path


def bundled(folder: str) -> Path:
    """The folder `grammar`, `rules` or `facts` that came with the package."""
    package = Path(__file__).parent
    installed = package / "_bundled" / folder
    return installed if installed.is_dir() else package.parent / folder
