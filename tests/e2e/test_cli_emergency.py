# SPDX-License-Identifier: Apache-2.0
"""The emergency commands as people use them, and the page as a browser, a scanner and stock age see it."""

import json
import os
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pyrage
import pytest
from people import Done, Person
from test_cli_json import check, validator

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
ALLERGY = {
    "resourceType": "AllergyIntolerance",
    "clinicalStatus": {"coding": [{"code": "active"}]},
    "code": {"text": "Latex"},
    "patient": {"display": "Ana Silva"},
}


@pytest.fixture
def owner(ana: Person) -> Person:
    """Ana, with four things on her sheet, one of them from a document."""
    (ana.home / "allergy.json").write_text(json.dumps(ALLERGY))
    ana.hv("add", "allergy.json")
    ana.hv("emergency", "add", "allergy", "Penicillin", "--detail", "anaphylaxis 2019")
    ana.hv("emergency", "add", "medication", "Метформин 500 mg", "--detail", "twice a day")
    ana.hv("emergency", "add", "contact", "Rui Silva", "--detail", "+351 555 0100")
    ana.hv("emergency", "take", ana.hv("emergency", "suggest", "--json").object["id"])
    return ana


def scanned(image: Path) -> list[bytes]:
    """Return the content of every QR code in an image."""
    zxingcpp = pytest.importorskip("zxingcpp", reason="no wheel of zxing-cpp for this machine")
    pillow = pytest.importorskip("PIL.Image", reason="no wheel of pillow for this machine")
    return [found.bytes for found in zxingcpp.read_barcodes(pillow.open(image))]


def photographed(page: Path, height: int = 1700) -> Path:
    """Return a picture of a page as a browser shows it, opened as a file, with every way out closed."""
    if CHROMIUM is None:
        pytest.skip("chromium is not installed")
    image, log = page.with_suffix(".png"), page.with_suffix(".netlog")
    flags = (
        *("--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--no-first-run"),
        *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
        *("--disable-default-apps", "--disable-dev-shm-usage", "--proxy-server=127.0.0.1:9"),
        *("--force-device-scale-factor=2", f"--window-size=1000,{height}"),
        *(f"--user-data-dir={page.parent / 'profile'}", f"--screenshot={image}", f"--log-net-log={log}"),
    )
    environ = {"HOME": str(page.parent), "PATH": os.environ["PATH"]}
    subprocess.run([CHROMIUM, *flags, page.as_uri()], env=environ, check=True, capture_output=True, timeout=120)
    assert [] == [url for url in requests(log) if not url.startswith(("file:", "data:"))]
    return image


def requests(log: Path) -> list[str]:
    """Return what the browser asked for because of a page, by its own log."""
    events = json.loads(log.read_text(encoding="utf-8"))["events"]
    begun = [event.get("params", {}) for event in events]
    return [one["url"] for one in begun if "url" in one and one.get("initiator") not in (None, "not an origin")]


def test_the_sheet_by_hand(ana: Person) -> None:
    """Add, set, confirm, remove: each shows the sheet as it is now, and list shows the same."""
    first = ana.hv("emergency", "add", "allergy", "Penicillin", "--json").objects
    check(first, "emergency_item")
    ana.hv("emergency", "add", "blood-group", "A Rh+")
    changed = ana.hv("emergency", "set", "1", "Penicillin G", "--detail", "rash", "--json").objects
    check(changed, "emergency_item", "emergency_item")
    assert ("Penicillin G", "rash", "owner") == (changed[0]["text"], changed[0]["detail"], changed[0]["source"])
    ana.hv("emergency", "confirm", "--all")
    left = ana.hv("emergency", "remove", "2", "--json").objects
    assert left == ana.hv("emergency", "list", "--json").objects
    kinds = [row["status"] for row in ana.hv("list", "--type", "emergency-sheet", "--json").objects]
    assert ["current", "superseded", "superseded", "superseded"] == kinds


def test_the_document_is_as_its_schema_says(owner: Person) -> None:
    """The sheet comes out as it stands in the vault."""
    (current,) = [
        row["id"]
        for row in owner.hv("list", "--type", "emergency-sheet", "--json").objects
        if row["status"] == "current"
    ]
    validator("emergency_sheet").validate(json.loads(owner.hv("get", current).out))


def test_suggestions_are_taken_one_by_one(owner: Person) -> None:
    """With the document as their source."""
    (suggestion,) = owner.hv("emergency", "suggest", "--json").objects
    check([suggestion], "emergency_suggestion")
    assert (True, "Ana Silva") == (suggestion["taken"], suggestion["patient"])
    sources = {row["text"]: row["source"] for row in owner.hv("emergency", "list", "--json").objects}
    assert suggestion["id"].partition(":")[0] == sources["Latex"]


