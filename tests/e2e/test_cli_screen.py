# SPDX-License-Identifier: Apache-2.0
"""At a real terminal: questions, tables, and nothing that acts on the screen."""

import os
import pty
import re
import selectors
import signal
import termios
import time
from contextlib import suppress

import pytest
from people import HV, PASSPHRASE, Person

ESCAPES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


def readable(descriptor: int) -> bool:
    """Wait up to a second for something to read; `select` alone cannot wait on high numbers."""
    with selectors.DefaultSelector() as waiting:
        waiting.register(descriptor, selectors.EVENT_READ)
        return bool(waiting.select(1))


class Session:
    """One command at a terminal of its own, 110 columns wide."""

    def __init__(self, person: Person, *arguments: object) -> None:
        self.shown = ""
        self._pid, self._terminal = pty.fork()
        if not self._pid:
            os.chdir(person.home)
            environ = {**person.environ, "TERM": "xterm", "COLUMNS": "110", "LINES": "50"}
            os.execve(HV, ["hv", *map(str, arguments)], environ)  # noqa: S606

    def read_until(self, text: str | None) -> str:
        """Return what was shown until a text appears; None waits for the end."""
        end = time.monotonic() + 30
        while time.monotonic() < end and (text is None or text not in self.shown):
            if not readable(self._terminal):
                continue
            try:
                data = os.read(self._terminal, 65536)
            except OSError:  # the other end is closed
                break
            if not data:
                break
            self.shown += data.decode()
        assert text is None or text in self.shown, self.shown
        return self.shown

    def type(self, text: str) -> None:
        """Type a line."""
        self.shown = ""
        os.write(self._terminal, text.encode() + b"\n")

    def echoes(self) -> bool:
        """Tell whether the terminal shows what is typed."""
        return bool(termios.tcgetattr(self._terminal)[3] & termios.ECHO)

    def stop_and_go_on(self) -> None:
        """Press Ctrl-Z and say `fg`, as a shell does it: it shows what is typed in between."""
        os.kill(self._pid, signal.SIGSTOP)
        modes = termios.tcgetattr(self._terminal)
        modes[3] |= termios.ECHO
        termios.tcsetattr(self._terminal, termios.TCSANOW, modes)
        self.shown = ""
        os.kill(self._pid, signal.SIGCONT)

    def interrupt(self) -> None:
        """Press Ctrl-C."""
        os.write(self._terminal, b"\x03")

    def end(self, exit_code: int = 0) -> str:
        """Wait for the end, check the exit code, and return what was shown last."""
        shown = self.read_until(None)
        _, status = os.waitpid(self._pid, 0)
        with suppress(OSError):
            os.close(self._terminal)
        assert exit_code == os.waitstatus_to_exitcode(status), shown
        return ESCAPES.sub("", shown).replace("\r\n", "\n")


@pytest.fixture
def asked(ana: Person) -> Person:
    """Ana without a key file: she is asked for her passphrase."""
    return Person(home=ana.home)


def test_a_vault_is_made_after_three_words_were_retyped(nobody: Person) -> None:
    """The passphrase is asked twice and not shown; the words are shown once."""
    session = Session(nobody, "init", "--name", "Eve", "--kdf", "light")
    session.read_until("passphrase: ")
    session.type(PASSPHRASE)
    session.read_until("again: ")
    session.type(PASSPHRASE)
    shown = session.read_until("word ")
    words = dict(re.findall(r"(\d+) ([a-z]+)", shown))
    assert 24 == len(words)
    for _ in range(3):
        place = re.findall(r"word (\d+): ", session.read_until(": "))[-1]
        session.type(words[place])
        session.read_until("\r\n")
    ended = session.end()
    assert PASSPHRASE not in shown + ended
    assert "recovery" not in ended
    assert "Eve" in ended


def test_who_cannot_retype_the_words_gets_no_vault(nobody: Person) -> None:
    """Nothing is left behind."""
    session = Session(nobody, "init", "--name", "Eve", "--kdf", "light", "--passphrase-command", "echo x")
    for _ in range(3):
        session.read_until(": ")
        session.type("wrong")
        session.read_until("\r\n")
    assert "nothing was made" in session.end(1)
    assert [] == [path for path in nobody.home.iterdir() if path.name not in {".local", ".cache"}]


def test_two_different_passphrases_are_refused(nobody: Person) -> None:
    """Exit 1, no vault."""
    session = Session(nobody, "init", "--name", "Eve", "--kdf", "light")
    session.read_until("passphrase: ")
    session.type("one")
    session.read_until("again: ")
    session.type("two")
    assert "not the same" in session.end(1)
    assert not nobody.vault.exists()


