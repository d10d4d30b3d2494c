# SPDX-License-Identifier: Apache-2.0
"""`hv show`: everything that is known of one document but its bytes."""

import click

from healthvault.cli.attestation_objects import attestation_row
from healthvault.cli.command import hv_command
from healthvault.cli.objects import shown_object
from healthvault.cli.person_objects import whose_fields
from healthvault.cli.relation_objects import relation_lines, relations_fields
from healthvault.cli.terminal import Terminal

__all__ = ["show"]


@hv_command("hv show d_7k3m", "hv show 7k3m --json")
@click.argument("document", metavar="ID")
def show(terminal: Terminal, document: str) -> None:
    """Show what is known of a document: what it is, where it came from, what became of it, and whose it is.

    Below that, which other documents say the same things or hold the same file, as far as they were read.

    Health cards are verified now, with the keys of `hv issuer list`.
    What others attest of it is listed with who, when by their clock, and whether their signature holds.

    ID is any beginning of its id of four characters or more, with or without `d_`.
    """
    from healthvault.cli.opening import opened
    from healthvault.vault.attestations import attested
    from healthvault.vault.card_checks import CardChecker
    from healthvault.vault.contents import opened_contents
    from healthvault.vault.journal_log import story_of
    from healthvault.vault.parts import with_parts
    from healthvault.vault.read import find_document
    from healthvault.vault.relations import relations_of
    from healthvault.vault.whose_views import whose_of

    with opened(terminal) as vault:
        checker = CardChecker(vault)
        found = with_parts(vault, checker.checked(find_document(vault, document)))
        for problem in checker.problems:
            hint = f"; {problem.hint}" if problem.hint else ""
            terminal.warn(f"its health cards were not verified: {problem.message}{hint}")
        said = [attestation_row(view) for view in attested(vault, found.entry)]
        with opened_contents(vault, only=[found.entry]) as contents:
            view = whose_of(vault, contents, found)
            says = relations_fields(relations_of(vault, contents, found.entry))
        shown = {**shown_object(found, story_of(vault, found), [*said]), "whose": whose_fields(view), "says": says}
        terminal.fields(shown, unsaid=("whose", "says"))
        terminal.lines("says", tuple(relation_lines(says)))
        terminal.lines("whose", (view.result, *view.reasons))
