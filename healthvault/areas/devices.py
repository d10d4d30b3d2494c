# SPDX-License-Identifier: Apache-2.0
"""Devices of the owner: cards that she keeps, what FHIR documents of hospitals say, and what is known of each.

Spec: docs/spec/devices.md sections 3 and 5.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from healthvault.areas.device_verdicts import KnownDevice, Source, device_verdicts
from healthvault.areas.recalls import KnownLists, documents_in_force, known_lists
from healthvault.areas.resources import Stated, stated_of_types
from healthvault.devices.cards import NewCard, card_bytes, card_title
from healthvault.devices.said import DeviceSaid, device_said
from healthvault.errors import FormatError, InvalidRequest, NotFound
from healthvault.packs.verdicts import Verdict
from healthvault.records.categories import Category
from healthvault.records.json_walk import parse
from healthvault.records.kinds import Kind
from healthvault.vault.add import Observer
from healthvault.vault.forms import NewForm, keep_form
from healthvault.vault.read import document_bytes, find_document
from healthvault.vault.vault import Vault
from healthvault.vault.views import Document

__all__ = ["CheckedDevice", "add_card", "check_devices", "find_device", "known_devices"]

MAX_CARD_BYTES = 64 << 10


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedDevice:
    """A device, and what is known of it."""

    device: KnownDevice
    verdicts: tuple[Verdict, ...]
    lists: KnownLists


def add_card(vault: Vault, card: NewCard, *, today: date, now_ms: int) -> Document:
    """Keep an implant card.

    Args:
        vault: Unlocked, writing.
        card: What the owner says.
        today: By the owner's clock.
        now_ms: The clock.

    Raises:
        FormatError: `check_digit`, a number in the identifier is wrong.
        InvalidRequest: `already_there`, a card in force has this serial number of this product; `io_error`.
    """
    if card.carrier.wrong:
        raise FormatError("check_digit", f"the check digit of ({card.carrier.wrong[0]}) is wrong")
    content = card_bytes(card)
    key = device_said(parse(content.decode()), today=today).key
    for document, said in _cards(vault, today):
        if key is not None and said.key == key and not document.is_received:
            hint = f"`hv retract {document.id[:10]}` first, if that card is wrong"
            raise InvalidRequest(
                "already_there", f"{document.id[:10]} is the card of that serial number", hint=hint
            )
    form = NewForm(
        kind=Kind.IMPLANT_CARD,
        name="implant-card.json",
        title=card_title(card),
        content=content,
        date=card.implanted,
        category=Category.PROCEDURE,
    )
    return keep_form(vault, form, now_ms=now_ms)


def known_devices(vault: Vault, *, today: date, observer: Observer | None = None) -> tuple[KnownDevice, ...]:
    """Return the devices that the owner's documents give an identifier of, cards among them.

    Raises:
        InvalidRequest: `io_error`; `extra_missing`.
    """
    groups: dict[object, list[Source]] = {}
    for one in stated_of_types(vault, ["Device"], observer=observer):
        if not isinstance(one, Stated) or one.resource is None:
            continue
        source = Source(document=one.document, said=device_said(one.resource, today=today))
        if source.said.carrier is not None and source.said.status != "entered-in-error":
            groups.setdefault(source.said.key or (one.document.id, one.item.place), []).append(source)
    return tuple(KnownDevice(sources=tuple(sorted(group, key=_is_behind))) for group in groups.values())


def check_devices(vault: Vault, *, today: date, observer: Observer | None = None) -> tuple[CheckedDevice, ...]:
    """Return what is known of each device, each question apart. Raises as `known_devices`."""
    lists = known_lists(vault)
    return tuple(
        CheckedDevice(device=device, verdicts=tuple(device_verdicts(device, lists, today=today)), lists=lists)
        for device in known_devices(vault, today=today, observer=observer)
    )


def find_device(vault: Vault, prefix: str, *, today: date, observer: Observer | None = None) -> KnownDevice:
    """Return the device that a document tells of.

    Raises:
        NotFound: `not_found`, the document tells of none; `ambiguous`, of several.
        As `known_devices`.
    """
    document = find_document(vault, prefix)
    found = [
        device
        for device in known_devices(vault, today=today, observer=observer)
        if any(source.document.id == document.id for source in device.sources)
    ]
    if len(found) != 1:
        code, many = ("ambiguous", "several devices") if found else ("not_found", "no device with an identifier")
        raise NotFound(code, f"{document.id[:10]} tells of {many}", hint="`hv device list` shows what there is")
    return found[0]


def _cards(vault: Vault, today: date) -> Iterator[tuple[Document, DeviceSaid]]:
    for document in documents_in_force(vault, Kind.IMPLANT_CARD):
        if document.size_bytes <= MAX_CARD_BYTES:
            text = document_bytes(vault, document).decode("utf-8", "replace")
            yield document, device_said(parse(text), today=today)


def _is_behind(source: Source) -> tuple[bool, bool, int]:
    return not source.is_card, source.document.is_received, source.document.entry
