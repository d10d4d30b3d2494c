# SPDX-License-Identifier: Apache-2.0
"""Tests of healthvault.vault.sealed; each parser is tested with its own kind."""

import pytest

from healthvault.codec import Fields
from healthvault.errors import FormatError
from healthvault.ledger.documents import DocErase
from healthvault.ledger.kinds import Kind, Owner
from healthvault.vault.sealed import parse_sealed


def test_the_kind_decides() -> None:
    """A known kind gives its value, an unknown one nothing."""
    owner, erasure = Owner(name="Ana"), DocErase(victims=(3,), ks_epoch=1)
    assert owner == parse_sealed(Fields(owner.to_map(), "x"), 0)
    assert erasure == parse_sealed(Fields(erasure.to_map(), "x"), 4)
    assert None is parse_sealed(Fields({"kind": "from-the-future"}, "x"), 4)


@pytest.mark.parametrize("kind", Kind)
def test_every_kind_is_checked(kind: Kind) -> None:
    """A map of a known kind and nothing else in it is no entry."""
    with pytest.raises(FormatError) as caught:
        parse_sealed(Fields({"kind": kind.value}, "x"), 4)
    assert "bad_schema" == caught.value.code
