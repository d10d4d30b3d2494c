# SPDX-License-Identifier: Apache-2.0
"""What `hv role`, `hv standing` and `hv proxy` do once they run: from options to roles, rules and powers.

Loads the vault.
"""

from dataclasses import replace
from typing import TypedDict

import click

from healthvault.cli.clock import ms_of, now_ms, wall_clock
from healthvault.cli.dates import Span, When, parse_span
from healthvault.cli.options import SelectChoice
from healthvault.cli.prompt import confirm
from healthvault.cli.rule_objects import proxy_object
from healthvault.cli.selection import is_described, selected_apart
from healthvault.cli.share_options import LimitsChoice, RuleChoice
from healthvault.cli.sharing import confirm_terms, documents_under, limits_of
from healthvault.cli.terminal import Terminal
from healthvault.consent.purposes import DEFAULT_ACTIONS, PURPOSES, purpose_word
from healthvault.consent.roles import Role
from healthvault.consent.standing import Selection
from healthvault.vault.contacts import find_contact
from healthvault.vault.proxies import ProxyWish, add_proxy, proxy_terms
from healthvault.vault.standing import RuleWish
from healthvault.vault.vault import Vault

__all__ = ["confirm_rule", "end_ms", "make_proxy", "role_of", "rule_wish"]

_LONGEST = parse_span("90d")


class RoleChoice(TypedDict):
    """What a role allows, as the options of `hv role define` say it."""

    category: tuple[str, ...]
    sensitivity: tuple[str, ...]
    purpose: tuple[str, ...]
    action: tuple[str, ...]
    longest: Span | None


class RuleOptions(RuleChoice, SelectChoice):
    """The options of `hv standing add` that say what is granted to whom."""


class ProxyOptions(LimitsChoice, SelectChoice):
    """The options of `hv proxy add` that say how far the powers reach."""

    power: tuple[str, ...]
    accept: tuple[str, ...]
    yes: bool


def role_of(name: str, chosen: RoleChoice) -> Role:
    """Return the role that the options describe. Raises UsageError."""
    if not chosen["category"]:
        raise click.UsageError("say what it may be about: --category lab --category letter")
    return Role(
        name=name,
        categories=_sorted(chosen["category"]),
        sensitivity=_sorted(chosen["sensitivity"]),
        purposes=_sorted(chosen["purpose"] or (PURPOSES["treatment"],)),
        actions=_sorted(chosen["action"] or DEFAULT_ACTIONS),
        longest_ms=_length_ms(chosen["longest"] or _LONGEST),
    )


def end_ms(until: When | None) -> int | None:
    """Return when something ends by the clock on the wall; None where nothing was said."""
    return None if until is None else ms_of(until.end(wall_clock(now_ms())))


def rule_wish(chosen: RuleOptions, powers: tuple[str, ...]) -> RuleWish:
    """Return the standing rule that the options describe.

    Raises:
        UsageError: it is said for nobody.
        InvalidRequest: `proxy_needs_one`, powers for more than one contact.
    """
    if not chosen["to"] and chosen["role"] is None:
        raise click.UsageError("say for whom: --to NAME for a contact, --role ROLE for whoever has it")
    until = chosen["until"]
    terms = limits_of(chosen, chosen["to"], chosen["role"])
    since = chosen["since"]
    return RuleWish(
        terms=proxy_terms(ProxyWish(terms=terms, powers=powers)) if powers else terms,
        selection=Selection(
            since=since.past_day(wall_clock(now_ms())) if since else None,
            type=chosen["kind"],
            tag=chosen["tag"],
            category=chosen["category"],
            author=chosen["author"],
        ),
        lasts_ms=None if until is not None and until.span is None else _length_ms(until.span if until else None),
    )


def confirm_rule(terminal: Terminal, vault: Vault, wish: RuleWish, *, yes: bool) -> None:
    """Show what would be granted unseen, and go on only if the owner says yes. Raises as `confirm_terms`."""
    whom = [find_contact(vault, name).name for name in wish.terms.to] or [
        f"whoever has the role {wish.terms.role}"
    ]
    about = [f"  {key}: {text}" for key, text in wish.selection.said.items()] or ["  every document"]
    about += [f"  for {purpose_word(purpose)}" for purpose in wish.terms.purposes]
    confirm(terminal.settings, f"From now on grant {', '.join(whom)} what is like this?", yes=yes, about=about)


def make_proxy(
    terminal: Terminal, vault: Vault, contact: str, documents: tuple[str, ...], chosen: ProxyOptions
) -> None:
    """Make a contact a proxy for the documents that were named or described, once the owner has said yes."""
    terms = replace(limits_of(chosen, (contact,)), accept=chosen["accept"])
    named, described = selected_apart(vault, documents, chosen) if documents or is_described(chosen) else ((), ())
    found = documents_under(terminal, vault, terms.conditions, named, described)
    wish = ProxyWish(
        terms=replace(terms, records=tuple(document.id for document in found)), powers=_sorted(chosen["power"])
    )
    form = f"Let {{whom}} act for you ({', '.join(wish.powers)}), with {{what}},"
    confirm_terms(terminal, vault, found, wish.terms, form=form, yes=chosen["yes"])
    terminal.fields(proxy_object(add_proxy(vault, wish, now_ms=now_ms())))


def _length_ms(span: Span | None) -> int:
    now = wall_clock(now_ms())
    return ms_of((span or _LONGEST).after(now)) - ms_of(now)


def _sorted(words: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(sorted(set(words)))
