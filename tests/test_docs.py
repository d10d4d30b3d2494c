# SPDX-License-Identifier: Apache-2.0
"""The documentation says what the program does, and nothing that it does not."""

import ast
import re
import shlex
from collections.abc import Iterator
from contextlib import suppress
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import click
import pytest
from help_pages import COMMANDS, REFERENCE, help_page, quoted_pages

from healthvault.cli.commands import LINES, root
from healthvault.cli.exits import EXITS, FAILED, STOPPED, USAGE
from healthvault.cli.global_options import global_options
from healthvault.cli.settings import settings_of

ROOT = Path(__file__).resolve().parent.parent
TEXT = REFERENCE.read_text(encoding="utf-8")
CODES = (ROOT / "docs" / "reference" / "codes.md").read_text(encoding="utf-8")
USER_TEXTS = [
    ROOT / "README.md",
    *sorted((ROOT / "docs").glob("*.md")),
    *sorted((ROOT / "docs/reference").glob("*.md")),
]
FENCE = re.compile(r"^```[a-z]*\n(.*?)^```$", re.MULTILINE | re.DOTALL)
SCHEMAS = {path.stem for path in (ROOT / "docs" / "schemas").glob("*.json")}
DOCS = sorted((ROOT / "docs").rglob("*.md"))
NUMBER = r"\d+[a-z]?(?:\.\d+)*"
NUMBERS = rf"{NUMBER}(?:(?:,? (?:and|or|to) |, |-){NUMBER})*"
OF_ANOTHER = re.compile(rf"([\w-]+\.md)(?:\]\([^)]*\))?,? (?:\(?sections? )?({NUMBERS})")
OF_THE_SAME = re.compile(rf"(?<!\.md )(?<!\.md\) )(?<!\d )\b[Ss]ections? ({NUMBERS})")
NEVER_SAID = re.compile(
    r"tamper-proof|unhackable|guaranteed|\bcomplian(?:t|ce)\b|legally (?:valid|binding)", re.IGNORECASE
)


def table(text: str, heading: str) -> list[list[str]]:
    """Return the cells of the first table under a heading, without its head."""
    lines = text.split(heading, 1)[1].splitlines()
    start = next(place for place, line in enumerate(lines) if line.startswith("|---"))
    rows = [line.strip("|").split("|") for line in lines[start + 1 :]]
    stop = next((place for place, line in enumerate(lines[start + 1 :]) if not line.startswith("|")), len(rows))
    return [[cell.strip() for cell in row] for row in rows[:stop]]


def test_every_command_is_in_the_reference() -> None:
    """No command is left out, none is described that is not there."""
    context = click.Context(root, info_name="hv")
    names = []
    for name in LINES:
        command = root.get_command(context, name)
        below = command.list_commands(context) if isinstance(command, click.Group) else []
        names += [name, *(f"{name} {inner}" for inner in below)]
    assert sorted(COMMANDS) == sorted(names) == sorted(quoted_pages(TEXT))


@pytest.mark.parametrize("name", COMMANDS)
def test_the_reference_quotes_the_real_help(name: str) -> None:
    """Word for word; `python tests/help_pages.py` brings it up to date."""
    assert help_page(name) == quoted_pages(TEXT)[name]


def test_the_global_options_and_their_variables_are_those_of_the_program() -> None:
    """The table of section 3 lists each option, and each variable is read."""
    rows = table(TEXT, "## 3. Global options")
    known = {name for option in global_options() for name in option.opts}
    assert known == {name for row in rows for name in re.findall(r"`(-[-a-z]+)", row[0])}
    variables = {name: "1" for row in rows for name in re.findall(r"HV_[A-Z_]+", row[1])}
    found = settings_of(click.Context(root), variables)
    assert {*(source.origin for source in found.sources), "HV_HOME", "HV_STATE_HOME", "HV_NO_INPUT"} == set(
        variables
    )
    assert found.no_input


def test_exit_codes_are_those_of_the_table() -> None:
    """docs/reference/codes.md lists every exit code once."""
    listed = {int(code) for row in table(CODES, "## 1. Exit codes") for code in row[0].split(",")}
    assert {0, FAILED, USAGE, *STOPPED, *EXITS.values()} == listed


def raised_codes() -> Iterator[tuple[str, str]]:
    """Yield class and code of every error that the source makes with a code in plain sight."""
    classes = {kind.__name__ for kind in EXITS} | {"InputError", "Trouble"}
    for path in (ROOT / "healthvault").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in classes:
                given = [*node.args[:1], *(word.value for word in node.keywords if word.arg == "code")]
                if given and isinstance(given[0], ast.Constant):
                    yield node.func.id, str(given[0].value)


def test_every_error_code_is_listed() -> None:
    """A script may meet no code that docs/reference/codes.md does not explain."""
    listed = {row[0].strip("`") for row in table(CODES, "## 2. Error codes")}
    assert set() == {code for _, code in raised_codes()} - listed


def test_every_type_has_a_schema_and_a_row() -> None:
    """Section 5 names each schema, and nothing else."""
    rows = table(TEXT, "## 5. JSON")
    assert SCHEMAS == {name for row in rows for name in re.findall(r"schemas/([a-z_]+)\.json", row[-1])}


