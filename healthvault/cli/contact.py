# SPDX-License-Identifier: Apache-2.0
"""`hv contact`: the cards of people that the owner exchanges with, each compared by voice before it is kept."""

import click

from healthvault.cli.clock import now_ms
from healthvault.cli.command import hv_command, hv_group
from healthvault.cli.objects import contact_object
from healthvault.cli.options import clock_ok_option, yes_option
from healthvault.cli.prompt import confirm
from healthvault.cli.terminal import Terminal

__all__ = ["contact"]

_SCREEN = ("id", "name", "claimed_name", "pinned")
_PIPE = ("id", "name", "claimed_name", "fingerprint", "recipient", "pinned")


@hv_group('hv contact add "Dr Lee" lee.hvcard', "hv contact list")
def contact() -> None:
    """Keep the cards of people you exchange with."""


@hv_command('hv contact add "Dr Lee" lee.hvcard', 'cat lee.hvcard | hv contact add "Dr Lee" - --yes')
@click.argument("name")
@click.argument("card", type=click.Path(), metavar="CARD")
@yes_option
@clock_ok_option
def add(terminal: Terminal, name: str, card: str, *, yes: bool, clock_ok: bool) -> None:
    """Keep a card under a name of your own, after comparing its 12 words with its owner.

    Read the words to each other in person or on the phone. Do not take them from a message: who could change
    the card could change the message.
    """
    from healthvault.cli.inputs import read_argument
    from healthvault.cli.opening import opened
    from healthvault.vault.contacts import add_contact, key_changes, list_contacts, preview_contact

    text = read_argument(card)
    with opened(terminal, writing=True, clock_ok=clock_ok) as vault:
        shown = preview_contact(vault, text)
        about = [
            f"this contact is kept as {known.name!r} and will be called {name!r} from now on"
            for known in list_contacts(vault)
            if known.vault == shown.vault and known.name != name
        ]
        about.append(f"the card says: {shown.claimed_name}")
        for change in key_changes(vault, text):
            terminal.say(f"since the card that you have: {change}")
        terminal.say(f"its words: {' '.join(shown.words)}")
        confirm(terminal.settings, f"Are these the words that {name} reads to you?", yes=yes, about=about)
        terminal.fields(contact_object(add_contact(vault, name, text, now_ms=now_ms())))


@hv_command("hv contact list", "hv contact list --json", name="list")
def list_(terminal: Terminal) -> None:
    """List your contacts."""
    from healthvault.cli.opening import opened
    from healthvault.vault.contacts import list_contacts

    with opened(terminal) as vault:
        terminal.rows(map(contact_object, list_contacts(vault)), _SCREEN if terminal.is_screen else _PIPE)


@hv_command('hv contact show "Dr Lee"')
@click.argument("name")
def show(terminal: Terminal, name: str) -> None:
    """Show a contact, by name or id, with the words to compare."""
    from healthvault.cli.opening import opened
    from healthvault.vault.contacts import find_contact

    with opened(terminal) as vault:
        terminal.fields(contact_object(find_contact(vault, name)))


@hv_command('hv contact witness "Dr Lee"', 'hv contact witness "Dr Lee" --end')
@click.argument("name")
@click.option("--end", is_flag=True, help="They are no witness from now on.")
@yes_option
@clock_ok_option
def witness(terminal: Terminal, name: str, *, end: bool, yes: bool, clock_ok: bool) -> None:
    """Mark a contact as a witness: what they cosigned counts for you, and goes along with your later bundles.

    Whoever gets a later bundle sees which witness saw how much of your history, and when, and so that you know
    them. Think of who that is before you mark them.
    """
    from healthvault.cli.opening import opened
    from healthvault.vault.contacts import find_contact, set_witness

    with opened(terminal, writing=True, clock_ok=clock_ok) as vault:
        found = find_contact(vault, name)
        if not (end or found.is_witness):
            about = [f"Later readers will see that {found.name} saw your history, and when."]
            confirm(terminal.settings, f"Make {found.name} ({found.id}) a witness?", yes=yes, about=about)
        terminal.fields(contact_object(set_witness(vault, found.id, is_witness=not end, now_ms=now_ms())))


@hv_command('hv contact remove "Dr Lee"')
@click.argument("name")
@yes_option
@clock_ok_option
def remove(terminal: Terminal, name: str, *, yes: bool, clock_ok: bool) -> None:
    """Stop keeping a contact. What was granted and handed out to them stays as it is."""
    from healthvault.cli.opening import opened
    from healthvault.vault.contacts import find_contact, remove_contact

    with opened(terminal, writing=True, clock_ok=clock_ok) as vault:
        found = find_contact(vault, name)
        confirm(terminal.settings, f"Remove {found.name} ({found.id})?", yes=yes)
        terminal.fields(contact_object(remove_contact(vault, found.id, now_ms=now_ms())))


for _command in (add, list_, show, witness, remove):
    contact.add_command(_command)
