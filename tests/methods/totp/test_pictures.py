"""The picture of a secret: the modules that the encoder drew, in both formats and at any size that is asked for."""

import re
import struct
import zlib
from xml.etree import ElementTree as ET

import pytest
import segno

from gatepass.methods.totp.pictures import LARGEST, SMALLEST, qr_png, qr_svg

URI = "otpauth://totp/Shop:ana@example.com?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Shop"
BORDER = 4
# How a line of a PNG is written: as it is, or as what differs from the one above (PNG §9.2).
_NO_FILTER, _UP = 0, 2


def drawn() -> list[list[bool]]:
    """Return which modules are dark, the quiet zone with them."""
    return [[bool(one) for one in row] for row in segno.make_qr(URI, error="m").matrix_iter(border=BORDER)]


def grey_rows(png: bytes) -> tuple[int, list[list[bool]]]:
    """Return the side of a picture of one bit a pixel, and which of its pixels are dark."""
    assert png.startswith(b"\x89PNG\r\n\x1a\n")
    at, packed, head = 8, b"", b""
    while at < len(png):
        length, kind = struct.unpack(">I4s", png[at : at + 8])
        body = png[at + 8 : at + 8 + length]
        head, packed = (body if kind == b"IHDR" else head), packed + (body if kind == b"IDAT" else b"")
        at += length + 12
    width, height, depth = struct.unpack(">IIB", head[:9])
    assert width == height
    assert depth == 1
    raw, stride = zlib.decompress(packed), 1 + (width + 7) // 8
    rows, above = [], bytes(stride - 1)
    for line in range(height):
        kind, packed_row = raw[line * stride], raw[line * stride + 1 : (line + 1) * stride]
        assert kind in {_NO_FILTER, _UP}
        above = bytes((a + b) % 256 for a, b in zip(packed_row, above, strict=True)) if kind == _UP else packed_row
        rows.append([not above[column // 8] >> (7 - column % 8) & 1 for column in range(width)])
    return width, rows


@pytest.mark.parametrize("size", [SMALLEST, 240, 333, LARGEST])
def test_a_png_has_whole_pixels_for_each_module_and_is_no_larger_than_asked(size: int) -> None:
    side, rows = grey_rows(qr_png(URI, size))
    modules = drawn()
    scale = side // len(modules)
    assert side == scale * len(modules)
    assert side <= size < side + len(modules)
    assert [row[::scale] for row in rows[::scale]] == modules


def test_an_svg_draws_every_dark_module_and_nothing_else() -> None:
    picture = ET.fromstring(qr_svg(URI, 300))  # noqa: S314 - our own
    assert picture.get("width") == picture.get("height") == "300"
    modules = drawn()
    assert picture.get("viewBox") == f"0 0 {len(modules)} {len(modules)}"
    strokes = list(picture)[1].get("d", "")
    dark = {(int(x), int(y)) for x, y in re.findall(r"M(\d+) (\d+)h1v1h-1z", strokes)}
    assert dark == {(x, y) for y, row in enumerate(modules) for x, is_dark in enumerate(row) if is_dark}


@pytest.mark.parametrize(("asked", "given"), [(-5, SMALLEST), (0, SMALLEST), (10**9, LARGEST)])
def test_a_size_out_of_bounds_is_brought_into_them(asked: int, given: int) -> None:
    assert f'width="{given}"' in qr_svg(URI, asked)
    assert grey_rows(qr_png(URI, asked))[0] <= given
