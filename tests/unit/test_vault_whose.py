# SPDX-License-Identifier: Apache-2.0
"""Whose records these are: what views include, what the owner decided, and that every decision can be undone."""

import json
import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from healthvault.cli.objects import document_object
from healthvault.cli.person_objects import whose_object
from healthvault.errors import InvalidRequest, NotFound
from healthvault.identity.matching import Owner, Verdict, match
from healthvault.ledger.person import Decision, FactKind
from healthvault.records.statements import Subject
from healthvault.storage.contents import Contents
from healthvault.storage.verdict_rows import VerdictRows
from healthvault.vault.contents import opened_contents
from healthvault.vault.erase import erase_documents, find_victims
from healthvault.vault.linking import decide, subject_number, undo_decision
from healthvault.vault.person import add_facts, drop_fact, fact_of, list_facts
from healthvault.vault.read import list_documents
from healthvault.vault.vault import Vault
from healthvault.vault.views import Document
from healthvault.vault.whose import whose_records
from healthvault.vault.whose_views import check_whose, whose_of
from tests.persons import EVE, item, state, stated, subject
from tests.vaults import EVERYTHING, NOW_MS, ana

OTHER = subject("Al Borland", "1960-02-03")
MAYBE = subject("Eve Everywoman")
CONFLICT = subject("Eve Everywoman", "1973-05-31", "444-22-2222")


@pytest.fixture
def vault(tmp_path: Path) -> Iterator[Vault]:
    """A vault that can be written."""
    with ana(tmp_path).open(writing=True) as vault:
        yield vault


def say_who(vault: Vault) -> None:
    """Say by what Eve is known."""
    facts = [
        fact_of(FactKind.NAME, "Eve Everywoman"),
        fact_of(FactKind.BIRTH_DATE, "1975-05-01"),
        fact_of(FactKind.IDENTIFIER, "444-22-2222", system="ssn"),
    ]
    add_facts(vault, facts, now_ms=NOW_MS)


def everything(vault: Vault) -> str:
    """Return what is listed, what is checked, and which items are the owner's, as bytes of JSON."""
    with opened_contents(vault) as contents:
        documents = list(list_documents(vault, EVERYTHING))
        whose = whose_records(vault, contents)
        items = contents.connection.execute("select seq, number, subject, title from item order by seq, number")
        shown = {
            "list": [document_object(document) for document in documents],
            "check": [whose_object(view) for view in check_whose(vault, contents, documents)],
            "items": [row for row in items.fetchall() if whose.includes(row[0], row[2])],
            "left_out": whose.left_out,
            "checked": whose.is_checked,
        }
    return json.dumps(shown)


def included(vault: Vault, document: Document, count: int) -> list[bool]:
    """Return which subjects of a document are the owner, and whether what names none is hers, as the last."""
    with opened_contents(vault) as contents:
        whose = whose_records(vault, contents)
        return [whose.includes(document.entry, number) for number in (*range(count), None)]


def test_each_verdict_in_views(vault: Vault) -> None:
    """Only `same` is in; a document of others, of nobody knows whom or in conflict is left out, and counted."""
    documents = [
        stated(vault, f"{number}", each, item(0)) for number, each in enumerate((EVE, OTHER, MAYBE, CONFLICT))
    ]
    nobody = stated(vault, "nobody", item(None))
    say_who(vault)
    assert [[True] * 2, *[[False] * 2] * 3] == [included(vault, document, 1) for document in documents]
    assert [True] == included(vault, nobody, 0)
    with opened_contents(vault) as contents:
        assert tuple(document.entry for document in documents[1:]) == whose_records(vault, contents).left_out
        views = check_whose(vault, contents, [*documents, nobody])
        assert ["conflict", "unsure", "other", "same", "unsaid"] == [view.result for view in views]


def test_several_persons_in_one_document(vault: Vault) -> None:
    """Only what is said of the owner is hers; whoever it only names does not matter to what names nobody."""
    several = stated(vault, "several", EVE, OTHER, item(0), item(1), item(None))
    insured = stated(vault, "insured", EVE, subject("Al Payer", "1940-01-01", is_main=False), item(0))
    say_who(vault)
    assert [True, False, False] == included(vault, several, 2)
    assert [True, False, True] == included(vault, insured, 2)
    with opened_contents(vault) as contents:
        assert (several.entry,) == whose_records(vault, contents).left_out
        assert "same" == whose_of(vault, contents, insured).result


def test_without_facts_nothing_is_left_out_but_what_was_refused(vault: Vault) -> None:
    """And views can say that nobody looked whose it is."""
    other, nobody = stated(vault, "other", OTHER, item(0)), stated(vault, "nobody", item(None))
    assert [True, True] == included(vault, other, 1)
    with opened_contents(vault) as contents:
        assert not whose_records(vault, contents).is_checked
        assert "unchecked" == whose_of(vault, contents, other).result
    for document in (other, nobody):
        decide(vault, document, Decision.REFUSE, None, now_ms=NOW_MS)
    assert [[False, False], [False]] == [included(vault, other, 1), included(vault, nobody, 0)]
    with opened_contents(vault) as contents:
        assert (other.entry, nobody.entry) == whose_records(vault, contents).left_out


