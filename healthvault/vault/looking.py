# SPDX-License-Identifier: Apache-2.0
"""What every look into contents begins with: the index brought up, what is said of documents beside it.

Spec: docs/spec/contents.md section 9.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from healthvault.storage.contents import Contents
from healthvault.storage.document_rows import DocumentRows
from healthvault.storage.label_rows import LabelRows
from healthvault.vault.add import Observer
from healthvault.vault.contents import opened_contents
from healthvault.vault.vault import Vault

__all__ = ["looked_into"]


@contextmanager
def looked_into(
    vault: Vault, *, only: Sequence[int] | None = None, observer: Observer | None = None
) -> Iterator[Contents]:
    """Open the index into contents, brought up to what the vault holds and says of it.

    Args:
        vault: Unlocked.
        only: Entries of the documents that have to be read; None means all.
        observer: Is told how reading gets on.

    Raises:
        InvalidRequest: `io_error`.
    """
    with opened_contents(vault, only=only, observer=observer) as contents:
        _bring_up_labels(vault, contents)
        yield contents


def _bring_up_labels(vault: Vault, contents: Contents) -> None:
    position = vault.catalogue.position()
    labels = LabelRows(contents)
    if position is not None and not labels.is_of(position.size, position.root):
        labels.bring_up(DocumentRows(vault.catalogue).labels(), position.size, position.root)
