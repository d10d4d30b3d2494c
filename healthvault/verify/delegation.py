# SPDX-License-Identifier: Apache-2.0
"""Whether a grant that was given for somebody else is covered by that somebody's own: a proxy's act.

The proof travels with each document: its evidence holds the owner's grant with the proof of its status. A document
without it may be genuine, but nothing says that it is shared for its owner. Spec: docs/spec/proxies.md section 3.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from healthvault.bundle.evidence import grants_of
from healthvault.consent.conditions import POWER_SHARE, Delegated, Proxy
from healthvault.consent.decision import KnownGrant, Request, Subject, refusals
from healthvault.consent.grant import Grant
from healthvault.consent.status import Status
from healthvault.errors import (
    ConsentRefused,
    FormatError,
    HealthVaultError,
    HistoryError,
    IntegrityError,
    NotEstablished,
)
from healthvault.ledger.ids import contact_id_text, grant_id_text
from healthvault.ledger.party import Party
from healthvault.ledger.ranges import ranges_contain
from healthvault.verify.consent import verify_grant
from healthvault.verify.consistency import check_events, judge_history
from healthvault.verify.context import Delegation
from healthvault.verify.freshness import known_end
from healthvault.verify.issuer import Examined, Proved
from healthvault.verify.pins import KnownStatus, PinBook, VaultPins

__all__ = [
    "Act",
    "Delegations",
    "delegated_of",
    "gives_power_to_share",
    "in_whose_name",
    "judge_delegations",
    "proxy_of",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """What somebody did, when it is judged, and what the judge knows."""

    sender: bytes
    """Vault id of who signed."""
    grants: tuple[Grant, ...]
    """Theirs, verified."""
    seqs: tuple[int, ...]
    """The documents' entries in their log."""
    at_ms: int
    max_age_ms: int | None = None
    """How old the status of the owner's grant may be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Delegations:
    """The judgement over everything in a bundle that is said to be shared for somebody else."""

    proved: tuple[Delegation, ...] = ()
    problems: tuple[HealthVaultError, ...] = ()


def judge_delegations(
    act: Act, examined: Sequence[Examined], pins: PinBook, contacts: Mapping[bytes, str]
) -> Delegations:
    """Judge every grant of a bundle that was given for somebody else, for each document that it lists.

    Args:
        act: Who shared what, when judged.
        examined: The evidence that came along.
        pins: What is known of the owners.
        contacts: Vault ids that the reader pinned, and her names for them.
    """
    by_seq = {item.seq: item for item in examined}
    proved: dict[tuple[bytes, bytes], Delegation] = {}
    problems: list[HealthVaultError] = []
    for grant in act.grants:
        for condition in delegated_of(grant):
            judged = [
                _judged(by_seq.get(seq), condition, grant, act, pins)
                for seq in act.seqs
                if ranges_contain(grant.records, seq)
            ]
            faults = [problem for document in judged for problem in document.problems]
            if judged and not faults:
                acts = sorted(
                    (one for document in judged for one in document.proved), key=lambda one: one.shown.size
                )
                proved |= {(one.owner, one.grant_id): one for one in acts}
                faults += _unknown_owner(condition, contacts)
            problems += faults
    return Delegations(
        proved=tuple(proved.values()), problems=tuple({problem.code: problem for problem in problems}.values())
    )


def delegated_of(grant: Grant) -> tuple[Delegated, ...]:
    """Return for whom else a grant was given."""
    return tuple(condition for condition in grant.conditions if isinstance(condition, Delegated))


def proxy_of(grant: Grant) -> Proxy | None:
    """Return the powers that a grant gives; several narrow each other: no more than each of them."""
    found = [condition for condition in grant.conditions if isinstance(condition, Proxy)]
    if not found:
        return None
    return Proxy(
        powers=_common([one.powers for one in found]),
        purposes=_common([one.purposes for one in found]),
        actions=_common([one.actions for one in found]),
    )


def gives_power_to_share(grant: Grant) -> bool:
    """Tell whether a grant makes its grantee a proxy who may share in its giver's name."""
    proxy = proxy_of(grant)
    return proxy is not None and POWER_SHARE in proxy.powers


def _common(lists: list[tuple[str, ...]]) -> tuple[str, ...]:
    return tuple(word for word in lists[0] if all(word in words for words in lists))


