# SPDX-License-Identifier: Apache-2.0
"""The story of a trial: registered, filled, locked, analysed, reviewed by anybody; then its attacks.

Ana is the sponsor, Dr Lee a reviewer. `docs/spec/trials.md` says what each answer means.
"""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from people import Person, new_person
from test_cli_json import check

from tests.authority import needs_openssl, new_authority

DATA = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "trials" / "cdiscpilot01"
TABLE = Path(__file__).resolve().parents[1] / "trial_table.py"
STUDY = "CDISCPILOT01"
ENDPOINT = "CIBIC+ at week 24, LOCF"
SCRIPT = """
import csv, pathlib, statistics, sys
rows = list(csv.DictReader((pathlib.Path(sys.argv[1]) / "scores.csv").open()))
arms = sorted({row["arm"] for row in rows})
print({arm: statistics.mean(int(row["score"]) for row in rows if row["arm"] == arm) for arm in arms})
"""


class Sponsor:
    """Ana, with the files of a small trial."""

    def __init__(self, person: Person) -> None:
        self.person, self.home = person, person.home
        (self.home / "protocol.pdf").write_bytes(b"%PDF-1.4\nprotocol\n")
        (self.home / "analysis.py").write_text(SCRIPT)
        (self.home / "scores.csv").write_text("subject,arm,score\n1,a,4\n2,a,5\n3,b,3\n4,b,2\n")
        (self.home / "ages.csv").write_text("subject,age\n1,70\n2,71\n3,72\n4,73\n")

    def trial(self, *words: object, exit: int = 0) -> list[dict]:  # noqa: A002
        """Run a command of `hv trial` and return its objects."""
        return self.person.hv("trial", *words, "--json", exit=exit).objects

    def register(self, study: str = STUDY, protocol: str = "protocol.pdf") -> dict:
        """Register a study."""
        (found,) = self.trial("register", study, protocol, "--title", "A trial", "--endpoint", ENDPOINT)
        return found

    def whole(self) -> None:
        """Register, add, lock, keep results."""
        self.register()
        self.trial("add", STUDY, "scores.csv", "ages.csv")
        self.trial("lock", STUDY, "--script", "analysis.py")

    def bundle(self, name: str = "trial.hvb") -> Path:
        """Write the bundle for Dr Lee."""
        self.trial("bundle", STUDY, "--to", "Dr Lee", "--yes", "-o", name)
        return self.home / name

    def by_hand(self, name: str, ids: list[str], *words: str) -> Path:
        """Share some documents without `hv trial`."""
        self.person.hv("share", *ids, "--to", "Dr Lee", "--purpose", "research", "--yes", "-o", name, *words)
        return self.home / name


class Reviewer:
    """Dr Lee, who has pinned the sponsor."""

    def __init__(self, person: Person, *words: str) -> None:
        self.person, self.words = person, words

    def verify(self, bundle: Path, *words: object, exit: int = 0) -> dict:  # noqa: A002
        """Verify the bundle, and return what is said of the trial."""
        said = self.person.hv("trial", "verify", bundle, *self.words, *words, "--json", exit=exit).objects
        check(said, "verification", "trial_verification")
        assert exit == said[1]["exit"]
        return said[1]

    def opened(self, bundle: Path, name: str = "opened") -> Path:
        """Open the bundle into a folder."""
        self.person.hv("open", bundle, *self.words, "-o", name)
        return self.person.home / name


def answer(said: dict, name: str) -> dict:
    """Return one answer."""
    return next(one for one in said["answers"] if one["name"] == name)


@pytest.fixture
def sponsor(ana: Person) -> Sponsor:
    """Ana."""
    return Sponsor(ana)


@pytest.fixture
def reviewer(lee: Person, sponsor: Sponsor) -> Reviewer:
    """Dr Lee."""
    lee.hv("contact", "add", "Ana", sponsor.home / "own.hvcard", "--yes")
    return Reviewer(lee)


