# SPDX-License-Identifier: Apache-2.0
"""The house rules that a machine can hold: layers, homes of libraries, sizes, names."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent / "healthvault"
FILES = sorted(ROOT.rglob("*.py"))
LAYERS = (
    {"errors"},
    {"codec", "crypto"},
    {"tlog", "agefile"},
    {"gs1", "ledger", "records"},
    {
        *("bundle", "consent", "emergency", "identity", "sandbox"),
        *("claims", "devices", "directives", "feed", "medicines", "packs", "research", "supply", "trials"),
    },
    {"storage"},
    {"verify"},
    {"vault"},
    {"areas"},
    {"cli"},
)
AREAS = frozenset(
    {"claims", "devices", "directives", "feed", "gs1", "medicines", "packs", "research", "supply", "trials"}
)
"""Packages of pure rules of areas that the core does without: rooms of the fourth level above, and of the third
where several areas need one."""
HOMES = {
    "nacl": "crypto",
    "mnemonic": "crypto",
    "shamir_mnemonic": "crypto",
    "rfc3161_client": "crypto",
    "cryptography": "crypto",
    "joserfc": "crypto",
    "pydicom": "records",
    "pypdf": "records",
    "biip": "gs1",
    "fitdecode": "records",
    "striprtf": "records",
    "zxingcpp": "records",
    "PIL": "records",
    "matplotlib": "cli",
    "plotext": "cli",
    "segno": "emergency",
    "keyring": "storage",
    "msgpack": "codec",
    "click": "cli",
    "rich": "cli",
    "appdirs": "cli",
    "sqlcipher3": "storage",
    "zc": "storage",
}
PURE = {
    *("codec", "crypto", "tlog", "agefile", "ledger", "records"),
    *("bundle", "consent", "emergency", "identity", "verify"),
    *AREAS,
}
OUTSIDE_WORLD = {"os", "pathlib", "shutil", "socket", "subprocess", "tempfile", "time", "getpass"}
FORBIDDEN_NAMES = {"utils", "helpers", "common", "constants", "types", "base", "manager"}
MAX_LINES = 400


def room(path: Path) -> str:
    """Return the package or top-level module that a file belongs to."""
    return path.relative_to(ROOT).parts[0].removesuffix(".py")


def rank(name: str) -> int:
    """Return the level of a room."""
    return next(level for level, rooms in enumerate(LAYERS) if name in rooms)


def imports(path: Path) -> Iterator[str]:
    """Yield every module that a file imports, late and conditional imports included."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: a relative import"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_point_down(path: Path) -> None:
    """A room imports lower rooms and itself, never a neighbour of its own level."""
    if path == ROOT / "__init__.py":
        assert [] == list(imports(path))
        return
    own = room(path)
    for module in imports(path):
        parts = module.split(".")
        if parts[0] == "healthvault" and parts[1] not in {own, "__version__"}:
            assert rank(parts[1]) < rank(own), f"{path} imports {module}"


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_each_library_has_one_home(path: Path) -> None:
    """A third-party package is imported in one room only."""
    for module in imports(path):
        home = HOMES.get(module.split(".")[0])
        assert home in {None, room(path)}, f"{path} imports {module}"


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_the_core_is_pure(path: Path) -> None:
    """Below storage, and in verify, nothing touches files, the clock or the environment."""
    if room(path) in PURE:
        assert not OUTSIDE_WORLD & {module.split(".")[0] for module in imports(path)}


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_areas_are_leaves(path: Path) -> None:
    """Only the use cases of areas and the terminal import an area: the core does not know that there are any."""
    if room(path) in {
        "areas",
        "cli",
        *AREAS,
    }:  # an area may stand on a lower one; never on a neighbour, by its level
        return
    for module in imports(path):
        parts = module.split(".")
        is_core = parts[0] != "healthvault" or parts[1] not in AREAS | {"areas"}
        assert is_core or parts[1] == room(path), f"{path} imports {module}"


def test_no_import_cycles() -> None:
    """No module imports itself by way of others, late imports counted."""
    modules = {"healthvault." + ".".join(path.relative_to(ROOT).with_suffix("").parts): path for path in FILES}
    graph = {
        name: {
            target
            for found in imports(path)
            for target in modules
            if found == target or found.startswith(target + ".")
        }
        - {name}
        for name, path in modules.items()
    }
    done: set[str] = set()
    while ready := {name for name, needs in graph.items() if name not in done and needs <= done}:
        done |= ready
    assert set() == graph.keys() - done


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_files_are_small_and_named_for_a_purpose(path: Path) -> None:
    """No file is over 400 lines, and none is a dumping ground."""
    assert len(path.read_text(encoding="utf-8").splitlines()) <= MAX_LINES
    assert path.stem not in FORBIDDEN_NAMES


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_one_broad_handler_only(path: Path) -> None:
    """`except Exception` stands at two entry points alone, of hv and of its reader; a bare `except` nowhere."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ExceptHandler):
            assert node.type is not None
            caught = {name.id for name in ast.walk(node.type) if isinstance(name, ast.Name)}
            assert "Exception" not in caught or path in {ROOT / "cli" / "main.py", ROOT / "sandbox" / "worker.py"}
