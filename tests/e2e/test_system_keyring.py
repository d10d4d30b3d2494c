# SPDX-License-Identifier: Apache-2.0
"""`hv unlock` and `hv lock` with a real Secret Service: a bus and a keyring daemon of the test's own."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest
from people import PASSPHRASE, Person

DAEMON, BUS = shutil.which("gnome-keyring-daemon"), shutil.which("dbus-daemon")
READY = "import secretstorage as s; s.get_default_collection(s.dbus_init())"
ITEMS = "import secretstorage as s; c = s.get_default_collection(s.dbus_init()); "
pytestmark = pytest.mark.skipif(
    not (DAEMON and BUS), reason="there is no gnome-keyring-daemon or no dbus-daemon on this machine"
)


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """The variables of a login session whose keyring is open."""
    folder = tmp_path_factory.mktemp("session")
    folder.chmod(0o700)
    with subprocess.Popen(
        [str(BUS), "--session", "--nofork", "--print-address=1"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as bus:
        assert bus.stdout is not None
        variables = {"DBUS_SESSION_BUS_ADDRESS": bus.stdout.readline().strip(), "XDG_RUNTIME_DIR": str(folder)}
        environ = {"HOME": str(folder), "PATH": os.environ["PATH"], **variables}
        with subprocess.Popen(
            [str(DAEMON), "--foreground", "--unlock", "--components=secrets", f"--control-directory={folder}"],
            env=environ,
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        ) as daemon:
            assert daemon.stdin is not None
            daemon.stdin.write(b"login\n")
            daemon.stdin.close()
            try:
                if not ready(environ):
                    pytest.skip("the keyring daemon does not come up on this machine")
                yield variables
            finally:
                daemon.terminate()
                bus.terminate()


def ready(environ: dict[str, str]) -> bool:
    """Wait for the daemon's default collection, five seconds at most."""
    end = time.monotonic() + 5
    while time.monotonic() < end:
        asked = subprocess.run([sys.executable, "-c", READY], env=environ, capture_output=True, check=False)
        if not asked.returncode:
            return True
        time.sleep(0.2)
    return False


@pytest.fixture
def at_home(ana: Person, session: dict[str, str]) -> Person:
    """Ana in her session, without a key file."""
    return Person(home=ana.home, variables=session)


@pytest.fixture
def unlocked(at_home: Person) -> Person:
    """Ana after `hv unlock`."""
    at_home.hv("unlock", "--for", "1h", "--passphrase-file", "passphrase")
    return at_home


def items(person: Person, do: str) -> str:
    """Run some lines over the items of healthvault in the session's keyring, as any other program could."""
    code = f"{ITEMS}\nfor i in list(c.search_items({{'service': 'healthvault'}})):\n    {do}"
    return subprocess.run(
        [sys.executable, "-c", code], env=person.environ, capture_output=True, text=True, check=True
    ).stdout


@pytest.fixture(autouse=True)
def _leave_no_item(at_home: Person) -> Iterator[None]:
    """Each test has the keyring for itself."""
    yield
    items(at_home, "i.delete()")


def kinds(person: Person) -> list[str]:
    """Return the kinds of the ways into the vault."""
    return [row["kind"] for row in person.hv("key", "list", "--json").objects]


def test_no_command_asks_until_it_is_locked(at_home: Person) -> None:
    """Reading, writing and status; then exit 4 again."""
    at_home.hv("list", exit=4)
    done = at_home.hv("unlock", "--passphrase-file", "passphrase", "--json").object
    assert ("key", "os-keyring") == (done["type"], done["kind"])
    assert 3 == len(at_home.ids())
    (at_home.home / "new.txt").write_text("new")
    at_home.hv("add", "new.txt")
    assert at_home.hv("status", "--json").object["unlocked"]
    assert "locked" in at_home.hv("lock").err
    at_home.hv("list", exit=4)
    assert "nothing was changed" in at_home.hv("lock").err


