# SPDX-License-Identifier: Apache-2.0
"""Options that several commands share.

A value is checked when it is read, so that a wrong one is wrong usage (exit 2) and nothing was done.
"""

from collections.abc import Callable
from pathlib import Path
from typing import TypedDict, TypeVar

import click

from healthvault.cli.dates import When, parse_when
from healthvault.records.categories import Category, Sensitivity

__all__ = [
    "AttestChoice",
    "LostPassphrase",
    "NewKey",
    "ProofChoice",
    "SelectChoice",
    "ShareChoice",
    "chosen_labels",
    "clock_ok_option",
    "is_stdout",
    "kdf_option",
    "label_options",
    "new_passphrase_file_option",
    "output_option",
    "select_options",
    "shares_option",
    "words_file_option",
    "yes_option",
]

_Body = TypeVar("_Body", bound=Callable[..., None])
_STDOUT = Path("-")
CATEGORY_WORDS = tuple(category.value for category in Category)
_SAID_CATEGORIES = tuple(word for word in CATEGORY_WORDS if word != Category.PROTOCOL.value)  # by hand
_SENSITIVITIES = tuple(label.value for label in Sensitivity)
_NO_LABEL = "none"


class NewKey(TypedDict):
    """The way into the vault to add, as the options of `hv key add` say it."""

    new_key_file: Path | None
    new_passphrase: bool
    new_passphrase_file: str | None
    os_keyring: bool
    kdf: str
    yes: bool


class ShareChoice(TypedDict):
    """Shares of the recovery words, as the options say it: from files, else asked for."""

    shares: bool
    share_files: tuple[str, ...]


class LostPassphrase(ShareChoice):
    """How to set a new passphrase, as the options of `hv restore` say it."""

    words: bool
    words_file: str | None
    new_passphrase_file: str | None
    kdf: str


class ProofChoice(TypedDict):
    """What `hv prove` is to prove and to whom, as the options say it."""

    since: int | None
    to: str | None
    code_file: str | None


class AttestChoice(TypedDict):
    """Which document `hv attest` is about, and how to get at it, as the options say it."""

    document: str | None
    part: int
    accept: tuple[str, ...]
    code: bool
    code_file: str | None


class SelectChoice(TypedDict):
    """Which documents, as the options say it."""

    since: When | None
    kind: str | None
    tag: str | None
    category: str | None
    author: str | None


def select_options(body: _Body) -> _Body:
    """Add the options that choose documents."""
    for option in (
        click.option("--author", help="Only documents by this author."),
        click.option(
            "--category",
            type=click.Choice(CATEGORY_WORDS),
            metavar="WORD",
            help="Only documents about this, such as lab.",
        ),
        click.option("--tag", help="Only documents with this tag."),
        click.option("--type", "kind", help="Only documents of this type, such as fhir or pdf."),
        click.option("--since", type=parse_when, metavar="DATE", help="Only documents of this day or later."),
    ):
        body = option(body)
    return body


def label_options(body: _Body) -> _Body:
    """Add the options that say what a document is about, and how sensitive it is."""
    for option in (
        click.option(
            "--sensitivity",
            "sensitivity",
            multiple=True,
            type=click.Choice((*_SENSITIVITIES, _NO_LABEL)),
            metavar="WORD",
            help=f"How sensitive it is, repeatable: {', '.join(_SENSITIVITIES)}; none.",
        ),
        click.option(
            "--category",
            type=click.Choice(_SAID_CATEGORIES),
            metavar="WORD",
            help=f"What it is about: {', '.join(_SAID_CATEGORIES)}.",
        ),
    ):
        body = option(body)
    return body


def chosen_labels(words: tuple[str, ...]) -> tuple[str, ...] | None:
    """Return the labels that the options say, sorted; None if they say nothing. Raises UsageError."""
    if _NO_LABEL in words and set(words) != {_NO_LABEL}:
        raise click.UsageError("--sensitivity none stands alone")
    return tuple(sorted(set(words) - {_NO_LABEL})) if words else None


def output_option(help_text: str, *, required: bool = False) -> Callable[[_Body], _Body]:
    """Add `-o`, a path to write to; `-` is stdout."""
    kind = click.Path(allow_dash=True, path_type=Path)
    return click.option("-o", "--output", type=kind, metavar="PATH", required=required, help=help_text)


def is_stdout(path: Path | None) -> bool:
    """Tell whether an output path means stdout: none given, or `-`."""
    return path is None or path == _STDOUT


def yes_option(body: _Body) -> _Body:
    """Add `--yes`."""
    return click.option("--yes", is_flag=True, help="Do not ask for confirmation.")(body)


def clock_ok_option(body: _Body) -> _Body:
    """Add `--clock-ok`."""
    return click.option("--clock-ok", is_flag=True, help="Write although the clock looks wrong.")(body)


def new_passphrase_file_option(body: _Body) -> _Body:
    """Add `--new-passphrase-file`."""
    return click.option(
        "--new-passphrase-file", type=click.Path(), metavar="FILE", help="Take the new passphrase from a file."
    )(body)


def shares_option(body: _Body) -> _Body:
    """Add `--shares` and `--share-file`."""
    files = click.option(
        "--share-file",
        "share_files",
        type=click.Path(),
        metavar="FILE",
        multiple=True,
        help="Take a share from a file; once for each.",
    )
    return click.option("--shares", is_flag=True, help="Ask for shares of the recovery words instead.")(
        files(body)
    )


def words_file_option(body: _Body) -> _Body:
    """Add `--words-file`."""
    return click.option(
        "--words-file", type=click.Path(), metavar="FILE", help="Take the recovery words from a file."
    )(body)


def kdf_option(body: _Body) -> _Body:
    """Add `--kdf`."""
    return click.option(
        "--kdf",
        type=click.Choice(["light", "standard", "strong"]),
        default="standard",
        show_default=True,
        help="What each guess of the passphrase costs: 64, 256 or 1024 MiB of memory.",
    )(body)
