# SPDX-License-Identifier: Apache-2.0
"""Files that an analysis ran on, compared with what was committed to: byte for byte, named where they differ.

Pure. Spec: docs/spec/trials.md section 5.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from healthvault.trials.answers import Answer, Asked, Collected, broken, named

__all__ = ["Committed", "FoundFile", "compare_files"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Committed:
    """A file of a document of the bundle; its bytes were checked against the entry."""

    document: str
    """Id."""
    name: str
    """Last part of its own name."""
    size_bytes: int
    sha256: bytes

    @property
    def content(self) -> tuple[int, bytes]:
        """Size and digest."""
        return self.size_bytes, self.sha256


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundFile:
    """A file that lies in the folder."""

    name: str
    """Its path below the folder."""
    size_bytes: int
    sha256: bytes

    @property
    def content(self) -> tuple[int, bytes]:
        """Size and digest."""
        return self.size_bytes, self.sha256


def compare_files(
    asked: Asked, wanted: Iterable[Committed], others: Iterable[Committed], found: Iterable[FoundFile]
) -> Answer:
    """Tell whether the files are exactly those that were committed to.

    Args:
        asked: Which question it answers.
        wanted: Each of these must be there.
        others: Documents of the bundle that are neither inputs nor data, such as the protocol: these may be there.
        found: What lies there.
    """
    said = Collected(asked)
    inputs, lying = list(wanted), list(found)
    by_content = {one.content for one in inputs}
    known = {one.content for one in others} - by_content
    there = {one.content for one in lying}
    missing = [one for one in inputs if one.content not in there]
    names: Mapping[str, Committed] = {one.name.casefold(): one for one in missing}
    for one in lying:
        if one.content in by_content or one.content in known:
            continue
        meant = names.get(one.name.rpartition("/")[2].casefold())
        if meant is not None:
            missing = [each for each in missing if each is not meant]
            said.problems.append(broken("input_changed", f"{one.name} is not byte for byte {meant.document}"))
        else:
            said.problems.append(broken("input_added", f"{one.name} was not committed to"))
    if missing:
        said.problems.append(broken("input_missing", f"not there: {named(each.name for each in missing)}"))
    if not said.problems:
        count = len(inputs)
        said.details.append(f"{count} file{'s' * (count != 1)}, byte for byte as committed, and none more")
    return said.answer()