def test_the_whole_story(sponsor: Sponsor, nobody: Person) -> None:
    """Registered, added, locked; somebody without a vault runs the program, and proves on what it ran."""
    check([sponsor.register()], "trial")
    check(sponsor.trial("add", STUDY, "scores.csv", "ages.csv", "--subject", "1-4"), "trial_data", "trial_data")
    (lock,) = sponsor.trial("lock", STUDY, "--script", "analysis.py")
    check([lock], "trial_lock")
    (sponsor.home / "table.txt").write_text("{'a': 4.5, 'b': 2.5}\n")
    check(sponsor.trial("result", STUDY, "table.txt"), "trial_result")
    (listed,) = sponsor.trial("list")
    check([listed], "trial")
    assert (2, 1, 0) == (listed["data"], listed["locks"], listed["amendments"])
    sponsor.person.hv("check", "--deep")
    bundle = sponsor.home / "trial.hvb"
    (made,) = sponsor.trial("bundle", STUDY, "--code", "--yes", "-o", bundle)
    check([made], "bundle")
    (nobody.home / "code").write_text(made["code"])
    reviewer = Reviewer(nobody, "--code-file", "code", "--accept", "unknown_signer")
    said = reviewer.verify(bundle)
    assert (STUDY, 2, lock["inputs_hash"]) == (said["study"], said["inputs"], said["inputs_hash"])
    assert (1, 1) == (said["protocols_shown"], said["protocols_registered"])
    assert {"pass"} == {one["result"] for one in said["answers"] if one["name"] != "time"}
    assert "could have been written later" in answer(said, "time")["detail"]
    opened, results = reviewer.opened(bundle), reviewer.person.home / "results"
    done = subprocess.run([sys.executable, opened / "analysis.py", opened], capture_output=True, check=True)
    results.mkdir()
    (results / "table.txt").write_bytes(done.stdout)
    said = reviewer.verify(bundle, "--inputs", opened, "--results", results)
    assert ("pass", "pass") == (answer(said, "files")["result"], answer(said, "results")["result"])
    people = reviewer.person.hv("trial", "verify", bundle, "--code-file", "code", exit=21)
    assert "1 of 1 protocols registered in this vault is shown" in people.out
    assert "It cannot show: that no data were known before they were entered" in people.err


def test_files_that_are_not_the_inputs(sponsor: Sponsor, reviewer: Reviewer) -> None:
    """One byte changed, one file gone, one more: each is named."""
    sponsor.whole()
    bundle = sponsor.bundle()
    opened = reviewer.opened(bundle)
    scores = (opened / "scores.csv").read_bytes()
    (opened / "scores.csv").write_bytes(scores.replace(b"1,a,4", b"1,a,5"))
    said = reviewer.verify(bundle, "--inputs", opened, exit=20)
    assert (["input_changed"], True) == (answer(said, "files")["codes"], "scores.csv" in str(said["answers"][-1]))
    (opened / "scores.csv").unlink()
    said = reviewer.verify(bundle, "--inputs", opened, exit=20)
    assert ["input_missing"] == answer(said, "files")["codes"]
    (opened / "scores.csv").write_bytes(scores)
    (opened / "more").mkdir()
    (opened / "more" / "extra.csv").write_text("5,b,9\n")
    said = reviewer.verify(bundle, "--inputs", opened, exit=20)
    assert (["input_added"], True) == (answer(said, "files")["codes"], "extra.csv" in str(said["answers"][-1]))


def test_a_value_that_is_changed_after_the_lock(sponsor: Sponsor, reviewer: Reviewer) -> None:
    """The bundle itself shows which, also when the data are locked again; the old file is no input any more."""
    sponsor.whole()
    row = next(one for one in sponsor.person.hv("list", "--json").objects if one["name"] == "scores.csv")
    scores = sponsor.home / "scores.csv"
    scores.write_text(scores.read_text().replace("3,b,3", "3,b,1"))
    sponsor.person.hv("amend", row["id"], "scores.csv")
    said = reviewer.verify(sponsor.bundle(), exit=20)
    assert ["input_changed"] == answer(said, "inputs")["codes"]
    assert "scores.csv" in answer(said, "inputs")["detail"]
    sponsor.trial("lock", STUDY)
    said = reviewer.verify(sponsor.bundle("again.hvb"), exit=20)
    assert {"input_changed", "locked_again"} == set(answer(said, "inputs")["codes"])


