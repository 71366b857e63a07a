"""An `otpauth:` address as a picture to scan; it is made for one answer and kept nowhere."""

from io import BytesIO
from typing import Final

import segno

SMALLEST, LARGEST, USUAL_SIZE = 100, 1000, 240
_QUIET_MODULES: Final = 4  # ISO/IEC 18004 §9.1 asks for four light modules about a symbol


def qr_svg(uri: str, size: int = USUAL_SIZE) -> str:
    """Return a QR code as an SVG element, dark on light whatever the page's colours are: scanners expect that.

    Args:
        uri: what it says.
        size: how wide and high it is shown, in CSS pixels; what is out of 100 to 1000 is brought into it.
    """
    rows = list(segno.make_qr(uri, error="m").matrix_iter(border=_QUIET_MODULES))
    strokes = "".join(
        f"M{column} {line}h1v1h-1z" for line, row in enumerate(rows) for column, is_dark in enumerate(row) if is_dark
    )
    side, shown = len(rows), _within(size)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{shown}" height="{shown}" viewBox="0 0 {side} {side}" '
        f'shape-rendering="crispEdges"><path fill="#fff" d="M0 0h{side}v{side}H0z"/><path fill="#000" d="{strokes}"/>'
        "</svg>"
    )


def qr_png(uri: str, size: int = USUAL_SIZE) -> bytes:
    """Return a QR code as a PNG.

    Args:
        uri: what it says.
        size: how many pixels it has at most in either direction, so that each module has whole ones; at least one
            for each module. What is out of 100 to 1000 is brought into it.
    """
    symbol = segno.make_qr(uri, error="m")
    modules = symbol.symbol_size(border=_QUIET_MODULES)[0]
    written = BytesIO()
    symbol.save(written, kind="png", scale=max(1, _within(size) // modules), border=_QUIET_MODULES)
    return written.getvalue()


def _within(size: int) -> int:
    return min(max(size, SMALLEST), LARGEST)