def _judged(item: Examined | None, condition: Delegated, onward: Grant, act: Act, pins: PinBook) -> Delegations:
    """Judge the delegation of one document: by the first of the owner's grants that are named and shown."""
    if item is None:
        return _refused(_not_delegated("no evidence of the owner's came along"))
    if item.proved is None:
        return _refused(*([item.error] if item.error else []))
    known = pins.of(condition.vault)
    try:
        _check_origin(item.proved, condition, act, known)
        seq, grant, proxy = _grant(item.proved, condition)
    except (ConsentRefused, FormatError, HistoryError, IntegrityError) as err:
        return _refused(err)
    status = known.newest_status(grant.grant_id)
    end = known_end(status)
    request = Request(
        party=Party(vault=act.sender),
        at_ms=act.at_ms,
        document=Subject(seq=item.proved.evidence.seq),
        actions=("forward",),
    )
    problems = (
        *([end] if end else []),
        *refusals(KnownGrant(grant=grant), request),
        *_beyond(onward, grant, proxy),
        *_stale(item.proved, grant, act, status),
    )
    act_of = Delegation(owner=condition.vault, grant_id=grant.grant_id, shown=_shown(item.proved, grant, seq))
    return Delegations(proved=(act_of,), problems=problems)


def _refused(*problems: HealthVaultError) -> Delegations:
    return Delegations(problems=problems)


def _check_origin(proved: Proved, condition: Delegated, act: Act, known: VaultPins) -> None:
    """Check that evidence is of the owner who is named, and contradicts nothing that was seen of her.

    That nothing connects it with what was seen is no fault here.
    """
    if proved.chain.vault_id != condition.vault or condition.vault == act.sender:
        raise _not_delegated("the evidence is of another vault")
    found = (*check_events(known, proved.chain, proved.view.size), *judge_history(known, proved.view).problems)
    for problem in found:
        if isinstance(problem, HistoryError) and problem.code in {"fork", "events_old"}:
            raise problem


def _grant(proved: Proved, condition: Delegated) -> tuple[int, Grant, Proxy]:
    """Return entry, terms and powers of the first grant shown that the condition names, once all is proved."""
    for row in grants_of(proved.evidence):
        grant = verify_grant(row, proved.entries, proved.evidence.state)
        proxy = proxy_of(grant)
        if grant.grant_id in condition.grants:
            if proxy is None or POWER_SHARE not in proxy.powers:
                break
            return row.seq, grant, proxy
    raise _not_delegated("the owner's grant gives no power to share")


def _shown(proved: Proved, grant: Grant, seq: int) -> KnownStatus:
    return KnownStatus(
        grant_id=grant.grant_id,
        status=int(Status.ACTIVE),
        size=proved.view.size,
        slot=grant.slot,
        seq=seq,
        time_ms=_tip_ms(proved),
    )


def _tip_ms(proved: Proved) -> int:
    return proved.entries[max(proved.entries)].header.ts_ms


def _beyond(onward: Grant, grant: Grant, proxy: Proxy) -> Iterator[ConsentRefused]:
    """Yield how a grant goes beyond what its giver may give."""
    said = {
        "for a purpose": set(onward.purposes) - set(proxy.purposes),
        "to do what": set(onward.actions) - set(proxy.actions),
        "longer": {"window"}
        if onward.not_after_ms > grant.not_after_ms or onward.not_before_ms < grant.not_before_ms
        else set(),
        "powers": {"proxy"} if proxy_of(onward) else set(),
    }
    for what, beyond in said.items():
        if beyond:
            yield ConsentRefused("outside_delegation", f"a proxy allowed more than the owner's grant does: {what}")


def _stale(proved: Proved, grant: Grant, act: Act, known: KnownStatus | None) -> Iterator[NotEstablished]:
    tip_ms = max(_tip_ms(proved), known.time_ms if known else 0)
    recheck_ms = grant.recheck_after_ms
    is_due = recheck_ms is not None and tip_ms < recheck_ms <= act.at_ms
    if is_due or (act.max_age_ms is not None and act.at_ms - tip_ms > act.max_age_ms):
        hint = "ask the proxy for a newer bundle"
        yield NotEstablished("stale", "the status of the proxy's own grant is older than asked for", hint=hint)


def _unknown_owner(condition: Delegated, contacts: Mapping[bytes, str]) -> Iterator[NotEstablished]:
    if condition.vault not in contacts:
        who = contact_id_text(condition.vault)
        yield NotEstablished(
            "unknown_owner",
            f"it is shared for {who}, who is not among your contacts",
            hint="ask the owner for the card, and compare its words",
        )


def _not_delegated(why: str) -> ConsentRefused:
    return ConsentRefused("not_delegated", f"it is said to be shared for somebody else, and {why}")


def in_whose_name(found: Delegations, sender: str, contacts: Mapping[bytes, str]) -> str:
    """Return a sentence that names both keys of each proved act; empty where there is none."""
    return "; ".join(
        f"signed by {sender} as proxy of {contacts.get(one.owner) or contact_id_text(one.owner)}"
        f" under {grant_id_text(one.grant_id)}"
        for one in found.proved
    )
