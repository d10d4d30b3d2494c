# SPDX-License-Identifier: Apache-2.0
"""What came of one attestation, and whether its signature is by keys that the reader knows.

Spec: docs/spec/bundle.md section 8.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from healthvault.bundle.attestation import Attestation, SignedAttestation
from healthvault.errors import HealthVaultError, IntegrityError, NotEstablished
from healthvault.ledger.ids import contact_id_text
from healthvault.ledger.keychain import KeyChain
from healthvault.verify.pins import PinBook, VaultPins
from healthvault.verify.thefts import known_chain, with_stolen_keys
from healthvault.verify.verdicts import Result

__all__ = ["Attester", "Attesters", "JudgedAttestation", "result_of"]

OWN_NAME = "you"


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedAttestation:
    """An attestation, and what is known of it. Only with `Result.PASS` may be believed what it says."""

    raw: bytes
    result: Result
    code: str | None = None
    """Why nothing is established: an error code; None where it holds, and is about a document that is there."""
    claimed: Attestation | None = None
    """What it says; None if it cannot be read."""
    name: str | None = None
    """The reader's own name for the attester; None if they are not pinned."""
    places: tuple[tuple[int, int], ...] = ()
    """Entry of each document that it is about, and which of its files, from 0."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attester:
    """Somebody who may attest, as far as the reader knows them."""

    name: str | None = None
    """None if they are not pinned: then no key of theirs counts."""
    chain: KeyChain | None = None
    pins: VaultPins

    def verified(self, signed: SignedAttestation) -> Attestation:
        """Return what an attestation says, once a key that the reader knows as its attester's has signed it.

        Raises:
            NotEstablished: `unknown_signer`, not pinned, or by an epoch that is not known.
            IntegrityError: `key_revoked`, by keys known as stolen; `bad_signature`.
        """
        if self.chain is None:
            who = contact_id_text(signed.unverified.vault)
            hint = "ask the attester for a card, and `hv contact add` it after comparing its words by voice"
            raise NotEstablished("unknown_signer", f"{who} is not among your contacts", hint=hint)
        try:
            return signed.verified(self.chain, self.pins.compromised_epochs)
        except IntegrityError as err:
            if err.code == "key_revoked":
                raise with_stolen_keys(signed.unverified.signer, self.pins, self.name) from err
            raise


class Attesters:
    """The attesters whom a reader knows: contacts, and the own vault. Walks the keys of each once."""

    def __init__(self, contacts: Mapping[bytes, str], pins: PinBook, own: VaultPins | None = None) -> None:
        self._contacts = contacts
        self._pins = pins
        self._own = own
        self._met: dict[bytes, Attester] = {}

    def of(self, vault: bytes) -> Attester:
        """Return what is known of a vault (id of 32 bytes)."""
        if vault not in self._met:
            self._met[vault] = self._look_up(vault)
        return self._met[vault]

    def _look_up(self, vault: bytes) -> Attester:
        if self._own is not None and vault == self._own.vault:
            return Attester(name=OWN_NAME, chain=known_chain(self._own), pins=self._own)
        pins, name = self._pins.of(vault), self._contacts.get(vault)
        return Attester(name=name, chain=None if name is None else known_chain(pins), pins=pins)


def result_of(error: HealthVaultError) -> Result:
    """Return what a fault leads to: a signature under a known name that does not hold was forged by somebody."""
    return Result.FAIL if error.code == "bad_signature" else Result.UNKNOWN