def test_endpoints_are_switched(sponsor: Sponsor, reviewer: Reviewer) -> None:
    """Before data it is an amendment, after data it is left open, after the lock it breaks a rule."""
    sponsor.register()
    sponsor.trial("amend", STUDY, "--reason", "one more site")
    sponsor.trial("add", STUDY, "scores.csv")
    said = reviewer.verify(sponsor.bundle("a.hvb"), "--accept", "not_locked")
    assert "before any data: one more site" in answer(said, "amendments")["detail"]
    sponsor.trial("amend", STUDY, "--reason", "asked for", "--endpoint", "CIBIC+ at week 16")
    said = reviewer.verify(sponsor.bundle("b.hvb"), "--accept", "not_locked", exit=21)
    assert ["endpoint_changed_after_data"] == answer(said, "endpoints")["codes"]
    sponsor.trial("lock", STUDY)
    sponsor.trial("amend", STUDY, "--reason", "nicer", "--endpoint", "Weight")
    said = reviewer.verify(sponsor.bundle("c.hvb"), exit=20)
    assert {"endpoint_changed_after_data", "endpoint_switched"} == set(answer(said, "endpoints")["codes"])
    assert "CIBIC+ at week 16 became Weight" in answer(said, "endpoints")["detail"]


def test_a_second_protocol_changes_the_count(sponsor: Sponsor, reviewer: Reviewer) -> None:
    """However quietly it was registered, and whatever becomes of it."""
    sponsor.whole()
    assert 1 == reviewer.verify(sponsor.bundle("one.hvb"))["protocols_registered"]
    (sponsor.home / "other.pdf").write_bytes(b"%PDF-1.4\nanother\n")
    second = sponsor.register("SECRET-2", "other.pdf")
    said = reviewer.verify(sponsor.bundle("two.hvb"), exit=21)
    assert (1, 2) == (said["protocols_shown"], said["protocols_registered"])
    assert ["protocols_withheld"] == answer(said, "count")["codes"]
    assert "SECRET-2" not in json.dumps(said)
    reviewer.verify(sponsor.bundle("three.hvb"), "--accept", "protocols_withheld")
    sponsor.person.hv("retract", second["protocol"], "--reason", "never mind")
    said = reviewer.verify(sponsor.bundle("four.hvb"), exit=21)
    assert (1, "1 retracted" in answer(said, "count")["detail"]) == (said["protocols_registered"], True)
    sponsor.person.hv("erase", second["protocol"], "--yes")
    said = reviewer.verify(sponsor.bundle("five.hvb"), exit=21)
    assert ["protocols_withheld"] == answer(said, "count")["codes"]


def test_a_history_that_was_restarted(sponsor: Sponsor, reviewer: Reviewer) -> None:
    """The vault goes on from a copy without the second protocol: somebody who saw neither is told that it did."""
    sponsor.register()
    shutil.copytree(sponsor.person.vault, sponsor.home / "copy")
    (sponsor.home / "other.pdf").write_bytes(b"%PDF-1.4\nanother\n")
    sponsor.register("SECRET-2", "other.pdf")
    shutil.rmtree(sponsor.person.vault)
    shutil.copytree(sponsor.home / "copy", sponsor.person.vault)
    sponsor.person.hv("key", "restart", "--words-file", "words", "--yes")
    sponsor.trial("add", STUDY, "scores.csv")
    sponsor.trial("lock", STUDY)
    said = reviewer.verify(sponsor.bundle(), "--accept", "history_restarted")
    assert (["history_restarted"], 1) == (answer(said, "count")["codes"], said["protocols_registered"])
    reviewer.verify(sponsor.home / "trial.hvb", exit=21)


