# SPDX-License-Identifier: Apache-2.0
"""What is known of one device by all documents that tell of it, each question apart.

Spec: docs/spec/devices.md section 5.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from healthvault.areas.recalls import KnownLists
from healthvault.devices.said import DeviceSaid
from healthvault.gs1.trade_items import TradeItem
from healthvault.packs.verdicts import Result, Verdict, check_digit_verdict, recall_verdict
from healthvault.records.kinds import Kind
from healthvault.vault.views import Document

__all__ = ["KnownDevice", "Source", "device_verdicts"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A document that tells of a device."""

    document: Document
    said: DeviceSaid

    @property
    def is_card(self) -> bool:
        """It is an implant card, and nothing else."""
        return self.document.kind == Kind.IMPLANT_CARD.value


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownDevice:
    """One device, and all documents that tell of it: one alone where it has no serial number."""

    sources: tuple[Source, ...]
    """The owner's own cards first, then the oldest document."""

    @property
    def said(self) -> DeviceSaid:
        """What the first of them says."""
        return self.sources[0].said

    @property
    def items(self) -> tuple[TradeItem, ...]:
        """All that they say it is."""
        return tuple(dict.fromkeys(item for source in self.sources for item in source.said.items))


def device_verdicts(device: KnownDevice, lists: KnownLists, *, today: date) -> Iterator[Verdict]:
    """Yield what is known of a device, each question apart."""
    if not device.items:
        said = "no identifier of GS1 that can be read: it is kept as text, and compared with nothing"
        yield Verdict(name="identifier", result=Result.UNKNOWN, detail=said)
    else:
        wrong = [ai for source in device.sources if source.said.carrier for ai in source.said.carrier.wrong]
        yield check_digit_verdict(sorted(set(wrong)))
    yield recall_verdict(device.items, lists.lists, today=today) if device.items else _uncompared()
    yield _use_by(device, today)
    yield _agreement(device)
    yield _once(device.sources)


def _uncompared() -> Verdict:
    return Verdict(name="recall", result=Result.UNKNOWN, detail="its identifier cannot be compared with any list")


def _use_by(device: KnownDevice, today: date) -> Verdict:
    """Return whether a device was implanted after its last day of use: what is in the body has none."""
    days = [item.expiry for item in device.items if item.expiry]
    if not days:
        return Verdict(name="use_by", result=Result.UNKNOWN, detail="no last day of use is known")
    last, implanted = (
        min(days).isoformat(),
        next((s.said.implanted for s in device.sources if s.said.implanted), None),
    )
    if implanted is None:
        past = min(days) < today
        said = f"to be implanted by {last}, {'which has passed; ' if past else ''}when it was is not known"
        return Verdict(name="use_by", result=Result.UNKNOWN, detail=said)
    if implanted[:10] > last:
        said = f"implanted on {implanted}, after its last day of use, {last}"
        return Verdict(name="use_by", result=Result.FAIL, detail=said, code="expired")
    return Verdict(name="use_by", result=Result.PASS, detail=f"to be implanted by {last}; it was on {implanted}")


def _agreement(device: KnownDevice) -> Verdict:
    names = {name for source in device.sources for name in source.said.contradictions}
    for name in ("lot", "expiry"):
        values = {_plain(getattr(item, name)) for item in device.items if getattr(item, name)}
        names |= {name} if len(values) > 1 else set()
    if not names:
        return Verdict(name="agreement", result=Result.PASS, detail="what documents say of it agrees")
    said = f"documents contradict each other, or themselves, in: {', '.join(sorted(names))}"
    return Verdict(name="agreement", result=Result.FAIL, detail=said, code="contradiction")


def _plain(value: object) -> str:
    return str(value).strip().upper()


def _once(sources: Sequence[Source]) -> Verdict:
    """Return whether one card alone has the serial number."""
    cards = list(dict.fromkeys(source.document.id[:10] for source in sources if source.is_card))
    if sources[0].said.key is None:
        return Verdict(name="serial_once", result=Result.UNKNOWN, detail="no serial number is known")
    if len(cards) > 1:
        said = f"several cards have this serial number: {', '.join(cards)}"
        return Verdict(name="serial_once", result=Result.FAIL, detail=said, code="serial_twice")
    return Verdict(name="serial_once", result=Result.PASS, detail="one card at most has this serial number here")
