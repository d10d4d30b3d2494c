# SPDX-License-Identifier: Apache-2.0
"""RTF: its words, line by line, without pictures and forms. Spec: docs/spec/contents.md section 3."""

from collections.abc import Iterator

from healthvault.errors import InvalidRequest
from healthvault.records.extras import STUMBLES, extra
from healthvault.records.plain_text import words_of_lines
from healthvault.records.probe import Probe
from healthvault.records.reading import Inside
from healthvault.records.statements import Passage

__all__ = ["read_rtf"]


def read_rtf(probe: Probe, _inside: Inside) -> Iterator[Passage]:
    """Yield the lines of an RTF document.

    Raises:
        InvalidRequest: `extra_missing`; `too_large`, over 16 MiB; `reader_failed`.
    """
    library = extra("rtf", "striprtf.striprtf")
    data = probe.whole()
    if data is None:
        raise InvalidRequest("too_large", "an RTF document over 16 MiB is not read")
    try:
        text = library.rtf_to_text(data.decode("latin-1"), errors="replace")
    except STUMBLES as err:
        raise InvalidRequest("reader_failed", "it is no RTF that can be read") from err
    yield from (line for line in words_of_lines(text) if any(map(str.isalnum, line.words)))
