# SPDX-License-Identifier: Apache-2.0
"""Results as the JSON objects of docs/reference/cli.md: names and meanings are a promise.

Pure, but for the clock that says whether a health card is in force.

Every object has `type` and `schema`; fields always stand in this order. Ids are whole, times RFC 3339 in UTC
(null where a stranger's clock says a time beyond the year 9999), digests base64. docs/schemas/ describes each
object, and tests hold real output against it.
"""

from base64 import b64encode
from typing import TYPE_CHECKING

from healthvault.cli.clock import now_ms, rfc3339

if TYPE_CHECKING:
    from pathlib import Path

    from healthvault.records.cards import CardDocument
    from healthvault.storage.attempts import FailedUnlocks
    from healthvault.vault.erase import Erasure
    from healthvault.vault.recovery_words import ShareSheet
    from healthvault.vault.views import (
        BackupView,
        BundleView,
        CheckReport,
        ContactView,
        Document,
        DrillReport,
        GrantView,
        IdentityView,
        KeyEventView,
        KeySlotView,
        LogEntry,
        PartView,
        Story,
        VaultStatus,
    )

__all__ = [
    "Json",
    "JsonObject",
    "backup_object",
    "bundle_object",
    "cards_object",
    "check_object",
    "checkpoint_object",
    "contact_object",
    "document_object",
    "drill_object",
    "entry_object",
    "erasure_object",
    "failures_object",
    "grant_object",
    "identity_object",
    "interval_fields",
    "key_event_object",
    "key_object",
    "new_object",
    "recovery_object",
    "recovery_share_object",
    "shown_object",
    "vault_object",
]

SCHEMA = 1  # fields and enum values may be added under the same number
Json = str | int | bool | None | list["Json"] | dict[str, "Json"]
JsonObject = dict[str, Json]


def new_object(type_name: str, fields: JsonObject) -> JsonObject:
    """Return an object of a type, with the number of its schema."""
    return {"type": type_name, "schema": SCHEMA, **fields}


def vault_object(status: "VaultStatus") -> JsonObject:
    """Return the vault at a glance; what needs unlocking is null while locked."""
    return new_object(
        "vault",
        {
            "id": status.id,
            "path": status.path,
            "name": status.name,
            "fingerprint": status.fingerprint,
            "words": list(status.words),
            "entries": status.entries,
            "documents": status.documents,
            "checkpoint": checkpoint_object(status.checkpoint_size, status.checkpoint_root),
            "unlocked": status.unlocked,
            "last_drill": None if status.last_drill_ms is None else rfc3339(status.last_drill_ms),
            "failed_unlocks": None if status.failures is None else failures_object(status.failures),
            "warnings": list(status.warnings),
        },
    )


def interval_fields(not_before_ms: int | None, not_after_ms: int | None) -> JsonObject:
    """Return when something was entered, as far as clocks of others bound it, and whose clock says so."""
    is_bounded = not_before_ms is not None or not_after_ms is not None
    return {
        "not_before": None if not_before_ms is None else rfc3339(not_before_ms),
        "not_after": None if not_after_ms is None else rfc3339(not_after_ms),
        "clock": "bounded by others" if is_bounded else "owner's clock only",
    }


def failures_object(failures: "FailedUnlocks") -> JsonObject:
    """Return how often unlocking failed, as it stands inside other objects."""
    last = None if failures.last_ms is None else rfc3339(failures.last_ms)
    return {"count": failures.count, "since": rfc3339(failures.since_ms), "last": last}


def checkpoint_object(size: int, root: bytes) -> JsonObject:
    """Return a tree size and its root."""
    return {"size": size, "root": b64encode(root).decode()}