def test_what_is_stored_is_not_the_passphrase(unlocked: Person) -> None:
    """One item, with the random secret of a slot; it is gone after `hv lock`."""
    stored = items(unlocked, "print(i.get_secret().decode())").splitlines()
    assert 1 == len(stored)
    assert stored[0].startswith("HEALTHVAULT-UNLOCK-1 17") or stored[0].startswith("HEALTHVAULT-UNLOCK-1 18")
    assert PASSPHRASE not in stored[0]
    unlocked.hv("lock")
    assert "" == items(unlocked, "print(i.get_secret().decode())")
    assert "os-keyring" not in kinds(unlocked)


def test_unlocking_again_needs_nothing_and_keeps_one_item(unlocked: Person) -> None:
    """The secret that is there opens the vault for it."""
    unlocked.hv("unlock", "--for", "2d")
    unlocked.hv("key", "add", "--os-keyring")
    assert 1 == kinds(unlocked).count("os-keyring")
    assert 1 == len(items(unlocked, "print(i.get_secret().decode())").splitlines())


def test_a_named_source_outranks_the_keyring(unlocked: Person) -> None:
    """A wrong one stops, although the keyring would do."""
    (unlocked.home / "wrong").write_text("wrong")
    (unlocked.home / "wrong").chmod(0o600)
    unlocked.hv("list", "--passphrase-file", "wrong", exit=12)
    unlocked.hv("list", HV_PASSPHRASE_FILE=str(unlocked.home / "wrong"), exit=12)
    unlocked.hv("list", "--recovery", exit=4)


def test_what_is_over_is_not_used_and_then_deleted(unlocked: Person) -> None:
    """A reading command warns and leaves it; a writing one deletes item and slot."""
    items(unlocked, "a, _, s = i.get_secret().decode().split(); i.set_secret(f'{a} 1600000000000 {s}'.encode())")
    done = unlocked.hv("list", exit=4)
    assert "the time of `hv unlock` is over" in done.err
    assert "os-keyring" in kinds(unlocked)
    (unlocked.home / "new.txt").write_text("new")
    command = "cat passphrase"
    unlocked.hv("add", "new.txt", "--passphrase-command", command)  # does not look at the keyring
    assert "os-keyring" in kinds(unlocked)
    unlocked.hv("unlock", "--passphrase-command", command)
    assert 1 == kinds(unlocked).count("os-keyring")


def test_an_item_that_somebody_deleted_is_a_warning(unlocked: Person) -> None:
    """And the next source, here none, comes after it."""
    items(unlocked, "i.delete()")
    assert "this system's keyring has no secret of it" in unlocked.hv("list", exit=4).err
    unlocked.hv("lock")
    assert "warning" not in unlocked.hv("list", exit=4).err


def test_a_changed_secret_stops(unlocked: Person) -> None:
    """It is wrong, not missing: exit 12, and how to be rid of it."""
    items(unlocked, "i.set_secret(b'nonsense')")
    done = unlocked.hv("list", "--json", exit=12)
    assert ("wrong_key", True) == (done.error["code"], "hv lock" in done.error["hint"])
    unlocked.hv("lock")


def test_without_the_session_there_is_a_hint(unlocked: Person) -> None:
    """As in a cron job or over ssh: `hv unlock` says what else there is; other commands warn and go on."""
    away = Person(home=unlocked.home)
    done = away.hv("unlock", "--passphrase-file", "passphrase", "--json", exit=1)
    assert ("no_system_keyring", True) == (done.error["code"], "--key-file" in done.error["hint"])
    assert "warning: this system's keyring cannot be used" in away.hv("list", exit=4).err
    assert "locked" in away.hv("lock").err
    unlocked.hv("list", exit=4)


def test_another_keyring_that_was_chosen_is_refused_by_name(at_home: Person) -> None:
    """The user's choice is not overruled, only not used."""
    for name in ("keyring.backends.null.Keyring", "keyring.backends.fail.Keyring"):
        done = at_home.hv("unlock", "--json", exit=1, PYTHON_KEYRING_BACKEND=name)
        assert ("no_system_keyring", True) == (done.error["code"], name in done.error["message"])
    at_home.hv(
        "unlock",
        "--passphrase-file",
        "passphrase",
        PYTHON_KEYRING_BACKEND="keyring.backends.chainer.ChainerBackend",
    )
    at_home.hv("list")
