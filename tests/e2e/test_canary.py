# SPDX-License-Identifier: Apache-2.0
"""What is confidential stands nowhere but where the owner asked for it: not on disk, not in errors, after no stop.

A word stands in every content, name, title, tag, author, source, message, reason and contact. After each command
of a table it is searched for in everything below the home and the temporary folder, in standard error, and in the
traces of `--debug`. Excluded are the owner's own files (`in/`), what she asked to be written (`out/`) and standard
output. A command that is new gets a line in a table.
"""

import gzip
import json
import os
import random
import shutil
import signal
import subprocess
import time
import zlib
from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from itertools import takewhile
from pathlib import Path

import pytest
from people import HV, PASSPHRASE, Done, Person, new_person

from healthvault.cli.commands import LINES
from tests import canary
from tests.canary import WORD, documents
from tests.issuers import Clinic

KILLS = int(os.environ.get("HV_TEST_KILLS", "2"))

# Each line: a command, and the exit codes that it may end with where those are not 0. {…} are ids of the scene.
STORY: tuple[tuple[str, tuple[int, ...]], ...] = (
    ("init --name {word} --kdf light --yes", (0,)),
    ("key add --new-key-file out/key", (0,)),
    ("id -o out/own.hvcard", (0,)),
    ("contact add {word}-contact out/lee.hvcard --yes", (0,)),
    ("add in/folder --tag {word} --author {word} --source {word}", (0,)),
    ("add - --name {word}.txt --title {word} --type {word} --tag {word}", (0,)),
    ("list", (0,)),
    ("list --tag {word}", (0,)),
    ("show {doc}", (0,)),
    ("search {word}", (0,)),
    ("timeline", (0,)),
    ("summary", (0,)),
    ("trend {word}", (5,)),
    ("diff {doc} {second}", (0,)),
    ("get {doc} -o out/got", (0,)),
    ("get {doc} --unsafe-stream", (0,)),
    ("contact list", (0,)),
    ("contact show {word}-contact", (0,)),
    ("id add name {word}-name", (0,)),
    ("id add birth-date 1975-05-01", (0,)),
    ("id add identifier mrn:{word} {word}-4711 --from {doc}", (0,)),
    ("id list", (0,)),
    ("add in/other.json in/other.xml", (3,)),
    ("add in/other.json --accept other_person --accept identity_conflict", (0,)),
    ("id check", (0,)),
    ("add in/claim.json in/claims.csv", (0,)),
    ("claims list --everyone", (0,)),
    ("claims totals --year 2026", (0,)),
    ("claims check --unknown", (0,)),
    ("claims dispute {word}-4711 --to {word}-contact --reason {word} -o dispute.hvb --yes", (0,)),
    ("id suspects", (0,)),
    ("id refuse {doc}", (0,)),
    ("id link {doc}", (0,)),
    ("id unlink {doc}", (0,)),
    ("id take {second} --yes", (0, 1)),
    ("id remove 0", (5,)),
    ("share {doc} --to {word}-contact --message {word} --with-metadata -o a.hvb --yes", (0,)),
    ("import in/lee.hva", (0,)),
    ("show {doc}", (0,)),
    ("share --tag {word} --code --message {word} -o b.hvb --yes", (0,)),
    ("grant {doc} --to {word}-contact --yes", (0,)),
    ("grant {doc} --to {word}-contact --needs 1 --approver {word}-contact --request out/ask.hvb --yes", (0,)),
    ("grant --tag {word} --to {word}-contact --deny tag:{word} --yes", (22,)),
    ("issuer add in/jwks.json --iss https://{word}.example", (0,)),
    ("issuer add in/folder/card.smart-health-card --iss https://{word}.example", (20,)),
    ("issuer list", (0,)),
    ("issuer remove https://{word}.example --yes", (0,)),
    ("verify lee.hvb --issuer https://{word}.example=in/jwks.json", (0,)),
    ("grants", (0,)),
    ("grants --why", (0,)),
    ("role bind {word}-contact gp", (0,)),
    ("role list", (0,)),
    ("standing add --to {word}-contact --tag {word} --author {word} --yes", (0,)),
    ("standing list", (0,)),
    ("proxy add {word}-contact {doc} --power share --power add --yes", (0,)),
    ("proxy list", (0,)),
    ("can {word}-contact {doc}", (0,)),
    ("can code {doc} --purpose research", (22,)),
    ("what-if revoke {grant}", (0,)),
    ("policy test in/policy.json", (0,)),
    ("status-proof {grant} --to {word}-contact -o out/status.hvs", (0,)),
    ("research export {doc} --study NCT1 --duo GRU --to {word}-contact -o out/one.hvx --yes", (1,)),
    ("research export in/folder --study NCT1 --duo GRU --to {word}-contact -o out/one.hvx --yes", (5,)),
    ("research list", (0,)),
    ("research verify lee.hvb", (20,)),
    ("prove --from 1 --to {word}-contact -o out/one.hvp", (0,)),
    ("prove {doc} -o out/one.tlog-proof", (0,)),
    ("anchor --request out/now.tsq", (0,)),
    ("anchor", (0,)),
    ("export context --grant {grant} --redact dates -o out/call.jsonl", (0,)),
    ("amend {doc} in/newer.txt --title {word} --tag {word}", (0,)),
    ("amend {second} --title {word} --author {word} --source {word} --tag {word}", (0,)),
    ("standing run -o out/standing", (0,)),
    ("proxy remove {word}-contact --yes", (0,)),
    ("role unbind {word}-contact gp", (0,)),
    ("retract {second} --reason {word}", (0,)),
    ("revoke {grant} --reason {word}", (0,)),
    ("contact remove {word}-contact --yes", (0,)),
    ("copies", (0,)),
    ("verify lee.hvb --receipt out/lee.hvr", (21,)),
    ("compare lee.hvb lee.hvb", (0,)),
    ("fork-proof lee.hvb -o out/view", (0,)),
    ("approve lee.hvb -o out/none.hva --accept unknown_signer --yes", (20,)),
    ("open lee.hvb -o out/opened --accept unknown_signer", (0,)),
    ("import lee.hvb --accept unknown_signer", (0,)),
    ("attest lee.hvb --statement {word} -o out/review.hva --accept unknown_signer", (0,)),
    ("verify out/review.hva", (0, 21)),
    ("attest-deleted lee.hvb -o out/deleted.hvr --yes", (1, 21)),
    ("export -o out/rows", (0,)),
    ("export --format files -o out/files", (0,)),
    ("export --format fhir --content -o out/fhir", (0,)),
    ("emergency add allergy {word} --detail {word}", (0,)),
    ("emergency add contact {word}", (0,)),
    ("emergency set 1 {word}-again", (0,)),
    ("emergency confirm --all", (0,)),
    ("emergency list", (0,)),
    ("emergency suggest", (0,)),
    ("emergency build -o out/card.html --yes", (0,)),
    ("emergency build -o locked --code --yes", (0,)),
    ("emergency build -o locked-by-shares --shares 2/3 --yes", (0,)),
    ("emergency remove 2", (0,)),
    ("rx add {word} --dose {word} --prescriber {word} --patient {word} --from {doc} --repeats 1", (0,)),
    ("rx stop {word} --patient {word} --reason {word}", (0,)),
    ("rx dispense {rx} --by {word} --pack {word}", (0,)),
    ("rx list", (0,)),
    ("rx check", (0,)),
    ("meds", (0,)),
    ("trial consent in/newer.txt --study S-9 --version {word} --language en --option data:{word}:yes --yes", (0,)),
    ("trial reconsent in/plain.txt --study S-9 --version 4 --language en --option a:b:yes --yes", (0,)),
    ("trial contribute S-9 {doc} --to {word}-contact -o given.hvb --yes", (5, 22)),
    ("trial consents", (0,)),
    ("trial eligible in/criteria.json", (0,)),
    ("trial check-consent lee.hvb --form in/plain.txt", (22,)),
    ("trial countersign lee.hvb --study S-9 --form in/plain.txt -o out/none.hva", (21, 22)),
    ("trial withdraw S-9 --from 2024-05-01 --reason {word} --yes", (0,)),
    ("trial register S-1 in/plain.txt --title {word} --endpoint {word} --analysis {word} --number {word}", (0,)),
    ("trial amend S-1 --reason {word}", (0,)),
    ("trial add S-1 in/newer.txt --subject {word}", (0,)),
    ("trial lock S-1 --script in/plain.txt", (0,)),
    ("trial result S-1 in/newer.txt", (0,)),
    ("trial list", (0,)),
    ("trial bundle S-1 --code --yes -o out/trial.hvb", (0,)),
    ("trial verify lee.hvb --accept unknown_signer", (20, 21)),
    ("pack scan (01)00300010123455(10){word}(21){word}", (0,)),
    ("pack scan (01)00300010123455(10){word}(21){word}-2 --no-keep", (0,)),
    ("pack scan (01)00300010123455{word}", (20,)),
    ("pack scan -", (20,)),
    ("pack recall in/recalls.csv", (0,)),
    ("pack recall in/newer.txt", (20,)),
    ("pack list", (0,)),
    ("device add --udi (01)00300010123455(10){word}(21){word} --name {word} --by {word} --from {doc}", (0,)),
    ("device add --udi (01)00300010123455(21){word}", (1,)),
    ("device add --udi +{word} --as-text --site {word}", (0,)),
    ("device list", (0,)),
    ("device check", (20,)),
    ("device card {second}", (5,)),
    ("pack trace in/leg.jsonld", (21,)),
    ("pack trace in/leg.jsonld --pack {word}", (1,)),
    ("pack trace --pack {word}", (0, 1, 21)),
    ("pack cold in/leg.jsonld --min 2 --max 8", (21,)),
    ("pack cold in/log.csv --min 2 --max 8", (20,)),
    ("directive add dnr --words {word} --date 2024-01-01", (0,)),
    ("directive add dnr --document {doc} --words {word}", (0,)),
    ("directive list --history", (0,)),
    ("directive show dnr -o out/dnr.json", (0,)),
    ("directive revoke dnr --words {word}", (0,)),
    ("export context --grant {grant} -o out/none.jsonl", (22,)),
    ("add in/answer.txt --machine {word} --from {doc}", (0,)),
    ("list --provenance machine", (0,)),
    ("report data-map", (0,)),
    ("report access", (0,)),
    ("report access --party {word}-contact", (0,)),
    ("report retention --older-than 1y", (0,)),
    ("log", (0,)),
    ("audit", (0,)),
    ("audit --party {word}-contact", (0,)),
    ("audit --doc {doc} --since 1y", (0,)),
    ("status", (0,)),
    ("check --deep", (0,)),
    ("check --locked", (0,)),
    ("key list", (0,)),
    ("key add --new-passphrase-file passphrase --kdf light", (0,)),
    ("key remove 3 --yes", (0,)),
    ("key drill --words-file words", (0,)),
    ("key split -k 2 -n 3 -o out/shares --words-file words", (0,)),
    ("key join out/shares/share-1-of-3.txt out/shares/share-2-of-3.txt --json", (0,)),
    ("passwd --new-passphrase-file passphrase --kdf light", (0,)),
    ("unlock", (0, 1, 4)),
    ("lock", (0, 1)),
    ("backup backup/folder", (0,)),
    ("backup backup/one.hvbackup", (0,)),
    ("erase {doc} --yes -o out/certificate", (0,)),
    ("backup backup/folder", (0,)),
    ("backup --list", (0,)),
    ("backup --drill", (0,)),
    ("restore backup/folder --vault restored", (0,)),
    ("restore --words-file words --new-passphrase-file passphrase --kdf light", (0,)),
    ("key rotate --words-file words", (0,)),
    ("key restart --words-file words --yes", (0,)),
    ("key root --words-file words --yes", (0,)),
    (
        "key compromised --since {newest} -o out/note --words-file words --new-passphrase-file passphrase --yes",
        (0,),
    ),
)
BEFORE_ERASURE = tuple(takewhile(lambda row: not row[0].startswith("erase"), STORY))

