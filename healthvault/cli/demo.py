# SPDX-License-Identifier: Apache-2.0
"""`hv demo`: a whole story on a synthetic patient, with its attacks, in a folder that is gone afterwards."""

import contextlib
import tempfile
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

import click

from healthvault.cli.command import hv_command
from healthvault.cli.terminal import Terminal
from healthvault.errors import InvalidRequest

if TYPE_CHECKING:
    from healthvault.cli.stage import Attack

__all__ = ["demo"]

_STORIES = ("visit", "medicines", "trial")
"""Each is the function `play` of the module `story_NAME`."""


@hv_command("hv demo", "hv demo --story medicines", "hv demo --keep ./demo")
@click.option("--story", type=click.Choice(_STORIES), default="visit", show_default=True, help="Which story.")
@click.option("--keep", type=click.Path(path_type=Path), metavar="DIR", help="Keep all files of the story in DIR.")
def demo(terminal: Terminal, story: str, keep: Path | None) -> None:
    """Play a whole story on a synthetic patient, with attacks.

    visit: records, consent, sharing with a doctor; a byte changed on the way, a history rewritten.

    medicines: a prescription, a pharmacist, the list of medicines on past days; a prescription that nobody signed,
    one that was altered on the way, a supply fetched twice, a stopped medicine handed over, a copied pack and a
    recalled one.

    trial: consent to a form, data, withdrawal, lock and review; a changed form, late data, a changed value.

    Nothing is left behind unless --keep names a folder.
    """
    from healthvault.cli.stage import Stage

    play: Callable[[Stage], list[Attack]] = import_module(f"healthvault.cli.story_{story}").play
    with _folder(keep) as folder:
        attacks = play(Stage(folder, terminal))
    terminal.rows(
        [
            {"type": "attack", "schema": 1, "attack": each.name, "verdict": each.verdict, "exit": each.exit}
            for each in attacks
        ],
        ("attack", "verdict", "exit"),
    )


@contextlib.contextmanager
def _folder(keep: Path | None) -> Iterator[Path]:
    if keep is None:
        with tempfile.TemporaryDirectory(prefix="hv-demo-") as name:
            yield Path(name)
        return
    if keep.exists() and (not keep.is_dir() or any(keep.iterdir())):
        raise InvalidRequest("unsafe_output", f"{keep} is not empty", hint="name a new folder")
    keep.mkdir(parents=True, exist_ok=True)
    yield keep.resolve()
