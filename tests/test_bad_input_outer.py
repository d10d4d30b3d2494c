# SPDX-License-Identifier: Apache-2.0
"""Rows 1 to 12 of docs/spec/bad-input.md: the age file."""

from collections.abc import Callable, Sequence

import pytest

from healthvault.agefile.header import Stanza, encode_base64, format_header
from healthvault.agefile.stream import payload_key
from healthvault.crypto.aead import chacha_seal
from healthvault.crypto.hashing import random_bytes
from healthvault.errors import FormatError, IntegrityError, NoMatchingIdentity
from tests.bundles import Draft, Scene, make_bundle, scene
from tests.owners import flip
from tests.readers import CODE_READER, Reader
from tests.refusals import assert_accepted, assert_refused

CHUNK_BYTES = 65_536


FILE_KEY = b"f" * 16


LOW_ORDER = [bytes(32), b"\x01" + bytes(31), (2**255 - 20).to_bytes(32, "little")]  # u = 0, 1, -1


def chunks(file_key: bytes, pieces: Sequence[tuple[bytes, bool]]) -> bytes:
    """Return a payload of any chunks: plaintext, and whether it says that it is the last."""
    nonce = random_bytes(16)
    key = payload_key(file_key, nonce)
    sealed = [
        chacha_seal(key, place.to_bytes(11, "big") + (b"\1" if is_last else b"\0"), plain)
        for place, (plain, is_last) in enumerate(pieces)
    ]
    return nonce + b"".join(sealed)


def age_file(stanzas: Sequence[Stanza], plain: bytes) -> bytes:
    """Return an age file with any stanzas, its MAC under `FILE_KEY`."""
    return format_header(list(stanzas), FILE_KEY) + chunks(FILE_KEY, [(plain, True)])


def payload_start(data: bytes) -> int:
    """Return where the payload's nonce begins."""
    return data.index(b"\n", data.index(b"\n--- ") + 1) + 1


def large() -> tuple[Scene, Draft]:
    """Return a bundle that takes several chunks, the last of them full."""
    start = scene()
    seq = start.owner.add(b"x" * 188_000)  # Padmé does the rest
    draft = make_bundle(start.owner, start.reader, [seq], [start.owner.grant([start.reader.party], [seq])])
    plain = draft.container()
    assert 3 * CHUNK_BYTES == len(plain)
    assert_accepted(start.read(draft.seal()))
    return start, draft


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"hello",
        b"age-encryption.org/v1",
        b"age-encryption.org/v1\r\n",
        b"age-encryption.org/v2\n-> X25519 a\n\n--- \n",
        b"\xef\xbb\xbfage-encryption.org/v1\n",
        b"-----BEGIN AGE ENCRYPTED FILE-----\n",
    ],
)
def test_row_01_not_age(data: bytes) -> None:
    """The first line is that of age v1, with its line end, or it is no bundle."""
    assert_refused(scene().read(data), "not_a_bundle", FormatError)


def test_row_02_header_limits() -> None:
    """64 stanzas and 64 KiB pass, one more does not; a file that ends inside the header is cut."""
    start = scene()
    plain = start.draft().container()
    own, other = start.reader.recipient.wrap(FILE_KEY), Stanza(kind="later", args=("x",), body=b"")
    assert_accepted(start.read(age_file([other] * 63 + [own], plain)))
    whole = age_file([own], plain)
    lines = b"-> later x\n\n" * 64
    assert_refused(start.read(whole.replace(b"v1\n", b"v1\n" + lines)), "limit_exceeded", FormatError)
    long = age_file([Stanza(kind="later", args=("x" * 65_536,), body=b""), own], plain)
    assert_refused(start.read(long), "limit_exceeded", FormatError)
    for size in (22, 30, 100, payload_start(whole) - 1):
        assert_refused(start.read(whole[:size]), "truncated", FormatError)


