# SPDX-License-Identifier: Apache-2.0
"""Options and words that the research commands share."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypedDict, TypeVar

import click

from healthvault.cli.dates import When, parse_when
from healthvault.cli.limits import Limits
from healthvault.cli.share_options import LABELS

if TYPE_CHECKING:
    from healthvault.research.duo import DuoTerm

__all__ = ["EXPORT_LIMITS", "READ_LIMITS", "UNREAD_LIMITS", "ExportChoice", "earlier_option", "export_options"]

_Body = TypeVar("_Body", bound=Callable[..., None])
_FIELDS = ("code", "value", "status", "date", "until", "category", "sex", "birth-decade", "birth-year")
EXPORT_LIMITS = Limits(
    proves="your vault logged that these documents went, as records, to this study, before the file was written",
    does_not_prove="that nobody recognises you: it is pseudonymised, not anonymous. What is published or analysed"
    " cannot be recalled",
)
READ_LIMITS = Limits(
    proves="these records are as the holder of the pseudonym's key exported them, under these terms",
    does_not_prove="whose they are, that they are true or complete, or that no newer export or notice exists. What"
    " is published or analysed cannot be recalled",
)

UNREAD_LIMITS = Limits(
    proves="that this is no export that is whole, unchanged and made for you",
    does_not_prove="who changed it, or what it said before",
)


class ExportChoice(TypedDict):
    """What goes to which study, as the options say it."""

    study: str
    duo: tuple["DuoTerm", ...]
    fields: tuple[str, ...]
    to: str | None
    until: When | None
    grant: str | None
    sensitivity: tuple[str, ...]
    accept: tuple[str, ...]


def parse_duo_term(text: str) -> "DuoTerm":
    """Return a term of use. Raises ValueError: it is none."""
    from healthvault.errors import InvalidRequest
    from healthvault.research.duo import parse_duo

    try:
        return parse_duo(text)
    except InvalidRequest as err:
        raise ValueError(f"{err.message}; {err.hint}") from err


def export_options(body: _Body) -> _Body:
    """Add the options that say what goes to which study, under which terms."""
    for option in (
        click.option(
            "--sensitivity",
            multiple=True,
            type=click.Choice(LABELS),
            metavar="WORD",
            help=f"A label that is allowed; repeatable: {', '.join(LABELS)}. Others are kept out.",
        ),
        click.option("--grant", metavar="GRANT", help="Export under this grant, to those whom it names."),
        click.option("--until", type=parse_when, metavar="DATE", help="When use ends. Default: 1y."),
        click.option("--to", metavar="NAME", help="The researcher: a contact."),
        click.option(
            "--field",
            "fields",
            multiple=True,
            type=click.Choice(_FIELDS),
            metavar="FIELD",
            help=f"Let this in and nothing else; repeatable: {', '.join(_FIELDS)}. Default: all but birth-year.",
        ),
        click.option(
            "--duo",
            multiple=True,
            required=True,
            type=parse_duo_term,
            metavar="TERM",
            help="A term of use of GA4GH DUO, such as GRU, HMB, DS:MONDO:0005148, NPUNCU; repeatable.",
        ),
        click.option("--study", required=True, metavar="NAME", help="The study's name; its researchers see it."),
    ):
        body = option(body)
    return body


def earlier_option(body: _Body) -> _Body:
    """Add `--earlier`."""
    return click.option(
        "--earlier",
        multiple=True,
        type=click.Path(),
        metavar="FILE",
        help="An earlier export of the study by the same pseudonym, which this one must continue; repeatable.",
    )(body)


def check_output(path: Path) -> None:
    """Check that a file is named. Raises UsageError."""
    if str(path) == "-":
        raise click.UsageError("name a file with -o: an export is not written to stdout")
