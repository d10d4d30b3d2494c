# SPDX-License-Identifier: Apache-2.0
"""The JSON objects of the emergency commands. Pure; see `objects` for what holds for all of them."""

from typing import TYPE_CHECKING

from healthvault.cli.objects import SCHEMA, JsonObject

if TYPE_CHECKING:
    from healthvault.emergency.card import CardItem
    from healthvault.vault.emergency import Suggested
    from healthvault.vault.emergency_page import BuiltPage

__all__ = ["item_object", "page_object", "suggestion_object"]


def item_object(number: int, item: "CardItem") -> JsonObject:
    """Return an item of the sheet, with its number, as a page would show it today."""
    return {
        "type": "emergency_item",
        "schema": SCHEMA,
        "number": number,
        "section": item.section.value,
        "text": item.text,
        "detail": item.detail,
        "confirmed": item.confirmed,
        "stale": item.is_stale,
        "source": item.source,
        "source_status": item.source_status,
    }


def suggestion_object(one: "Suggested") -> JsonObject:
    """Return a proposal of a document."""
    return {
        "type": "emergency_suggestion",
        "schema": SCHEMA,
        "id": one.id,
        "section": one.section.value,
        "text": one.text,
        "detail": one.detail,
        "patient": one.patient,
        "taken": one.is_taken,
    }


def page_object(page: "BuiltPage") -> JsonObject:
    """Return a page that was written; `code` is there once, when one was made."""
    code: JsonObject = {} if page.code is None else {"code": page.code}
    return {
        "type": "emergency_page",
        "schema": SCHEMA,
        "id": page.card.id,
        "entry": page.entry,
        "path": page.path,
        "size_bytes": page.size_bytes,
        "qr_codes": page.qr_codes,
        "protection": page.protection.kind,
        "needed": page.protection.needed or None,
        "shares": list(page.share_paths),
        "card": page.card.to_object(),
        **code,
    }
