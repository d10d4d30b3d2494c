# SPDX-License-Identifier: Apache-2.0
"""Every card, key set, list and directory of the shared data: the verdicts that its README gives, no other."""

import datetime as dt
import json
from pathlib import Path

import pytest

from healthvault.crypto.jose import check_detached
from healthvault.errors import IntegrityError
from healthvault.records.cards import CardDocument, card_verdict, check_cards, worst_of
from healthvault.records.issuer_keys import NO_TRUST, Trust, is_issuer, parse_issuer_file

SHC = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "shc"
pytestmark = pytest.mark.skipif(not SHC.is_dir(), reason="shared vectors are not here")
NOW_MS = int(dt.datetime(2026, 11, 28, tzinfo=dt.UTC).timestamp() * 1000)
SPEC = "https://spec.smarthealth.cards/examples/issuer"
SEANNO = "https://raw.githubusercontent.com/seanno/shc-demo-data/main"
DEV = "https://issuer.dev.example.org/shc"
FOREIGN = "https://not-smart.example"
VERDICTS = """
carin-insurance-card.jws.txt valid
composed-expired-only.smart-health-card expired
composed-nbf-milliseconds.smart-health-card not_yet_valid
composed-not-yet-valid.smart-health-card not_yet_valid
composed-revoked-only.smart-health-card revoked
composed-valid-lab.smart-health-card valid
multi-jws.smart-health-card valid valid
neg-bom.jws.txt malformed
neg-foreign-issuer.jws.txt wrong_issuer
neg-invalid-signature.jws.txt tampered
neg-issuer-kid-mismatch.jws.txt wrong_issuer
neg-no-deflate.jws.txt malformed
neg-trailing.jws.txt malformed
neg-wrong-kid.jws.txt unknown_key
spec2024-example-00.jws.txt valid
spec2024-example-00.qr-numeric.txt valid
spec2024-example-00.smart-health-card valid
spec2024-example-01-x5c.smart-health-card valid
spec2024-example-02-ips.smart-health-card valid
spec2024-example-02.qr-chunk-0.txt malformed
spec2024-example-02.qr-chunk-1.txt malformed
spec2024-example-02.qr-chunk-2.txt malformed
spec2024-example-03-revoked.smart-health-card revoked
"""
ROWS = [line.split() for line in VERDICTS.strip().splitlines()]


def believed(*more: tuple[str, str]) -> Trust:
    """Return all key sets for their issuers, and some lists."""
    pinned = (
        ("jwks/spec-issuer.jwks.json", SPEC),
        ("jwks/seanno-demo.jwks.json", SEANNO),
        ("jwks/composed-dev-issuer.jwks.json", DEV),
        ("jwks/not-smart.jwks.json", FOREIGN),
        *more,
    )
    return Trust(parse_issuer_file((SHC / name).read_bytes()).of([iss]) for name, iss in pinned)


def all_lists() -> Trust:
    """Return the same with every list."""
    return believed(
        ("crl/composed-dev-issuer.json", DEV),
        ("crl/spec-issuer-ctr2-composed.json", SPEC),
        ("crl/spec-issuer-2023-ctr1.json", SPEC),
    )


def checked(name: str, trust: Trust) -> CardDocument:
    """Return what is found out about a file."""
    return check_cards((SHC / name).read_bytes(), trust)


def verdict(name: str, trust: Trust) -> str:
    """Return the verdict on a file."""
    return worst_of(checked(name, trust).cards, NOW_MS).value


def test_every_card_has_a_row() -> None:
    """None was forgotten."""
    assert sorted(path.name for path in (SHC / "cards").iterdir()) == [name for name, *_ in ROWS]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_every_card(row: list[str]) -> None:
    """With all keys and lists, at 2026-11-28."""
    found = checked(f"cards/{row[0]}", all_lists())
    assert row[1:] == [card_verdict(card, NOW_MS).value for card in found.cards]
    assert found.is_signed == (not {*row[1:]} - {"valid", "expired", "not_yet_valid"})


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_no_card_is_valid_without_keys(row: list[str]) -> None:
    """Each is of an unknown key, or malformed."""
    assert verdict(f"cards/{row[0]}", NO_TRUST) in {"unknown_key", "malformed"}


def test_the_parts_of_the_divided_code() -> None:
    """Together they are the card, whose parts alone are none."""
    parts = [(SHC / f"cards/spec2024-example-02.qr-chunk-{n}.txt").read_bytes() for n in (2, 0, 1)]
    found = check_cards(b"\n".join(parts), believed())
    assert ("valid", True) == (worst_of(found.cards, NOW_MS).value, found.is_signed)


def test_a_list_from_before_the_card_does_not_revoke_it() -> None:
    """Expired under the list of 2023; revoked under the newer, whichever comes first."""
    name = "cards/spec2024-example-03-revoked.smart-health-card"
    assert "expired" == verdict(name, believed(("crl/spec-issuer-2023-ctr1.json", SPEC)))
    assert "revoked" == verdict(name, believed(("crl/spec-issuer-ctr2-composed.json", SPEC)))


def test_kids_and_issuers_are_those_of_the_manifest() -> None:
    """Which other libraries read out of the cards."""
    manifest = json.loads((SHC.parent / "MANIFEST.json").read_text("utf-8"))
    facts = {entry["path"]: entry["facts"] for entry in manifest if entry["path"].startswith("shc/cards/")}
    told = 0
    for path, fact in facts.items():
        cards = fact.get("cards") or [fact.get("card", {})]
        found = checked(path.removeprefix("shc/"), believed()).cards
        for card, known in zip(found, cards, strict=False):
            if known.get("kid"):
                told += 1
                assert known["kid"] == card.kid
                assert card.iss in {known["iss"], None}
    assert told > 15


@pytest.mark.parametrize("path", sorted((SHC / "qr").glob("*.txt")), ids=lambda path: path.name)
def test_broken_texts_of_codes(path: Path) -> None:
    """None of them is a card."""
    assert "malformed" == verdict(f"qr/{path.name}", believed())


def test_the_directory() -> None:
    """651 issuers; its signature holds by its certificate, and not over a byte less."""
    data, signature, certificate = (
        (SHC / f"directory/vci_snapshot.{end}").read_bytes() for end in ("json", "sig", "crt")
    )
    check_detached(data, signature, certificate)
    with pytest.raises(IntegrityError):
        check_detached(data[:-1], signature, certificate)
    found = parse_issuer_file(data)
    assert (651, 961) == (len(found.names), len(found.keys) + found.left_out)
    assert all(map(is_issuer, found.names))
    assert "State of California" == found.names["https://myvaccinerecord.cdph.ca.gov/creds"]


def test_a_directory_for_one_issuer_knows_no_other() -> None:
    """Nor the issuers of the cards here, which are examples."""
    found = parse_issuer_file((SHC / "directory/vci_snapshot.json").read_bytes())
    one = found.of(["https://myvaccinerecord.cdph.ca.gov/creds"])
    assert {"https://myvaccinerecord.cdph.ca.gov/creds"} == {*Trust([one]).issuers}
    assert "unknown_key" == verdict("cards/spec2024-example-00.jws.txt", Trust([one]))
