# SPDX-License-Identifier: Apache-2.0
"""What a page cannot promise, in the words that stand on it. Pure. Spec: docs/spec/emergency.md section 5."""

from dataclasses import dataclass

from healthvault.emergency.sealed import guess_cost

__all__ = ["Protection", "limits_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Protection:
    """What stands between a page and who holds it."""

    kind: str
    """`none`, `code` or `shares`."""
    needed: int = 0
    """How many shares open it."""
    count: int = 0
    """How many shares there are."""
    set_word: str = ""
    """The word that all its shares begin with, and those of other pages as a rule do not."""


def limits_of(protection: Protection, *, as_of: str, stale_after_months: int) -> tuple[str, ...]:
    """Return the sentences, those that matter most to a reader first."""
    every = _EVERY.format(as_of=as_of, months=stale_after_months)
    return tuple(" ".join(sentence.split()) for sentence in (every + _access(protection)).strip().split("\n\n"))


def _access(protection: Protection) -> str:
    if protection.kind == "code":
        cost = guess_cost()
        return _CODE.format(bits=cost.bits, years=cost.years) + _SOFTWARE
    if protection.kind == "shares":
        return _SHARES.format(needed=protection.needed, count=protection.count) + _SOFTWARE
    return _OPEN


_EVERY = """
Not an identification: nothing here proves that the person in front of you is the one it speaks of.

As of {as_of}, by the owner's clock. What changed later is not here, and an empty section does not mean "none":
ask.

All of it is the owner's own word. Where a document is named, the owner took the words from it; this page does not
prove that.

"Old" marks what the owner has not confirmed for {months} months or more. A recent date is no medical check.

Copies of this page cannot be recalled, changed or ended. Whoever reads it leaves no trace: no receipt goes to the
owner, who learns of it only if told.
"""
_OPEN = """
Anyone who holds this page, or a photograph of it, can read all of it. Readers need nothing but their eyes; for the
QR code any phone, offline.
"""
_CODE = """
Anyone with this page can try codes without limit: nothing can count the tries.

An estimate: the code is one of 2 to the power of {bits}, and each try takes 256 MiB of memory and about a second.
A million computers would need some {years:,} years on average. A code that was overheard, or written down beside
the page, takes one try.
"""
_SHARES = """
Any {needed} of the {count} shares open it, for ever, in every copy, and the owner does not learn of it. Fewer
tell nothing of what is in it.

Anyone with this page can try without limit to guess what the shares give. That has 256 bits, which is out of
reach.
"""
_SOFTWARE = """
Readers need a computer with hv or with age; both work offline. A phone that scans the codes shows encrypted text
only.
"""