def test_taking_back(sponsor: Sponsor, reviewer: Reviewer) -> None:
    """An amendment and data that are retracted go along, and are named; the whole registration cannot vanish."""
    protocol = sponsor.register()
    amended = sponsor.trial("amend", STUDY, "--reason", "hasty", "--endpoint", "Weight")[0]
    sponsor.person.hv("retract", amended["protocol"], "--reason", "hasty")
    taken = sponsor.trial("add", STUDY, "scores.csv", "ages.csv")
    sponsor.person.hv("retract", taken[1]["id"], "--reason", "wrong file")
    sponsor.trial("lock", STUDY)
    said = reviewer.verify(sponsor.bundle("a.hvb"), exit=21)
    assert ["input_left_out"] == answer(said, "inputs")["codes"]
    assert ["protocols_withheld"] == answer(said, "count")["codes"]
    assert "is not in force any more" in answer(said, "amendments")["detail"]
    sponsor.person.hv("retract", protocol["protocol"], "--reason", "all of it")
    said = reviewer.verify(sponsor.bundle("b.hvb"), exit=20)
    assert ["protocol_not_in_force"] == answer(said, "registration")["codes"]
    sponsor.person.hv("trial", "add", STUDY, "scores.csv", exit=5)


def test_data_before_the_protocol(sponsor: Sponsor, reviewer: Reviewer) -> None:
    """What was in the vault already counts from when it came in."""
    sponsor.person.hv("add", "scores.csv")
    sponsor.register()
    (added,) = sponsor.trial("add", STUDY, "scores.csv")
    assert added["duplicate_of"] == added["id"]
    sponsor.trial("lock", STUDY)
    said = reviewer.verify(sponsor.bundle(), exit=20)
    assert ["data_before_protocol"] == answer(said, "order")["codes"]
    assert "scores.csv" in answer(said, "order")["detail"]


def test_data_that_are_replaced_once_there_is_a_protocol(sponsor: Sponsor, reviewer: Reviewer) -> None:
    """The version before it goes along, and is data before the protocol."""
    early = sponsor.person.hv("add", "ages.csv", "--json").object["id"]
    sponsor.register()
    sponsor.person.hv("amend", early, "scores.csv")
    sponsor.trial("add", STUDY, "scores.csv")
    sponsor.trial("lock", STUDY)
    said = reviewer.verify(sponsor.bundle(), exit=20)
    assert (["data_before_protocol"], []) == (answer(said, "order")["codes"], answer(said, "inputs")["codes"])
    assert "ages.csv" in answer(said, "order")["detail"]


def test_results_of_an_older_lock(sponsor: Sponsor, reviewer: Reviewer) -> None:
    """They are compared, and that is no pass for the newest."""
    sponsor.whole()
    (sponsor.home / "table.txt").write_text("1\n")
    sponsor.trial("result", STUDY, "table.txt")
    sponsor.trial("lock", STUDY)
    (reviewer.person.home / "results").mkdir()
    shutil.copy(sponsor.home / "table.txt", reviewer.person.home / "results")
    folder = reviewer.person.home / "results"
    said = reviewer.verify(sponsor.bundle(), "--results", folder, "--accept", "locked_again")
    assert "unknown" == answer(said, "results")["result"]