def test_old_is_marked_alike_in_json_text_and_html(owner: Person) -> None:
    """Nothing was confirmed for eleven months, by a clock that is set ahead."""
    sheet = json.loads(newest_sheet(owner))
    sheet["items"][0]["confirmed"] = "2020-01-01"
    (owner.home / "sheet.json").write_text(json.dumps(sheet))
    owner.hv("amend", sheet_id(owner), "sheet.json", "--type", "emergency-sheet")
    listed = owner.hv("emergency", "list", "--json").objects
    assert [True, False, False, False] == [row["stale"] for row in listed]
    rows = [line.split("\t") for line in owner.hv("emergency", "list").out.splitlines()]
    assert ["true", "false", "false", "false"] == [row[5] for row in rows]
    built = owner.hv("emergency", "build", "-o", "card.html", "--yes", "--json").object
    assert [True, False, False, False] == [item["stale"] for item in built["card"]["items"]]
    assert 1 == (owner.home / "card.html").read_text().count("old: ask")


def sheet_id(owner: Person) -> str:
    """Return the id of the sheet in force."""
    rows = owner.hv("list", "--type", "emergency-sheet", "--json").objects
    return next(row["id"] for row in rows if row["status"] == "current")


def newest_sheet(owner: Person) -> str:
    """Return the sheet in force."""
    return owner.hv("get", sheet_id(owner)).out


def test_a_browser_shows_the_page_and_asks_for_nothing(owner: Person) -> None:
    """The QR code on the picture of the page decodes to what `--json` printed."""
    built = owner.hv("emergency", "build", "-o", "card.html", "--yes", "--json").object
    check([built], "emergency_page")
    validator("emergency_card").validate(built["card"])
    (found,) = scanned(photographed(owner.home / "card.html"))
    assert built["card"] == json.loads(found)


def test_a_browser_shows_hostile_text_as_text(owner: Person) -> None:
    """With a listener on the machine that hears nothing."""
    with listener() as (port, heard):
        for text in (f'<img src="http://127.0.0.1:{port}/a">', f"<script src=//127.0.0.1:{port}/b></script>"):
            owner.hv("emergency", "add", "allergy", text, "--detail", f"url(http://127.0.0.1:{port}/c)")
        owner.hv("emergency", "add", "condition", "\u202eatad dab\u2066")
        built = owner.hv("emergency", "build", "-o", "card.html", "--yes", "--json").object
        (found,) = scanned(photographed(owner.home / "card.html", 2200))
        assert built["card"] == json.loads(found)
        assert [] == heard


@contextmanager
def listener() -> Iterator[tuple[int, list[object]]]:
    """Listen on a port of this machine, and note who calls."""
    heard: list[object] = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def wait() -> None:
            while True:
                try:
                    heard.append(server.accept()[1])
                except OSError:
                    return

        threading.Thread(target=wait, daemon=True).start()
        yield server.getsockname()[1], heard


def test_the_watch_sees_a_request(tmp_path: Path) -> None:
    """What the two tests above find nothing with finds what a page of another kind asks for."""
    page = tmp_path / "other.html"
    page.write_text('<img src="http://127.0.0.1:9/x">')
    with pytest.raises(AssertionError, match=r"127\.0\.0\.1:9/x"):
        photographed(page, 200)


def test_a_code_opens_the_page_anywhere(owner: Person, nobody: Person) -> None:
    """By hv without a vault, and by other age programs; another code does not."""
    built = owner.hv("emergency", "build", "-o", "wallet", "--code", "--yes", "--json").object
    page = owner.home / "wallet/emergency.html"
    code = nobody.home / "code"
    code.write_text(built["code"].replace("-", " ").upper() + "\n")
    opened = nobody.hv("emergency", "open", page, "--code-file", code, "--json").object
    check([opened], "emergency_card")
    assert built["card"] == opened
    text = page.read_text()
    armour = text[text.index("-----BEGIN") :].split("</pre>")[0]
    assert built["card"] == json.loads(pyrage.passphrase.decrypt(armour.encode(), built["code"]))
    code.write_text("abandon " * 7)
    assert "no_key" == nobody.hv("emergency", "open", page, "--code-file", code, "--json", exit=24).error["code"]


def test_the_codes_of_a_protected_page_are_its_text(owner: Person, nobody: Person) -> None:
    """What a phone scans, put into a file, opens."""
    built = owner.hv("emergency", "build", "-o", "wallet", "--code", "--yes", "--json").object
    (nobody.home / "scanned.txt").write_bytes(
        b"".join(scanned(photographed(owner.home / "wallet/emergency.html")))
    )
    (nobody.home / "code").write_text(built["code"])
    opened = nobody.hv("emergency", "open", "scanned.txt", "--code-file", "code", "--json")
    assert built["card"] == opened.object


@pytest.mark.skipif(shutil.which("age") is None, reason="the program age is not installed")
def test_the_age_program_opens_a_page(owner: Person) -> None:
    """`age -d` asks for the code at a terminal, and prints the card."""
    built = owner.hv("emergency", "build", "-o", "wallet", "--code", "--yes", "--json").object
    text = (owner.home / "wallet/emergency.html").read_text()
    (owner.home / "armour").write_text(text[text.index("-----BEGIN") :].split("</pre>")[0])
    typed = (
        "import os, pty, sys\n"
        "pid, terminal = pty.fork()\n"
        "if not pid:\n"
        "    os.execvp('age', ['age', '-d', '-o', 'opened', 'armour'])\n"
        "os.read(terminal, 1)\n"
        "os.write(terminal, sys.argv[1].encode() + b'\\n')\n"
        "try:\n"
        "    while os.read(terminal, 1000): pass\n"
        "except OSError: pass\n"
        "sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))\n"
    )
    command = [sys.executable, "-c", typed, built["code"]]
    subprocess.run(command, cwd=owner.home, check=True, timeout=60, env={**owner.environ, "TERM": "dumb"})
    assert built["card"] == json.loads((owner.home / "opened").read_bytes())


