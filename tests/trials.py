# SPDX-License-Identifier: Apache-2.0
"""A trial as a bundle shows it, made of values. Not a test."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from healthvault.ledger.ids import document_id_text
from healthvault.trials.answers import Answer
from healthvault.trials.judging import judge_trial
from healthvault.trials.lock import Input, Lock, Results
from healthvault.trials.protocol import Amendment, DataBatch, Protocol
from healthvault.trials.shown import Counted, ShownDocument, read_trial

RECORD = "41" * 16
ENDPOINTS = ("CIBIC+ at week 24",)


def doc_id(seq: int) -> str:
    """Return the id of the document of an entry."""
    return document_id_text(seq.to_bytes(32, "big")[::-1])


@dataclass
class Trial:
    """Documents that are entered one after another, as a sponsor would."""

    study: str = "S-1"
    documents: list[ShownDocument] = field(default_factory=list)
    next_seq: int = 1

    def enter(self, kind: str, content: bytes | None = None, **said: object) -> ShownDocument:
        """Enter a document."""
        made = ShownDocument(
            seq=self.next_seq,
            id=doc_id(self.next_seq),
            kind=kind,
            name=f"{kind}-{self.next_seq}",
            size_bytes=10,
            entered_ms=self.next_seq * 1000,
            not_after_ms=None,
            is_disclosed=True,
            category="protocol" if kind in {"trial-protocol", "trial-amendment"} else "other",
            supersedes=None,
            claimed_status="current",
            content=content,
        )
        self.next_seq += 1
        self.documents.append(replace(made, **said))  # type: ignore[arg-type]
        return self.documents[-1]

    def register(self, endpoints: tuple[str, ...] = ENDPOINTS) -> ShownDocument:
        """Enter a protocol and its registration."""
        text = self.enter("pdf")
        form = Protocol(
            record=RECORD,
            study=self.study,
            title="A trial",
            registration=None,
            document=text.id,
            endpoints=endpoints,
            analysis=None,
        )
        return self.enter("trial-protocol", form.to_bytes())

    def amend(
        self, older: ShownDocument, number: int, endpoints: tuple[str, ...] = ENDPOINTS, **said: object
    ) -> ShownDocument:
        """Enter an amendment."""
        form = Amendment(
            record=RECORD,
            study=self.study,
            number=number,
            amends=older.id,
            reason="because",
            document=doc_id(1),
            endpoints=endpoints,
            analysis=None,
        )
        return self.enter("trial-amendment", form.to_bytes(), **{"supersedes": older.seq, **said})

    def data(self, count: int = 2) -> list[ShownDocument]:
        """Enter data and the form that names them."""
        found = [self.enter("csv") for _ in range(count)]
        self.name(found)
        return found

    def name(self, found: Iterable[ShownDocument]) -> None:
        """Enter a form that names data."""
        ids = tuple(one.id for one in found)
        form = DataBatch(record=RECORD, study=self.study, documents=ids, subject=None, first=None, last=None)
        self.enter("trial-data", form.to_bytes())

    def lock(
        self, protocol: ShownDocument, found: Iterable[ShownDocument], number: int = 1, script: str | None = None
    ) -> ShownDocument:
        """Enter a lock."""
        inputs = sorted(
            (Input(document=one.id, size_bytes=one.size_bytes) for one in found), key=lambda i: i.document
        )
        form = Lock(
            record=RECORD,
            study=self.study,
            number=number,
            protocol=protocol.id,
            inputs=tuple(inputs),
            script=script,
        )
        return self.enter("trial-lock", form.to_bytes())

    def results(self, lock: ShownDocument) -> ShownDocument:
        """Enter results."""
        table = self.enter("rtf")
        form = Results(record=RECORD, study=self.study, lock=lock.id, documents=(table.id,))
        return self.enter("trial-result", form.to_bytes())

    def judged(self, counted: Counted | None = None, seen: dict[int, int] | None = None) -> dict[str, Answer]:
        """Return the answers by the names of the questions."""
        trial = read_trial(self.documents, None)
        newest = max(one.seq for one in trial.registered)
        counted = counted or counting(newest, superseded=len(trial.registered) - 1)
        return {one.asked.value: one for one in judge_trial(trial, counted, seen or {})}


def counting(*standing: int, total: int | None = None, restarts: tuple[int, ...] = (), **gone: int) -> Counted:
    """Return what an inventory proves."""
    went = {"superseded": 0, "retracted": 0, "erased": 0, "moved": 0, **gone}
    return Counted(
        total=len(standing) if total is None else total, standing=frozenset(standing), restarts=restarts, **went
    )


def codes(answer: Answer) -> list[str]:
    """Return the codes of an answer."""
    return [one.code for one in answer.problems]
