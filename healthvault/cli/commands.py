# SPDX-License-Identifier: Apache-2.0
"""The map of commands: what there is, grouped by task, a line each. A command is imported when it is used."""

import click

from healthvault import __version__
from healthvault.cli.global_options import global_options
from healthvault.cli.lazy_group import LazyGroup

__all__ = ["GROUPS", "LINES", "root"]

GROUPS = {
    "Record": {
        "init": "Make a vault.",
        "add": "Add files: encrypted, signed, linked to all before.",
        "list": "List documents.",
        "show": "Show what is known of a document.",
        "get": "Write a document to a file or to stdout.",
        "search": "Find documents by what they say.",
        "timeline": "Show what happened, by the day.",
        "summary": "Show allergies, medicines, problems and the rest, as of a day.",
        "trend": "Show values of one thing over time.",
        "diff": "Show what two documents say that differs.",
        "amend": "Put a newer version in the place of a document, or correct what is said of it.",
        "retract": "Mark a document as entered in error.",
        "erase": "Destroy what opens documents, for good.",
        "log": "Show the history, newest first.",
        "audit": "Show who did what with which document, for whom, under which grant.",
    },
    "People and consent": {
        "id": "Show who you are, or write your card for others.",
        "contact": "Keep the cards of people you exchange with.",
        "grant": "Allow somebody documents, without handing them out yet.",
        "grants": "List what you allowed to whom.",
        "issuer": "Say whose signatures on health cards you believe.",
        "copies": "List what is out, and what came back about it.",
        "revoke": "End a grant, and say who already holds what.",
        "status-proof": "Write the newest status of a grant for somebody who holds bundles of it.",
        "can": "Ask whether your grants allow somebody a document, and by which rule.",
        "what-if": "See what a decision would do, before you make it.",
        "approve": "Agree to a grant of somebody else that asks you.",
        "policy": "Check that decisions are as a table expects.",
    },
    "Others who act": {
        "role": "Keep templates of terms, and say who has which role.",
        "standing": "Keep rules that grant what is new.",
        "proxy": "Let somebody act for you, within limits.",
    },
    "Exchange": {
        "share": "Write a bundle of documents for somebody.",
        "verify": "Check a bundle: separate verdicts, nothing written.",
        "open": "Verify a bundle, then write its documents to a folder.",
        "import": "Verify a bundle, then keep its documents in your vault; or keep a receipt or attestation.",
        "compare": "Say whether one file's history goes on from another's.",
        "fork-proof": "Prove to anybody that a vault showed two histories.",
        "attest": "Sign a statement about a document that somebody gave you.",
        "attest-deleted": "Delete a bundle, and promise its owner so.",
        "prove": "Prove that your vault continues an older one, or where a document stands in it.",
        "anchor": "Have an outside clock vouch for the newest checkpoint, by files.",
        "export": "Write everything out in open formats.",
        "emergency": "Keep what must be known in an emergency, and print it.",
    },
    "Beyond documents": {
        "trial": "Register trials before their data, consent to them, and check what came when.",
        "claims": "Look through insurance claims: list, add up, check, dispute.",
        "device": "Keep implant cards, and check devices.",
        "directive": "Keep advance directives; of each topic the newest holds.",
        "meds": "Show the medicines as of a day, with what documents say of each.",
        "pack": "Check packs of medicines by their codes.",
        "report": "Report what is kept, who got what, and what could go.",
        "research": "Take part in studies under pseudonyms.",
        "rx": "Keep prescriptions, dispenses and stops, and see what is odd about them.",
    },
    "Keep": {
        "status": "Show the vault at a glance.",
        "check": "Audit everything that is stored.",
        "key": "Manage the ways into the vault, and the keys that speak for it.",
        "passwd": "Change the passphrase.",
        "unlock": "Let this system's keyring open the vault for a while.",
        "lock": "End that.",
        "backup": "Copy the vault to another place, or try a copy.",
        "restore": "Make a vault from a backup, or set a new passphrase for a lost one.",
    },
    "Help": {
        "demo": "Play the whole story on a synthetic patient.",
        "completion": "Print the completion script for your shell.",
        "help": "Show this map, or the page of a command.",
    },
}
LINES = {name: line for group in GROUPS.values() for name, line in group.items()}
_NAME_COLUMNS = max(map(len, LINES))


class RootGroup(LazyGroup):
    """`hv` itself."""

    lines = LINES

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """Write the map from the table: nothing is imported for it."""
        for title, group in GROUPS.items():
            with formatter.section(title):
                formatter.write_dl([(name.ljust(_NAME_COLUMNS), line) for name, line in group.items()])

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the map before the options."""
        self.format_commands(ctx, formatter)
        click.Command.format_options(self, ctx, formatter)


@click.group(
    cls=RootGroup,
    invoke_without_command=True,
    subcommand_metavar="COMMAND [ARGUMENTS]...",
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.version_option(__version__, message="hv %(version)s", help="Show the version.")
@click.pass_context
def root(context: click.Context, /, **_: object) -> None:
    """A personal health vault: one folder, signed, hash-linked, encrypted, offline.

    Begin with `hv demo`, then `hv init`. `hv COMMAND --help` shows examples first.
    """
    if context.invoked_subcommand is None:
        click.echo(context.get_help())


root.params.extend(global_options())
