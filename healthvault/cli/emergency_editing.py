# SPDX-License-Identifier: Apache-2.0
"""What the commands that change the emergency sheet do once they run. Loads the vault."""

from collections.abc import Callable
from datetime import date

from healthvault.cli.clock import now_ms, wall_clock
from healthvault.cli.emergency_objects import item_object
from healthvault.cli.emergency_options import COLUMNS, SECTIONS, STALE_AFTER_MONTHS
from healthvault.cli.opening import opened
from healthvault.cli.terminal import Terminal
from healthvault.emergency.card import Wish, make_card
from healthvault.emergency.sheet import Section, Sheet
from healthvault.vault.emergency import edit_sheet, source_statuses
from healthvault.vault.vault import Vault

__all__ = ["change_sheet", "chosen_sections", "show_sheet", "today"]


def today() -> date:
    """Return the day by the clock on the wall."""
    return wall_clock(now_ms()).date()


def chosen_sections(names: tuple[str, ...]) -> tuple[Section, ...]:
    """Return the sections of these names in the order of the page; all where none is named."""
    return tuple(section for section in Section if section.value in (names or SECTIONS))


def change_sheet(terminal: Terminal, edit: Callable[[Vault, Sheet], Sheet], *, clock_ok: bool) -> None:
    """Open the vault, change the sheet, and show it as it is now."""
    with opened(terminal, writing=True, clock_ok=clock_ok) as vault:
        sheet = edit_sheet(vault, lambda old: edit(vault, old), today=today(), now_ms=now_ms())
        show_sheet(terminal, vault, sheet)


def show_sheet(terminal: Terminal, vault: Vault, sheet: Sheet, *, months: int = STALE_AFTER_MONTHS) -> None:
    """Print every item, as a page would show it today."""
    card = make_card(
        sheet,
        Wish(stale_after_months=months, sections=chosen_sections(()), with_name=False),
        id_text="",
        name="",
        today=today(),
        source_status=source_statuses(vault, sheet),
    )
    numbered = zip(sheet.items, card.items, strict=True)
    terminal.rows((item_object(item.number, shown) for item, shown in numbered), COLUMNS)