@pytest.mark.parametrize(("command", "columns"), table(TEXT, "## 6. Rows in a pipe"))
def test_columns_are_those_of_the_program(command: str, columns: str) -> None:
    """Section 6 gives the columns of each command in their order."""
    word = command.strip("`").removesuffix(" --why").split()
    file = {"list": "list_", "open": "open_", "import": "import_", "export": "exporting"}.get(word[0], word[0])
    inner = f"healthvault.cli.{'_'.join(word).replace('-', '_')}"
    module = import_module(inner if find_spec(inner) else f"healthvault.cli.{file}")
    real = module._WHY if "--why" in command else getattr(module, "_PIPE", None) or module._COLUMNS
    assert columns.split(", ") == list(real)


def command_lines() -> Iterator[tuple[str, str]]:
    """Yield every line of a fenced block that runs `hv`, with the file that it stands in."""
    for path in USER_TEXTS:
        for block in FENCE.findall(path.read_text(encoding="utf-8")):
            for line in re.findall(r"^(?:\$ )?(hv(?: .*)?)$", block, re.MULTILINE):
                for part in re.split(r"&&|\||  +(?=hv )", line.split(" # ")[0]):
                    if part.strip().startswith("hv"):
                        yield path.name, part.strip()


@pytest.mark.parametrize(("file", "line"), sorted(set(command_lines())))
def test_no_text_shows_a_command_that_does_not_exist(file: str, line: str) -> None:
    """Each command line in README and docs names a command and options that there are."""
    words = shlex.split(line.split(" > ", maxsplit=1)[0])[1:]
    with suppress(click.exceptions.Exit):  # --help and --version end here
        context = root.make_context("hv", words)
        while isinstance(context.command, click.Group) and (rest := [*context._protected_args, *context.args]):
            name, command, left = context.command.resolve_command(context, rest)
            assert command is not None, f"{file}: {line}"
            context = command.make_context(name, left, parent=context)


@pytest.mark.parametrize("path", USER_TEXTS, ids=lambda path: path.name)
def test_no_text_promises_what_nobody_can_keep(path: Path) -> None:
    """The words that a product like this must not use."""
    assert [] == NEVER_SAID.findall(path.read_text(encoding="utf-8"))


def strings(path: Path) -> Iterator[str]:
    """Yield every text in a source file, joined where it is written in pieces; docstrings are help pages too."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value
        elif isinstance(node, ast.JoinedStr):
            yield "".join(str(part.value) for part in node.values if isinstance(part, ast.Constant))


def test_the_program_says_nothing_that_nobody_can_keep() -> None:
    """Every text in the source, whatever it is printed by."""
    said = [(path.name, text) for path in SOURCES for text in strings(path) if NEVER_SAID.search(text)]
    assert [] == said


def prose(path: Path) -> str:
    """Return a text on one line, without fenced blocks and, of code, without quotes."""
    return re.sub(r"[\s\"#]+", " ", FENCE.sub("", path.read_text(encoding="utf-8")))


def sections(path: Path) -> set[str]:
    """Return the numbers of the headings of a text."""
    return set(re.findall(rf"^#+ ({NUMBER})\.? ", FENCE.sub("", path.read_text(encoding="utf-8")), re.MULTILINE))


@pytest.mark.parametrize("path", [*DOCS, ROOT / "README.md"], ids=lambda path: path.name)
def test_every_link_leads_to_a_file(path: Path) -> None:
    """And every text that is named by its file name is there."""
    text = FENCE.sub("", path.read_text(encoding="utf-8"))
    links = [link for link in re.findall(r"\]\(([^)#\s]+)", text) if "://" not in link]
    assert [] == [link for link in links if not (path.parent / link).exists()]
    names = {found.name for found in DOCS} | {found.name for found in ROOT.glob("*.md")}
    assert set() == set(re.findall(r"[\w-]+\.md\b", text)) - names


SOURCES = sorted((ROOT / "healthvault").rglob("*.py"))


def test_every_section_that_is_named_exists() -> None:
    """In the same text or another one, and also where the source names it."""
    known = {path.name: sections(path) for path in DOCS}
    named = [(path, name, said) for path in (*DOCS, *SOURCES) for name, said in OF_ANOTHER.findall(prose(path))]
    named += [
        (path, path.name, said) for path in DOCS if known[path.name] for said in OF_THE_SAME.findall(prose(path))
    ]
    missing = [
        (path.name, name, number)
        for path, name, said in named
        for number in re.findall(NUMBER, said)
        if number not in known.get(name, ())
    ]
    assert len(named) > 500
    assert [] == missing


def test_every_label_is_in_the_table() -> None:
    """docs/spec/cryptography.md 2.1 lists each label that a text of the specification uses, and no other."""
    texts = [path.read_text(encoding="utf-8") for path in (ROOT / "docs" / "spec").glob("*.md")]
    used = {label for text in texts for label in re.findall(r"label\(\"([a-z-]+)\"", text)}
    listed = (ROOT / "docs" / "spec" / "cryptography.md").read_text(encoding="utf-8")
    assert used == {row[0].strip("`") for row in table(listed, "### 2.1 Labels")}


def test_no_code_is_listed_twice() -> None:
    """A code has one meaning."""
    codes = [row[0] for row in table(CODES, "## 2. Error codes")]
    assert len(set(codes)) == len(codes)