def test_what_a_sponsor_leaves_out_of_a_bundle(sponsor: Sponsor, reviewer: Reviewer) -> None:
    """An amendment, an input, the number of protocols, the descriptions: shared by hand, and found."""
    sponsor.whole()
    sponsor.trial("amend", STUDY, "--reason", "hidden")
    rows = {one["name"]: one["id"] for one in sponsor.person.hv("list", "--json").objects}
    names = (f"{STUDY}-trial-protocol.json", f"{STUDY}-trial-data.json", f"{STUDY}-trial-lock-1.json")
    chosen = [rows[name] for name in (*names, "protocol.pdf", "analysis.py", "ages.csv", "scores.csv")]

    whole = ("--with-metadata", "--complete", "protocol")
    said = reviewer.verify(sponsor.by_hand("a.hvb", chosen, *whole), exit=20)
    assert ["protocol_not_in_force"] == answer(said, "registration")["codes"]
    amendment = rows[f"{STUDY}-trial-amendment-1.json"]
    said = reviewer.verify(sponsor.by_hand("b.hvb", [amendment, *chosen[1:]], *whole), exit=20)
    assert ["amendment_withheld"] == answer(said, "registration")["codes"]
    said = reviewer.verify(sponsor.by_hand("c.hvb", [amendment, *chosen[:-1]], *whole), exit=20)
    assert (["input_missing"], 0) == (answer(said, "inputs")["codes"], len(answer(said, "registration")["codes"]))
    said = reviewer.verify(sponsor.by_hand("d.hvb", [amendment, *chosen], "--with-metadata"), exit=21)
    assert ["not_counted"] == answer(said, "count")["codes"]
    said = reviewer.verify(sponsor.by_hand("e.hvb", [amendment, *chosen], "--complete", "protocol"), exit=21)
    assert (["not_disclosed"], []) == (said["codes"], said["answers"])
    reviewer.verify(sponsor.home / "e.hvb", "--accept", "not_disclosed", exit=21)  # nothing was judged
    sponsor.person.hv("amend", amendment, "--category", "other")
    said = reviewer.verify(sponsor.bundle("f.hvb"), exit=20)
    assert ["protocol_not_in_force"] == answer(said, "registration")["codes"]
    assert "1 put into another category" in answer(said, "count")["detail"]


