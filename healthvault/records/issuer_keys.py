# SPDX-License-Identifier: Apache-2.0
"""Keys of issuers and lists of what they revoked: the three files that say so, and all of it as one value.

Nothing here is true because a file says it: whoever calls decides which files to believe, and for whom. Pure.
Spec: docs/spec/issuers.md section 1.
"""

import base64
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum

from healthvault.crypto.jose import COORDINATE_BYTES, thumbprint
from healthvault.errors import FormatError

__all__ = [
    "MAX_ISSUER_FILE_BYTES",
    "NO_TRUST",
    "Form",
    "IssuerFile",
    "IssuerKey",
    "RevocationList",
    "Trust",
    "is_issuer",
    "parse_issuer_file",
]

MAX_ISSUER_FILE_BYTES = 16 << 20
MAX_KEYS = 64  # of one JWKS, and of one issuer in a directory
MAX_ISSUERS = 10_000
MAX_RIDS = 200_000
MAX_NAME_CHARS = 200
MAX_CTR = 2**53 - 1
BAD_FILE = "bad_issuer_file"
_ISSUER = re.compile(r"https://[!-.0-~][!-~]{0,500}(?<!/)", re.ASCII)
_RID = re.compile(r"[A-Za-z0-9_-]{1,24}(\.[0-9]{1,12})?", re.ASCII)
_KID = re.compile(r"[A-Za-z0-9_-]{43}", re.ASCII)


class Form(Enum):
    """Which of the three files it is."""

    JWKS = "jwks"
    DIRECTORY = "directory"
    REVOCATIONS = "revocations"


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuerKey:
    """A P-256 key. Its id is its thumbprint, so equal ids are equal keys, whoever names them."""

    kid: str
    x: bytes
    y: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class RevocationList:
    """What was revoked of the cards that one key signed."""

    kid: str
    ctr: int
    """Rises with each newer list."""
    rids: frozenset[str]
    """Each `rid`, or `rid.timestamp`: then only cards from before it (seconds)."""

    def is_revoked(self, rid: str | None, nbf_ms: int) -> bool:
        """Tell whether a card with this id, valid from then on, is revoked."""
        if rid is None:
            return False
        ends = (entry.partition(".")[2] for entry in self.rids if entry.partition(".")[0] == rid)
        return any(not end or nbf_ms < int(end) * 1000 for end in ends)


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuerFile:
    """What one file says. Issuers of a JWKS or of a list are not in it: `iss` is then an empty text."""

    form: Form
    keys: tuple[tuple[str, IssuerKey], ...] = ()
    """Issuer and key."""
    lists: tuple[tuple[str, RevocationList], ...] = ()
    names: Mapping[str, str] = field(default_factory=dict)
    """What the directory calls an issuer; untrusted text."""
    left_out: int = 0
    """Keys, issuers and lists that cannot be used."""

    def of(self, issuers: Iterable[str]) -> "IssuerFile":
        """Return what it says of these issuers; a JWKS or a list says it of each of them."""
        wanted = tuple(issuers)
        if self.form is Form.DIRECTORY:
            return IssuerFile(
                form=self.form,
                keys=tuple(each for each in self.keys if each[0] in wanted),
                lists=tuple(each for each in self.lists if each[0] in wanted),
                names={iss: name for iss, name in self.names.items() if iss in wanted},
                left_out=self.left_out,
            )
        return IssuerFile(
            form=self.form,
            keys=tuple((iss, key) for iss in wanted for _, key in self.keys),
            lists=tuple((iss, found) for iss in wanted for _, found in self.lists),
            left_out=self.left_out,
        )


class Trust:
    """The keys that a reader believes, each for its issuers, and the newest list for each of them."""

    def __init__(self, files: Iterable[IssuerFile] = ()) -> None:
        """Join what several files say; of several lists for the same issuer and key the highest counts.

        Of two lists with one number the first stands: a newer list has a higher one.
        """
        self.issuers: dict[str, dict[str, IssuerKey]] = {}
        self.lists: dict[tuple[str, str], RevocationList] = {}
        self.names: dict[str, str] = {}
        self._owners: dict[str, list[str]] = {}
        for file in files:
            self._take(file)

    def _take(self, file: IssuerFile) -> None:
        for iss, key in file.keys:
            if key.kid not in self.issuers.setdefault(iss, {}):
                self.issuers[iss][key.kid] = key
                self._owners.setdefault(key.kid, []).append(iss)
        for iss, found in file.lists:
            held = self.lists.get((iss, found.kid))
            if held is None or held.ctr < found.ctr:
                self.lists[iss, found.kid] = found
        for iss, name in file.names.items():
            self.names.setdefault(iss, name)

    def owners(self, kid: str) -> tuple[str, ...]:
        """Return the issuers whose key has this id."""
        return tuple(self._owners.get(kid, ()))

    def key(self, kid: str) -> IssuerKey | None:
        """Return the key with this id, whoever's it is."""
        owners = self._owners.get(kid)
        return self.issuers[owners[0]][kid] if owners else None

    def is_of(self, iss: str, kid: str) -> bool:
        """Tell whether the key with this id is this issuer's."""
        return kid in self.issuers.get(iss, {})


NO_TRUST = Trust()


def is_issuer(text: str) -> bool:
    """Tell whether a text is an issuer's address in its one form: https, no trailing slash, no spaces."""
    return _ISSUER.fullmatch(text) is not None