def test_the_owner_decides(vault: Vault) -> None:
    """Whatever the rule says, for a document or one person in it; the newest word counts."""
    say_who(vault)
    document = stated(vault, "several", OTHER, MAYBE)
    decide(vault, document, Decision.LINK, 1, now_ms=NOW_MS)
    assert [False, True, False] == included(vault, document, 2)
    decide(vault, document, Decision.LINK, None, now_ms=NOW_MS)
    assert [True, True, True] == included(vault, document, 2)
    decide(vault, document, Decision.REFUSE, 0, now_ms=NOW_MS)
    assert [False, True, False] == included(vault, document, 2)
    with opened_contents(vault) as contents:
        view = whose_of(vault, contents, document)
        assert ("linked", ["refused", "linked"]) == (view.result, [each.result for each in view.subjects])
        assert [None, 1] == [subject_number(contents, document, number) for number in (None, 2)]
        with pytest.raises(NotFound):
            subject_number(contents, document, 3)
    size = vault.history.size
    decide(vault, document, Decision.REFUSE, 0, now_ms=NOW_MS)
    assert size == vault.history.size


def test_every_decision_undone_restores_the_earlier_view(vault: Vault) -> None:
    """To the byte, for any sequence of decisions, from the last back to the first."""
    documents = [stated(vault, "a", EVE, OTHER, item(0), item(1), item(None)), stated(vault, "b", MAYBE, item(0)),
                 stated(vault, "c", CONFLICT), stated(vault, "d", item(None))]  # fmt: skip
    for rng, telling in ((random.Random(1), False), (random.Random(2), True)):
        if telling:
            say_who(vault)
        made: list[tuple[Document, str]] = []
        for _ in range(12):
            document, before, size = rng.choice(documents), everything(vault), vault.history.size
            subject = rng.choice([None, 0, 1]) if document is documents[0] else None
            decide(vault, document, rng.choice(list(Decision)), subject, now_ms=NOW_MS)
            if vault.history.size > size:
                made.append((document, before))
        assert len(made) > 6
        for document, before in reversed(made):
            assert before != everything(vault) or document is documents[0]
            undo_decision(vault, document, now_ms=NOW_MS)
            assert before == everything(vault)
    with pytest.raises(NotFound):
        undo_decision(vault, documents[0], now_ms=NOW_MS)


def test_facts_undone_restore_the_earlier_view(vault: Vault) -> None:
    """A fact that is added and removed leaves every view as it was, cached verdicts included."""
    stated(vault, "a", EVE, item(0))
    stated(vault, "b", OTHER, item(0))
    before = everything(vault)
    say_who(vault)
    assert before != everything(vault)
    for fact in list_facts(vault):
        drop_fact(vault, fact.entry, now_ms=NOW_MS)
    assert before == everything(vault)


def test_an_erased_document_is_decided_no_more(vault: Vault) -> None:
    """And its decision holds nothing of it."""
    document = stated(vault, "one", EVE)
    decide(vault, document, Decision.REFUSE, None, now_ms=NOW_MS)
    (erased,) = find_victims(vault, (document.id,))
    erase_documents(vault, (erased,), reason=None, now_ms=NOW_MS)
    (gone,) = list_documents(vault, EVERYTHING)
    with pytest.raises(InvalidRequest) as caught:
        decide(vault, gone, Decision.LINK, None, now_ms=NOW_MS)
    assert "erased" == caught.value.code


def test_verdicts_are_given_once(vault: Vault, monkeypatch: pytest.MonkeyPatch) -> None:
    """They are kept for the facts that they were given by; a document that is read again is judged again."""
    document = stated(vault, "one", EVE)
    say_who(vault)
    assert [True, True] == included(vault, document, 1)
    monkeypatch.setattr("healthvault.vault.whose.match", _never)
    assert [True, True] == included(vault, document, 1)
    with opened_contents(vault) as contents:
        assert [] == VerdictRows(contents).waiting(9)
        state(contents, document, OTHER)
        assert 1 == len(VerdictRows(contents).waiting(9))


def _never(_owner: Owner, _subject: object) -> None:
    raise AssertionError("judged twice")


def test_a_newer_word_of_another_process_is_kept(vault: Vault, monkeypatch: pytest.MonkeyPatch) -> None:
    """Verdicts by facts that do not hold any more are not written over newer ones."""
    document = stated(vault, "one", EVE)
    say_who(vault)
    with opened_contents(vault, only=[document.entry]) as contents:
        rows = VerdictRows(contents)

        def meanwhile(owner: Owner, said: Subject) -> Verdict:
            with contents.change():
                rows.judge_anew(b"newer")
            return match(owner, said)

        monkeypatch.setattr("healthvault.vault.whose.match", meanwhile)
        whose_records(vault, contents)
        assert (b"newer", 1) == (rows.judged_by(), len(rows.waiting(9)))


def test_many_documents(vault: Vault) -> None:
    """A list of left out documents is searched, not walked."""
    contents = Contents.in_memory()
    with contents.change():
        for seq in range(3000):
            contents.begin(seq, 1)
            contents.add(seq, 0, [(EVE if seq % 2 else OTHER, b"")])
            contents.finish(seq, "read")
    say_who(vault)
    whose = whose_records(vault, contents)
    assert 1500 == len(whose.left_out)
    assert [False, True] == [whose.includes(2998, None), whose.includes(2999, None)]
