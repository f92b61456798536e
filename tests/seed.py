"""The article on Raqqa and its map: the facts on which most tests are run, whatever other wars are bundled."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).parent.parent
FACTS = [ROOT / "facts" / "gazetteer.dl", ROOT / "facts" / "raqqa_2016.dl"]
NAMED = [word for path in FACTS for word in ("--facts", str(path))]