def test_shares_open_the_page_and_fewer_do_not(owner: Person, nobody: Person) -> None:
    """Two of three; one is refused by name, and so are those of another page."""
    built = owner.hv("emergency", "build", "-o", "card", "--shares", "2/3", "--yes", "--json").object
    check([built], "emergency_page")
    page, shares = built["path"], [owner.home / path for path in built["shares"]]

    def opened(*files: Path, exit: int = 0) -> Done:  # noqa: A002
        given = [word for file in files for word in ("--share-file", file)]
        return nobody.hv("emergency", "open", owner.home / page, *given, "--json", exit=exit)

    assert built["card"] == opened(shares[2], shares[0]).object
    assert "too_few_shares" == opened(shares[1], exit=12).error["code"]
    assert "duplicate_share" == opened(shares[1], shares[1], exit=12).error["code"]
    other = owner.hv("emergency", "build", "-o", "other", "--shares", "2/2", "--yes", "--json").object
    assert "wrong_share" == opened(*(owner.home / path for path in other["shares"]), exit=12).error["code"]


def test_a_changed_page_is_refused(owner: Person) -> None:
    """A letter of the encrypted text; and a page in clear has nothing to open."""
    built = owner.hv("emergency", "build", "-o", "wallet", "--code", "--yes", "--json").object
    page = owner.home / "wallet/emergency.html"
    lines = page.read_text().splitlines(keepends=True)
    last = next(number for number, line in enumerate(lines) if "-----END AGE" in line) - 2
    lines[last] = lines[last].swapcase()
    page.write_text("".join(lines))
    (owner.home / "code").write_text(built["code"])
    refused = owner.hv("emergency", "open", page, "--code-file", "code", "--json", exit=20)
    assert ("tampered", "") == (refused.error["code"], refused.out)
    owner.hv("emergency", "build", "-o", "card.html", "--yes")
    refused = owner.hv("emergency", "open", "card.html", "--code-file", "code", "--json", exit=20)
    assert "not_a_bundle" == refused.error["code"]


def test_the_journal_tells_of_every_page(owner: Person) -> None:
    """With what it speaks of and how it is protected; a page that is not made is not in it."""
    built = owner.hv("emergency", "build", "-o", "a.html", "--only", "allergy", "--yes", "--json").object
    assert ["allergy"] == built["card"]["sections"]
    newest = owner.hv("log", "-n", "1", "--json").objects
    check(newest, "entry")
    found = (newest[0]["kind"], newest[0]["id"], newest[0]["index"], newest[0]["detail"])
    assert ("emergency", built["id"], built["entry"], "allergy; protection: none") == found
    refused = owner.hv("emergency", "build", "-o", "a.html", "--yes", "--json", exit=1)
    assert "unsafe_output" == refused.error["code"]
    assert "no_terminal" == owner.hv("emergency", "build", "-o", "b.html", "--json", exit=4).error["code"]
    assert newest == owner.hv("log", "-n", "1", "--json").objects
    assert owner.hv("check", "--deep", "--json").object["ok"]


@pytest.mark.parametrize(
    "words",
    [
        "build -o a.html --shares 2/3",
        "build -o a --shares 3/2",
        "build -o a --shares 1/3",
        "build -o a --code --shares 2/3",
        "build -o - --yes",
        "add horoscope Virgo",
        "confirm",
        "confirm 1 --all",
        "open a.html",
        "open a.html --code --shares",
    ],
)
def test_wrong_usage(ana: Person, words: str) -> None:
    """Is said before anything is asked."""
    assert "usage" == ana.hv("emergency", *words.split(), "--json", exit=2).error["code"]


@pytest.mark.parametrize(
    ("words", "exit_code", "code"),
    [
        (("build", "-o", "a.html", "--yes"), 1, "nothing_to_share"),
        (("add", "allergy", " "), 1, "bad_text"),
        (("add", "allergy", "x" * 10_000), 1, "bad_text"),
        (("set", "7", "x"), 5, "not_found"),
        (("confirm", "7"), 5, "not_found"),
        (("remove", "7"), 5, "not_found"),
        (("take", "d_aaaaaaaa:1"), 5, "not_found"),
        (("open", "missing.html", "--code-file", "key"), 1, "unreadable"),
    ],
)
def test_refusals(ana: Person, words: tuple[str, ...], exit_code: int, code: str) -> None:
    """Each by its name, and nothing is changed."""
    before = ana.hv("status", "--json").object["entries"]
    assert code == ana.hv("emergency", *words, "--json", exit=exit_code).error["code"]
    assert before == ana.hv("status", "--json").object["entries"]