@pytest.mark.parametrize(
    "change",
    [
        lambda head: head.replace(b"-> X25519 ", b"->  X25519 "),
        lambda head: head.replace(b"-> X25519 ", b"->X25519 "),
        lambda head: head.replace(b"-> X25519 ", b"-> X25519\t"),
        lambda head: head.replace(b"\n---", b"=\n---"),
        lambda head: head.replace(b"\n---", b"\n\n---"),
        lambda head: head.replace(b"--- ", b"---  "),
        lambda head: head.replace(b"--- ", b"-- "),
        lambda head: head[:-1] + b"=\n",
        lambda head: head[:-3] + b"\n",
        lambda head: head.replace(b"\n", b"\r\n").replace(b"\r\n", b"\n", 1),
        lambda head: head[:22] + head[head.index(b"---") :],
        lambda head: head[:-2] + b"\xc3\n",
    ],
)
def test_row_03_grammar(change: Callable[[bytes], bytes]) -> None:
    """Spaces, padding, line ends, a MAC of another length, no stanza."""
    start = scene()
    data = start.draft().seal()
    cut = payload_start(data)
    assert_refused(start.read(change(data[:cut]) + data[cut:]), "malformed", FormatError)


def test_row_03_unused_bits() -> None:
    """Of several texts that decode to the same bytes only one is taken, in share, body and MAC."""
    start = scene()
    data = start.draft().seal()
    cut = payload_start(data)
    letters = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    ends = [place - 1 for place in range(22, cut) if data[place : place + 1] == b"\n"]
    assert 3 == len(ends)
    for place in ends:
        other = letters[letters.index(data[place]) ^ 1]
        changed = data[:place] + bytes([other]) + data[place + 1 :]
        assert_refused(start.read(changed), "malformed", FormatError)


def test_row_04_scrypt_alone() -> None:
    """A passphrase stanza beside another, whoever reads it."""
    start = scene(CODE_READER)
    plain = start.draft().container()
    code, key = CODE_READER.recipient.wrap(FILE_KEY), Reader().recipient.wrap(FILE_KEY)
    assert_accepted(start.read(age_file([code], plain)))
    for stanzas in ([code, key], [key, code], [code, code]):
        assert_refused(start.read(age_file(stanzas, plain)), "malformed", FormatError)


def test_row_04_too_large_work() -> None:
    """Log N is capped before any memory is taken; somebody who has a key only does not even look."""
    start = scene(CODE_READER)
    salt = encode_base64(bytes(16))
    for log_n in ("21", "63", "99999999999999999999"):
        stanza = Stanza(kind="scrypt", args=(salt, log_n), body=bytes(32))
        data = age_file([stanza], b"")
        assert_refused(start.read(data), "limit_exceeded", FormatError)
        assert_refused(scene().read(data), "no_key", NoMatchingIdentity)
    for log_n in ("", "0", "01", "+1", "1 8", "x"):
        stanza = Stanza(kind="scrypt", args=(salt, log_n), body=bytes(32))
        assert_refused(start.read(age_file([stanza], b"")), "malformed", FormatError)


@pytest.mark.parametrize("share", LOW_ORDER)
def test_row_05_low_order(share: bytes) -> None:
    """A share whose agreement is all zeros spoils the file, whatever else opens it."""
    start = scene()
    plain = start.draft().container()
    stanza = Stanza(kind="X25519", args=(encode_base64(share),), body=bytes(32))
    assert_refused(start.read(age_file([stanza], plain)), "malformed", FormatError)
    both = age_file([start.reader.recipient.wrap(FILE_KEY), stanza], plain)
    assert_refused(start.read(both), "malformed", FormatError)


@pytest.mark.parametrize("size", [0, 16, 31, 33, 48, 64])
def test_row_06_stanza_body(size: int) -> None:
    """Exactly 32 bytes, or it could be made to open under many keys."""
    start = scene()
    share = encode_base64(random_bytes(32))
    stanza = Stanza(kind="X25519", args=(share,), body=bytes(size))
    own = start.reader.recipient.wrap(FILE_KEY)
    assert_refused(start.read(age_file([own, stanza], b"")), "malformed", FormatError)
    for args in ((), (share, "x"), (encode_base64(bytes(31)),)):
        wrong = Stanza(kind="X25519", args=args, body=bytes(32))
        assert_refused(start.read(age_file([own, wrong], b"")), "malformed", FormatError)


