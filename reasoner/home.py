"""Where the grammar, the default rules and the bundled facts are: in a checkout, an editable install or a wheel."""

from __future__ import annotations

from pathlib import Path


def bundled(folder: str) -> Path:
    """The folder `grammar`, `rules` or `facts` that came with the package."""
    package = Path(__file__).parent
    installed = package / "_bundled" / folder
    return installed if installed.is_dir() else package.parent / folder


def default(folder: str, root: Path | None = None) -> Path:
    """The user's own folder `rules` or `facts`, in the working directory or another one, else the bundled one."""
    own = (root or Path()) / folder
    return own if own.is_dir() else bundled(folder)
