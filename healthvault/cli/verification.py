# SPDX-License-Identifier: Apache-2.0
"""A verification as a JSON object, and in plain words what it cannot say. Pure; loads the vault's types.

No verdict is summed up into one: integrity is not truth, and a file cannot know of a later revocation.
"""

from base64 import b64encode

from healthvault.cli.attestation_objects import judged_row
from healthvault.cli.certificate import ERASURE_LIMITS, erasure_fields
from healthvault.cli.clock import local_text, rfc3339
from healthvault.cli.objects import Json, JsonObject, cards_object, checkpoint_object, interval_fields
from healthvault.consent.grant import Grant
from healthvault.consent.purposes import purpose_word
from healthvault.consent.status import Status
from healthvault.crypto.words import to_words
from healthvault.ledger.ids import (
    bundle_id_text,
    contact_id_text,
    document_id_text,
    fingerprint_bytes,
    grant_id_text,
)
from healthvault.verify.completeness import Completeness
from healthvault.verify.context import Declared, Forked, ShownStatus, Verification, VerifiedDocument
from healthvault.verify.pins import KnownStatus
from healthvault.verify.verdicts import Question, Result
from healthvault.verify.witnesses import first_to_see

__all__ = ["completeness_of", "hints_of", "limits_of", "verification_object"]

_UNTRUE = "Unchanged since entry; says nothing about medical correctness or about records never added."
_HOLDER = "Does not prove who is holding this file, or who was at a visit that it tells of: hv is no ID."
_CLOCK = "Time is the owner's claim except where witnessed."
_ATTESTED = "An attestation says that a key signed a statement about exactly these bytes, not that it is true."
_ATTESTED_CLOCK = (
    "What it is about is not in this file: `hv import` in the owner's vault says. Time is the attester's claim."
)
_COMPROMISE_LIMITS = (
    "From now on, what the old keys signed is refused, unless you accepted it before. Ask for a new card.",
    "Whoever has neither this note nor the new card goes on accepting what a thief signs.",
)
_FORK_LIMITS = (
    "The vault's keys signed two histories. Which of them is right, and who did it, is not shown.",
    "Whoever has the keys could. If they were stolen the owner can declare it; then this proves nothing of her.",
)
_VIEW_LIMIT = "Shows how much history there is and that it is one; no document, and nothing of what is in it."
_LIMITS_OF = {
    "bundle": (_UNTRUE, _HOLDER, _CLOCK),
    "erasure": (*ERASURE_LIMITS, _CLOCK),
    "fork-proof": _FORK_LIMITS,
    "view": (_VIEW_LIMIT,),
    "proof": ("Connects what you saw of this vault before; says nothing about its content or its grants.", _CLOCK),
}
_NOTHING_SAID = "Whether these are all documents of their kind is not said: others may exist."
_REST = "Complete means in this vault, not in the world; of other categories nothing is said."
_WENT_OUT = (
    ("moved", "put into another category"),
    ("superseded", "replaced by a newer version"),
    ("retracted", "retracted"),
    ("erased", "erased"),
)
_REWRITE = "Shows no internal edits. Without an older checkpoint, a full rewrite by the owner is not detectable."


def verification_object(file: str, verification: Verification, exit_code: int) -> JsonObject:
    """Return the outcome for one file, with every code that was found."""
    codes: list[Json] = [*dict.fromkeys(problem.code for problem in verification.problems)]
    bundle, chain = verification.bundle_id, verification.chain
    known = {status.grant_id: status for status in verification.statuses}
    grants = [_grant(grant, known.get(grant.grant_id)) for grant in verification.grants]
    shown: list[Json] = [_status_file(status) for status in verification.status_files]
    erasure = verification.erasure
    return {
        "type": "verification",
        "schema": 1,
        "kind": verification.kind,
        "file": file,
        "ok": exit_code == 0,
        "exit": exit_code,
        "codes": codes,
        "bundle": bundle_id_text(bundle) if bundle else None,
        "vault": contact_id_text(chain.vault_id) if chain else None,
        "signer": _signer(verification),
        "checkpoint": _checkpoint(verification),
        "grant": grants[0] if grants else None,
        "delegations": [
            {"owner": contact_id_text(one.owner), "grant": grant_id_text(one.grant_id)}
            for one in verification.delegations
        ],
        "message": verification.message,
        "seen_before": rfc3339(verification.seen_before_ms) if verification.seen_before_ms is not None else None,
        "verdicts": [
            {
                "name": verdict.question.value,
                "result": verdict.result.value,
                "codes": [*dict.fromkeys(problem.code for problem in verdict.problems)],
                "detail": verdict.detail,
            }
            for verdict in verification.verdicts
        ],
        "documents": [_document(document, verification) for document in verification.documents],
        **_loose(verification),
        **({"status_files": shown} if shown else {}),
        "completeness": [_completeness(proved) for proved in verification.completeness],
        **(erasure_fields(erasure) if erasure else {}),
        **(_declared(verification.declared) if verification.declared else {}),
        **(_forked(verification.forked) if verification.forked else {}),
    }


def limits_of(verification: Verification) -> list[str]:
    """Return, in plain words, what this verification cannot say."""
    if verification.declared is not None:
        return [*_COMPROMISE_LIMITS]
    if verification.kind == "attestation":
        return [_ATTESTED, _ATTESTED_CLOCK] if verification.attestations else []
    results = {verdict.question: verdict.result for verdict in verification.verdicts}
    if verification.chain is None or results[Question.INCLUSION] is not Result.PASS:
        return []
    limits = [*_LIMITS_OF.get(verification.kind, (_CLOCK,))]
    limits += [_known_status(status) for status in _oldest(verification)]
    if any(one.result is Result.PASS for one in verification.attestations):
        limits.append(_ATTESTED)
    if results[Question.CONSISTENCY] is Result.UNKNOWN and not verification.forked:
        limits.append(_REWRITE)
    if verification.signer_name is None:
        words = " ".join(to_words(fingerprint_bytes(verification.chain.vault_id)))
        limits.append(f"Whether the key that signed is the owner's is for you to check, by voice: {words}")
    return limits


