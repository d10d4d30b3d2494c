# SPDX-License-Identifier: Apache-2.0
"""The options of `hv grant` and `hv share`: for whom, for what, until when, to do what."""

from collections.abc import Callable
from pathlib import Path
from typing import TypedDict, TypeVar

import click

from healthvault.cli.dates import When, parse_when
from healthvault.cli.options import CATEGORY_WORDS
from healthvault.cli.reading_options import parse_purpose
from healthvault.records.categories import Sensitivity

__all__ = [
    "ACTIONS",
    "LABELS",
    "ApprovalChoice",
    "LimitsChoice",
    "RuleChoice",
    "ShareChoice",
    "TermsChoice",
    "approval_options",
    "limits_options",
    "rule_options",
    "share_options",
    "terms_options",
]

_Body = TypeVar("_Body", bound=Callable[..., None])
LABELS = tuple(label.value for label in Sensitivity)
ACTIONS = ("view", "keep", "forward")


class LimitsChoice(TypedDict):
    """For what, to do what, until when and what not, as the options say it; what is not said is None or empty."""

    purpose: tuple[str, ...]
    action: tuple[str, ...]
    until: When | None
    deny: tuple[tuple[str, str], ...]
    sensitivity: tuple[str, ...]
    max_shares: int | None


class RuleChoice(LimitsChoice):
    """The terms of a standing rule."""

    to: tuple[str, ...]
    role: str | None


class TermsChoice(RuleChoice):
    """The terms of a grant."""

    code: bool
    begins: When | None
    recheck: When | None
    accept: tuple[str, ...]


class ApprovalChoice(TypedDict):
    """Whose approval a grant needs first, as the options say it."""

    needs: int | None
    approver: tuple[str, ...]
    request: Path | None


class ShareChoice(TermsChoice):
    """The terms, or the grant that has them, and what goes along."""

    grant: str | None
    message: str
    with_metadata: bool
    no_attestations: bool
    complete: tuple[str, ...]


def share_options(body: _Body) -> _Body:
    """Add the options of a share."""
    for option in (
        click.option(
            "--with-metadata", is_flag=True, help="Also disclose tags, author, source and the exact file name."
        ),
        click.option(
            "--complete",
            multiple=True,
            type=click.Choice(CATEGORY_WORDS),
            metavar="CATEGORY",
            help="Also prove how many documents of this category there are, shared or not; repeatable.",
        ),
        click.option(
            "--no-attestations",
            is_flag=True,
            help="Leave out what others attest of the documents, and who they are.",
        ),
        click.option("--message", default="", help="A few words to the reader."),
        click.option("--grant", metavar="GRANT", help="Share under this grant, with those whom it names."),
    ):
        body = option(body)
    return terms_options(body)


def approval_options(body: _Body) -> _Body:
    """Add the options that say whose approval a grant needs."""
    for option in (
        click.option(
            "--request",
            type=click.Path(path_type=Path),
            metavar="FILE",
            help="Write what the approvers need, to send to them.",
        ),
        click.option("--approver", multiple=True, metavar="NAME", help="A contact to be asked; repeatable."),
        click.option(
            "--needs", type=click.IntRange(1), metavar="K", help="How many approvers have to approve first."
        ),
    ):
        body = option(body)
    return body


def parse_selector(text: str) -> tuple[str, str]:
    """Return kind and word of a selector. Raises ValueError: it is none."""
    from healthvault.consent.selectors import selector
    from healthvault.errors import InvalidRequest

    try:
        return selector(text)
    except InvalidRequest as err:
        raise ValueError(f"{err.message}; {err.hint}") from err


def limits_options(body: _Body) -> _Body:
    """Add the options that say for what, to do what, until when, and what not."""
    return _with(body, "--purpose", "--until", "--action", "--deny", "--sensitivity", "--max-shares")


def rule_options(body: _Body) -> _Body:
    """Add the options that say the terms of a standing rule."""
    return _with(
        body, "--to", "--role", "--purpose", "--until", "--action", "--deny", "--sensitivity", "--max-shares"
    )


def terms_options(body: _Body) -> _Body:
    """Add the options that say the terms of a grant."""
    return _with(body, *_OPTIONS)


def _with(body: _Body, *names: str) -> _Body:
    for name in reversed(names):
        body = _OPTIONS[name](body)
    return body


_OPTIONS: dict[str, Callable[[_Body], _Body]] = {
    "--to": click.option("--to", multiple=True, metavar="NAME", help="A contact who may open it; repeatable."),
    "--role": click.option(
        "--role", metavar="ROLE", help="Take the terms from a role, for all who have it or those named with --to."
    ),
    "--code": click.option("--code", is_flag=True, help="For who has no hv: whoever is told a code of 7 words."),
    "--purpose": click.option(
        "--purpose",
        multiple=True,
        type=parse_purpose,
        metavar="WORD",
        help="What it is for; repeatable. Default: treatment.",
    ),
    "--until": click.option("--until", type=parse_when, metavar="DATE", help="When it ends. Default: 90d."),
    "--from": click.option(
        "--from", "begins", type=parse_when, metavar="DATE", help="When it begins. Default: now."
    ),
    "--recheck": click.option(
        "--recheck", type=parse_when, metavar="DATE", help="When they should ask for its status again."
    ),
    "--action": click.option(
        "--action",
        multiple=True,
        type=click.Choice(ACTIONS),
        metavar="WORD",
        help="What they may do: view, keep, forward; repeatable. Default: view and keep.",
    ),
    "--deny": click.option(
        "--deny",
        multiple=True,
        type=parse_selector,
        metavar="SELECTOR",
        help="Keep out, now and later: category:WORD, type:WORD, tag:WORD, sensitivity:WORD; repeatable.",
    ),
    "--sensitivity": click.option(
        "--sensitivity",
        multiple=True,
        type=click.Choice(LABELS),
        metavar="WORD",
        help=f"A label that is allowed; repeatable: {', '.join(LABELS)}. Others are kept out.",
    ),
    "--max-shares": click.option(
        "--max-shares", type=click.IntRange(1), metavar="N", help="How many times it may be used to share."
    ),
}
