# SPDX-License-Identifier: Apache-2.0
"""What the owner keeps of a study: its secret, its log so far, and what was handed to whom.

Kept as a form, each change a newer version. All but the study's name is sealed under a key of the vault, so that
whoever is handed the form by mistake, as any document may be, learns neither the secret nor the log. Pure.

Spec: docs/spec/research.md section 6.
"""

import json
import re
from base64 import b64decode, b64encode
from dataclasses import dataclass, field, replace
from functools import cached_property

from healthvault.codec import LARGE_ITEMS, Fields, Value, pack, unpack
from healthvault.crypto.aead import open_sealed, seal
from healthvault.crypto.hashing import DIGEST_BYTES, derive, labelled
from healthvault.errors import FormatError, InvalidRequest
from healthvault.research.keys import ID_BYTES, SECRET_BYTES, StudyKeys
from healthvault.tlog.tree import MemoryTree, leaf_hash

__all__ = ["MAX_LEAVES", "Handing", "Study", "check_study_name", "is_study_name", "parse_study", "study_key",
           "study_name_in"]  # fmt: skip

MAX_LEAVES = 200_000
MAX_FORM_BYTES = 32 << 20
MAX_HANDINGS = 4096
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/-]{0,63}\Z", re.ASCII)
_VERSION = 1
_KNOWN = frozenset({"v", "secret", "ids", "commits", "handings", "withdrawn", "must"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Handing:
    """An export: from the moment that the form says so, its size is one that a researcher may hold."""

    size: int
    """Of the study's log."""
    grant: str
    """Id text."""
    time_ms: int


@dataclass(frozen=True, kw_only=True)
class Study:
    """A study, as the owner has it."""

    name: str
    secret: bytes = field(repr=False)
    ids: tuple[bytes, ...] = ()
    """Id of the record of each leaf."""
    commits: tuple[bytes, ...] = ()
    """What each leaf holds: a salted commitment (32 bytes)."""
    handings: tuple[Handing, ...] = ()
    withdrawn_ms: int | None = None

    @property
    def keys(self) -> StudyKeys:
        """What its secret gives."""
        return StudyKeys(secret=self.secret)

    @property
    def size(self) -> int:
        """The number of leaves."""
        return len(self.commits)

    @cached_property
    def tree(self) -> MemoryTree:
        """The study's own log."""
        return MemoryTree(map(leaf_hash, self.commits))

    @cached_property
    def newest(self) -> dict[bytes, int]:
        """The place of the newest version of each record, by its id."""
        return {record: place for place, record in enumerate(self.ids)}

    def appended(self, more: list[tuple[bytes, bytes]]) -> "Study":
        """Return the study with leaves added: id and commitment of each.

        Raises:
            InvalidRequest: `too_many`.
        """
        if self.size + len(more) > MAX_LEAVES:
            raise InvalidRequest("too_many", f"a study takes at most {MAX_LEAVES} records")
        return replace(
            self,
            ids=(*self.ids, *(record for record, _ in more)),
            commits=(*self.commits, *(commit for _, commit in more)),
        )

    def handed(self, handing: Handing) -> "Study":
        """Return the study with one more export. Raises InvalidRequest: `too_many`."""
        if len(self.handings) >= MAX_HANDINGS:
            raise InvalidRequest("too_many", f"a study takes at most {MAX_HANDINGS} exports")
        return replace(self, handings=(*self.handings, handing))

    def to_bytes(self, key: bytes) -> bytes:
        """Return the form, sealed under a key (32 bytes) of `study_key`."""
        handings: list[Value] = [[one.size, one.grant, one.time_ms] for one in self.handings]
        plain = pack(
            {
                "v": _VERSION,
                "secret": self.secret,
                "ids": b"".join(self.ids),
                "commits": b"".join(self.commits),
                "handings": handings,
                "withdrawn": self.withdrawn_ms,
            }
        )
        sealed = b64encode(seal(key, plain, _aad(self.name))).decode()
        return json.dumps({"version": _VERSION, "study": self.name, "sealed": sealed}).encode() + b"\n"


def study_key(state_key: bytes) -> bytes:
    """Return the key that seals the forms of a vault's studies, from its state key (32 bytes)."""
    return derive(state_key, "research-study")


def is_study_name(text: str) -> bool:
    """Tell whether a text can be a study's name."""
    return _NAME.match(text) is not None


def check_study_name(text: str) -> None:
    """Check the name of a study. Raises InvalidRequest: `bad_text`."""
    if not is_study_name(text):
        said = f"{text!r} is no name of a study"
        raise InvalidRequest("bad_text", said, hint="letters, digits and . _ / - such as NCT04280705, at most 64")


def study_name_in(data: bytes) -> str:
    """Return the name that stands in the clear in a form (unverified). Raises FormatError: `bad_schema`."""
    return _outer(data)[0]


def parse_study(data: bytes, key: bytes) -> Study:
    """Open a form.

    Args:
        data: *Unverified* bytes.
        key: From `study_key`.

    Raises:
        FormatError: `bad_schema`, `bad_encoding`, `limit_exceeded`, `unsupported`.
        IntegrityError: `tampered`, not sealed by this vault, or for another study.
    """
    name, sealed = _outer(data)
    fields = Fields(unpack(open_sealed(key, sealed, _aad(name)), max_items=LARGE_ITEMS), "study")
    if fields.uint("v") != _VERSION:
        raise FormatError("unsupported", f"version {fields.uint('v')} of a study is not known")
    fields.refuse_unknown_must(_KNOWN)
    ids, commits = _cut(fields, "ids", ID_BYTES), _cut(fields, "commits", DIGEST_BYTES)
    handings = tuple(_handing(each, fields) for each in fields.array("handings", MAX_HANDINGS))
    if len(ids) != len(commits) or any(one.size > len(ids) for one in handings):
        raise fields.wrong("handings")
    return Study(
        name=name,
        secret=fields.bin("secret", SECRET_BYTES),
        ids=ids,
        commits=commits,
        handings=handings,
        withdrawn_ms=fields.uint("withdrawn") if fields.has("withdrawn") else None,
    )


def _outer(data: bytes) -> tuple[str, bytes]:
    if len(data) > MAX_FORM_BYTES:
        raise FormatError("limit_exceeded", "the form of a study is too long")
    try:
        found = json.loads(data)
        name, sealed = found["study"], b64decode(found["sealed"], validate=True)
        is_ours = found["version"] == _VERSION and isinstance(name, str) and is_study_name(name)
    except (ValueError, TypeError, KeyError, RecursionError) as err:
        raise FormatError("bad_schema", "this is no form of a study") from err
    if not is_ours:
        raise FormatError("bad_schema", "this is no form of a study")
    return name, sealed


def _cut(fields: Fields, key: str, size_bytes: int) -> tuple[bytes, ...]:
    whole = fields.bin(key)
    if len(whole) % size_bytes or len(whole) > MAX_LEAVES * size_bytes:
        raise fields.wrong(key)
    return tuple(whole[start : start + size_bytes] for start in range(0, len(whole), size_bytes))


def _handing(value: Value, fields: Fields) -> Handing:
    if not isinstance(value, list) or len(value) != 3:
        raise fields.wrong("handings")
    named = Fields(dict(zip(("size", "grant", "time"), value, strict=True)), "study.handings")
    return Handing(size=named.uint("size"), grant=named.text("grant"), time_ms=named.uint("time"))


def _aad(name: str) -> bytes:
    return labelled("research-study", name.encode())