# Each line is tried with a wrong key, in vaults that are damaged in many ways, and without a secret. What the
# owner types may be said back to her, so the word is in none of these lines.
REFUSED = (
    "add in/plain.txt",
    "add in/plain.txt in/none.txt",
    "list",
    "show {doc}",
    "show d_2222",
    "get {doc} -o out/refused",
    "get {doc} -o in/plain.txt",
    "share {doc} --to nobody -o refused.hvb --yes",
    "share {doc} --code -o in/plain.txt --yes",
    "share {doc} --code -o refused.hvb",
    "contact add somebody in/plain.txt --yes",
    "id take {doc}",
    "id link d_2222",
    "id unlink {doc} --clock-ok",
    "id add identifier ssn 111-00-2330",
    "id remove 0",
    "revoke {grant}",
    "research export {doc} --study NCT1 --duo GRU --to nobody -o out/refused.hvx --yes",
    "research withdraw NCT1 -o out/refused.hvw --yes",
    "research forget NCT1 --yes",
    "research open broken.hvb -o out/refused",
    "status-proof {grant} --to nobody -o out/refused.hvs",
    "prove --from 9999 --to nobody -o out/refused.hvp",
    "prove {doc} -o in/plain.txt",
    "anchor --import in/plain.txt --root in/plain.txt",
    "verify lee.hvb",
    "verify lee.hvb --issuer in/plain.txt",
    "issuer add in/plain.txt",
    "issuer remove d_2222 --yes",
    "verify broken.hvb",
    "open broken.hvb -o out/refused",
    "import broken.hvb",
    "import broken.hva",
    "attest lee.hvb --statement seen -o in/plain.txt --accept unknown_signer",
    "attest {doc} --statement seen -o out/refused.hva",
    "attest broken.hvb --statement seen -o out/refused.hva",
    "export -o out/refused-rows",
    "export --format files -o out/refused-files",
    "export context --grant {grant} -o in/plain.txt",
    "directive show dnr -o out/refused.json",
    "directive revoke dnr",
    "add in/plain.txt --machine model --from d_2222",
    "report access --party nobody",
    "log",
    "audit",
    "audit --doc {doc}",
    "audit --party nobody",
    "check --deep",
    "key remove 0",
    "erase {doc} --yes -o in/plain.txt",
    "erase {doc}",
    "amend {doc} in/none.txt",
    "retract d_2222",
    "grant {doc} --to nobody --yes",
    "grant {doc} --role gp --yes",
    "role bind nobody gp",
    "standing add --to nobody --tag new --yes",
    "proxy add nobody {doc} --power share --yes",
    "proxy remove nobody --yes",
    "backup in/plain.txt",
    "backup --drill",
    "restore backup/none --vault restored",
    "restore --words-file in/plain.txt --new-passphrase-file passphrase",
    "key rotate --words-file in/plain.txt",
    "key drill --words-file in/plain.txt",
    "passwd --new-passphrase-file in/none.txt",
    "trial consent in/none.txt --study S-8 --version 1 --language en --option data:x:yes --yes",
    "trial withdraw S-8 --from 2024-05-01 --yes",
    "trial contribute S-8 {doc} --to nobody -o refused.hvb --yes",
    "trial consents",
    "trial eligible in/plain.txt",
    "trial check-consent broken.hvb --form in/plain.txt",
    "trial countersign broken.hvb --study S-8 --form in/plain.txt -o out/refused.hva",
    "claims list",
    "claims check",
    "claims dispute {doc} --to nobody -o refused.hvb --yes",
    "claims dispute 4711 --to nobody -o in/plain.txt --yes",
    "id suspects",
    "emergency add blood-group A",
    "trial register S-2 in/none.txt --title T --endpoint E",
    "trial add S-2 in/plain.txt",
    "trial verify broken.hvb --inputs in",
    "emergency set 9 other",
    "emergency take {doc}:1",
    "emergency build -o in/plain.txt/card.html --yes",
    "emergency build -o out/refused.html",
    "emergency open in/plain.txt --code-file in/plain.txt",
    "pack scan (01)00300010123455(10)A(21)B --no-keep",
    "pack scan in/plain.txt",
    "pack recall in/plain.txt",
    "pack list",
    "device add --udi (01)00300010123455(21)B --from d_2222",
    "device add --udi +A999",
    "device check",
    "device card {doc} -o in/plain.txt",
)
KILLED = (
    "add in/folder --tag {word}",
    "get {doc} -o out/killed",
    "share {doc} --code --message {word} -o - --yes",
    "share {doc} --code --message {word} -o killed.hvb --yes",
    "open lee.hvb -o out/killed-folder --accept unknown_signer",
    "import lee.hvb --accept unknown_signer",
    "export -o out/killed-rows",
    "amend {doc} in/newer.txt --title {word} --tag {word}",
    "backup backup/killed",
    "backup backup/killed.hvbackup",
    "restore backup/folder --vault restored-killed",
    "passwd --new-passphrase-file passphrase --kdf light",
    "key rotate --words-file words",
    "emergency build -o out/killed.html --yes",
    "erase {doc} --yes",
)
DAMAGED = ("keyring", "checkpoint", "journal/*", "keys/*", "objects/*/*", "tree/*", "cache/*", "pins", "VERSION")
WITHOUT_VAULT = frozenset({"demo", "completion", "help"})  # commands that never see anybody's documents


