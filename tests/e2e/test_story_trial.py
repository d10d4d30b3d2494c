# SPDX-License-Identifier: Apache-2.0
"""The story of a participant: consent, countersignature, data, withdrawal, and again; then its attacks."""

import json
import subprocess
from pathlib import Path

import pytest
from people import HV, Done, Person
from test_cli_json import check, validator

from tests.vaults import snapshot

FORM = b"%PDF-1.4\ninformed consent, version 3.1\n"
STUDY = "NCT04280705"
YES = ("--option", "data:Use my data:yes", "--option", "samples:Keep my blood:no")
HBA1C = {
    "resourceType": "Observation",
    "status": "final",
    "code": {"coding": [{"system": "http://loinc.org", "code": "4548-4"}], "text": "HbA1c"},
    "valueQuantity": {"value": 7.1, "unit": "%", "system": "http://unitsofmeasure.org", "code": "%"},
}


class Trial:
    """Ana, who takes part, and Dr Lee, who runs it; each has the other's card and the form."""

    def __init__(self, ana: Person, lee: Person) -> None:
        self.ana, self.lee, self.number = ana, lee, 0
        lee.hv("contact", "add", "Ana", ana.home / "own.hvcard", "--yes")
        for person in (ana, lee):
            (person.home / "form.pdf").write_bytes(FORM)
            (person.home / "other.pdf").write_bytes(FORM.replace(b"3.1", b"3.2"))

    def consent(
        self, day: str = "2024-01-10", *options: str, word: str = "consent", form: str = "form.pdf"
    ) -> dict:
        """Let Ana agree."""
        line = ("trial", word, form, "--study", STUDY, "--version", "3.1", "--language", "en", "--date", day)
        return self.ana.hv(*line, *(options or YES), "--yes", "--json").object

    def withdraw(self, day: str) -> dict:
        """Let Ana withdraw."""
        return self.ana.hv("trial", "withdraw", STUDY, "--from", day, "--yes", "--json").object

    def send(self, *ids: str) -> Path:
        """Let Ana send documents to Dr Lee."""
        self.number += 1
        out = self.ana.home / f"{self.number}.hvb"
        self.ana.hv("share", *ids, "--to", "Dr Lee", "--purpose", "research", "-o", out, "--yes")
        return out

    def dated(self, day: str | None) -> str:
        """Let Ana keep a lab value of a day, and return its id."""
        content = HBA1C if day is None else {**HBA1C, "effectiveDateTime": day}
        (self.ana.home / f"lab-{day}.json").write_text(json.dumps(content))
        return self.ana.hv("add", f"lab-{day}.json", "--json").object["id"]

    def give(self, *ids: str, exit: int = 0, **more: str) -> Done:  # noqa: A002
        """Let Ana contribute documents."""
        out = self.ana.home / "given.hvb"
        out.unlink(missing_ok=True)
        extra = [word for name, value in more.items() for word in (f"--{name}", value)]
        done = self.ana.hv(
            "trial", "contribute", STUDY, *ids, "--to", "Dr Lee", *extra, "-o", out, "--yes", "--json", exit=exit
        )
        assert (exit == 0) == out.exists()
        return done

    def take(self, day: str | None, exit: int = 0, **more: str) -> Done:  # noqa: A002
        """Let Dr Lee keep data of Ana's of a day; each time other ones."""
        self.number += 1
        (self.lee.home / "data.csv").write_text(f"x\n{self.number}\n")
        words = [] if day is None else ["--date", day]
        words += [word for name, value in (more or {"subject": "Ana"}).items() for word in (f"--{name}", value)]
        return self.lee.hv("trial", "add", STUDY, "data.csv", *words, "--json", exit=exit)

    def standings(self, person: Person) -> list[str]:
        """Return what each record is today, the oldest first."""
        rows = person.hv("trial", "consents", "--json").objects
        for row in rows:
            validator(row["type"]).validate(row)
        return [row["standing"] for row in rows]

    def check(self, bundle: Path, *more: str, exit: int = 0, form: str = "form.pdf") -> dict:  # noqa: A002
        """Let Dr Lee check the consent in a bundle."""
        done = self.lee.hv("trial", "check-consent", bundle, "--form", form, *more, "--json", exit=exit)
        check(done.objects, "consent_check")
        assert exit == done.object["exit"]
        return done.object


@pytest.fixture
def trial(ana: Person, lee: Person) -> Trial:
    """Both, before anything is signed."""
    return Trial(ana, lee)


