# SPDX-License-Identifier: Apache-2.0
"""The judgement of attestations: those in a bundle, step 18 of its verification, and one in a file of its own.

Each stands by itself. One by a pinned attester whose signature holds, about a file that the bundle holds, is
verified; a signature under a pinned name that does not hold is a fault; everything else proves nothing.
Spec: docs/spec/bundle.md section 8.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from healthvault.bundle.attestation import dearmour_attestation, parse_attestation
from healthvault.bundle.evidence import Evidence
from healthvault.bundle.manifest import Manifest
from healthvault.errors import FormatError, HealthVaultError, IntegrityError, NotEstablished
from healthvault.ledger.entry import Entry
from healthvault.verify.attested import Attesters, JudgedAttestation, result_of
from healthvault.verify.context import CLOCK_SLACK_MS, Context, Verification
from healthvault.verify.issuer import Examined, Issuers
from healthvault.verify.verdicts import Question, Report, Result

__all__ = [
    "NOT_ABOUT",
    "Subjects",
    "commitments_of",
    "judge_along",
    "judge_attestations",
    "subjects_in",
    "tally",
    "verify_attestation",
]

MAX_JUDGED = 1024  # what is beyond is not looked at
NOT_ABOUT = "not_about"
_TOO_MANY = "limit_exceeded"
_KIND = "attestation"
_ASKED = (Question.INTEGRITY, Question.AUTHORSHIP, Question.TIME)
Subjects = Mapping[tuple[bytes, bytes], tuple[tuple[int, int], ...]]
"""By leaf hash and commitment: entry of each document that has such a file, and which of its files that is."""


def judge_along(
    manifest: Manifest, entries: Mapping[int, Entry], examined: Sequence[Examined], context: Context
) -> tuple[JudgedAttestation, ...]:
    """Judge the attestations of a bundle whose documents hold; see `judge_attestations`."""
    return judge_attestations(manifest.attestations, subjects_in(manifest, entries, examined), context)


def subjects_in(manifest: Manifest, entries: Mapping[int, Entry], examined: Sequence[Examined]) -> Subjects:
    """Return what in a bundle may be attested: its files, as its own vault logged them and as evidence proves."""
    found: dict[tuple[bytes, bytes], tuple[tuple[int, int], ...]] = {}
    proved = {item.seq: item.proved for item in examined if item.proved is not None}
    for row in manifest.docs:
        entry, evidence = entries[row.seq], proved.get(row.seq)
        own = [(entry.leaf, entry.header.commits[part.number]) for part in row.parts]
        before = [] if evidence is None else list(commitments_of(evidence.evidence, evidence.entries))
        for keys in (own, before):
            for number, key in enumerate(keys):
                found[key] = (*found.get(key, ()), (row.seq, number))
    return found


def commitments_of(evidence: Evidence, entries: Mapping[int, Entry]) -> Iterator[tuple[bytes, bytes]]:
    """Yield leaf hash and commitment of each file of a document in its earlier log; the evidence holds."""
    entry = entries[evidence.seq]
    for number, _, _ in evidence.parts:
        yield entry.leaf, entry.header.commits[number]


def judge_attestations(
    raws: Sequence[bytes], subjects: Subjects, context: Context
) -> tuple[JudgedAttestation, ...]:
    """Judge attestations, of unverified bytes, by the reader's contacts; beyond 1,024 none is looked at."""
    attesters = _attesters(context)
    judged = [_judged(raw, subjects, attesters) for raw in raws[:MAX_JUDGED]]
    judged += [JudgedAttestation(raw=raw, result=Result.UNKNOWN, code=_TOO_MANY) for raw in raws[MAX_JUDGED:]]
    return tuple(judged)


def tally(judged: Sequence[JudgedAttestation]) -> Issuers:
    """Return the judgement over all attestations of a bundle."""
    names = Counter(one.name for one in judged if one.result is Result.PASS)
    said = [f"attested by {name}" + (f" ({count} times)" if count > 1 else "") for name, count in names.items()]
    forged = [one for one in judged if one.result is Result.FAIL]
    open_count = sum(one.result is Result.UNKNOWN for one in judged)
    if open_count:
        said.append(
            "1 attestation proves nothing" if open_count == 1 else f"{open_count} attestations prove nothing"
        )
    return Issuers(
        is_established=bool(names) and not open_count and not forged,
        detail="; ".join(said),
        is_silent=not judged,
        problems=tuple(
            IntegrityError("bad_signature", f"an attestation in the name of {one.name} does not hold")
            for one in forged
        ),
    )


def verify_attestation(text: bytes, context: Context) -> Verification:
    """Verify the unverified text of one attestation, of any length: who signed it, not what it is about.

    Returns:
        The verdicts that can be asked of it. Malformed or forged input is a verdict, not an exception.
    """
    report = Report()
    try:
        raw = dearmour_attestation(text)
        signed = parse_attestation(raw)
    except (FormatError, IntegrityError) as err:
        report.problem(Question.INTEGRITY, err)
        return Verification(verdicts=report.verdicts(_ASKED), pins=context.pins, kind=_KIND)
    said = signed.unverified
    attester = _attesters(context).of(said.vault)
    name = attester.name
    try:
        attester.verified(signed)
        report.passed(Question.INTEGRITY, "every byte is as the attester signed it")
        report.passed(Question.AUTHORSHIP, f"signed by {name}")
        judged = JudgedAttestation(raw=raw, result=Result.PASS, claimed=said, name=name)
    except HealthVaultError as err:
        report.problem(Question.AUTHORSHIP, err)
        judged = JudgedAttestation(raw=raw, result=result_of(err), code=err.code, claimed=said, name=name)
    if said.time_ms > context.now_ms + CLOCK_SLACK_MS:
        message = "its time lies in the future, by your clock or by the attester's"
        report.problem(Question.TIME, NotEstablished("time_unknown", message))
    report.passed(Question.TIME, "the attester's clock says so; nobody else does")
    return Verification(
        verdicts=report.verdicts(_ASKED), pins=context.pins, kind=_KIND, attestations=(judged,), signer_name=name
    )


def _judged(raw: bytes, subjects: Subjects, attesters: Attesters) -> JudgedAttestation:
    try:
        signed = parse_attestation(raw)
    except (FormatError, IntegrityError) as err:
        return JudgedAttestation(raw=raw, result=Result.UNKNOWN, code=err.code)
    said = signed.unverified
    attester = attesters.of(said.vault)
    places = subjects.get((said.leaf, said.commit), ())
    result, code = Result.PASS if places else Result.UNKNOWN, None if places else NOT_ABOUT
    try:
        attester.verified(signed)
    except HealthVaultError as err:
        result, code = result_of(err), err.code
    return JudgedAttestation(raw=raw, result=result, code=code, claimed=said, name=attester.name, places=places)


def _attesters(context: Context) -> Attesters:
    return Attesters(context.contacts, context.pins, context.own)
