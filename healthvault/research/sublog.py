# SPDX-License-Identifier: Apache-2.0
"""The study's own log: records are appended once, and every export shows how it continues all before.

Its leaves are salted commitments in an order that says nothing: new ones are sorted by their ids, which are random
to everybody else. So neither the vault's size nor the place or order of anything in it can be told. Pure.

Spec: docs/spec/research.md sections 2 and 5.
"""

from collections.abc import Iterable

from healthvault.research.export import LabelledRecord, Manifest, Terms, commitment, sign_export
from healthvault.research.keys import origin_of_key
from healthvault.research.record import DIGITS, FIELDS, Record
from healthvault.research.study import Study
from healthvault.tlog.checkpoint import Checkpoint, sign_checkpoint
from healthvault.tlog.slice import build_slice

__all__ = ["entered", "export_of"]

Placed = tuple[tuple[int, LabelledRecord], ...]


def entered(study: Study, records: Iterable[Record]) -> tuple[Study, Placed]:
    """Return the study with what is new to it appended, and each record with its place, places rising.

    Args:
        study: As it is.
        records: What an export is to hold; of two with the same id the last one counts.

    Raises:
        InvalidRequest: `too_many`.
    """
    labelled = {record.id: _labelled(study, record) for record in records}
    fresh = sorted(
        (id_, commitment(one.salt, one.raw))
        for id_, one in labelled.items()
        if not _is_newest(study, id_, commitment(one.salt, one.raw))
    )
    study = study.appended(fresh)
    return study, tuple(
        sorted(((study.newest[id_], one) for id_, one in labelled.items()), key=lambda each: each[0])
    )


def export_of(study: Study, placed: Placed, terms: Terms, fields: frozenset[str]) -> bytes:
    """Return the plaintext of an export at the study's size.

    Args:
        study: From `entered`.
        placed: Likewise.
        terms: Of use.
        fields: What records could say.

    Raises:
        InvalidRequest: `too_large`.
    """
    key = study.keys.sign
    checkpoint = Checkpoint(origin=origin_of_key(key.public), size=study.size, root=study.tree.root())
    marks = {handing.size for handing in study.handings} - {study.size}
    manifest = Manifest(
        study=study.name,
        key=key.public,
        note=sign_checkpoint(checkpoint, key),
        slice=build_slice(study.tree, study.size, [place for place, _ in placed], marks),
        terms=terms,
        fields=tuple(name for name in FIELDS if name in fields),
        digits=DIGITS,
    )
    return sign_export(manifest, tuple(one for _, one in placed), key)


def _labelled(study: Study, record: Record) -> LabelledRecord:
    raw = record.to_bytes()
    return LabelledRecord(salt=study.keys.salt(raw), raw=raw)


def _is_newest(study: Study, id_: bytes, commit: bytes) -> bool:
    place = study.newest.get(id_)
    return place is not None and study.commits[place] == commit