@dataclass(kw_only=True)
class Scene:
    """Ana in a home whose temporary folder is watched, and the ids that lines may name."""

    ana: Person
    ids: dict[str, str] = field(default_factory=lambda: {"word": WORD})

    @property
    def home(self) -> Path:
        """Where everything lies."""
        return self.ana.home

    def run(self, line: str, *more: str, stdin: bytes = b"") -> Done:
        """Run a line of a table with `--debug`, and look for the word."""
        done = self.ana.run(*line.format(**self.ids).split(), "--debug", *more, stdin=stdin)
        assert [] == canary.forms_in(done.err.encode()), f"{line}: {done.err}"
        assert "unexpected" not in done.err, f"{line}: {done.err}"
        self.check_places(line)
        return done

    def check_places(self, line: str) -> None:
        """Look for the word below the home, but for what the owner gave and asked for."""
        assert [] == list(canary.leaks([self.home], besides=[self.home / "in", self.home / "out"])), line

    def learn(self, done: Done) -> None:
        """Take the ids of two documents and a grant, once there are any, and what is shown of others."""
        if "\nprescriber_signed\t" in done.out:
            self.ids["rx"] = done.out.partition("\n")[0].partition("\t")[2]
        for line in done.out.splitlines():
            if line.startswith("recovery_words"):
                (self.home / "words").write_text(line.partition("\t")[2])
                (self.home / "words").chmod(0o600)
        for name, command, place in (("doc", "list", -1), ("second", "list", -2), ("grant", "grants", -1)):
            if name not in self.ids and (self.home / "out/key").exists():
                rows = self.ana.hv(command, "--json").objects
                self.ids |= {name: rows[place]["id"]} if rows else {}

    def copy(self, home: Path) -> "Scene":
        """Return the scene in another home."""
        shutil.copytree(self.home, home, symlinks=True)
        return Scene(ana=at_home(home), ids=dict(self.ids))


