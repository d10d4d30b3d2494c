# SPDX-License-Identifier: Apache-2.0
"""What the owner keeps of a study is sealed, read strictly, and grows only."""

import json
from base64 import b64encode

import pytest
from studies import FERRITIN, exported, study

from healthvault.codec import Value, pack
from healthvault.crypto.aead import seal
from healthvault.crypto.hashing import labelled
from healthvault.errors import FormatError, HealthVaultError, InvalidRequest
from healthvault.research.study import (
    MAX_HANDINGS,
    MAX_LEAVES,
    Handing,
    check_study_name,
    parse_study,
    study_key,
    study_name_in,
)

KEY = study_key(b"\5" * 32)


def test_a_form_is_read_back() -> None:
    """With its log and its exports; only the name stands in the clear."""
    after, _ = exported(study(), FERRITIN)
    form = after.to_bytes(KEY)
    assert after == parse_study(form, KEY)
    assert "NCT1" == study_name_in(form)
    assert {"version", "study", "sealed"} == json.loads(form).keys()
    assert after.secret.hex() not in form.hex()


def test_another_vault_cannot_open_it() -> None:
    """Nor can it be taken for another study's."""
    form = study().to_bytes(KEY)
    for changed, key in ((form, study_key(b"\6" * 32)), (form.replace(b"NCT1", b"NCT2"), KEY)):
        with pytest.raises(HealthVaultError) as refused:
            parse_study(changed, key)
        assert "tampered" == refused.value.code


@pytest.mark.parametrize(
    "data",
    [b"", b"[]", b"{}", b'{"version":1,"study":"a","sealed":"!"}', b'{"version":2,"study":"a","sealed":""}',
     b'{"version":1,"study":"a b","sealed":""}', b'{"version":1,"study":7,"sealed":""}', b"[" * 100_000],
)  # fmt: skip
def test_what_is_no_form(data: bytes) -> None:
    """Is refused by name."""
    with pytest.raises(FormatError) as refused:
        study_name_in(data)
    assert "bad_schema" == refused.value.code


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"v": 2}, "unsupported"),
        ({"must": ["newer"]}, "unsupported"),
        ({"secret": b"short"}, "bad_schema"),
        ({"ids": b"\0" * 16}, "bad_schema"),
        ({"commits": b"\0"}, "bad_schema"),
        ({"handings": [[1, "g_a", 1]]}, "bad_schema"),
        ({"handings": [[0, "g_a"]]}, "bad_schema"),
    ],
)
def test_what_is_sealed_is_read_strictly(changes: dict[str, Value], code: str) -> None:
    """Even what only this vault could have sealed."""
    inner: dict[str, Value] = {"v": 1, "secret": b"\0" * 32, "ids": b"", "commits": b"", "handings": []}
    sealed = seal(KEY, pack({**inner, **changes}), labelled("research-study", b"a"))
    form = json.dumps({"version": 1, "study": "a", "sealed": b64encode(sealed).decode()}).encode()
    with pytest.raises(FormatError) as refused:
        parse_study(form, KEY)
    assert code == refused.value.code


def test_names_of_studies() -> None:
    """A word without spaces, since it stands in signed lines."""
    check_study_name("NCT04280705")
    for name in ("", "a b", "-a", "a\n", "x" * 65, "é"):
        with pytest.raises(InvalidRequest):
            check_study_name(name)


def test_a_study_is_not_endless() -> None:
    """Neither its records nor its exports."""
    with pytest.raises(InvalidRequest, match="records"):
        study().appended([(b"", b"")] * (MAX_LEAVES + 1))
    one = Handing(size=0, grant="g_a", time_ms=1)
    full = study()
    object.__setattr__(full, "handings", (one,) * MAX_HANDINGS)
    with pytest.raises(InvalidRequest, match="exports"):
        full.handed(one)
    assert "secret" not in repr(full)[:200]
