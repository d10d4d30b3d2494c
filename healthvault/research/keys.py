# SPDX-License-Identifier: Apache-2.0
"""All that a study needs, from one random secret: pseudonym, signing key, shift of days, ids and salts.

Two studies have two secrets that have nothing in common, so nothing that is derived from one can be recognised
from the other, and once a secret is erased nobody can connect its pseudonym to the vault again. Pure.

Spec: docs/spec/research.md section 2.
"""

from dataclasses import dataclass, field

from healthvault.crypto.hashing import derive, labelled_hash, labelled_mac
from healthvault.crypto.signing import SigningKey, signing_key
from healthvault.ledger.ids import base32

__all__ = ["ID_BYTES", "LEAST_DAYS", "MOST_DAYS", "SALT_BYTES", "SECRET_BYTES", "StudyKeys", "origin_of_key",
           "pseudonym_of_key"]  # fmt: skip

SECRET_BYTES = 32
ID_BYTES = 16
SALT_BYTES = 32
LEAST_DAYS = 30
MOST_DAYS = 364
_WEEK_DAYS = 7
_ORIGIN = "healthvault.invalid/research/"
_SHIFTS = tuple(
    sign * days for sign in (-1, 1) for days in range(LEAST_DAYS, MOST_DAYS + 1) if days % _WEEK_DAYS
)  # whole weeks would keep every day of the week


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyKeys:
    """The keys of one study, by its secret (32 bytes)."""

    secret: bytes = field(repr=False)

    @property
    def sign(self) -> SigningKey:
        """Signs the study's checkpoints, exports and withdrawal, and nothing else."""
        return signing_key(derive(self.secret, "research-sign"))

    @property
    def pseudonym(self) -> str:
        """Return whose records they are, as far as the study knows."""
        return pseudonym_of_key(self.sign.public)

    @property
    def shift_days(self) -> int:
        """How many days each date is moved by: the same within the study, 30 to 364, never whole weeks."""
        return _SHIFTS[int.from_bytes(derive(self.secret, "research-shift"), "big") % len(_SHIFTS)]

    def record_id(self, sense: bytes) -> bytes:
        """Return the id (16 bytes) of what states the same in every export of the study."""
        return labelled_mac(derive(self.secret, "research-id"), "research-id", sense)[:ID_BYTES]

    def salt(self, record: bytes) -> bytes:
        """Return the salt (32 bytes) of a record's commitment: nobody can guess what a leaf holds."""
        return labelled_mac(derive(self.secret, "research-salt"), "research-salt", record)


def pseudonym_of_key(public: bytes) -> str:
    """Return the pseudonym, `p_…`, that belongs to a study's public key (32 bytes)."""
    return "p_" + base32(labelled_hash("research-pseudonym", public))


def origin_of_key(public: bytes) -> str:
    """Return the origin of a study's log: it names the pseudonym and nothing else."""
    return _ORIGIN + pseudonym_of_key(public).removeprefix("p_")