def at_home(home: Path) -> Person:
    """Return Ana, who lives there and uses her key file once she has one."""
    secret = {"HV_KEY_FILE": "out/key"} if (home / "out/key").exists() else {"HV_PASSPHRASE_FILE": "passphrase"}
    return Person(home=home, variables={**secret, "TMPDIR": str(home / "tmp")})


def lay_out(home: Path) -> None:
    """Make what Ana has before her vault: documents, Dr Lee's card and bundle, a passphrase."""
    for folder in ("in/folder", "out", "tmp"):
        (home / folder).mkdir(parents=True)
    for name, data in documents().items():
        (home / "in/folder" / name).write_bytes(data)
    (home / "in/plain.txt").write_text("nothing of note")
    asked = {"who": f"{WORD}-contact", "what": WORD, "expect": "denied", "rule": "not_found"}
    (home / "in/policy.json").write_text(json.dumps({"type": "policy", "schema": 1, "tests": [asked]}))
    wanted = {"version": 1, "study": WORD, "criteria": [{"type": "allergy", "name": WORD, "words": [WORD]}]}
    (home / "in/criteria.json").write_text(json.dumps(wanted))
    claim = {"resourceType": "Claim", "id": f"{WORD}-4711", "status": "active", "provider": {"display": WORD},
             "item": [{"servicedDate": "2026-03-10", "productOrService": {"text": WORD}}]}  # fmt: skip
    (home / "in/claim.json").write_text(json.dumps(claim))
    (home / "in/claims.csv").write_text(
        f"claim,date of service,provider,billed\n{WORD},03/04/2026,{WORD},{WORD}\n"
    )
    (home / "in/jwks.json").write_bytes(Clinic().jwks())
    recalls = f"gtin,lot,reason,date,source\n00300010123455,{WORD},{WORD},2026-11-01,{WORD}\n"
    (home / "in/recalls.csv").write_text(recalls)
    told = {"type": "Temperature", "value": 9, "uom": "CEL", "time": "2026-01-05T08:00:00Z", "deviceID": WORD}
    event = {
        "type": "ObjectEvent",
        "eventTime": "2026-01-05T08:00:00Z",
        "action": "ADD",
        "bizStep": WORD,
        "epcList": [f"urn:epc:id:sgtin:4012345.009876.{WORD}"],
        "disposition": "recalled",
        "readPoint": {"id": WORD},
        "ext:note": WORD,
        "sensorElementList": [{"sensorReport": [told]}],
    }
    leg = {"type": "EPCISDocument", "schemaVersion": "2.0", "epcisBody": {"eventList": [event]}}
    (home / "in/leg.jsonld").write_text(json.dumps(leg))
    (home / "in/log.csv").write_text(f"time,temp C\n2026-01-05T08:00:00Z,{WORD}\n")
    (home / "in/answer.txt").write_text(f"an answer about {WORD}")
    (home / "in/newer.txt").write_text(f"a newer version of {WORD}")
    someone = {"resourceType": "Patient", "name": [{"family": WORD, "given": [WORD]}], "birthDate": "1960-02-03"}
    (home / "in/other.json").write_text(json.dumps(someone))
    me = "<Me HKCharacteristicTypeIdentifierDateOfBirth='1960-02-03'/>"
    (home / "in/other.xml").write_text(f"<?xml version='1.0'?>\n<HealthData locale='{WORD}'>{me}</HealthData>\n")
    (home / "passphrase").write_text(PASSPHRASE)
    (home / "passphrase").chmod(0o600)