def test_a_table_is_painted_on_a_screen(asked: Person) -> None:
    """Short ids, readable sizes, headings; the passphrase is asked on the terminal."""
    session = Session(asked, "list")
    session.read_until("passphrase: ")
    session.type(PASSPHRASE)
    lines = [line.split() for line in session.end().splitlines() if line.strip()]
    assert ["id", "date", "kind", "title", "size", "tags", "provenance", "status"] == lines[0]
    assert re.fullmatch(r"d_[a-z2-7]{8}", lines[1][0])
    assert ["10", "kB"] == lines[1][-5:-3]


def test_no_question_is_asked_with_no_input(asked: Person) -> None:
    """`--no-input` and HV_NO_INPUT hold at a terminal too."""
    assert "no terminal" in Session(asked, "list", "--no-input").end(4)
    quiet = Person(home=asked.home, variables={"HV_NO_INPUT": "1"})
    assert "no terminal" in Session(quiet, "list").end(4)


def test_ctrl_c_is_exit_130(asked: Person) -> None:
    """At a question; nothing was done, and no traceback."""
    session = Session(asked, "add", "note.txt")
    session.read_until("passphrase: ")
    session.interrupt()
    shown = session.end(130)
    assert "error: interrupted" in shown
    assert "Traceback" not in shown


def test_a_passphrase_may_be_mistyped_twice(asked: Person) -> None:
    """The third time counts; after three wrong ones it is exit 12."""
    session = Session(asked, "list")
    for typed in ("wrong", "wrong again", PASSPHRASE):
        session.read_until("passphrase: ")
        session.type(typed)
    assert "Ferritin" in session.end()
    session = Session(asked, "list")
    for place in range(3):
        session.read_until("passphrase: ")
        session.type(f"wrong {place}")
    assert "error: the passphrase does not open this vault" in session.end(12)


def test_what_is_typed_is_hidden_after_a_stop_too(asked: Person) -> None:
    """A shell shows what is typed while the job is stopped; when the job goes on, it is hidden and asked again."""
    session = Session(asked, "list")
    session.read_until("passphrase: ")
    session.stop_and_go_on()
    session.read_until("passphrase: ")
    session.type(PASSPHRASE)
    assert PASSPHRASE not in session.end()


def test_an_interrupted_question_leaves_the_terminal_as_it_was(asked: Person) -> None:
    """What is typed is shown again."""
    session = Session(asked, "list")
    assert session.echoes()
    session.read_until("passphrase: ")
    assert not session.echoes()
    session.interrupt()
    session.read_until("interrupted")
    assert session.echoes()
    session.end(130)


def test_words_are_split_drilled_and_joined_at_the_terminal(nobody: Person) -> None:
    """Typed without being shown; the shares and the words are shown, and a mistyped share is asked for again."""
    passphrase = nobody.home / "passphrase"
    passphrase.write_text(PASSPHRASE)
    passphrase.chmod(0o600)
    made = nobody.hv("init", "--name", "Eve", "--kdf", "light", "--json", "--passphrase-file", passphrase).object
    words = made["recovery_words"]
    session = Session(nobody, "key", "split", "-k", "2", "-n", "3")
    session.read_until("words: ")
    session.type(" ".join(words[:23]))
    session.read_until("23 words instead of 24; try again")
    session.read_until("words: ")
    session.type(" ".join(words))
    shown = session.end()
    sheets = shown.split("healthvault recovery share ")[1:]
    shares = [" ".join(word for _, word in re.findall(r"(\d+) ([a-z]+)", sheet)[2:35]) for sheet in sheets]
    assert ["1 of 3; any 2", "2 of 3; any 2", "3 of 3; any 2"] == [sheet[:13] for sheet in sheets]
    session = Session(nobody, "key", "join")
    for question, typed in (
        ("Share 1: ", shares[2]),
        ("Share 2 of the 2 that are needed: ", shares[2]),
        ("number 3 of its set; try again\r\nShare 2 of the 2 that are needed: ", shares[0]),
    ):
        session.read_until(question)
        session.type(typed)
    ended = session.end()
    assert words == [word for _, word in re.findall(r"(\d+) ([a-z]+)", ended)]
    session = Session(nobody, "key", "drill")
    session.read_until("words: ")
    session.type(" ".join(words))
    assert "they work" in session.end()


def test_ctrl_c_while_adding_leaves_a_whole_vault(ana: Person) -> None:
    """What was acknowledged is there, and the audit is clean."""
    for number in range(300):
        (ana.home / f"{number}.bin").write_bytes(os.urandom(200_000))
    session = Session(ana, "add", ".")
    time.sleep(0.7)
    session.interrupt()
    session.read_until(None)
    assert ana.hv("check", "--json").object["ok"]


