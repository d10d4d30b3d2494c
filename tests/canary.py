# SPDX-License-Identifier: Apache-2.0
"""A word that stands in everything confidential of a test, and a search for it in any form that it may take.

Nothing here tests anything.
"""

import re
import zlib
from base64 import b64encode
from collections.abc import Iterable, Iterator
from pathlib import Path

from tests.issuers import Clinic, card_file

WORD = "zaunkoenig7q"  # in no text of ours, and by chance nowhere
MAX_PLAIN_BYTES = 1 << 20
_COMPRESSED = re.compile(rb"\x78[\x01\x5e\x9c\xda]|\x1f\x8b\x08")  # zlib, gzip


def documents() -> dict[str, bytes]:
    """Return documents of many kinds that hold the word."""
    text = f"the finding is {WORD}\n"
    fhir = f'{{"resourceType":"Observation","status":"final","code":{{"text":"{WORD}"}}}}'
    return {
        f"{WORD}.txt": text.encode() * 400,
        f"{WORD}.json": fhir.encode(),
        "utf16.txt": ("\ufeff" + text).encode("utf-16-le"),
        "scan.pdf": f"%PDF-1.4\n1 0 obj<</Title({WORD})>>endobj\n".encode(),
        "hl7.hl7": f"MSH|^~\\&|{WORD}|{WORD}|||20260301||ORU^R01|1|P|2.5\rPID|1||{WORD}\r".encode(),
        "ccda.xml": f'<ClinicalDocument xmlns="urn:hl7-org:v3"><title>{WORD}</title></ClinicalDocument>'.encode(),
        "card.smart-health-card": card_file(Clinic(iss=f"https://{WORD}.example").card()),
        "broken.json": f'{{"resourceType": "{WORD}'.encode(),
        "broken.xml": f"<ClinicalDocument><title>{WORD}".encode(),
        "large.bin": WORD.encode() * 400_000,
    }


def forms(word: str) -> dict[str, bytes]:
    """Return what to look for, in lower case: of base64 what does not depend on what stands before and after."""
    plain = word.encode()
    found = {
        "plain": plain,
        "reversed": plain[::-1],
        "UTF-16": word.encode("utf-16-le").removesuffix(b"\0"),  # of either order, once the end is cut
        "hex": plain.hex().encode(),
    }
    for shift in range(3):
        found[f"base64, {shift}"] = b64encode(bytes(shift) + plain)[2 * shift : -4].lower()
    return found


_FORMS = forms(WORD)
_CLEAN: set[tuple[str, int, int, int]] = set()


def forms_in(data: bytes) -> list[str]:
    """Return the forms in which the word stands in some bytes, letter case aside."""
    lower = data.lower()
    found = [name for name, form in _FORMS.items() if form in lower]
    for place in _COMPRESSED.finditer(data):
        try:
            plain = zlib.decompressobj(47).decompress(data[place.start() :], MAX_PLAIN_BYTES)
        except zlib.error:
            continue
        found += [f"compressed {name}" for name, form in _FORMS.items() if form in plain.lower()]
    return found


def leaks(roots: Iterable[Path], *, besides: Iterable[Path] = ()) -> Iterator[str]:
    """Yield every place below folders where the word stands, in a name or in content, but for `besides`."""
    passed = set(besides)
    for root in roots:
        for path in root.rglob("*"):
            if not passed & {path, *path.parents}:
                found = forms_in_name(str(path.relative_to(root))) + forms_in_file(path)
                yield from (f"{path}: {form}" for form in found)


def forms_in_name(name: str) -> list[str]:
    """Return the forms in which the word stands in a name."""
    return [f"{form} in its name" for form in forms_in(name.encode("utf-8", "surrogateescape"))]


def forms_in_file(path: Path) -> list[str]:
    """Return the forms in which the word stands in a file; one that did not change is not read again."""
    if not path.is_file() or path.is_symlink():
        return []
    status = path.stat()
    state = (str(path), status.st_ino, status.st_size, status.st_mtime_ns)
    if state in _CLEAN:
        return []
    found = forms_in(path.read_bytes())
    if not found:
        _CLEAN.add(state)
    return found
