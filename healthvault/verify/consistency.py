# SPDX-License-Identifier: Apache-2.0
"""Whether a vault's past is still the one that was seen: the rules of a C2SP witness, over files.

Step 11 of the verification and the update of the pins. Spec: docs/spec/bundle.md section 5.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from healthvault.errors import HealthVaultError, HistoryError, NotEstablished
from healthvault.ledger.entry import parse_entry
from healthvault.ledger.keychain import KeyChain
from healthvault.verify.forks import forked_before
from healthvault.verify.pins import KnownStatus, SeenSize, VaultPins
from healthvault.verify.view import View

__all__ = [
    "Consistency",
    "check_closing",
    "check_events",
    "judge_history",
    "remember",
    "remember_keys",
    "remember_soft",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Consistency:
    """The judgement: problems, if any, and a word for the reader."""

    problems: tuple[HealthVaultError, ...]
    detail: str


def check_events(pins: VaultPins, chain: KeyChain, size: int) -> list[HealthVaultError]:
    """Return what the key events of a file of this size contradict in the pinned ones."""
    shown = {entry.seq: entry.raw for entry in chain.entries}
    missing = {parse_entry(raw).header.seq for raw in pins.events if raw not in shown.values()}
    problems: list[HealthVaultError] = []
    if missing & shown.keys():
        problems.append(
            HistoryError(
                "fork",
                "another key event stands where one was seen before",
                hint="do not trust either until the owner has explained it in person",
            )
        )
    elif any(seq < size for seq in missing):
        problems.append(HistoryError("events_old", "a key event that was seen before is missing"))
    return problems


def judge_history(pins: VaultPins, view: View) -> Consistency:
    """Judge a file against the pins (docs/spec/bundle.md section 5, rules 1 to 6, in their order)."""
    kept = [seen for seen in pins.sizes if not _is_left_behind(seen, view.chain)]
    restarted = len(kept) < len(pins.sizes)
    problem, detail = _judge_kept(pins, kept, view)
    problems = [problem] if problem else []
    if forked_before(pins, view.chain):
        hint = "do not rely on either history until the owner has explained it in person"
        said = "a fork proof is kept: this vault showed two histories that contradict each other"
        problems.insert(0, HistoryError("fork", said, hint=hint))
    if restarted:
        problems.append(NotEstablished("history_restarted", "the owner went on from an older copy of this vault"))
    return Consistency(problems=tuple(problems), detail=detail)


def check_closing(pins: VaultPins, chain: KeyChain, closing: tuple[int, int, bytes]) -> list[HealthVaultError]:
    """Return what the declaration that an epoch was closed, at a size with a root, contradicts in the pins.

    Args:
        pins: Those of the vault.
        chain: The key events that the reader knows of it.
        closing: Epoch, size and root.
    """
    epoch, size, root = closing
    kept = [seen for seen in pins.sizes if not _is_left_behind(seen, chain)]
    is_fork = (
        any(seen.size == size and seen.root != root for seen in kept)
        or any(seen.size > size for seen in kept if size not in chain.rotations)  # its entry would be an event
        or any(
            epoch == known or size == at for known, at, other in pins.compromised if (at, other) != (size, root)
        )
    )
    hint = "keep the note and what you have: together they prove it; ask the owner in person"
    said = "the note is about another history than the one that was seen before"
    return [HistoryError("fork", said, hint=hint)] if is_fork else []


def remember(
    pins: VaultPins,
    view: View,
    digest: bytes,
    now_ms: int,
    *,
    is_firm: bool,
    statuses: tuple[KnownStatus, ...] = (),
) -> VaultPins:
    """Return the pins after a file whose integrity, authorship, inclusion and consistency hold.

    Args:
        pins: Those of its vault.
        view: What it shows of the tree.
        digest: Of the bundle's signed manifest.
        now_ms: The clock.
        is_firm: It is a bundle addressed to the reader.
        statuses: What it shows of its grants, once that is proved.
    """
    known = {seen.size for seen in pins.sizes if not _is_left_behind(seen, view.chain)}
    unconnected = _is_unconnected(pins, view)
    if unconnected and pins.firm in known:
        return pins
    firm = pins.firm
    if is_firm or unconnected:
        firm = max(view.size, firm) if firm in known else view.size
    bundles = pins.bundles if pins.first_seen_ms(digest) is not None else (*pins.bundles, (digest, now_ms))
    grown = replace(_with_sizes(pins, view), firm=firm, bundles=bundles)
    for status in statuses:
        grown = grown.with_status(status)
    return grown


def remember_soft(pins: VaultPins, view: View) -> VaultPins:
    """Return the pins after a status or proof file that holds: its sizes and key events, if it connects."""
    return pins if _is_unconnected(pins, view) else _with_sizes(pins, view)


def remember_keys(pins: VaultPins, view: View) -> VaultPins:
    """Return the pins with the key events that a file shows, and what they say of stolen keys; no size."""
    return replace(pins, events=_merged_events(pins, view.chain), compromised=_merged_compromised(pins, view))


def _is_unconnected(pins: VaultPins, view: View) -> bool:
    return any(problem.code == "unconnected" for problem in judge_history(pins, view).problems)


def _with_sizes(pins: VaultPins, view: View) -> VaultPins:
    known = {seen.size for seen in pins.sizes if not _is_left_behind(seen, view.chain)}
    restarts, shown = len(view.chain.restarts), {**view.mark_roots, view.size: view.root}
    new = (
        SeenSize(size=size, root=root, restarts=restarts)
        for size, root in sorted(shown.items())
        if size not in known
    )
    return replace(remember_keys(pins, view), sizes=(*pins.sizes, *new))


def _judge_kept(pins: VaultPins, kept: list[SeenSize], view: View) -> tuple[HealthVaultError | None, str]:
    known = {seen.size: seen.root for seen in kept}
    firm = pins.firm if pins.firm in known else None
    problem: HealthVaultError | None = None
    detail = "first_contact"
    if _contradicts(known, pins, view):
        hint = "keep both files: together they prove it to anybody"
        problem = HistoryError("fork", "this history contradicts one that was seen before", hint=hint)
    elif view.size in known:
        detail = "same as seen before" if view.size == max(known) else "older than the newest seen"
    elif firm is not None and view.size > firm:
        detail = f"extends the {firm} entries seen before"
        if firm not in view.mark_roots:
            hint = f"ask the sender for `hv prove --from {firm}`, made for you, and verify that first"
            problem = HistoryError("no_consistency", f"no proof that it {detail}", hint=hint)
    elif firm is None and known.keys() & view.mark_roots.keys():
        detail = "extends what was seen before"
    elif known:
        problem = NotEstablished("unconnected", "cannot be connected to what was seen before")
    return problem, problem.code if problem else detail


def _contradicts(known: Mapping[int, bytes], pins: VaultPins, view: View) -> bool:
    closed = ((size, root) for _, size, root in pins.compromised)
    return any(view.root_at(size) not in (None, root) for size, root in [*known.items(), *closed])


def _is_left_behind(seen: SeenSize, chain: KeyChain) -> bool:
    """Tell whether a restart that came after this size was stored goes on from before it."""
    return any(from_size < seen.size for from_size in chain.restarts[seen.restarts :])


def _merged_events(pins: VaultPins, chain: KeyChain) -> tuple[bytes, ...]:
    known = set(pins.events)
    return (*pins.events, *(entry.raw for entry in chain.entries if entry.raw not in known))


def _merged_compromised(pins: VaultPins, view: View) -> tuple[tuple[int, int, bytes], ...]:
    known = {epoch for epoch, _, _ in pins.compromised}
    found = [
        (epoch.number, after.since_seq, root)
        for epoch, after in zip(view.chain.epochs, view.chain.epochs[1:], strict=False)
        if epoch.was_compromised and epoch.number not in known
        if (root := view.root_at(after.since_seq)) is not None
    ]
    return (*pins.compromised, *found)