def meet_lee(scene: Scene, lee: Person) -> None:
    """Let Dr Lee send Ana a bundle that holds the word, and a broken one."""
    lee.hv("contact", "add", "Ana", scene.home / "out/own.hvcard", "--yes")
    (lee.home / "letter.txt").write_text(f"letter about {WORD}")
    lee.hv("add", "letter.txt", "--title", WORD)
    out = scene.home / "lee.hvb"
    lee.hv("share", *lee.ids()[:1], "--to", "Ana", "--message", WORD, "-o", out, "--yes")
    data = bytearray(out.read_bytes())
    data[len(data) // 2] ^= 1
    (scene.home / "broken.hvb").write_bytes(data)
    (scene.home / "broken.hva").write_text("-----BEGIN HEALTHVAULT ATTESTATION-----\n")


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Scene:
    """Ana before she erases anything: the story up to there, with the word searched for after each command."""
    home = tmp_path_factory.mktemp("canary") / "ana"
    lay_out(home)
    lee = new_person(home.with_name("lee"), "Dr Lee")
    shutil.copy(lee.home / "own.hvcard", home / "out/lee.hvcard")
    scene = Scene(ana=at_home(home))
    for line, exits in BEFORE_ERASURE:
        done = scene.run(line, stdin=f"by a pipe: {WORD}\n".encode() * 99)
        assert done.exit in exits, f"{line}: {done.exit} {done.err}"
        scene.ana = at_home(home)
        if line.startswith("id -o"):
            meet_lee(scene, lee)
        if line.startswith("share {doc}"):
            lee.hv("attest", home / "a.hvb", "--statement", WORD, "-o", home / "in/lee.hva")
        scene.learn(done)
    return scene


def test_the_search_finds_the_word() -> None:
    """In whatever letter case, encoding or compression it stands."""
    text = f"some text about {WORD} and more"
    found = [
        text.encode(),
        text.upper().encode(),
        text[::-1].encode(),
        text.encode("utf-16-be"),
        text.encode("utf-16-le"),
        text.encode().hex().encode(),
        *(b64encode(bytes(shift) + text.encode()) for shift in range(3)),
        b"before" + zlib.compress(text.encode()) + b"after",
        gzip.compress(text.encode()),
    ]
    assert [] == [data for data in found if not canary.forms_in(data)]
    assert [] == canary.forms_in(b"some text about nothing" * 1000)


def test_every_command_is_tried() -> None:
    """A new command that sees documents belongs into the tables above."""
    tried = {line.split()[0] for line, _ in STORY}
    assert LINES.keys() - WITHOUT_VAULT == tried


def test_after_every_command(finished: Scene, tmp_path: Path) -> None:
    """The story goes to its end, and the word was where it was asked for, and in no other place."""
    scene = finished.copy(tmp_path / "ana")
    for line, exits in STORY[len(BEFORE_ERASURE) :]:
        scene.ids["newest"] = str(scene.ana.hv("status", "--json").object["entries"] - 1)
        done = scene.run(line)
        assert done.exit in exits, f"{line}: {done.exit} {done.err}"
        scene.learn(done)
    assert list(canary.leaks([scene.home / "in"]))
    assert list(canary.leaks([scene.home / "out"]))
    assert [] == list((scene.home / "tmp").iterdir())


@pytest.mark.parametrize(
    ("secret", "lines"),
    [
        ({}, REFUSED[::6]),
        ({"HV_KEY_FILE": "out/other"}, REFUSED[1::6]),
        ({"HV_PASSPHRASE_FILE": "out/other"}, REFUSED[2::8]),
    ],
)
def test_refused_for_want_of_a_key(
    finished: Scene, tmp_path: Path, secret: dict[str, str], lines: tuple[str, ...]
) -> None:
    """Neither errors nor traces tell, with no key and with a wrong one."""
    scene = finished.copy(tmp_path / "ana")
    (scene.home / "out/other").write_text("HEALTHVAULT-KEY-1" + "A" * 52)
    (scene.home / "out/other").chmod(0o600)
    scene.ana = replace(scene.ana, variables={**secret, "TMPDIR": str(scene.home / "tmp")})
    for line in lines:
        assert scene.run(line).exit or line == "log", line


def test_refused_with_the_right_key(finished: Scene, tmp_path: Path) -> None:
    """Nor when something else is wrong with what was asked."""
    scene = finished.copy(tmp_path / "ana")
    for line in REFUSED:
        scene.run(line)


@pytest.mark.parametrize("kind", DAMAGED)
def test_refused_by_a_damaged_vault(finished: Scene, tmp_path: Path, kind: str) -> None:
    """Nor when any file of the vault is damaged."""
    scene = finished.copy(tmp_path / "ana")
    for path in (scene.home / "vault").glob(kind):
        data = bytearray(path.read_bytes())
        for place in range(len(data) // 3, len(data), 700):
            data[place] ^= 0x55
        path.write_bytes(data)
    for line in REFUSED:
        if line.split()[0] in {"list", "get", "verify", "log", "check"}:
            scene.run(line)


@pytest.mark.parametrize("line", KILLED)
def test_killed(finished: Scene, tmp_path: Path, line: str) -> None:
    """Nor does a command that is killed leave it anywhere but beside the file that was asked for."""
    chance = random.Random(line)
    scene = finished.copy(tmp_path / "ana")
    for number in range(KILLS):
        ana, command = scene.ana, line.format(**scene.ids).replace("killed", f"killed-{number}").split()
        killed = subprocess.Popen(
            [HV, *command], env=ana.environ, cwd=ana.home, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        time.sleep(chance.uniform(0.08, 0.4))
        killed.send_signal(signal.SIGKILL)
        killed.wait()
        scene.check_places(line)
    assert scene.ana.hv("check", "--deep", "--json").object["ok"]


@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGINT, signal.SIGTERM])
def test_told_to_stop(finished: Scene, tmp_path: Path, number: signal.Signals) -> None:
    """A command that is told to stop removes its temporary files, those with plain text first of all."""
    scene = finished.copy(tmp_path / "ana")
    with (scene.home / "in/pipe.bin").open("wb") as large:
        large.truncate(200 << 20)
    scene.ana.hv("add", "in/pipe.bin", "--tag", "large")
    (large_id,) = [row["id"] for row in scene.ana.hv("list", "--tag", "large", "--json").objects]
    out = scene.home / "out/stopped"
    getting = subprocess.Popen(
        [HV, "get", large_id, "-o", out], env=scene.ana.environ, cwd=scene.home, stderr=subprocess.PIPE
    )
    wait_until(lambda: any(path.stat().st_size for path in out.parent.glob(".hv-*.partial")))
    getting.send_signal(number)
    _, err = getting.communicate(timeout=60)
    assert (128 + number, b"error: interrupted\n") == (getting.returncode, err)
    assert [] == list(out.parent.glob(".hv-*.partial"))
    assert not out.exists()


def wait_until(holds: Callable[[], bool]) -> None:
    """Wait until something holds."""
    for _ in range(6000):
        if holds():
            return
        time.sleep(0.005)
    pytest.fail("it never held")
