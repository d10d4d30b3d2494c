# SPDX-License-Identifier: Apache-2.0
r"""Text for a screen: what a stranger wrote, made harmless; ids and sizes, made short.

Titles, names, messages and paths come from documents, contacts and bundles. A control, escape, bidirectional or
otherwise invisible character in them is shown as `\x1b` or `<U+202E>`, never sent to the terminal. Pure.
"""

import unicodedata

__all__ = ["is_plain_text", "readable_size", "safe", "short_id"]

_SHOWN_ID_CHARACTERS = 8
_UNITS = ("B", "kB", "MB", "GB", "TB")
_NAMED = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}


def safe(text: str) -> str:
    """Return one line in which every character can be seen and none acts on the terminal."""
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else _visible(char) for char in text)


def is_plain_text(data: bytes) -> bool:
    """Tell whether bytes can go to a terminal as they are: UTF-8 in which nothing acts but tabs and line ends."""
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return False
    return all(safe(line) == line for line in text.replace("\t", " ").replace("\r\n", "\n").split("\n"))


def short_id(text: str) -> str:
    """Return the letter, the underscore and the first 8 characters of an id."""
    letter, mark, rest = text.partition("_")
    return letter + mark + rest[:_SHOWN_ID_CHARACTERS]


def readable_size(size_bytes: int) -> str:
    """Return a size in B, kB, MB or GB (powers of ten) with three digits at most."""
    if size_bytes < 1000:
        return f"{size_bytes} B"
    power = next((power for power in (1, 2, 3) if size_bytes < 999.5 * 1000**power), 4)
    size = size_bytes / 1000**power
    return f"{size:.0f} {_UNITS[power]}" if size >= 9.95 else f"{size:.1f} {_UNITS[power]}"


def _visible(char: str) -> str:
    if unicodedata.category(char) == "Zs":  # spaces of other widths: harmless, and common in real names
        return char
    if char in _NAMED:
        return _NAMED[char]
    return f"\\x{ord(char):02x}" if ord(char) < 0x100 and ord(char) != 0xAD else f"<U+{ord(char):04X}>"
