# SPDX-License-Identifier: Apache-2.0
"""The readers of SMART Health Cards and Links: what a card holds, and where a link leads without going there.

No signature, expiry or revocation is looked at: a card's token is stated for who has keys of issuers. The key of a
link is neither shown nor searched for. Spec: docs/spec/contents.md section 3.
"""

import datetime as dt
from collections.abc import Iterator

from healthvault.errors import InvalidRequest
from healthvault.records.fhir_entries import Source, bundle_entries
from healthvault.records.fhir_reader import stated
from healthvault.records.json_stream import Broken, decoded, number_text
from healthvault.records.json_walk import Json, items_at, text_at, value_at
from healthvault.records.probe import Probe
from healthvault.records.reading import Inside, Placed
from healthvault.records.shc import (
    is_qr_text,
    jws_of,
    link_payload,
    link_payload_in,
    payload_text,
    qr_parts,
)
from healthvault.records.statements import Card, Left, Passage, Statement

__all__ = ["read_cards", "read_link"]

FAILED = "reader_failed"
MAX_CARDS = 100
MILLISECONDS = 10**11  # as seconds, this is the year 5138
NO_CARD = "no SMART Health Card: the payload cannot be read"
_FLAGS = {"L": "L: goes on being filled", "P": "P: asks for a passcode", "U": "U: one file"}


def read_cards(probe: Probe, inside: Inside) -> Iterator[Statement | Placed]:
    """Yield the cards of a file, a JWS or QR texts, and what they hold.

    Raises:
        InvalidRequest: `reader_failed`; it is no card, or a broken one.
    """
    text = (probe.whole_text() or "").strip().lstrip("\ufeff")
    if is_qr_text(text):
        yield from _qr(text, inside)
    elif text.startswith("{"):
        yield from _file(text, inside)
    else:
        yield from _cards([text], ["jws"], inside)


def read_link(probe: Probe, _inside: Inside) -> Iterator[Statement]:
    """Yield what a link says of itself; nothing is fetched or opened."""
    text = (probe.whole_text() or "").strip()
    try:
        members = decoded(text) if text.startswith("{") else None
    except Broken as err:
        raise InvalidRequest(FAILED, str(err)) from err
    payload = link_payload_in(members) if members is not None else link_payload(text)
    if label := text_at(payload, "label"):
        yield Passage(words=" ".join(label.split()), place="label")
    yield Left(
        place="link", reason="; ".join(["leads to records elsewhere, which were not fetched", *_told(payload)])
    )
    for name in ("files", "jweFiles"):
        for number, _ in enumerate(items_at(members, name)[:MAX_CARDS]):
            yield Left(place=f"{name}[{number}]", reason="a file of the link, which was not opened")


def _qr(text: str, inside: Inside) -> Iterator[Statement | Placed]:
    try:
        parts = qr_parts(text)
        token = jws_of(parts)
    except ValueError as err:
        raise InvalidRequest(FAILED, str(err)) from err
    if token is None:
        for _, number, count in parts:
            yield Left(place="qr", reason=f"part {number} of {count} of a card")
        return
    yield from _cards([token], ["qr"], inside)


def _file(text: str, inside: Inside) -> Iterator[Statement | Placed]:
    try:
        found = items_at(decoded(text), "verifiableCredential")
    except Broken as err:
        raise InvalidRequest(FAILED, str(err)) from err
    tokens = [each if isinstance(each, str) else "" for each in found]
    places = [f"verifiableCredential[{number}]" for number in range(len(tokens))]
    yield from _cards(tokens, places, inside)


def _cards(tokens: list[str], places: list[str], inside: Inside) -> Iterator[Statement | Placed]:
    """Yield what the cards at some places state; the places are those of `card_file`."""
    payloads = [_payload(token) for token in tokens[:MAX_CARDS]]
    if not any(payloads):
        raise InvalidRequest(FAILED, NO_CARD)
    for place, token, payload in zip(places, tokens, payloads, strict=False):
        if payload is None:
            yield Left(place=place, reason=NO_CARD)
            continue
        yield Card(place=place, token=token)
    for place in places[MAX_CARDS:]:
        yield Left(place=place, reason="more cards than are read of one file")
    sources = [_source(payload, f"{place}.") for place, payload in zip(places, payloads, strict=False) if payload]
    yield from stated(sources, inside)


def _payload(token: str) -> Json:
    try:
        payload = decoded(payload_text(token) or "")
    except Broken:
        return None
    return payload if isinstance(payload, dict) else None


def _source(payload: Json, place: str) -> Source:
    bundle = value_at(payload, "vc", "credentialSubject", "fhirBundle")
    return Source(lambda _outer: bundle_entries(bundle, place))


def _told(payload: Json) -> Iterator[str]:
    flags = text_at(payload, "flag") or ""
    yield from (_FLAGS.get(flag, f"{flag}: unknown") for flag in flags)
    expiry = value_at(payload, "exp")
    seconds = float(number_text(expiry) or -1)
    if 0 <= seconds < MILLISECONDS:
        yield f"expires {dt.datetime.fromtimestamp(seconds, dt.UTC).isoformat()}"
    elif expiry is not None:
        yield "expires at a time that cannot be read"