def test_titles_cannot_act_on_the_screen(ana: Person) -> None:
    """Escape sequences, direction marks and markup are shown as text."""
    ana.hv("add", "-", "--title", "x\x1b]0;owned\x07\u202egpj.exe [red]y[/red]", "--tag", "a\x1b[2Jb", stdin=b"1")
    shown = Session(ana, "list", "-n", "1").read_until("current")
    assert "x\\x1b]0;owned\\x07<U+202E>gpj.exe [red]y[/red]" in shown
    assert "\x1b]" not in shown
    assert "\u202e" not in shown
    assert "\x1b[2J" not in shown


def test_binary_is_not_poured_on_a_screen(ana: Person) -> None:
    """It is refused with a hint; plain text is shown."""
    _, note, scan = ana.ids()
    assert "hint: -o FILE" in Session(ana, "get", scan).end(1)
    assert "first line\nsecond line\n" == Session(ana, "get", note).end()


def test_a_share_shows_what_goes_to_whom_and_asks(ana: Person) -> None:
    """No is exit 1 and logs nothing; yes writes the bundle."""
    for answer, exit_code in (("n", 1), ("", 1), ("y", 0)):
        session = Session(ana, "share", "--tag", "2026", "--to", "dr lee", "-o", "visit.hvb")
        shown = session.read_until("[y/N] ")
        assert "Observation: Ferritin" in shown
        assert "Share 3 documents with Dr Lee for treatment until" in shown
        assert "view, keep?" in shown
        session.type(answer)
        session.end(exit_code)
        assert (exit_code == 0) == (ana.home / "visit.hvb").exists()


def test_a_card_is_pinned_after_its_words_were_confirmed(lee: Person, ana: Person) -> None:
    """The words of the card are shown before the question."""
    words = " ".join(ana.hv("id", "--json").object["words"])
    session = Session(lee, "contact", "add", "Ana", ana.home / "own.hvcard")
    assert words in session.read_until("[y/N] ")
    session.type("yes")
    session.end()
    assert ["Ana"] == [row["name"] for row in lee.hv("contact", "list", "--json").objects]


def test_colour_is_left_out_on_request(ana: Person) -> None:
    """NO_COLOR leaves weight only."""
    plain = Person(home=ana.home, variables={**ana.variables, "NO_COLOR": "1"})
    assert not re.search(r"\x1b\[[0-9;]*3[0-7]m", Session(plain, "grants").read_until(None))


def test_data_may_come_by_stdin_while_the_terminal_answers(asked: Person) -> None:
    """`cat x | hv add -` still asks for the passphrase."""
    wrapped = Person(home=asked.home, variables={"PATH": os.environ["PATH"]})
    pid, terminal = pty.fork()
    if not pid:
        os.chdir(wrapped.home)
        os.execve("/bin/sh", ["sh", "-c", f"echo data | '{HV}' add - --name piped.txt"], wrapped.environ)  # noqa: S606
    shown = b""
    while b"passphrase: " not in shown:
        shown += os.read(terminal, 4096)
    os.write(terminal, PASSPHRASE.encode() + b"\n")
    with suppress(OSError):
        while os.read(terminal, 4096):
            pass
    _, status = os.waitpid(pid, 0)
    assert 0 == os.waitstatus_to_exitcode(status)
    row = wrapped.hv("list", "-n", "1", "--json", HV_KEY_FILE=str(asked.home / "key")).object
    assert "piped.txt" == row["name"]


def test_what_is_attested_is_shown_before_it_is_signed(ana: Person, lee: Person) -> None:
    """On the terminal; a name or statement that would act on it is made visible. Then a table of who says what."""
    lee.hv("contact", "add", "Ana", ana.home / "own.hvcard", "--yes")
    document = ana.ids()[0]
    ana.hv("share", document, "--to", "Dr Lee", "-o", "visit.hvb", "--yes")
    bundle = ana.home / "visit.hvb"
    signing = Session(lee, "attest", bundle, "--statement", "seen \u202ebackwards", "-o", "review.hva")
    shown = ESCAPES.sub("", signing.read_until(None))
    assert "signing, about" in shown
    assert "seen <U+202E>backwards" in shown
    assert "\u202e" not in shown
    ana.hv("import", lee.home / "review.hva")
    listed = ESCAPES.sub("", Session(ana, "show", document).read_until(None))
    assert "attestations" in listed
    assert "Dr Lee" in listed
