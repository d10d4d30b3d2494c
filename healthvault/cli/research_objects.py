# SPDX-License-Identifier: Apache-2.0
"""The JSON objects of the research commands. Pure; see `objects` for what holds for all of them."""

from pathlib import Path
from typing import TYPE_CHECKING

from healthvault.cli.clock import rfc3339
from healthvault.cli.limits import Limits
from healthvault.cli.objects import SCHEMA, Json, JsonObject, checkpoint_object
from healthvault.cli.research_options import EXPORT_LIMITS, READ_LIMITS, UNREAD_LIMITS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from healthvault.areas.research import Written
    from healthvault.areas.research_studies import KeptStudy, Withdrawn
    from healthvault.research.duo import DuoTerm
    from healthvault.research.reading import Reading

__all__ = ["export_object", "forgotten_object", "limits_of", "reading_object", "study_object", "withdrawal_object"]

_RESULTS = {True: "pass", False: "fail", None: "unknown"}


def export_object(written: "Written") -> JsonObject:
    """Return an export that was written."""
    plan = written.plan
    return {
        "type": "research_export",
        "schema": SCHEMA,
        "study": plan.study.name,
        "pseudonym": plan.study.keys.pseudonym,
        "contacts": list(plan.contacts),
        "grant": written.grant,
        "share": written.share,
        "path": written.path,
        "size_bytes": written.size_bytes,
        "documents": len(plan.documents),
        "records": plan.records,
        "new_records": plan.fresh,
        "checkpoint": checkpoint_object(plan.study.size, plan.study.tree.root()),
        "duo": _duo(plan.use.duo),
        "until": plan.use.until,
        "left_out": dict(plan.left_out),
        "rare_codes": list(plan.rare_codes),
        "warnings": list(plan.warnings),
        **EXPORT_LIMITS.fields(),
    }


def study_object(kept: "KeptStudy") -> JsonObject:
    """Return a study that the owner takes part in."""
    study = kept.study
    last = study.handings[-1].time_ms if study.handings else None
    return {
        "type": "research_study",
        "schema": SCHEMA,
        "study": study.name,
        "pseudonym": study.keys.pseudonym,
        "document": kept.document.id if kept.document else None,
        "records": len(study.newest),
        "size": study.size,
        "exports": len(study.handings),
        "last_export": None if last is None else rfc3339(last),
        "withdrawn": None if study.withdrawn_ms is None else rfc3339(study.withdrawn_ms),
        "grants": list(dict.fromkeys(one.grant for one in study.handings)),
    }


def withdrawal_object(withdrawn: "Withdrawn", path: Path) -> JsonObject:
    """Return a notice that was written, with what stays readable."""
    study = withdrawn.study
    shares: list[Json] = [share for grant in withdrawn.grants for share in grant.bundles]
    return {
        "type": "research_withdrawal",
        "schema": SCHEMA,
        "study": study.name,
        "pseudonym": study.keys.pseudonym,
        "time": rfc3339(study.withdrawn_ms or 0),
        "checkpoint": checkpoint_object(study.size, study.tree.root()),
        "path": str(path),
        "grants": [grant.id for grant in withdrawn.grants],
        "shares": shares,
    }


def forgotten_object(study: str, documents: tuple[str, ...]) -> JsonObject:
    """Return a study that was forgotten."""
    return {"type": "research_forgotten", "schema": SCHEMA, "study": study, "documents": list(documents)}


def reading_object(file: str, reading: "Reading", exit_code: int, written: "Sequence[Path]" = ()) -> JsonObject:
    """Return the verdicts on an export; what it says is null unless integrity, authorship and inclusion hold."""
    export, notice = reading.export, reading.withdrawn
    manifest = export.manifest if export else None
    return {
        "type": "research_verification",
        "schema": SCHEMA,
        "file": file,
        "ok": exit_code == 0,
        "exit": exit_code,
        "codes": list(dict.fromkeys(problem.code for problem in reading.problems)),
        "study": manifest.study if manifest else None,
        "pseudonym": export.pseudonym if export else None,
        "checkpoint": checkpoint_object(export.checkpoint.size, export.checkpoint.root) if export else None,
        "records": len(export.records) if export else None,
        "duo": _duo(manifest.terms.duo) if manifest else None,
        "until": manifest.terms.until if manifest else None,
        "fields": list(manifest.fields) if manifest else None,
        "withdrawn": notice.time if notice else None,
        "verdicts": [
            {"name": answer.question.value, "result": _RESULTS[answer.is_so], "detail": answer.detail}
            for answer in reading.answers
        ],
        "paths": [str(path) for path in written],
        **limits_of(reading).fields(),
    }


def limits_of(reading: "Reading") -> Limits:
    """Return what a reading shows: of a file that does not hold, next to nothing."""
    return READ_LIMITS if reading.export else UNREAD_LIMITS


def _duo(terms: "Sequence[DuoTerm]") -> list[Json]:
    return [{"id": term.id, "term": term.text, "label": term.label} for term in terms]
