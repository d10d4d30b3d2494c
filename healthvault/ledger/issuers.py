# SPDX-License-Identifier: Apache-2.0
"""Whose keys the owner believes, as the journal says it: a document that holds them, and for which issuers.

The keys themselves stand in the document alone. Spec: docs/spec/issuers.md section 4.
"""

from dataclasses import dataclass

from healthvault.codec import Fields, Value
from healthvault.ledger.kinds import Kind

__all__ = ["MAX_ISSUERS", "IssuerDrop", "IssuerPin", "parse_issuer_drop", "parse_issuer_pin"]

MAX_ISSUERS = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuerPin:
    """A document is believed to say which keys issuers have, or what they revoked."""

    about: int
    """Entry of the document."""
    form: str
    """A value of `records.issuer_keys.Form`; of one that is not known nothing is believed."""
    issuers: tuple[str, ...]
    """For whom it is believed; none: for all that it names."""

    def to_map(self) -> dict[str, Value]:
        """Return the sealed map."""
        return {
            "kind": Kind.ISSUER_PIN.value,
            "about": self.about,
            "form": self.form,
            "iss": list(self.issuers),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuerDrop:
    """A document is believed no longer."""

    about: int
    """The `issuer.pin` entry."""
    issuers: tuple[str, ...] = ()
    """For whom it is not believed any more; none: for nobody."""

    def to_map(self) -> dict[str, Value]:
        """Return the sealed map."""
        return {"kind": Kind.ISSUER_DROP.value, "about": self.about, "iss": list(self.issuers)}


def parse_issuer_pin(sealed: Fields) -> IssuerPin:
    """Parse an `issuer.pin` map. Raises FormatError `bad_schema`, `unsupported`."""
    sealed.refuse_unknown_must(frozenset({"kind", "about", "form", "iss", "must"}))
    return IssuerPin(
        about=sealed.uint("about"), form=sealed.text("form"), issuers=tuple(sealed.texts("iss", MAX_ISSUERS))
    )


def parse_issuer_drop(sealed: Fields) -> IssuerDrop:
    """Parse an `issuer.drop` map. Raises FormatError `bad_schema`, `unsupported`."""
    sealed.refuse_unknown_must(frozenset({"kind", "about", "iss", "must"}))
    return IssuerDrop(about=sealed.uint("about"), issuers=tuple(sealed.texts("iss", MAX_ISSUERS)))
