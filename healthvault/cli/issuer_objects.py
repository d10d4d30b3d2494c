# SPDX-License-Identifier: Apache-2.0
"""Issuers that are believed, as JSON objects. Pure."""

from typing import TYPE_CHECKING

from healthvault.cli.objects import Json, JsonObject, new_object

if TYPE_CHECKING:
    from healthvault.vault.issuers import IssuerView, PinnedFile

__all__ = ["issuer_object", "pinned_object", "unpinned_object"]

_FEW = 64  # addresses that are named one by one


def pinned_object(pinned: "PinnedFile") -> JsonObject:
    """Return what became of adding a file about issuers; of a directory the addresses are in `hv issuer list`."""
    return new_object(
        "issuer_file",
        {
            "id": pinned.document,
            "form": pinned.form.value,
            "issuers": len(pinned.issuers),
            "iss": [*pinned.issuers] if len(pinned.issuers) <= _FEW else [],
            "keys": pinned.keys,
            "lists": pinned.lists,
            "left_out": pinned.left_out,
            "new": pinned.is_new,
        },
    )


def issuer_object(issuer: "IssuerView") -> JsonObject:
    """Return an issuer that is believed."""
    lists: list[Json] = [{"kid": each.kid, "ctr": each.ctr, "revoked": len(each.rids)} for each in issuer.lists]
    return new_object(
        "issuer",
        {
            "iss": issuer.iss,
            "name": issuer.name,
            "keys": [*issuer.kids],
            "revocations": lists,
            "documents": [*issuer.documents],
        },
    )


def unpinned_object(which: str, documents: tuple[str, ...]) -> JsonObject:
    """Return that an issuer or a file is believed no longer."""
    return new_object("issuer_removed", {"removed": which, "documents": [*documents]})
