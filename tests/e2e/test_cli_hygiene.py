# SPDX-License-Identifier: Apache-2.0
"""What `hv` does so that nothing of it is open to others, seen from outside."""

import stat
from pathlib import Path

from people import Person


def test_a_vault_that_is_open_to_others_is_warned_of(ana: Person) -> None:
    """Each command says how to close it, a script hears it too, and nothing is changed by itself."""
    ana.vault.chmod(0o755)
    (ana.vault / "keyring").chmod(0o640)
    said = "is open to other users of this machine; close it with: chmod"
    expected = [
        f"warning: {ana.vault} {said} 700 {ana.vault}",
        f"warning: {ana.vault}/keyring {said} 600 {ana.vault}/keyring",
    ]
    assert expected == ana.hv("list").err.splitlines()
    assert 2 == ana.hv("status", "--json").err.count('"type": "warning"')
    assert "" == ana.hv("list", "-q").err
    assert 0o755 == stat.S_IMODE(ana.vault.stat().st_mode)


def test_a_file_in_the_place_of_the_state_folder(ana: Person) -> None:
    """It is named as what it is, and no damage: reading goes on, writing does not begin."""
    state = ana.home / "state"
    state.write_text("in the way")
    said = f"{state}: not a folder, so this machine cannot remember vaults there"
    assert said in ana.hv("list", HV_STATE_HOME=str(state)).err
    error = ana.hv("add", "note.txt", "--json", HV_STATE_HOME=str(state), exit=1).error
    assert ("io_error", said) == (error["code"], error["message"])


def test_what_a_program_that_gives_the_passphrase_sees(ana: Person) -> None:
    """No core is dumped from it either, and its files are the owner's alone."""
    seen = ana.home / "seen"
    command = f"sh -c 'ulimit -c > {seen}; umask >> {seen}; cat passphrase'"
    ana.hv("list", "--passphrase-command", command)
    size, mask = seen.read_text().split()
    assert size in {"0", "1"}
    assert 0o077 == int(mask, 8)


def test_files_for_the_owner_alone(ana: Person) -> None:
    """Documents, too, whatever the umask of the shell is."""
    ana.hv("get", ana.ids()[0], "-o", "got")
    ana.hv("export", "--format", "files", "-o", "exported/here")
    written = [ana.home / "got", *(ana.home / "exported").rglob("*")]
    assert {0o600} == {stat.S_IMODE(path.stat().st_mode) for path in written if path.is_file()}
    assert {0o700} == {stat.S_IMODE(path.stat().st_mode) for path in written if path.is_dir()}
    assert 0o700 == stat.S_IMODE((ana.home / "exported").stat().st_mode)


def test_too_large_by_a_pipe(ana: Person, tmp_path: Path) -> None:
    """More than 64 MiB are refused with a way out, and nothing is left in the temporary folder."""
    (tmp_path / "tmp").mkdir()
    data = bytes((64 << 20) + 1)
    done = ana.hv("add", "-", stdin=data, exit=3, TMPDIR=str(tmp_path / "tmp"))
    assert "error: stdin: more than 64 MiB came by stdin\nhint: save it as a file, and name that\n" in done.err
    assert "more than 64 MiB" in ana.hv("verify", "-", stdin=data, exit=3, TMPDIR=str(tmp_path / "tmp")).err
    assert [] == list((tmp_path / "tmp").iterdir())