def test_consent_countersigned_and_checked(trial: Trial) -> None:
    """Bound to the form, in plain words; countersigned by Dr Lee, which Ana's bundles then show to anybody."""
    made = trial.consent()
    check([made], "trial_consent")
    first = trial.send(made["id"])
    before = trial.check(first, "--option", "data", "--study", STUDY)
    assert ("in_force", True, "unknown") == (before["standing"], before["form_bound"], before["countersigned"])
    assert [("Use my data", True), ("Keep my blood", False)] == [
        (each["words"], each["answer"]) for each in before["options"]
    ]
    signed = trial.lee.hv(
        "trial", "countersign", first, "--study", STUDY, "--form", "form.pdf", "-o", "x.hva", "--json"
    )
    check(signed.objects, "attestation")
    trial.ana.hv("import", trial.lee.home / "x.hva")
    (listed,) = trial.ana.hv("trial", "consents", "--json").objects
    assert ["Dr Lee"] == listed["countersigned_by"]
    after = trial.check(trial.send(made["id"]))
    assert ("pass", ["you"]) == (after["countersigned"], after["countersigned_by"])


def test_other_words_are_no_countersignature(trial: Trial) -> None:
    """An attestation that says something else does not count as one."""
    made = trial.consent()
    bundle = trial.send(made["id"])
    trial.lee.hv("attest", bundle, "--statement", "Countersigned: all is well", "-o", "x.hva")
    trial.ana.hv("import", trial.lee.home / "x.hva")
    assert [] == trial.ana.hv("trial", "consents", "--json").object["countersigned_by"]
    assert "unknown" == trial.check(trial.send(made["id"]))["countersigned"]


def test_one_changed_byte_of_the_form(trial: Trial) -> None:
    """20 form_mismatch, and nobody can countersign it."""
    bundle = trial.send(trial.consent()["id"])
    found = trial.check(bundle, exit=20, form="other.pdf")
    assert (["form_mismatch"], False) == (found["codes"], found["form_bound"])
    line = ("trial", "countersign", bundle, "--study", STUDY, "--form", "other.pdf", "-o", "x.hva", "--json")
    assert "form_mismatch" == trial.lee.hv(*line, exit=20).error["code"]
    assert not (trial.lee.home / "x.hva").exists()


def test_the_whole_story(trial: Trial) -> None:
    """Consent, data on both sides, withdrawal, refused on both sides, enrolled again: nothing disappears."""
    consent, early, late = trial.consent(), trial.dated("2024-03-01"), trial.dated("2024-06-01")
    trial.lee.hv("trial", "register", STUDY, "form.pdf", "--title", "T", "--endpoint", "E")
    assert "no_consent" == trial.take("2024-03-01", 22).error["code"]
    check(trial.give(early).objects, "bundle")
    trial.lee.hv("import", trial.ana.home / "given.hvb")
    trial.take("2024-03-01")
    trial.take("2024-06-01", participant="Ana", subject="01-701")
    kept = trial.lee.hv("list", "--json").objects
    withdrawn = trial.withdraw("2024-06-01")
    check([withdrawn], "trial_withdrawal")
    for document in (early, late):
        assert "consent_withdrawn" == trial.give(document, exit=22).error["code"]
    trial.lee.hv("import", trial.send(withdrawn["id"]))
    documents = len(trial.lee.ids())
    for day in ("2024-06-01", "2024-11-01", None):
        assert "consent_withdrawn" == trial.take(day, 22).error["code"]
    assert "consent_withdrawn" == trial.take("2024-07-01", 22, participant="Ana").error["code"]
    assert documents == len(trial.lee.ids()) == len(kept) + 1
    trial.take("2024-05-31")
    found = trial.check(trial.send(consent["id"]), exit=22)
    assert (["consent_withdrawn"], "2024-06-01") == (found["codes"], found["until"])
    again = trial.consent("2024-09-01")
    assert consent["record"] != again["record"]
    assert consent["form"] == again["form"]
    assert ["withdrawn", "withdrawal", "in_force"] == trial.standings(trial.ana)
    assert "consent_withdrawn" == trial.give(late, exit=22).error["code"]
    trial.give(early, trial.dated("2024-09-02"))
    trial.lee.hv("import", trial.ana.home / "given.hvb")
    trial.take("2024-09-02")
    assert "consent_withdrawn" == trial.take("2024-07-01", 22).error["code"]
    assert ["withdrawn", "withdrawal", "in_force"] == trial.standings(trial.lee)
    trial.ana.hv("retract", again["id"])
    assert ["withdrawn", "withdrawal", "set_aside"] == trial.standings(trial.ana)
    trial.ana.hv("check", "--deep")