def test_a_bundle_that_does_not_hold_is_not_judged(sponsor: Sponsor, reviewer: Reviewer) -> None:
    """Nothing is said of the trial; and a bundle without one says so."""
    sponsor.whole()
    data = bytearray(sponsor.bundle().read_bytes())
    data[len(data) // 2] ^= 1
    (sponsor.home / "changed.hvb").write_bytes(data)
    said = reviewer.verify(sponsor.home / "changed.hvb", exit=20)
    assert ([], None) == (said["answers"], said["study"])
    plain = sponsor.by_hand("plain.hvb", sponsor.person.ids()[:1], "--with-metadata")
    assert ["no_trial"] == reviewer.verify(plain, exit=21)["codes"]


def test_what_is_refused_at_once(sponsor: Sponsor) -> None:
    """No registration, twice the same, no data, blank words; nothing is written."""
    before = len(sponsor.person.ids())
    for words, code, leaves in (
        (("add", STUDY, "scores.csv"), "not_registered", 5),
        (("lock", STUDY), "not_registered", 5),
        (("amend", STUDY, "--reason", "x"), "not_registered", 5),
        (("bundle", STUDY, "--code", "--yes", "-o", "no.hvb"), "not_registered", 5),
        (("register", "no/study", "protocol.pdf", "--title", "t", "--endpoint", "e"), "bad_text", 1),
        (("register", STUDY, "protocol.pdf", "--title", "t", "--endpoint", " "), "blank_form", 1),
        (("register", STUDY, "none.pdf", "--title", "t", "--endpoint", "e"), "unreadable", 1),
    ):
        assert code == sponsor.person.hv("trial", *words, "--json", exit=leaves).error["code"]
    assert before == len(sponsor.person.ids())
    sponsor.register()
    twice = ("register", STUDY, "protocol.pdf", "--title", "t", "--endpoint", "e", "--json")
    assert "already_registered" == sponsor.person.hv("trial", *twice, exit=1).error["code"]
    for days in (("--until", "2026-01-01"), ("--date", "2026-02-01", "--until", "2026-01-01")):
        done = sponsor.person.hv("trial", "add", STUDY, "scores.csv", *days, "--json", exit=1)
        assert "bad_date" == done.error["code"]
    assert "no_data" == sponsor.person.hv("trial", "lock", STUDY, "--json", exit=1).error["code"]
    assert "not_locked" == sponsor.person.hv("trial", "result", STUDY, "ages.csv", "--json", exit=1).error["code"]
    sponsor.person.hv("add", "ages.csv", "--category", "protocol", exit=2)


def test_a_witness_between_protocol_and_data(sponsor: Sponsor, reviewer: Reviewer, tmp_path: Path) -> None:
    """Dr Lee saw the registration when there were no data: that no later rewriting can make. Bob knows Dr Lee."""
    lee, bob = reviewer.person, new_person(tmp_path / "bob", "Bob")
    sponsor.person.hv("contact", "add", "Bob", bob.home / "own.hvcard", "--yes")
    bob.hv("contact", "add", "Ana", sponsor.home / "own.hvcard", "--yes")
    bob.hv("contact", "add", "Dr Lee", lee.home / "own.hvcard", "--yes")
    for person in (sponsor.person, bob):
        person.hv("contact", "witness", "Dr Lee", "--yes")
    registered = sponsor.register()
    sponsor.person.hv("share", registered["document"], "--to", "Dr Lee", "-o", "seen.hvb", "--yes")
    lee.hv("verify", sponsor.home / "seen.hvb", "--receipt", "seen.hvr")
    sponsor.person.hv("import", lee.home / "seen.hvr")
    sponsor.trial("add", STUDY, "scores.csv")
    sponsor.trial("lock", STUDY)
    (listed,) = sponsor.trial("list")
    assert "bounded by others" == listed["clock"]
    sponsor.trial("bundle", STUDY, "--to", "Bob", "--yes", "-o", "trial.hvb")
    said = Reviewer(bob).verify(sponsor.home / "trial.hvb", "--witnesses", "1")
    clocks = [event["clock"] for event in said["events"]]
    assert ["bounded by others", *["owner's clock only"] * 3] == clocks
    assert "pass" == answer(said, "time")["result"]


@needs_openssl
def test_a_timestamp_between_protocol_and_data(sponsor: Sponsor, reviewer: Reviewer, tmp_path: Path) -> None:
    """An authority's clock vouches for the registration before data; one of another history, or root, does not."""
    authority, other = new_authority(tmp_path / "tsa"), new_authority(tmp_path / "other")
    sponsor.register()

    def stamp(name: str) -> Path:
        sponsor.person.hv("anchor", "--request", f"{name}.tsq")
        response = authority.stamp((sponsor.home / f"{name}.tsq").read_bytes())
        (sponsor.home / f"{name}.tsr").write_bytes(response)
        return sponsor.home / f"{name}.tsr"

    early = stamp("early")
    sponsor.person.hv("anchor", "--import", early, "--root", authority.root)
    sponsor.trial("add", STUDY, "scores.csv")
    sponsor.trial("lock", STUDY)
    late = stamp("late")
    sponsor.person.hv("anchor", "--import", late, "--root", authority.root)
    unknown = stamp("unknown")
    bundle = sponsor.bundle()
    trusted = ("--authority", authority.root)
    said = reviewer.verify(bundle, "--timestamp", early, *trusted)
    assert ("pass", "bounded by others") == (answer(said, "time")["result"], said["events"][0]["clock"])
    said = reviewer.verify(bundle, "--timestamp", late, *trusted)
    assert ("unknown", True) == (answer(said, "time")["result"], "only together" in answer(said, "time")["detail"])
    for file, root in ((early, other.root), (unknown, authority.root)):
        line = ("trial", "verify", bundle, "--timestamp", file, "--authority", root, "--json")
        assert "bad_timestamp" == reviewer.person.hv(*line, exit=20).error["code"]


def test_what_others_registered_is_not_counted_as_ours(sponsor: Sponsor, reviewer: Reviewer) -> None:
    """A reviewer with a vault who keeps the bundle has registered nothing."""
    sponsor.whole()
    bundle = sponsor.bundle()
    said = reviewer.verify(bundle)
    assert (True, []) == (said["ok"], said["codes"])
    reviewer.person.hv("import", bundle)
    assert [] == reviewer.person.hv("trial", "list", "--json").objects
    assert {"other"} == {row["category"] for row in reviewer.person.hv("list", "--json").objects}


@pytest.mark.skipif(not DATA.is_dir(), reason="the published trial is not here")
def test_a_published_table_is_made_anew(sponsor: Sponsor, reviewer: Reviewer) -> None:
    """CDISCPILOT01: from the opened inputs to the printed digits, and which inputs those were."""
    pytest.importorskip("statsmodels")
    for name in ("adsl.xpt", "adqscibc.xpt", "published-table-14-3.02.rtf"):
        shutil.copy(DATA / name, sponsor.home / name)
    shutil.copy(TABLE, sponsor.home / "trial_table.py")
    sponsor.register()
    sponsor.trial("add", STUDY, "adsl.xpt", "adqscibc.xpt")
    sponsor.trial("lock", STUDY, "--script", "trial_table.py")
    sponsor.trial("result", STUDY, "published-table-14-3.02.rtf")
    bundle = sponsor.bundle()
    reviewer.verify(bundle)
    opened = reviewer.opened(bundle)
    done = subprocess.run([sys.executable, opened / "trial_table.py", opened], capture_output=True, check=True)
    _check_published(json.loads(done.stdout), json.loads((DATA / "published-results.json").read_text()))
    said = reviewer.verify(bundle, "--inputs", opened)
    assert ("pass", 2) == (answer(said, "files")["result"], said["inputs"])
    changed = bytearray((opened / "adqscibc.xpt").read_bytes())
    changed[len(changed) // 2] ^= 1
    (opened / "adqscibc.xpt").write_bytes(changed)
    said = reviewer.verify(bundle, "--inputs", opened, exit=20)
    assert (["input_changed"], True) == (answer(said, "files")["codes"], "adqscibc" in str(said["answers"][-1]))


def _check_published(found: dict, published: dict) -> None:
    """Compare to the digits that are printed."""
    ours, theirs = found["table_14-3.02"], published["table_14-3.02"]
    for name, digits in (("n", 0), ("mean", 1), ("sd", 2)):
        for arm, value in theirs[name].items():
            assert f"{value:.{digits}f}" == f"{ours[name][arm]:.{digits}f}", (name, arm)
    p_values = {
        "p_dose_response": ours["p_dose_response"],
        "p_low_vs_placebo": ours["diff_low_placebo"]["p"],
        "p_high_vs_placebo": ours["diff_high_placebo"]["p"],
        "p_high_vs_low": ours["diff_high_low"]["p"],
    }
    assert {name: f"{theirs[name]:.3f}" for name in p_values} == {
        name: f"{value:.3f}" for name, value in p_values.items()
    }
    for pair in ("low_placebo", "high_placebo", "high_low"):
        one, other = ours[f"diff_{pair}"], theirs[f"diff_LSmeans_{pair}"]
        assert (f"{other['est']:.1f}", f"{other['se']:.2f}") == (f"{one['est']:.1f}", f"{one['se']:.2f}")
        assert [f"{each:.1f}" for each in other["ci95"]] == [f"{each:.1f}" for each in one["ci95"]]
    ours, theirs = found["table_14-2.01"], published["table_14-2.01"]
    for name, digits in (("n", 0), ("age_mean", 1), ("age_sd", 2)):
        for arm, value in theirs[name].items():
            assert f"{value:.{digits}f}" == f"{ours[name][arm]:.{digits}f}", (name, arm)
    assert (f"{theirs['age_anova_p']:.4f}", theirs["female"], theirs["male"]) == (
        f"{ours['age_anova_p']:.4f}",
        ours["female"],
        ours["male"],
    )