def document_object(document: "Document") -> JsonObject:
    """Return a document; `path` is there when it was written out, `proxy` when a proxy added it just now."""
    written: JsonObject = {} if document.path is None else {"path": document.path}
    if document.proxy is not None:
        written["proxy"] = document.proxy
    if document.parts:
        written["parts"] = [_part(part) for part in document.parts]
    return new_object(
        "document",
        {
            "id": document.id,
            "entry": document.entry,
            "title": document.title,
            "name": document.name,
            "kind": document.kind,
            "media_type": document.media_type,
            "size_bytes": document.size_bytes,
            "date": document.date,
            "added": rfc3339(document.added_ms),
            "tags": list(document.tags),
            "category": document.category,
            "sensitivity": list(document.sensitivity),
            "author": document.author,
            "source": document.source,
            "provenance": document.provenance,
            "issuer": None if document.cards is None else cards_object(document.cards, now_ms()),
            "status": document.status,
            "duplicate_of": document.duplicate_of,
            **written,
        },
    )


def _part(part: "PartView") -> JsonObject:
    """Return a file of a document, as it stands inside of it; `path` is there when it was written out."""
    written: JsonObject = {} if part.path is None else {"path": part.path}
    return {
        "number": part.number,
        "name": part.name,
        "media_type": part.media_type,
        "size_bytes": part.size_bytes,
        **written,
    }


def cards_object(found: "CardDocument", at_ms: int) -> JsonObject:
    """Return the verdict on a document of cards, the worst of its cards', and each card's."""
    from healthvault.records.cards import card_verdict, worst_of

    cards: list[Json] = [
        {
            "place": card.place,
            "iss": card.iss,
            "kid": card.kid,
            "verdict": card_verdict(card, at_ms).value,
            "not_before": None if card.nbf_ms is None else rfc3339(card.nbf_ms),
            "not_after": None if card.exp_ms is None else rfc3339(card.exp_ms),
            "detail": card.detail,
        }
        for card in found.cards
    ]
    issuers = {card.iss for card in found.cards}
    return {
        "iss": issuers.pop() if len(issuers) == 1 else None,
        "verdict": worst_of(found.cards, at_ms).value,
        "whole": found.is_all,
        "cards": cards,
    }


def shown_object(document: "Document", story: "Story", attestations: list[Json]) -> JsonObject:
    """Return a document with what became of it, and what others attest of it."""
    history: list[Json] = [
        {"entry": entry.index, "kind": entry.kind, "time": rfc3339(entry.time_ms), "detail": entry.detail}
        for entry in story.entries
    ]
    versions: JsonObject = {"replaces": story.replaces, "replaced_by": story.replaced_by}
    bounds = interval_fields(story.interval.not_before_ms, story.interval.not_after_ms)
    said: JsonObject = {"attestations": attestations, "history": history}
    return {**document_object(document), **bounds, **versions, **said}


def entry_object(entry: "LogEntry") -> JsonObject:
    """Return an entry of the history."""
    return new_object(
        "entry",
        {
            "index": entry.index,
            "kind": entry.kind,
            "time": rfc3339(entry.time_ms),
            "id": entry.id,
            "signer": entry.signer,
            "detail": entry.detail,
            **interval_fields(entry.interval.not_before_ms, entry.interval.not_after_ms),
        },
    )


def check_object(report: "CheckReport") -> JsonObject:
    """Return the outcome of an audit."""
    findings: list[Json] = [
        {
            "severity": finding.severity,
            "where": finding.where,
            "code": finding.code,
            "message": finding.message,
            "hint": finding.hint,
        }
        for finding in report.findings
    ]
    return new_object(
        "check",
        {
            "ok": report.is_clean,
            "entries": report.entries,
            "documents": report.documents,
            "bytes": report.stored_bytes,
            "findings": findings,
        },
    )


def identity_object(identity: "IdentityView") -> JsonObject:
    """Return the owner's public side."""
    return new_object(
        "identity",
        {
            "name": identity.name,
            "vault": identity.vault,
            "fingerprint": identity.fingerprint,
            "words": list(identity.words),
            "recipient": identity.recipient,
            "card": identity.card,
        },
    )


def contact_object(contact: "ContactView") -> JsonObject:
    """Return a pinned contact; `claimed_name` is what the card itself says."""
    return new_object(
        "contact",
        {
            "id": contact.id,
            "name": contact.name,
            "claimed_name": contact.claimed_name,
            "vault": contact.vault,
            "fingerprint": contact.fingerprint,
            "words": list(contact.words),
            "recipient": contact.recipient,
            "pinned": rfc3339(contact.pinned_ms),
            "witness": contact.is_witness,
        },
    )


