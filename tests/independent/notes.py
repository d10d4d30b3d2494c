# SPDX-License-Identifier: Apache-2.0
"""A second reader of compromise notes, written from docs/spec/keys.md section 6 alone.

It shares no code with the program. It judges a note by the map that a reader keeps (docs/spec/bundle.md, 5),
and returns the code and the map to keep from then on.
"""

import base64
import hashlib
import re
from types import ModuleType

NAME = r"[^+\s\x00-\x1f]+"
NUMBER = r"(0|[1-9][0-9]{0,15})"
TEXT = re.compile(rf"healthvault/v1/compromised\n([^\n]+)\n{NUMBER}\n{NUMBER}\n([^\n]+)\n")


def take_in(note: bytes, pins: dict, reader: ModuleType) -> tuple[str | None, dict]:
    """Return the code that refuses a note, or None, and what is kept; `pins` is the map of one vault."""
    try:
        lines, text, vault, closing = read(note, reader)
        reader.need(vault == pins["vault"] and pins["events"], "unknown_signer")
        chain = reader.Chain({"entries": pins["events"], "origin": "healthvault.invalid/" + base32(vault)})
        check_signature(lines, text, chain, reader)
        check_place(closing, chain, reader)
    except reader.Bad as fault:
        return str(fault), pins
    epoch, size, root = closing
    left = [
        at for place, e in enumerate(chain.restarts) for at, _, r in pins["sizes"] if place >= r and e["seq"] < at
    ]
    known = [(at, other) for at, other, _ in pins["sizes"] if at not in left]
    rotates = [one.seq for one in chain.epochs[1:]]
    fork = (
        any(at == size and other != root for at, other in known)
        or (size not in rotates and any(at > size for at, _ in known))
        or any((e == epoch or s == size) and (s, r) != (size, root) for e, s, r in pins["compromised"])
    )
    kept = dict(pins)
    if epoch not in [e for e, _, _ in pins["compromised"]]:
        kept["compromised"] = [*pins["compromised"], [epoch, size, root]]
    if fork and note not in pins["evidence"]:
        kept["evidence"] = [*pins["evidence"], note]
    return "fork" if fork else None, kept


def read(note: bytes, reader: ModuleType) -> tuple[list[tuple[str, bytes]], str, bytes, tuple[int, int, bytes]]:
    """Rule 1: the note's grammar and its five lines."""
    whole = note.decode("utf-8", "replace")
    text, blank, block = whole.rpartition("\n\n")
    reader.need(len(note) <= 65536 and whole.encode() == note and blank, "bad_note")
    reader.need(re.fullmatch(rf"(\u2014 {NAME} \S+\n){{1,16}}", block), "bad_note")
    lines = [(name, reader.base64_of(data.encode())) for name, data in re.findall(r"\u2014 (\S+) (\S+)\n", block)]
    reader.need(all(raw and len(raw) >= 5 for _, raw in lines), "bad_note")
    match = TEXT.fullmatch(text + "\n")
    reader.need(match, "bad_note")
    origin, epoch, size, root = match[1], int(match[2]), int(match[3]), reader.base64_of(match[4].encode())
    reader.need(root and len(root) == 32 and 1 <= size < 2**53 and epoch < 2**53, "bad_note")
    name = origin.removeprefix("healthvault.invalid/")
    reader.need(name != origin and re.fullmatch("[a-z2-7]{52}", name), "bad_note")
    vault = base64.b32decode(name.upper() + "====")
    reader.need(base32(vault) == name, "bad_note")
    return lines, text + "\n", vault, (epoch, size, root)


def check_signature(lines: list, text: str, chain: object, reader: ModuleType) -> None:
    """Rule 3: each line of ROOT in force holds, and there is one."""
    name = chain.origin + "/root"
    key_id = hashlib.sha256(name.encode() + b"\n\x01" + chain.root).digest()[:4]
    ours = [raw[4:] for said, raw in lines if (said, raw[:4]) == (name, key_id)]
    reader.need(ours and all(reader.signed(chain.root, text.encode(), one) for one in ours), "bad_signature")


def check_place(closing: tuple[int, int, bytes], chain: object, reader: ModuleType) -> None:
    """Rule 4: an epoch of the chain, closed where the chain closes it, or after its last event."""
    epoch, size, _ = closing
    reader.need(epoch < len(chain.epochs), "unconnected")
    is_newest = epoch == len(chain.epochs) - 1
    reader.need(size > chain.seq if is_newest else size == chain.epochs[epoch + 1].seq, "bad_note")


def base32(raw: bytes) -> str:
    """Return lower-case base32 without padding."""
    return base64.b32encode(raw).decode().rstrip("=").lower()
