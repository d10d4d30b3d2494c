# SPDX-License-Identifier: Apache-2.0
"""QR codes as drawings for a page: the only home of `segno`, an optional extra, imported when used.

Bytes in UTF-8, error correction M, a quiet zone of four modules, and modules of half a millimetre on paper: what a
phone's camera reads without a program of ours. Spec: docs/spec/emergency.md section 4.
"""

__all__ = ["can_draw", "drawn"]

MODULE_MM = 0.5
LEAST_MM = 40.0
QUIET_MODULES = 4


def can_draw() -> bool:
    """Tell whether the extra is installed."""
    try:
        import segno  # noqa: F401, PLC0415  an extra
    except ImportError:
        return False
    return True


def drawn(text: str) -> str:
    """Return a QR code as an `<svg>` element, black without a ground, without script, style or link.

    Args:
        text: At most `card.MAX_QR_BYTES` bytes in UTF-8.
    """
    import segno  # noqa: PLC0415  an extra

    code = segno.make_qr(text.encode(), error="m", boost_error=False, mode="byte")
    modules = code.symbol_size(scale=1, border=QUIET_MODULES)[0]
    return code.svg_inline(
        scale=max(MODULE_MM, round(LEAST_MM / modules, 3)),
        unit="mm",
        border=QUIET_MODULES,
        dark="#000",
        svgclass="qr",
        lineclass=None,
    )
