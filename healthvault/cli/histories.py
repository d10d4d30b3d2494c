# SPDX-License-Identifier: Apache-2.0
"""What `hv compare` and `hv fork-proof` share: the code of a bundle, and a comparison as JSON."""

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

import click

from healthvault.cli.objects import Json, JsonObject, checkpoint_object, new_object

if TYPE_CHECKING:
    from healthvault.vault.histories import Compared, Side
    from healthvault.verify.view import View

__all__ = ["code_options", "comparison_object", "sides_of"]

_Body = TypeVar("_Body", bound=Callable[..., None])


def code_options(body: _Body) -> _Body:
    """Add the options that give the code of a bundle."""
    body = click.option("--code-file", type=click.Path(), metavar="FILE", help="Read the code from a file.")(body)
    return click.option("--code", is_flag=True, help="A bundle is opened by a code; ask for it.")(body)


def sides_of(files: tuple[str, ...], code: str | None) -> "tuple[Side, ...]":
    """Return the files with what opens them. Raises InputError: `too_large`."""
    from healthvault.cli.inputs import stdin_or_file
    from healthvault.vault.histories import Side

    return tuple(Side(file=stdin_or_file(file), code=code) for file in files)


def comparison_object(compared: "Compared", exit_code: int) -> JsonObject:
    """Return the judgement over two files."""
    found = compared.comparison
    said: Json = None if found.problem is None else found.problem.message
    return new_object(
        "comparison",
        {
            "relation": found.relation.value,
            "exit": exit_code,
            "code": None if found.problem is None else found.problem.code,
            "detail": said,
            "vault": compared.vault,
            "at": found.at,
            "old": _side(compared.old),
            "new": _side(compared.new),
        },
    )


def _side(view: "View") -> JsonObject:
    return {**checkpoint_object(view.size, view.root), "marks": len(view.mark_roots)}
