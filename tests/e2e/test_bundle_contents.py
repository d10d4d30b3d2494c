# SPDX-License-Identifier: Apache-2.0
"""No bundle holds a byte outside its grant: HV_TEST_GRANTS random grants, shared, decrypted and compared."""

import io
import os
import random
import tarfile
from pathlib import Path

import pytest

from healthvault.agefile.file import decrypt
from healthvault.agefile.recipients import Identity, ScryptIdentity, X25519Identity
from healthvault.codec import LARGE_ITEMS, unpack
from healthvault.crypto.signing import SIGNATURE_BYTES
from healthvault.errors import HealthVaultError
from healthvault.vault.deciding import split_included
from healthvault.vault.grants import documents_of, terms_in_force
from healthvault.vault.handing import Letter, UnderGrant
from healthvault.vault.share import share_under
from healthvault.vault.views import BundleView
from tests import reference_consent
from tests.consents import Life, lived
from tests.vaults import NOW_MS

GRANTS = int(os.environ.get("HV_TEST_GRANTS", "8"))
A_VAULT = 8


def allowed(life: Life, grant: dict) -> set[str]:
    """Return the documents that may be shared under a grant now, by the second evaluator."""
    ask = {"party": grant["terms"]["grantees"][0], "at": NOW_MS, "purpose": None, "action": None}
    return {
        id_text
        for id_text, words in life.words.items()
        if reference_consent.decide([grant], {**ask, "document": words})[0]
    }


def shared(life: Life, grant: dict, out: Path, letter: Letter) -> BundleView | None:
    """Share all that the conditions let pass under a grant, as `hv share --grant` does; None if it refuses."""
    try:
        with life.ana.open(writing=True) as vault:
            _, terms = terms_in_force(vault, grant["id"], now_ms=NOW_MS)
            ids = [document.id for document in documents_of(vault, terms)]
            kept, _ = split_included(vault, terms.conditions, ids)
            wish = UnderGrant(grant=grant["id"], records=kept or tuple(ids))
            return share_under(vault, wish, out, now_ms=NOW_MS, letter=letter)
    except HealthVaultError:
        return None


def identity_of(life: Life, grant: dict, code: str | None) -> Identity:
    """Return the key of a reader of the bundle."""
    if code is not None:
        return ScryptIdentity(passphrase=code.encode())
    with life.contacts[life.rng.choice(grant["terms"]["grantees"])["name"]].open() as vault:
        return X25519Identity(secret=vault.keys.identity.recipients[-1][1])


def plaintext(path: Path, identity: Identity) -> bytes:
    """Decrypt a bundle."""
    with path.open("rb") as source:
        reader, pieces = decrypt(source, [identity]).reader, []
        while piece := reader.read(1 << 16):
            pieces.append(piece)
    return b"".join(pieces)


@pytest.mark.parametrize("number", range(-(-GRANTS // A_VAULT)))
def test_a_bundle_holds_what_its_grant_allows(number: int, tmp_path: Path) -> None:
    """Every file of it, byte for byte, and nothing of any other document: no file, no entry, no title."""
    life = lived(tmp_path, 1000 + number, grants=A_VAULT)
    letter = Letter(with_metadata=random.Random(number).random() < 0.3)
    for grant in life.grants:
        out, expected = tmp_path / f"{grant['id']}.hvb", allowed(life, grant)
        bundle = shared(life, grant, out, letter)
        if bundle is None:
            assert not expected or letter.with_metadata  # what a reader would see described may be refused
            assert not out.exists()
            continue
        grant["shares"] += 1
        plain = plaintext(out, identity_of(life, grant, bundle.code))
        with tarfile.open(fileobj=io.BytesIO(plain)) as members:
            files = [members.extractfile(member).read() for member in members]
        assert sorted(life.contents[id_text] for id_text in expected) == sorted(files[1:])
        manifest = unpack(files[0][:-SIGNATURE_BYTES], max_items=LARGE_ITEMS)
        shown = {unpack(raw[:-SIGNATURE_BYTES])[2] for raw in manifest["entries"]}
        tip = manifest["slice"]["size"] - 1
        assert {0, grant["seq"], tip, *(life.words[id_text]["seq"] for id_text in expected)} == shown
        for id_text in life.words.keys() - expected:
            assert life.contents[id_text][:30] not in plain
