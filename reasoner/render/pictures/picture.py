"""A finished picture, as SVG, as PNG, or as a page that opens from disk."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass
from hashlib import sha256

from reasoner.diagnostic import Problems, error
from reasoner.render.pictures.lettering import ASSETS, BOLD, REGULAR

SHARP = 2  # pixels of a PNG to each unit of the SVG, each way
MOST = 100_000_000  # pixels of a PNG, which take four bytes of memory each


@dataclass(frozen=True)
class Picture:
    """An SVG that stands alone, and its size."""

    svg: str
    width: int
    height: int

    def png(self) -> bytes:
        """The same in pixels, two to a unit, or one where that is too many. Raises Problems: R541, R544."""
        try:
            import resvg_py  # an extra, and not needed for SVG
        except ImportError:
            message = "PNG needs resvg-py, which is not installed"
            raise Problems([error("R541", message, help='install it: pip install "reasoner[pictures]"')]) from None
        zoom = next((n for n in (SHARP, 1) if self.width * self.height * n * n <= MOST), None)
        if zoom is None:
            message = f"a picture of {self.width} by {self.height} is too large for PNG"
            raise Problems([error("R544", message, help="write it as .svg, or draw less of it")])
        fonts = [str(REGULAR), str(BOLD)]  # those of the machine are for letters that these lack
        return resvg_py.svg_to_bytes(svg_string=self.svg, zoom=zoom, font_files=fonts)

    def html(self, title: str) -> str:
        """A page of its own, light or dark as its reader likes it, with nothing to be fetched."""
        from markupsafe import Markup  # with jinja2

        from reasoner.render.html import fragment

        style = (ASSETS / "picture.css").read_text(encoding="utf-8")
        hashed = b64encode(sha256(style.encode()).digest()).decode()
        return fragment("picture.html", title=title, style=Markup(style), hashed=hashed, svg=Markup(self.svg))
