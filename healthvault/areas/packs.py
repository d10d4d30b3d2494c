# SPDX-License-Identifier: Apache-2.0
"""Packs: what can be said of a code with all that this vault knows, and the scans that were kept.

Spec: docs/spec/packs.md sections 4 and 6.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from healthvault.areas.recalls import KnownLists, documents_in_force, known_lists
from healthvault.areas.sightings import sightings_elsewhere
from healthvault.errors import FormatError, InvalidRequest
from healthvault.gs1.codes import Code, Form
from healthvault.gs1.trade_items import TradeItem, trade_item, wrong_check_digits
from healthvault.packs.merging import Pack, Scan, merged
from healthvault.packs.scan_form import MAX_FORM_BYTES, new_scan_form, parse_scan_form
from healthvault.packs.verdicts import (
    Result,
    Sighting,
    Verdict,
    check_digit_verdict,
    expiry_verdict,
    incomparable,
    recall_verdict,
    seen_verdict,
)
from healthvault.records.categories import Category
from healthvault.records.kinds import Kind
from healthvault.vault.add import Observer
from healthvault.vault.forms import NewForm, keep_form
from healthvault.vault.read import document_bytes
from healthvault.vault.vault import Vault
from healthvault.vault.views import Document

__all__ = ["KnownPack", "ScannedPack", "known_packs", "scan_pack"]

_FORMS = {
    Form.ELEMENTS: "an element string of GS1, as a scanner gives it",
    Form.PRINTED: "a code of GS1, as it is printed",
    Form.LINK: "a GS1 Digital Link",
    Form.GTIN: "the number of a product, and no more",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ScannedPack:
    """What can be said of a code."""

    code: Code
    item: TradeItem
    """What this code says, and nothing that earlier scans said."""
    pack: Pack | None
    """With the earlier scans of the same pack; None where the check digit is wrong."""
    verdicts: tuple[Verdict, ...]
    sightings: tuple[Sighting, ...]
    lists: KnownLists
    document: Document | None
    """Where the scan is kept, if it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownPack:
    """A pack that the owner scanned, and whether it has expired or is recalled as far as is known today."""

    pack: Pack
    expiry: Verdict
    recall: Verdict


def scan_pack(
    vault: Vault, code: Code, *, now: datetime, keep: bool, observer: Observer | None = None
) -> ScannedPack:
    """Say what can be said of a code, and keep the scan.

    Args:
        vault: Unlocked; writing, if the scan is to be kept.
        code: Well-formed.
        now: Aware; its day in UTC decides centuries, its day where the owner is what has expired.
        keep: Keep it, unless a check digit is wrong.
        observer: Is told how reading documents gets on.

    Raises:
        FormatError: As `trade_item`.
        InvalidRequest: `io_error`.
    """
    item = trade_item(code.elements, today=now.astimezone(UTC).date())
    wrong, lists, today = wrong_check_digits(code.elements), known_lists(vault), now.date()
    known = _scans(vault)
    sightings = _sightings(vault, item, known, observer) if item.serial is not None and not wrong else ()
    document = _keep(vault, code, now) if keep and not wrong else None
    pack = None if wrong else _same_pack([scan for scan, is_own in known if is_own], item, now, document)
    items = (item,) if pack is None else pack.items
    verdicts = (
        Verdict(name="well_formed", result=Result.PASS, detail=_FORMS[code.form]),
        check_digit_verdict(wrong),
        expiry_verdict([each.expiry for each in items if each.expiry], today=today),
        incomparable("recall") if wrong else recall_verdict(items, lists.lists, today=today),
        incomparable("first_seen") if wrong else seen_verdict(item.serial, sightings),
        _agreement(pack),
    )
    return ScannedPack(
        code=code,
        item=item,
        pack=pack,
        verdicts=verdicts,
        sightings=sightings,
        lists=lists,
        document=document,
    )


def known_packs(vault: Vault, *, now: datetime) -> tuple[KnownPack, ...]:
    """Return the packs that the owner scanned, the one scanned last first.

    Raises:
        VaultDamaged: `vault_damaged`.
    """
    lists = known_lists(vault).lists
    packs = merged(scan for scan, is_own in _scans(vault) if is_own)
    return tuple(
        KnownPack(
            pack=pack,
            expiry=expiry_verdict([each.expiry for each in pack.items if each.expiry], today=now.date()),
            recall=recall_verdict(pack.items, lists, today=now.date()),
        )
        for pack in packs
    )


def _scans(vault: Vault) -> list[tuple[Scan, bool]]:
    """Return the scans that can be read, and whether each is the owner's own."""
    found = []
    for document in documents_in_force(vault, Kind.PACK):
        if document.size_bytes > MAX_FORM_BYTES:
            continue
        try:
            form = parse_scan_form(document_bytes(vault, document))
        except (FormatError, InvalidRequest):
            continue  # somebody else's, or written by hand: it is no scan
        scan = Scan(document=document.id, scanned=form.scanned, item=form.item)
        found.append((scan, not document.is_received))
    return found


def _sightings(
    vault: Vault, item: TradeItem, known: Sequence[tuple[Scan, bool]], observer: Observer | None
) -> tuple[Sighting, ...]:
    same = [each for each in known if (each[0].item.gtin, each[0].item.serial) == (item.gtin, item.serial)]
    scans = [
        Sighting(
            document=scan.document,
            role="scan" if is_own else "received scan",
            when=scan.scanned.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
        )
        for scan, is_own in same
    ]
    return (*scans, *sightings_elsewhere(vault, item, observer=observer))


def _keep(vault: Vault, code: Code, now: datetime) -> Document:
    form = new_scan_form(code.elements, now)
    new = NewForm(
        kind=Kind.PACK,
        name="pack.json",
        title=f"Scan of a pack: {code.to_text()}",
        content=form.to_bytes(),
        date=now.date().isoformat(),
        category=Category.OTHER,  # a scan does not say that anybody takes it
    )
    return keep_form(vault, new, now_ms=int(now.timestamp() * 1000))


def _same_pack(own: Sequence[Scan], item: TradeItem, now: datetime, document: Document | None) -> Pack:
    """Return the pack that a scan is of, with all earlier scans of it."""
    scan = Scan(document=document.id if document else "", scanned=now, item=item)
    return next(pack for pack in merged([*own, scan]) if scan in pack.scans)


def _agreement(pack: Pack | None) -> Verdict:
    """Return whether the scans of one pack agree."""
    if pack is None or not pack.contradictions:
        return Verdict(name="agreement", result=Result.PASS, detail="no scan kept here says otherwise")
    said = [
        f"{name} {' and '.join(fact.value for fact in facts)}"
        for name, facts in (("lot", pack.lots), ("expiry", pack.expiries))
        if name in pack.contradictions
    ]
    return Verdict(
        name="agreement",
        result=Result.FAIL,
        detail=f"scans of one serial number contradict each other: {'; '.join(said)}",
        words="contradicts an earlier scan",
        code="contradiction",
    )
