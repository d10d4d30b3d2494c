# SPDX-License-Identifier: Apache-2.0
"""Real output against docs/schemas/: every object of every command."""

import json
from functools import cache
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator
from people import Person

SCHEMAS = Path(__file__).resolve().parents[2] / "docs" / "schemas"


@cache
def validator(type_name: str) -> Draft202012Validator:
    """Return the validator of a type; fields that the schema does not name are refused here."""
    schema = json.loads((SCHEMAS / f"{type_name}.json").read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(closed(schema))


def closed(schema: object) -> object:
    """Return a schema that allows no field beside those that it describes."""
    if isinstance(schema, list):
        return [closed(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    inner = {name: closed(value) for name, value in schema.items()}
    return {**inner, "unevaluatedProperties": False} if "properties" in schema else inner


def check(objects: list[dict], *types: str) -> None:
    """Check that the objects are of these types, and as their schemas say."""
    assert list(types) == [one["type"] for one in objects]
    for one in objects:
        validator(one["type"]).validate(one)


def errors(text: str) -> list[dict]:
    """Return the objects on standard error."""
    return [json.loads(line) for line in text.splitlines()]


@pytest.mark.parametrize("path", sorted(SCHEMAS.glob("*.json")), ids=lambda path: path.stem)
def test_each_schema_is_one_and_says_which(path: Path) -> None:
    """Draft 2020-12, `type` and `schema` fixed and required, every required field described."""
    schema = json.loads(path.read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    assert ({"const": path.stem}, {"const": 1}) == (schema["properties"]["type"], schema["properties"]["schema"])
    assert {"type", "schema"} <= set(schema["required"]) <= set(schema["properties"])


def test_the_vault_and_what_is_in_it(ana: Person, nobody: Person) -> None:
    """init, status, add, list, show, log, check, key, export."""
    passphrase = ana.home / "passphrase"
    made = nobody.hv("init", "--name", "Eve", "--kdf", "light", "--json", "--passphrase-file", passphrase)
    check(made.objects, "vault")
    check(ana.hv("status", "--json").objects, "vault")
    check(Person(home=ana.home).hv("status", "--json").objects, "vault")
    check(ana.hv("add", "note.txt", "key", "--json").objects, "document", "document")
    check(ana.hv("list", "--json").objects, *["document"] * 4)
    check(ana.hv("show", ana.ids()[0], "--json").objects, "document")
    check(ana.hv("log", "--json").objects, *["entry"] * 6)
    check(Person(home=ana.home).hv("log", "--json").objects, *["entry"] * 6)
    (ana.vault / "stranger").touch()
    check(ana.hv("check", "--json").objects, "check")
    check(ana.hv("key", "list", "--json").objects, "key", "key", "key")
    check(ana.hv("key", "add", "--new-key-file", "other", "--json").objects, "key")
    check(ana.hv("key", "remove", "3", "--yes", "--json").objects, "key")
    check(ana.hv("export", "--content").objects, *["document"] * 4)
    check(ana.hv("export", "--format", "files", "-o", "all", "--json").objects, *["document"] * 4)


def test_whose_record_it_is(ana: Person) -> None:
    """Id add, list, check, link, refuse, unlink, remove, and what add and show say of it."""
    check(ana.hv("id", "add", "birth-date", "1975-05-01", "--json").objects, "fact")
    check(ana.hv("id", "add", "identifier", "mrn:General", "PID4711", "--json").objects, "fact", "fact")
    check(ana.hv("id", "list", "--json").objects, "fact", "fact")
    me = "<Me HKCharacteristicTypeIdentifierDateOfBirth='1975-05-01'/>"
    (ana.home / "export.xml").write_text(f"<?xml version='1.0'?>\n<HealthData locale='en_GB'>{me}</HealthData>\n")
    added = ana.hv("add", "export.xml", "--json").objects
    check(added, "document")
    assert "unsure" == added[0]["identity"]["result"]
    check(ana.hv("show", added[0]["id"], "--json").objects, "document")
    for command in ("link", "refuse", "unlink"):
        check(ana.hv("id", command, added[0]["id"], "--json").objects, "whose")
    check(ana.hv("id", "check", "--json").objects, *["whose"] * 4)
    check(ana.hv("id", "take", added[0]["id"], "--yes", "--json").objects, "fact", "fact")
    check(ana.hv("id", "remove", "6", "--json").objects, "fact")


def test_the_ways_into_a_vault(nobody: Person, ana: Person) -> None:
    """passwd, key drill, split, join."""
    passphrase = ana.home / "passphrase"
    variables = {"HV_PASSPHRASE_FILE": str(passphrase)}
    made = nobody.hv("init", "--name", "Eve", "--kdf", "light", "--json", **variables).object
    words = nobody.home / "words"
    words.write_text(" ".join(made["recovery_words"]))
    words.chmod(0o600)
    check(nobody.hv("passwd", "--new-passphrase-file", passphrase, "--json", **variables).objects, "key")
    check(nobody.hv("key", "drill", "--words-file", words, "--json").objects, "recovery")
    split = ("key", "split", "-k", "2", "-n", "2", "--words-file", words, "--json")
    check(nobody.hv(*split).objects, "recovery_share", "recovery_share")
    shares = nobody.hv(*split, "-o", "shares").objects
    check(shares, "recovery_share", "recovery_share")
    check(nobody.hv("key", "join", *(share["path"] for share in shares), "--json").objects, "recovery")


def test_people_consent_and_exchange(ana: Person, lee: Person) -> None:
    """id, contact, share, grants, revoke, verify, open, import."""
    check(ana.hv("id", "--json").objects, "identity")
    check(ana.hv("contact", "list", "--json").objects, "contact")
    check(ana.hv("contact", "show", "Dr Lee", "--json").objects, "contact")
    bundle = lee.home / "visit.hvb"
    for options in (("--to", "Dr Lee", "-o", bundle), ("--code", "-o", lee.home / "code.hvb")):
        shared = ana.hv("share", "--tag", "2026", *options, "--with-metadata", "--yes", "--json").objects
        check(shared, "bundle")
    (ana.home / "code").write_text(shared[0]["code"])
    check(ana.hv("grants", "--json").objects, "grant", "grant")
    check(lee.hv("verify", bundle, bundle, "passphrase", "--json", exit=20).objects, *["verification"] * 3)
    check(lee.hv("contact", "add", "Ana", ana.home / "own.hvcard", "--yes", "--json").objects, "contact")
    check(lee.hv("verify", bundle, "--json").objects, "verification")
    check(lee.hv("open", bundle, "-o", "out", "--json").objects, *["document"] * 3)
    check(lee.hv("import", bundle, "--json").objects, *["document"] * 3)
    check(lee.hv("import", bundle, "--json").objects, *["document"] * 3)
    check(lee.hv("list", "--json").objects, *["document"] * 3)
    check(lee.hv("log", "--json").objects, *["entry"] * 5)
    check(ana.hv("revoke", ana.hv("grants", "--json").objects[0]["id"], "--json").objects, "grant")
    statuses = ("new.hvs", "other.hvs")
    for grant, status in zip(ana.hv("grants", "--json").objects[::-1], statuses, strict=True):
        asked = ("--to", "Dr Lee") if grant["contact"] == "Dr Lee" else ("--code-file", "code")
        check(ana.hv("status-proof", grant["id"], *asked, "-o", lee.home / status, "--json").objects, "proof")
    check(lee.hv("verify", bundle, "--status", "new.hvs", "--json").objects, "verification")
    check(lee.hv("verify", "new.hvs", "--json").objects, "verification")
    proof = ("prove", "--from", "5", "--to", "Dr Lee", "-o", lee.home / "x.hvp")
    check(ana.hv(*proof, "--json").objects, "proof")
    check(lee.hv("verify", "x.hvp", "--json").objects, "verification")
    check(ana.hv("prove", ana.ids()[0], "-o", "x.txt", "--json").objects, "proof")
    check(ana.hv("anchor", "--request", "x.tsq", "--json").objects, "anchor")
    check(lee.hv("contact", "remove", "Ana", "--yes", "--json").objects, "contact")


@pytest.mark.parametrize(
    ("arguments", "exit_code"),
    [
        (("list", "--nonsense"), 2),
        (("add", "missing", "also missing"), 3),
        (("contact", "remove", "Dr Lee"), 4),
        (("show", "d_aaaa"), 5),
        (("list", "--vault", "nowhere"), 10),
        (("list", "--key-file", "own.hvcard"), 12),
        (("contact", "add", "X", "note.txt", "--yes"), 20),
        (("get", "zzzz", "-o", "note.txt"), 5),
    ],
)
def test_every_failure_under_json_is_json(ana: Person, arguments: tuple[str, ...], exit_code: int) -> None:
    """Nothing on stdout, only error objects on stderr, the last with the exit code of the process."""
    done = ana.hv(*arguments, "--json", exit=exit_code)
    found = errors(done.err)
    assert "" == done.out
    check(found, *["error"] * len(found))
    assert exit_code == found[-1]["exit"]


def test_warnings_are_objects_too(ana: Person) -> None:
    """A locked audit says so to a script as well."""
    check(errors(Person(home=ana.home).hv("check", "--json").err), "warning")


def test_second_thoughts(ana: Person, lee: Person) -> None:
    """amend, retract, grant, a share under it, and the certificate of an erasure."""
    first, second, third = ana.ids()
    check(ana.hv("amend", first, "--title", "x", "--json").objects, "document")
    check(ana.hv("amend", second, "lab.json", "--json", exit=1).objects)
    check(ana.hv("retract", second, "--json").objects, "document")
    check(ana.hv("show", first, "--json").objects, "document")
    made = ana.hv("grant", first, "--to", "Dr Lee", "--yes", "--json").objects
    check(made, "grant")
    check(ana.hv("share", "--grant", made[0]["id"], "--yes", "-o", "x.hvb", "--json").objects, "bundle")
    ana.hv("erase", first, third, "--yes", "--reason", "patient-request", "-o", "erased.txt")
    check(lee.hv("verify", ana.home / "erased.txt", "--json", exit=21).objects, "verification")


def test_others_who_act(ana: Person) -> None:
    """Roles, standing rules with what a run did, proxies and their end."""
    check(ana.hv("role", "define", "physio", "--category", "imaging", "--json").objects, "role")
    check(ana.hv("role", "bind", "Dr Lee", "gp", "--json").objects, "role")
    check(ana.hv("role", "list", "--json").objects, *["role"] * 8)
    check(ana.hv("role", "unbind", "Dr Lee", "gp", "--json").objects, "role")
    check(ana.hv("standing", "add", "--to", "Dr Lee", "--tag", "new", "--yes", "--json").objects, "standing")
    check(ana.hv("standing", "run", "--json").objects)
    (ana.home / "new.txt").write_text("new\n")
    ana.hv("add", "new.txt", "--tag", "new")
    made = ana.hv("standing", "run", "-o", "out", "--json").objects
    check(made, "standing_run")
    check(ana.hv("grants", "--json").objects, "grant")
    check(ana.hv("standing", "list", "--json").objects, "standing")
    check(ana.hv("standing", "end", made[0]["rule"], "--json").objects, "standing")
    power = ("--power", "add", "--yes", "--json")
    check(ana.hv("proxy", "add", "Dr Lee", *power).objects, "proxy")
    check(ana.hv("proxy", "list", "--json").objects, "proxy")
    check(ana.hv("proxy", "remove", "Dr Lee", "--yes", "--json").objects, "proxy_removal")
