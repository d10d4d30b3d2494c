# SPDX-License-Identifier: Apache-2.0
"""Files that an analysis ran on, compared with what was committed to: byte for byte, named where they differ.

Pure. Spec: docs/spec/trials.md section 5.
"""

from collections import Counter
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
    by_content = Counter(one.content for one in inputs)
    known = {one.content for one in others} - set(by_content)
    there = {one.content for one in lying}
    missing = [one for one in inputs if one.content not in there]
    names: Mapping[str, Committed] = {one.name.casefold(): one for one in missing}
    lies = Counter[tuple[int, bytes]]()
    for one in lying:
        lies[one.content] += 1
        if lies[one.content] <= by_content[one.content] or one.content in known:
            continue
        if one.content in by_content:
            said.problems.append(broken("input_added", f"{one.name} is there once more than it was committed to"))
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
        said.details.append(f"{count} file{'s' * (count != 1)}, byte for byte as committed")
        said.details += _to_know(inputs, lying, known)
    return said.answer()


def _to_know(inputs: list[Committed], lying: list[FoundFile], known: set[tuple[int, bytes]]) -> Iterable[str]:
    """Say what a program that goes by names, or reads all that it finds, would stumble over."""
    as_named = {(one.name.casefold(), one.content) for one in inputs}
    own = [one for one in lying if one.content not in known]
    renamed = [one.name for one in own if (one.name.rpartition("/")[2].casefold(), one.content) not in as_named]
    beside = [one.name for one in lying if one.content in known]
    if renamed:
        yield f"under another name: {named(renamed)}"
    yield f"beside them, of the bundle and none of these: {named(beside)}" if beside else "none more"