def test_row_07_header_mac() -> None:
    """A changed MAC, a stanza that was added or taken away, and two file keys in one header."""
    start, other = scene(), Reader()
    plain = start.draft().container()
    own = start.reader.recipient.wrap(FILE_KEY)
    whole = age_file([own, other.recipient.wrap(FILE_KEY)], plain)
    mac = whole.index(b"--- ") + 4
    changed = whole[:mac] + (b"A" if whole[mac : mac + 1] != b"A" else b"B") + whole[mac + 1 :]
    assert_refused(start.read(changed), "tampered", IntegrityError)
    added = whole.replace(b"\n--- ", b"\n-> later x\n\n--- ")
    assert_refused(start.read(added), "tampered", IntegrityError)
    two_faced = age_file([own, other.recipient.wrap(b"g" * 16)], plain)
    assert_accepted(start.read(two_faced))
    assert_refused(other.read(two_faced), "tampered", IntegrityError)


def test_row_08_no_key() -> None:
    """For somebody else, for another code, for a key instead of a code and the other way round."""
    start, coded = scene(), scene(CODE_READER)
    keyed, bearer = start.draft().seal(), coded.draft().seal()
    for reader, data in (
        (Reader(), keyed),
        (CODE_READER, keyed),
        (Reader(), bearer),
        (Reader(code="one-two-three-four-five-six-eight"), bearer),
    ):
        outcome = reader.read(data)
        assert_refused(outcome, "no_key", NoMatchingIdentity)
        assert [] == outcome.taken


def test_row_09_payload() -> None:
    """A nonce that is cut, and a chunk that was changed anywhere."""
    start = scene()
    data = start.draft().seal()
    begin = payload_start(data)
    for size in (begin, begin + 15):
        assert_refused(start.read(data[:size]), "truncated", FormatError)
    for place in (begin, begin + 16, begin + 1000, len(data) - 1):
        assert_refused(start.read(flip(data, place)), "tampered", IntegrityError)
    assert_refused(start.read(data[:-1]), "tampered", IntegrityError)


def test_row_10_cut_between_chunks() -> None:
    """The last chunk says that it is the last; nothing that went before counts without it."""
    start, draft = large()
    data = draft.seal()
    begin = payload_start(data) + 16
    for count in range(3):
        outcome = start.read(data[: begin + count * (CHUNK_BYTES + 16)])
        assert_refused(outcome, "truncated", FormatError)
    assert_refused(start.read(data[:begin] + data[begin:][:15]), "truncated", FormatError)


def test_row_11_chunks_of_other_places() -> None:
    """Changed order, the same twice, one of another file."""
    start, draft = large()
    data, other = draft.seal(), draft.seal()
    begin, size = payload_start(data) + 16, CHUNK_BYTES + 16
    one, two, three = (data[begin + at * size :][:size] for at in range(3))
    strange = other[begin + size :][:size]
    for pieces in (
        (two, one, three),
        (one, one, two, three),
        (one, two, two, three),
        (one, strange, three),
        (one, three),
        (three, one, two),
    ):
        outcome = start.read(data[:begin] + b"".join(pieces))
        assert_refused(outcome, "tampered", IntegrityError)


def test_row_12_after_the_end() -> None:
    """Bytes after the last chunk, and an empty last chunk after data."""
    start, draft = large()
    data, plain = draft.seal(), draft.container()
    for more in (b"\0", b"x" * 100, data[-CHUNK_BYTES - 16 :]):
        assert_refused(start.read(data + more), "trailing_data", IntegrityError)
    header = format_header([start.reader.recipient.wrap(FILE_KEY)], FILE_KEY)
    whole = [plain[at : at + CHUNK_BYTES] for at in range(0, len(plain), CHUNK_BYTES)]
    pieces = [*((piece, False) for piece in whole), (b"", True)]
    assert_refused(start.read(header + chunks(FILE_KEY, pieces)), "trailing_data", IntegrityError)
    short = start.draft().seal() + b"x"
    assert_refused(start.read(short), "tampered", IntegrityError)