def parse_issuer_file(data: bytes) -> IssuerFile:
    """Return what a JWKS, a snapshot of a directory, or a card revocation list says.

    Args:
        data: *Unverified* bytes.

    Raises:
        FormatError: `bad_issuer_file`, it is none of these, or holds a private key; `limit_exceeded`.
    """
    if len(data) > MAX_ISSUER_FILE_BYTES:
        raise FormatError("limit_exceeded", f"a file about issuers has at most {MAX_ISSUER_FILE_BYTES >> 20} MiB")
    try:
        members = json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError) as err:
        raise FormatError(BAD_FILE, "this is not JSON") from err
    if isinstance(members, dict):
        if isinstance(members.get("issuerInfo"), list):
            return _directory(members["issuerInfo"])
        if isinstance(members.get("keys"), list):
            return _jwks(members["keys"])
        if "rids" in members:
            return _revocations(members)
    hint = "give a JWKS, a card revocation list, or a snapshot of the VCI directory"
    raise FormatError(BAD_FILE, "neither keys of an issuer nor a list of revocations", hint=hint)


def _jwks(items: list[object]) -> IssuerFile:
    keys = _keys(items)
    if not keys:
        raise FormatError(BAD_FILE, "none of the keys is a P-256 key for ES256 with its thumbprint as `kid`")
    return IssuerFile(form=Form.JWKS, keys=tuple(("", key) for key in keys), left_out=len(items) - len(keys))


def _revocations(members: Mapping[str, object]) -> IssuerFile:
    found = _list(members)
    if found is None:
        raise FormatError(BAD_FILE, "the list of revocations is not of the form kid, method rid, ctr, rids")
    return IssuerFile(form=Form.REVOCATIONS, lists=(("", found),))


def _directory(items: list[object]) -> IssuerFile:
    if len(items) > MAX_ISSUERS:
        raise FormatError("limit_exceeded", f"a directory has at most {MAX_ISSUERS} issuers")
    keys: list[tuple[str, IssuerKey]] = []
    lists: list[tuple[str, RevocationList]] = []
    names: dict[str, str] = {}
    left_out = 0
    for item in items:
        iss, name = _named(item)
        if iss is None or not isinstance(item, dict):
            left_out += 1
            continue
        names[iss] = name
        told, crls = item.get("keys"), item.get("crls")
        listed = told if isinstance(told, list) else []
        good = _keys(listed)
        keys += [(iss, key) for key in good]
        found = [_list(crl) for crl in (crls if isinstance(crls, list) else []) if isinstance(crl, dict)]
        lists += [(iss, each) for each in found if each is not None]
        left_out += len(listed) - len(good) + found.count(None)
    if not keys:
        raise FormatError(BAD_FILE, "no issuer in the directory has a key that can be used")
    return IssuerFile(form=Form.DIRECTORY, keys=tuple(keys), lists=tuple(lists), names=names, left_out=left_out)


def _named(item: object) -> tuple[str | None, str]:
    issuer = item.get("issuer") if isinstance(item, dict) else None
    iss = issuer.get("iss") if isinstance(issuer, dict) else None
    name = issuer.get("name") if isinstance(issuer, dict) else None
    shown = name[:MAX_NAME_CHARS] if isinstance(name, str) else ""
    return (iss if isinstance(iss, str) and is_issuer(iss) else None), shown


def _keys(items: list[object]) -> list[IssuerKey]:
    if len(items) > MAX_KEYS:
        raise FormatError("limit_exceeded", f"an issuer has at most {MAX_KEYS} keys")
    found = (_key(item) for item in items if isinstance(item, dict))
    return [key for key in found if key is not None]


def _key(item: Mapping[str, object]) -> IssuerKey | None:
    """Return a key that cards can be signed with; a certificate beside it (`x5c`) counts for nothing."""
    if "d" in item:
        raise FormatError(BAD_FILE, "it holds a private key: that belongs to the issuer alone")
    wanted = {"kty": "EC", "crv": "P-256"}
    if any(item.get(name) != value for name, value in wanted.items()):
        return None
    if item.get("use", "sig") != "sig" or item.get("alg", "ES256") != "ES256":
        return None
    x, y, kid = _coordinate(item.get("x")), _coordinate(item.get("y")), item.get("kid")
    if x is None or y is None or not isinstance(kid, str) or thumbprint(x, y) != kid:
        return None
    return IssuerKey(kid=kid, x=x, y=y)


def _coordinate(text: object) -> bytes | None:
    if not isinstance(text, str) or _KID.fullmatch(text) is None:
        return None
    data = base64.urlsafe_b64decode(text + "=")
    return data if len(data) == COORDINATE_BYTES else None


def _list(item: Mapping[str, object]) -> RevocationList | None:
    kid, ctr, rids = item.get("kid"), item.get("ctr"), item.get("rids")
    if isinstance(ctr, str) and ctr.isascii() and ctr.isdigit() and len(ctr) <= 16:
        ctr = int(ctr)  # some issuers write it so
    if item.get("method") != "rid" or not isinstance(kid, str) or _KID.fullmatch(kid) is None:
        return None
    if not isinstance(ctr, int) or isinstance(ctr, bool) or not 0 <= ctr <= MAX_CTR:
        return None
    if not isinstance(rids, list) or len(rids) > MAX_RIDS:
        return None
    if not all(isinstance(rid, str) and _RID.fullmatch(rid) for rid in rids):
        return None
    return RevocationList(kid=kid, ctr=ctr, rids=frozenset(rids))