def _oldest(verification: Verification) -> list[KnownStatus]:
    """Return the oldest word on the grants: as old as that is what is known of all of them."""
    return sorted(verification.statuses, key=lambda known: known.size)[:1]


def _known_status(known: KnownStatus) -> str:
    day = local_text(rfc3339(known.time_ms))
    if known.status != Status.ACTIVE:
        return f"The grant had ended by {day}. Copies that were handed out before stay readable."
    return f"No revocation known as of {day}; this file cannot know more."


def completeness_of(verification: Verification) -> list[str]:
    """Return, in plain words, which categories are there as a whole, and that nothing is said of the others."""
    said = [_in_words(proved) for proved in verification.completeness]
    results = {verdict.question: verdict.result for verdict in verification.verdicts}
    is_known = all(results.get(question) is Result.PASS for question in (Question.INCLUSION, Question.INTEGRITY))
    if verification.documents and is_known:
        said.append(_REST if said else _NOTHING_SAID)
    return said


def hints_of(verification: Verification) -> list[str]:
    """Return what to do next about each problem."""
    return [*dict.fromkeys(problem.hint for problem in verification.problems if problem.hint)]


def _declared(declared: Declared) -> JsonObject:
    return {"compromise": {"epoch": declared.epoch, "was_known": declared.was_known}}


def _forked(forked: Forked) -> JsonObject:
    """Return what two histories contradict each other in."""
    sides: list[Json] = [
        {"size": size, "root_at": None if root is None else b64encode(root).decode()}
        for size, root in zip(forked.sizes, forked.roots, strict=True)
    ]
    return {"fork": {"at": forked.at, "sides": sides}}


def _signer(verification: Verification) -> Json:
    if verification.chain is None:
        return None
    fingerprint = fingerprint_bytes(verification.chain.vault_id)
    known = verification.signer_name is not None
    return {
        "name": verification.signer_name,
        "fingerprint": fingerprint.hex(),
        "known": known,
        "words": None if known else [*to_words(fingerprint)],
    }


def _checkpoint(verification: Verification) -> Json:
    if verification.size is None or verification.root is None:
        return None
    time = rfc3339(verification.tip_ms) if verification.tip_ms is not None else None
    return {**checkpoint_object(verification.size, verification.root), "time": time}


def _grant(grant: Grant, known: KnownStatus | None) -> JsonObject:
    parties: list[Json] = ["whoever has the code" if party.is_code else party.name for party in grant.grantees]
    return {
        "id": grant_id_text(grant.grant_id),
        "contact": ", ".join(str(name) for name in parties),
        "purpose": [purpose_word(code) for code in grant.purposes],
        "actions": list(grant.actions),
        "not_before": rfc3339(grant.not_before_ms),
        "not_after": rfc3339(grant.not_after_ms),
        "status": Status(known.status).name.lower() if known else None,
        "status_entry": known.size - 1 if known else None,
        "status_as_of": rfc3339(known.time_ms) if known else None,
    }


def _status_file(shown: ShownStatus) -> JsonObject:
    return {
        "file": shown.name or None,
        "grant": grant_id_text(shown.grant_id),
        "counts": shown.counts,
        "status": Status(shown.status).name.lower(),
        "status_entry": shown.size - 1,
        "status_as_of": None if shown.time_ms is None else rfc3339(shown.time_ms),
        "detail": shown.detail,
    }


def _completeness(proved: Completeness) -> JsonObject:
    return {
        "category": proved.category,
        "disclosed": proved.disclosed,
        "total": proved.total,
        "moved": proved.moved,
        "superseded": proved.superseded,
        "retracted": proved.retracted,
        "erased": proved.erased,
        "complete": proved.is_complete,
    }


def _in_words(proved: Completeness) -> str:
    shown = f"{proved.category}: {proved.disclosed} of {proved.total} disclosed"
    if proved.is_complete:
        shown = f"{proved.category}: all {proved.total} of this vault"
    counts = [(getattr(proved, name), words) for name, words in _WENT_OUT]
    gone = [f"{count} {words}" for count, words in counts if count]
    return f"{shown}; before: {', '.join(gone)}" if gone else shown


def _loose(verification: Verification) -> JsonObject:
    """Return the attestations that are about no document of the file; nothing if there are none."""
    loose: list[Json] = [judged_row(one) for one in verification.attestations if not one.places]
    return {"attestations": loose} if loose else {}


def _document(document: VerifiedDocument, verification: Verification) -> JsonObject:
    seen = first_to_see(verification.sightings, document.seq)
    attestations: list[Json] = [
        judged_row(one, part)
        for one in verification.attestations
        for seq, part in one.places
        if seq == document.seq
    ]
    return {
        "id": document_id_text(document.leaf),
        "title": document.title,
        "kind": document.type,
        "media_type": document.media_type,
        "size_bytes": document.size_bytes,
        "entry": document.seq,
        "status": document.row.claimed_status,
        "issuer": None if document.cards is None else cards_object(document.cards, verification.judged_ms),
        "claimed": not document.is_disclosed,
        "entered": rfc3339(document.entered_ms),
        **interval_fields(None, None if seen is None else seen.time_ms),
        "attestations": attestations,
    }