def test_what_is_not_covered_is_not_given(trial: Trial) -> None:
    """No date, before the consent, an option answered no, one that was not asked: 22, and nothing is written."""
    trial.consent()
    entries = trial.ana.hv("status", "--json").object["entries"]
    covered, before, undated = trial.dated("2024-03-01"), trial.dated("2024-01-09"), trial.dated(None)
    for ids, more in (
        ((undated,), {}),
        ((before,), {}),
        ((covered, before), {}),
        ((covered,), {"option": "samples"}),
        ((covered,), {"option": "genes"}),
    ):
        assert "no_consent" == trial.give(*ids, exit=22, **more).error["code"]
    assert entries + 3 == trial.ana.hv("status", "--json").object["entries"]


def test_consenting_anew_names_the_older(trial: Trial) -> None:
    """To a newer form: the old record stays, says until when it held, and is not bound to the new form."""
    first = trial.consent()
    second = trial.consent("2024-05-01", word="reconsent", form="other.pdf")
    assert first["record"] == second["replaces"]
    assert ["replaced", "in_force"] == trial.standings(trial.ana)
    bundle = trial.send(first["id"], second["id"])
    assert second["record"] == trial.check(bundle, form="other.pdf")["record"]
    old = trial.check(bundle, exit=22)
    assert (["no_consent"], "replaced", "2024-05-01") == (old["codes"], old["standing"], old["until"])
    assert "in_force" == trial.check(bundle, "--at", "2024-04-30")["standing"]


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ((), "blank_form"),
        (("--option", "data:Use my data:"), "blank_form"),
        (("--option", "data::yes"), "blank_form"),
        (("--option", "data:Use my data:perhaps"), "bad_option"),
    ],
)
def test_a_blank_form_is_refused(ana: Person, options: tuple[str, ...], code: str) -> None:
    """Nothing answered is nothing signed (openemr #13082)."""
    (ana.home / "form.pdf").write_bytes(FORM)
    line = ("trial", "consent", "form.pdf", "--study", STUDY, "--version", "3.1", "--language", "en", "--yes")
    assert code == ana.hv(*line, *options, "--json", exit=1).error["code"]
    assert 3 == len(ana.ids())


def test_nobody_signs_unasked(ana: Person) -> None:
    """Without --yes and without a terminal: exit 4."""
    (ana.home / "form.pdf").write_bytes(FORM)
    ana.hv("trial", "consent", "form.pdf", "--study", STUDY, "--version", "1", "--language", "en", *YES, exit=4)
    assert 3 == len(ana.ids())


def test_eligibility_is_told_to_nobody(trial: Trial) -> None:
    """Answered from the documents; the vault, the home and the network are as before."""
    ana = trial.ana
    ana.hv("id", "add", "birth-date", "1975-05-01")
    trial.dated("2024-11-01")
    lab = {
        "type": "lab",
        "name": "HbA1c",
        "codes": ["loinc|4548-4"],
        "comparator": ">=",
        "value": "6.5",
        "unit": "%",
        "within_days": 30,
    }
    allergy = {"type": "not", "name": "No penicillin", "of": {"type": "allergy", "words": ["penicillin"]}}
    asked = [{"type": "age", "min": 18}, lab, {**lab, "unit": "mmol/mol"}, allergy, {"type": "horoscope"}]
    (ana.home / "criteria.json").write_text(json.dumps({"version": 1, "study": STUDY, "criteria": asked}))
    ana.hv("search", "hba1c")
    before = snapshot(ana.home)
    done = ana.hv("trial", "eligible", "criteria.json", "--at", "2024-11-20", "--json")
    assert before == snapshot(ana.home)
    check(done.objects, *["eligibility"] * 6)
    assert ["yes", "yes", "unknown", "unknown", "unknown", "unknown"] == [row["answer"] for row in done.objects]
    assert [1, 1, 0, 0] == [len(row["documents"]) for row in done.objects[1:5]]
    assert "horoscope" in done.objects[4]["reason"]
    later = ana.hv("trial", "eligible", "criteria.json", "--at", "2024-12-20", "--json").objects
    assert "unknown" == later[1]["answer"]
    assert before == snapshot(ana.home)


WATCH = """
import sys
from pathlib import Path
log = Path(__file__).with_name("log")
def watch(event, arguments):
    if event in {"socket.connect", "socket.getaddrinfo", "socket.sendto", "socket.bind"}:
        with log.open("a") as file:
            file.write(event + "\\n")
sys.addaudithook(watch)
log.touch()
"""


