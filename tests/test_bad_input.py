# SPDX-License-Identifier: Apache-2.0
"""Which test stands for which row of docs/spec/bad-input.md: none is forgotten, and none is made up.

Rows that reach `verify`, cards, grants or pins are in `test_bad_input_*.py`: a test `test_row_NN_...` makes
exactly that input. It asserts code, class and exit, that nothing may be released, and that the pins are unchanged
where the specification says so.
"""

import re
from pathlib import Path

TESTS = Path(__file__).resolve().parent
TABLE = TESTS.parent / "docs" / "spec" / "bad-input.md"
ELSEWHERE = {  # row -> where it is tested: files of a vault, receipts, and words on a screen
    61: "unit/test_verify_receipt.py",
    62: "damage/test_storage_damage.py",
    63: "damage/test_storage_damage.py",
    64: "damage/test_storage_damage.py",
    65: "damage/test_storage_damage.py",
    66: "damage/test_storage_damage.py",
    67: "unit/test_storage_outputs.py",
}
ALSO_ELSEWHERE = {  # rows of which one half is tested here
    68: "unit/test_cli_text.py",
}
LATER = {  # row -> the command that would read such a file, which this version does not have
    81: "status files",
}


def rows() -> set[int]:
    """Return the numbers in the first column of the tables."""
    text = TABLE.read_text(encoding="utf-8")
    return {int(number) for number in re.findall(r"^\| (\d+) \|", text, re.MULTILINE)}


def rows_here() -> dict[int, list[str]]:
    """Return the tests of each row."""
    found: dict[int, list[str]] = {}
    for path in sorted(TESTS.glob("test_bad_input_*.py")):
        for name in re.findall(r"^def (test_row_\w+)", path.read_text(encoding="utf-8"), re.MULTILINE):
            for number in re.findall(r"(?:row|and)_(\d\d)", name):
                found.setdefault(int(number), []).append(name)
    return found


def test_the_table_has_83_rows() -> None:
    """Their numbers are stable, so there are no gaps."""
    assert set(range(1, 84)) == rows()


def test_every_row_has_a_test_or_a_reason() -> None:
    """Here, elsewhere, or in a later version; never in two of these by mistake."""
    here = rows_here().keys()
    assert rows() == here | ELSEWHERE.keys() | LATER.keys()
    assert set() == here & ELSEWHERE.keys()
    assert set() == here & LATER.keys()
    assert here >= ALSO_ELSEWHERE.keys()


def test_the_other_tests_are_there() -> None:
    """What is said to be tested elsewhere has a file there."""
    for name in {*ELSEWHERE.values(), *ALSO_ELSEWHERE.values()}:
        assert (TESTS / name).is_file(), name


def test_rows_of_later_commands_are_marked() -> None:
    """Their codes are reserved in the table, although nothing raises them yet."""
    text = TABLE.read_text(encoding="utf-8")
    for number in LATER:
        assert re.search(rf"^\| {number} \| .*`", text, re.MULTILINE)