def grant_object(grant: "GrantView", why: tuple[str, str] | None = None) -> JsonObject:
    """Return a grant; `bundles` are the copies that were handed out under it and stay readable.

    `why`: the rule that it stands under, and the same in words, where somebody asked.
    """
    said: JsonObject = {} if why is None else {"rule": why[0], "reason": why[1]}
    return new_object(
        "grant",
        {
            "id": grant.id,
            "entry": grant.entry,
            "contact": grant.contact,
            "records": list(grant.records),
            "purpose": list(grant.purposes),
            "actions": list(grant.actions),
            "not_before": rfc3339(grant.not_before_ms),
            "not_after": rfc3339(grant.not_after_ms),
            "status": grant.status,
            "conditions": list(grant.conditions),
            "role": grant.role,
            "standing": grant.standing,
            "bundles": list(grant.bundles),
            **said,
        },
    )


def bundle_object(bundle: "BundleView") -> JsonObject:
    """Return a bundle that was written; `code` is there once, when one was made."""
    code: JsonObject = {} if bundle.code is None else {"code": bundle.code}
    return new_object(
        "bundle",
        {
            "id": bundle.id,
            "path": bundle.path,
            "grant": bundle.grant,
            "documents": list(bundle.documents),
            "size_bytes": bundle.size_bytes,
            "marks": bundle.marks,
            **code,
        },
    )


def recovery_object(vault: str, *, by_shares: bool, words: tuple[str, ...] = ()) -> JsonObject:
    """Return that a recovery secret is a vault's; the 24 words, where they are to be shown."""
    shown: JsonObject = {"recovery_words": list(words)} if words else {}
    source = "shares" if by_shares else "words"
    return new_object("recovery", {"vault": vault, "source": source, **shown})


def recovery_share_object(sheet: "ShareSheet", path: str | None) -> JsonObject:
    """Return a share of the recovery words; its words are null where they are in a file."""
    return new_object(
        "recovery_share",
        {
            "number": sheet.share.number,
            "needed": sheet.share.needed,
            "count": sheet.count,
            "vault": sheet.vault,
            "words": None if path else list(sheet.share.words),
            "path": path,
        },
    )


def key_object(slot: "KeySlotView") -> JsonObject:
    """Return a way into the vault."""
    return new_object("key", {"id": slot.id, "kind": slot.kind, "memory_kib": slot.memory_kib})


def key_event_object(event: "KeyEventView") -> JsonObject:
    """Return a change of what speaks for the vault; what its kind does not have is null."""
    return new_object(
        "key_event",
        {
            "kind": event.kind,
            "entry": event.entry,
            "epoch": event.epoch,
            "reason": event.reason,
            "since": event.since,
            "lost_entries": event.lost_entries,
            "erased_again": list(event.erased_again),
        },
    )


def erasure_object(
    erasure: "Erasure", reached: list[Json], unreached: list[Json], certificate: "Path | None"
) -> JsonObject:
    """Return an erasure: what was destroyed, and which copies are known that were not."""
    return new_object(
        "erasure",
        {
            "entry": erasure.entry,
            "documents": list(erasure.documents),
            "reached": reached,
            "unreached": unreached,
            "certificate": None if certificate is None else str(certificate),
        },
    )


def backup_object(backup: "BackupView") -> JsonObject:
    """Return a backup; `copied_bytes` is there when it was made just now."""
    copied: JsonObject = {} if backup.copied_bytes is None else {"copied_bytes": backup.copied_bytes}
    return new_object(
        "backup",
        {
            "path": backup.path,
            "entries": backup.entries,
            "behind": backup.behind,
            "clean": backup.is_clean,
            "time": rfc3339(backup.time_ms),
            **copied,
        },
    )


def drill_object(path: str, drilled: "DrillReport") -> JsonObject:
    """Return the outcome of the trial of the backup at a path: that of its audit, and what was read."""
    audited = check_object(drilled.check)
    del audited["type"], audited["schema"]
    return new_object("drill", {"path": path, "opened": list(drilled.opened), **audited})
