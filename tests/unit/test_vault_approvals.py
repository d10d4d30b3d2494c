# SPDX-License-Identifier: Apache-2.0
"""Tests of healthvault.vault.approvals and approving: row 79b of docs/spec/bad-input.md, and the honest way."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from healthvault.bundle.approval import Approval, parse_approval, sign_approval
from healthvault.crypto.signing import signing_key
from healthvault.errors import ConsentRefused, FormatError, HealthVaultError
from healthvault.storage.inputs import InputFile
from healthvault.vault.approvals import keep_approval, take_approval
from healthvault.vault.approving import Asked, approve, options_accepting, read_request
from healthvault.vault.contacts import remove_contact
from healthvault.vault.grants import make_grant, revoke_grant, terms_in_force
from healthvault.vault.handing import UnderGrant
from healthvault.vault.memory import pin_file, store_pins
from healthvault.vault.receive import unaccepted
from healthvault.vault.share import share, share_request, share_under
from healthvault.vault.views import GrantView
from healthvault.verify.pins import VaultPins
from tests import vaults
from tests.consents import vault_id
from tests.vaults import NOW_MS, Sample

People = tuple[Sample, Sample, Sample]


@pytest.fixture
def people(tmp_path: Path) -> People:
    """Ana with a document, Dr Lee and Rita, all of whom know each other."""
    ana, lee = vaults.pair(tmp_path)
    rita = vaults.rita(tmp_path)
    ana.meet(rita, "Rita")
    rita.meet(ana, "Ana")
    ana.add(b"one")
    return ana, lee, rita


def asking(ana: Sample, *, needed: int = 1, approvers: tuple[str, ...] = ("Rita",)) -> GrantView:
    """Make a grant for Dr Lee that asks for approval."""
    terms = replace(vaults.request(ana.documents()), needed=needed, approvers=approvers)
    with ana.open(writing=True) as vault:
        return make_grant(vault, terms, now_ms=NOW_MS)


def asked(ana: Sample, rita: Sample, grant: GrantView, folder: Path) -> Asked:
    """Let somebody read the request for her approval."""
    path = folder / "ask.hvb"
    path.unlink(missing_ok=True)
    with ana.open(writing=True) as vault:
        share_request(vault, grant.id, path, now_ms=NOW_MS)
    with rita.open() as vault:
        _, found = read_request(vault, InputFile(name="ask", path=path), options_accepting(()), now_ms=NOW_MS)
    assert found is not None
    return found


def signed(rita: Sample, wish: Asked, **other: object) -> bytes:
    """Return an approval, with other words than the right ones if given."""
    with rita.open() as vault:
        approval = Approval(
            vault=vault.keyring.vault_id,
            signer=0,
            owner=wish.owner.vault_id,
            grant_id=wish.grant.grant_id,
            leaf=wish.leaf,
            time_ms=NOW_MS,
        )
        return sign_approval(replace(approval, **other), vault.keys.sign_key)


def code_of(step: Callable[[], object]) -> str:
    """Return the code with which a step is refused."""
    with pytest.raises(HealthVaultError) as caught:
        step()
    return caught.value.code


def take(ana: Sample, raw: bytes) -> object:
    """Take in an approval."""
    with ana.open(writing=True) as vault:
        return take_approval(vault, raw, now_ms=NOW_MS)


def test_an_approval_opens_a_grant(people: People, tmp_path: Path) -> None:
    """Asked for, read, signed, sent back, taken in; before that nothing can be shared under it."""
    ana, lee, rita = people
    grant = asking(ana)
    with ana.open(writing=True) as vault:
        under = UnderGrant(grant=grant.id)
        early = tmp_path / "early.hvb"
        assert "approval_missing" == code_of(lambda: share_under(vault, under, early, now_ms=NOW_MS))
        assert not early.exists()
    wish = asked(ana, rita, grant, tmp_path)
    assert ("Ana", ("Dr Lee",)) == (wish.owner_name, tuple(party.name for party in wish.grant.grantees))
    with rita.open() as vault:
        approve(vault, wish, tmp_path / "ok.hva", now_ms=NOW_MS)
    with ana.open(writing=True) as vault:
        taken = keep_approval(vault, InputFile(name="ok", path=tmp_path / "ok.hva"), now_ms=NOW_MS)
        assert taken is not None
        assert (grant.id, "Rita", ("Rita",), 1) == (taken.grant, taken.contact, taken.approved, taken.needed)
        share_under(vault, UnderGrant(grant=grant.id), tmp_path / "a.hvb", now_ms=NOW_MS)
    assert () == ana.faults()
    with lee.open() as vault:
        assert keep_approval(vault, InputFile(name="ok", path=tmp_path / "ok.hva"), now_ms=NOW_MS) is None


def test_as_many_as_are_needed(people: People, tmp_path: Path) -> None:
    """Of two who are asked both, each once."""
    ana, lee, rita = people
    grant = asking(ana, needed=2, approvers=("Rita", "Dr Lee"))
    wish = asked(ana, rita, grant, tmp_path)
    take(ana, signed(rita, wish))
    assert "already_approved" == code_of(lambda: take(ana, signed(rita, wish, time_ms=NOW_MS + 1)))
    with ana.open() as vault:
        assert "approval_missing" == code_of(lambda: terms_in_force(vault, grant.id, now_ms=NOW_MS))
    take(ana, signed(lee, wish))
    with ana.open() as vault:
        assert grant.entry == terms_in_force(vault, grant.id, now_ms=NOW_MS)[0].seq


def test_what_is_no_approval(people: People, tmp_path: Path) -> None:
    """Each is refused by name, and nothing is logged."""
    ana, lee, rita = people
    grant, other = asking(ana), asking(ana, approvers=("Dr Lee",))
    wish, others = asked(ana, rita, grant, tmp_path), asked(ana, lee, other, tmp_path)
    size = ana.check().entries
    good = signed(rita, wish)
    key = signing_key(b"\7" * 32)
    forged = sign_approval(parse_approval(good).unverified, key)
    cases = {
        "bad_approval": signed(rita, wish, leaf=others.leaf),
        "bad_key": signed(rita, wish, signer=1),
        "bad_signature": forged,
        "not_found": signed(rita, wish, grant_id=b"x" * 16),
        "not_approver": signed(lee, wish),
    }
    for code, raw in cases.items():
        assert (code, code) == (code, code_of(lambda: take(ana, raw)))  # noqa: B023
    assert "bad_approval" == code_of(lambda: take(ana, signed(rita, wish, owner=b"o" * 32)))
    assert "not_approver" == code_of(lambda: take(ana, signed(rita, wish, vault=vault_id(ana))))
    assert "not_found" == code_of(lambda: take(ana, signed(rita, wish, vault=b"n" * 32)))
    assert "bad_key" == code_of(lambda: take(ana, signed(lee, wish, signer=7)))
    for raw in (b"", good[:64], good[:-1], good + b"\0", b"\xc1" + good, good.ljust(5000, b"\0")):
        assert code_of(lambda: take(ana, raw)) in {"bad_signature", "bad_encoding", "limit_exceeded"}  # noqa: B023
    assert size == ana.check().entries
    take(ana, good)
    with ana.open(writing=True) as vault:
        revoke_grant(vault, other.id, reason="", now_ms=NOW_MS)
    assert "grant_revoked" == code_of(lambda: take(ana, signed(lee, others)))


def test_keys_that_were_stolen_approve_nothing(people: People, tmp_path: Path) -> None:
    """Not when the approval comes in, and not any more when that is known later; nor somebody who was dropped."""
    ana, _, rita = people
    grant = asking(ana)
    wish = asked(ana, rita, grant, tmp_path)
    take(ana, signed(rita, wish))
    who = vault_id(rita)
    with ana.open(writing=True) as vault:
        terms_in_force(vault, grant.id, now_ms=NOW_MS)
        stolen = VaultPins(vault=who, compromised=((0, 1, b"r" * 32),))
        memory = pin_file(vault, vault.place)
        with memory.lock():
            store_pins(memory, stolen)
        assert "approval_missing" == code_of(lambda: terms_in_force(vault, grant.id, now_ms=NOW_MS))
        assert "key_revoked" == code_of(lambda: take_approval(vault, signed(rita, wish), now_ms=NOW_MS))
        with memory.lock():
            store_pins(memory, VaultPins(vault=who))
        terms_in_force(vault, grant.id, now_ms=NOW_MS)
        remove_contact(vault, "Rita", now_ms=NOW_MS)
        assert "approval_missing" == code_of(lambda: terms_in_force(vault, grant.id, now_ms=NOW_MS))


def test_what_is_no_request(people: People, tmp_path: Path) -> None:
    """A bundle with documents, one for somebody else, a grant that asks others or nobody; a signer not pinned."""
    ana, lee, rita = people
    ana.share(tmp_path / "visit.hvb", ana.documents())
    visit = InputFile(name="visit", path=tmp_path / "visit.hvb")
    grant = asking(ana)
    asked(ana, rita, grant, tmp_path)
    ask = InputFile(name="ask", path=tmp_path / "ask.hvb")
    with lee.open() as vault, pytest.raises(FormatError) as caught:
        read_request(vault, visit, options_accepting(()), now_ms=NOW_MS)
    assert "not_a_request" == caught.value.code
    with lee.open() as vault:
        verification, found = read_request(vault, ask, options_accepting(()), now_ms=NOW_MS)
    assert (None, ["no_key"]) == (found, [problem.code for problem in unaccepted(verification, ())])
    with rita.open(writing=True) as vault:
        remove_contact(vault, "Ana", now_ms=NOW_MS)
        _, found = read_request(vault, ask, options_accepting(()), now_ms=NOW_MS)
        assert found is None
    plain = replace(vaults.request(ana.documents()), to=("Rita",))
    with ana.open(writing=True) as vault:
        bare = make_grant(vault, plain, now_ms=NOW_MS)
        assert "no_approvers" == code_of(lambda: share_request(vault, bare.id, tmp_path / "x", now_ms=NOW_MS))


@pytest.mark.parametrize(
    ("needed", "approvers", "code"),
    [
        (2, ("Rita",), "bad_approvers"),
        (0, ("Rita",), "bad_approvers"),
        (1, (), "bad_approvers"),
        (1, ("Rita", "rita"), "bad_approvers"),
        (1, ("Nobody",), "not_found"),
    ],
)
def test_who_can_be_asked(people: People, needed: int, approvers: tuple[str, ...], code: str) -> None:
    """Contacts, each once, at least as many as are needed."""
    assert code == code_of(lambda: asking(people[0], needed=needed, approvers=approvers))


def test_a_share_cannot_wait(people: People, tmp_path: Path) -> None:
    """A new grant that nobody has approved yet is no ground to share."""
    ana, _, _ = people
    terms = replace(vaults.request(ana.documents()), needed=1, approvers=("Rita",))
    with ana.open(writing=True) as vault, pytest.raises(ConsentRefused) as caught:
        share(vault, terms, tmp_path / "a.hvb", now_ms=NOW_MS)
    assert "approval_missing" == caught.value.code
    assert not (tmp_path / "a.hvb").exists()
