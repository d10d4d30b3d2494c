# SPDX-License-Identifier: Apache-2.0
"""Tests of healthvault.feed.fitting."""

from hypothesis import given
from hypothesis import strategies as st

from healthvault.feed.fitting import Line, fitted

LINES = st.lists(
    st.builds(
        Line,
        document=st.sampled_from(["d_a", "d_b", "d_c"]),
        text=st.text(max_size=30).map(lambda text: text.encode("utf-8", "replace").decode() + "\n"),
    )
)


@given(lines=LINES, room=st.integers(0, 300))
def test_whole_lines_up_to_the_first_that_does_not_fit(lines: list[Line], room: int) -> None:
    """Nothing is taken after it, and what was left out is counted."""
    fit = fitted(lines, room_bytes=room)
    taken = list(fit.lines)
    size = sum(len(line.text.encode()) for line in taken)
    assert taken == lines[: len(taken)]
    assert size <= room
    if fit.left_lines:
        assert size + len(lines[len(taken)].text.encode()) > room
    assert len(lines) == len(taken) + fit.left_lines
    named = {line.document for line in lines}
    assert len(named) == len(fit.documents) + fit.left_documents
    assert fit.cut is None or fit.cut in fit.documents