def test_eligibility_opens_no_connection(trial: Trial, tmp_path: Path) -> None:
    """By what Python says of every call for a connection, in hv and in the processes that it starts."""
    trial.dated("2024-11-01")
    (tmp_path / "watch").mkdir()
    (tmp_path / "watch/sitecustomize.py").write_text(WATCH)
    asked = {"version": 1, "study": STUDY, "criteria": [{"type": "allergy", "words": ["penicillin"]}]}
    (trial.ana.home / "criteria.json").write_text(json.dumps(asked))
    trial.ana.hv("trial", "eligible", "criteria.json", PYTHONPATH=str(tmp_path / "watch"))
    assert "" == (tmp_path / "watch/log").read_text()


def test_criteria_that_are_none(ana: Person) -> None:
    """Exit 20, with the reason."""
    (ana.home / "criteria.json").write_text("{}")
    assert "bad_schema" == ana.hv("trial", "eligible", "criteria.json", "--json", exit=20).error["code"]


def test_a_consent_passed_off_by_another(trial: Trial) -> None:
    """Attack: Dr Lee keeps the bytes of Ana's consent as his own document and shares that: wrong_subject."""
    made = trial.consent()
    trial.ana.hv("get", made["id"], "-o", trial.lee.home / "stolen.json")
    trial.lee.hv("add", "stolen.json", "--type", "trial-consent")
    (stolen,) = [row["id"] for row in trial.lee.hv("list", "--json").objects if row["name"] == "stolen.json"]
    trial.ana.hv("contact", "list")
    out = trial.lee.home / "stolen.hvb"
    trial.lee.hv("share", stolen, "--to", "Ana", "--purpose", "research", "-o", out, "--yes")
    done = trial.ana.hv("trial", "check-consent", out, "--form", "form.pdf", "--json", exit=20)
    assert ["wrong_subject", "no_consent"] == done.object["codes"]


def test_a_bundle_changed_on_the_way(trial: Trial) -> None:
    """Attack: the ordinary verification goes first, and nothing is said of the consent."""
    bundle = trial.send(trial.consent()["id"])
    data = bytearray(bundle.read_bytes())
    data[len(data) // 2] ^= 1
    bundle.write_bytes(data)
    found = trial.check(bundle, exit=20)
    assert (None, None) == (found["id"], found["standing"])


def test_a_stranger_is_not_established(trial: Trial) -> None:
    """Attack: a consent of somebody who is not pinned: 21 of the bundle, as `hv verify` says."""
    bundle = trial.send(trial.consent()["id"])
    trial.lee.hv("contact", "remove", "Ana", "--yes")
    assert ["unknown_signer"] == trial.check(bundle, exit=21)["codes"]
    line = ("trial", "countersign", bundle, "--study", STUDY, "--form", "form.pdf", "-o", "x.hva", "--json")
    assert "unknown_signer" == trial.lee.hv(*line, exit=21).error["code"]


def test_a_withdrawal_that_was_not_sent_with_it(trial: Trial) -> None:
    """Attack: only the consent is shown. The file alone cannot know; whoever was sent the withdrawal does."""
    consent = trial.consent()
    withdrawal = trial.withdraw("2024-06-01")
    bundle = trial.send(consent["id"])
    assert "in_force" == trial.check(bundle)["standing"]
    said = trial.lee.hv("trial", "check-consent", bundle, "--form", "form.pdf").out
    assert "Shows no withdrawal known as of" in said
    assert "this file cannot know more" in said
    trial.lee.hv("import", trial.send(withdrawal["id"]))
    assert ["consent_withdrawn"] == trial.check(bundle, exit=22)["codes"]
    assert ["consent_withdrawn"] == trial.check(trial.send(consent["id"], withdrawal["id"]), exit=22)["codes"]


def test_the_demo_of_a_trial_ends_with_three_refusals(tmp_path: Path) -> None:
    """`hv demo --story trial` plays everything for real; on a busy machine it takes a minute."""
    person = Person(home=tmp_path)
    done = subprocess.run(
        [HV, "demo", "--story", "trial", "--json"],
        env=person.environ,
        cwd=tmp_path,
        capture_output=True,
        check=True,
        timeout=300,
    )
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert [("form_mismatch", 20), ("consent_withdrawn", 22), ("input_changed", 20)] == [
        (row["verdict"], row["exit"]) for row in rows
    ]
