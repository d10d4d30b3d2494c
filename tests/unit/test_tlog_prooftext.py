# SPDX-License-Identifier: Apache-2.0
"""Tests of healthvault.tlog.prooftext: docs/spec/tree.md section 7, c2sp.org/tlog-proof."""

import pytest

from healthvault.errors import FormatError, HealthVaultError
from healthvault.tlog.prooftext import InclusionText, format_proof, parse_proof

NOTE = b"example.com/log\n3\nroot\n\n\xe2\x80\x94 example.com/log c2ln\n"
PROOF = InclusionText(index=2, hashes=(b"a" * 32, b"b" * 32), note=NOTE)
TEXT = (
    b"c2sp.org/tlog-proof@v1\nindex 2\n"
    b"YWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWE=\nYmJiYmJiYmJiYmJiYmJiYmJiYmJiYmJiYmJiYmJiYmI=\n\n" + NOTE
)


def test_the_form() -> None:
    """Line by line as the specification of C2SP says; it comes back."""
    assert TEXT == format_proof(PROOF)
    assert PROOF == parse_proof(TEXT)
    alone = InclusionText(index=0, hashes=(), note=NOTE)
    assert b"c2sp.org/tlog-proof@v1\nindex 0\n\n" + NOTE == format_proof(alone)
    assert alone == parse_proof(format_proof(alone))
    assert PROOF == parse_proof(TEXT.replace(b"index", b"extra aGVsbG8=\nindex"))


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        (b"@v1", b"@v2", "bad_note"),
        (b"index 2", b"index 02", "bad_note"),
        (b"index 2", b"index -2", "bad_note"),
        (b"index 2\n", b"", "bad_note"),
        (b"index", b"extra a\nindex", "bad_note"),
        (b"YWFh", b"YWF", "bad_note"),
        (b"YWFh", b"YWF\xff", "bad_note"),
        (b"YWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWE=", b"YWFh", "bad_proof"),
        (b"index 2", b"index 9999999999999999", "bad_proof"),
        (b"index 2\n", b"index 2\n" + b"YWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWE=\n" * 62, "bad_proof"),
        (b"\n\n", b"\n", "bad_note"),
    ],
)
def test_what_is_no_proof(old: bytes, new: bytes, code: str) -> None:
    """Each other form has a code."""
    with pytest.raises(HealthVaultError) as caught:
        parse_proof(TEXT.replace(old, new, 1) if old != b"\n\n" else TEXT.replace(old, new))
    assert code == caught.value.code
    assert isinstance(caught.value, FormatError) == (code == "bad_note")
