# SPDX-License-Identifier: Apache-2.0
"""A second verifier of share bundles (.hvb), for a reader who has seen nothing before.

It was written from docs/ alone and shares no code with the program: that is what it is for. It takes the steps of
docs/spec/bundle.md section 6.1 without pins. Of contacts it knows the vault id and no keys, so no cosignature counts
and no attestation or evidence is judged (steps 12 and 18). In "documents" of its output stands one row for each part.
"""

import base64
import hashlib
import hmac
import re
from bisect import bisect_left, bisect_right
from collections import namedtuple
from itertools import pairwise

import msgpack
from nacl import bindings as sodium
from nacl.exceptions import CryptoError

MANIFEST_MAX, SMALL_MAX, CHUNK = 2**26, 2**16, 2**16          # small: an age header, an entry, a note, an attestation
ITEMS_MAX, MANIFEST_ITEMS_MAX, SKEW_MS, ZERO = 4096, 2**20, 600_000, bytes(32)
VERSION_LINE = b"age-encryption.org/v1\n"
KEYED = rb"-> (?:X25519 ([A-Za-z0-9+/]{43})|scrypt ([A-Za-z0-9+/]{22}) ([1-9][0-9]*))\n([A-Za-z0-9+/]{43})\n"
FILE_NAME = r"[A-Za-z0-9][A-Za-z0-9._-]{0,59}"
PURPOSES = {"TREAT", "ETREAT", "CAREMGT", "HPAYMT", "HOPERAT", "HRESCH", "PUBHLTH", "PATRQT", "FAMRQT"}
EXITS = {"no_key": 24, "fork": 23, "not_addressed": 21, "unknown_signer": 21, "time_unknown": 21, "stale": 21} | dict.fromkeys(
    ("condition_unknown", "not_grantee", "grant_not_yet", "grant_expired", "purpose_not_covered", "out_of_scope", "denied_by_rule",
     "sensitivity_not_named"), 22)
CATEGORIES = set("allergy medication condition lab imaging letter immunisation procedure directive vitals claim other".split())
LABELS = {"mental-health", "sexual-health", "genetics", "substance-use"}

class Bad(Exception):
    """A check that failed, with its code. Every code that is not in EXITS is a 20."""

chacha = sodium.crypto_aead_chacha20poly1305_ietf_decrypt
is_point = sodium.crypto_core_ed25519_is_valid_point
Entry = namedtuple("Entry", "version vault seq prev ts_ms signer state event blobs commits enc data")
Epoch = namedtuple("Epoch", "seq key reason")

def need(condition, code):
    if not condition:
        raise Bad(code)

# ---- cryptography.md and encoding.md ----
label = lambda name, *parts: b"healthvault/v1/" + name + b"\0" + b"".join(parts)
sha = lambda *parts: hashlib.sha256(b"".join(parts)).digest()
hkdf = lambda key, info, salt=ZERO: hmac.digest(hmac.digest(salt, key, "sha256"), info + b"\x01", "sha256")
def attempt(function, *arguments):
    try:
        return function(*arguments)
    except (CryptoError, ValueError):
        return None
def signed(key, message, signature):
    """The strict rule of section 3."""
    return (len(signature) == 64 and is_point(key) and is_point(signature[:32])
            and attempt(sodium.crypto_sign_open, signature + message, key) == message)

def decode(data, most=ITEMS_MAX):
    """Canonical msgpack, section 3.1 steps 2-4."""
    try:
        value = msgpack.unpackb(data, max_array_len=most, max_map_len=most)
    except (ValueError, TypeError, MemoryError, msgpack.UnpackException) as fault:
        raise Bad("bad_text" if isinstance(fault, UnicodeDecodeError) else "bad_encoding") from None
    check_subset(value, 1)
    need(msgpack.packb(value) == data, "bad_encoding")
    return value
def check_subset(value, level):
    if type(value) is int:
        return need(0 <= value < 2**53, "bad_schema")
    need(value is None or type(value) in (bool, str, bytes) or type(value) in (list, dict) and level <= 8, "bad_encoding")
    if type(value) is dict:
        need(all(type(key) is str and re.fullmatch("[a-z][a-z0-9_]*", key) for key in value) and rising(value), "bad_encoding")
    for item in value.values() if type(value) is dict else value if type(value) is list else ():
        check_subset(item, level + 1)
rising = lambda items: all(a < b for a, b in pairwise(items))
SHAPES = {
    int: lambda value, n: type(value) is bytes and len(value) == n,                                 # binN
    range: lambda value, numbers: type(value) is int and value in numbers,
    type: lambda value, kind: type(value) is kind,
    set: lambda value, kinds: any(fits(value, one) for one in kinds),                               # one of these
    tuple: lambda value, items: type(value) is list and len(value) == len(items) and all(map(fits, value, items)),
    list: lambda value, of: (type(value) is list and all(fits(item, of[0]) for item in value)       # [item, least, most]
                             and (of[1:2] or [0])[0] <= len(value) <= (of[2:] or [MANIFEST_ITEMS_MAX])[0]),
    dict: lambda value, table: type(value) is dict and all(                                         # `x?`: optional
        value.get(key[:-1]) is None or fits(value[key[:-1]], one) if key[-1] == "?" else key in value and fits(value[key], one)
        for key, one in table.items())}

def fits(value, shape):
    """Has a value the shape that a table demands? A shape of no kind above is a literal."""
    test = SHAPES.get(type(shape), lambda value, literal: type(value) is type(literal) and value == literal)
    return test(value, shape)

def check_map(value, table, known=()):
    """Section 3.1 step 5, and `must` of section 3.2."""
    need(type(value) is dict and ("v" not in table or type(value.get("v")) is int), "bad_schema")
    need("v" not in table or value["v"] == 1, "unsupported")
    need(fits(value, {"must?": [str]}), "bad_schema")
    need({"must", *(key.rstrip("?") for key in (*table, *known))}.issuperset(value.get("must") or ()), "unsupported")
    need(fits(value, table), "bad_schema")
    return value
def base64_of(text, end=b""):
    """Canonical base64 with padding, or without when end is `===`; None for anything else."""
    raw = attempt(base64.b64decode, text + end[:-len(text) % 4], None, True)
    return raw if raw is not None and base64.b64encode(raw).rstrip(end) == text else None

# ---- tables of bundle.md, journal.md, keys.md and grants.md ----
is_code = lambda party: party.get("code") is True
PART = {"j": range(512), "size": range(2**33), "file": str, "commit_key": 32, "title": str, "media_type": str}
MANIFEST = {
    "v": int, "bundle_id": 16, "origin": str, "created_ms": int, "signer": int, "note": bytes, "entries": [bytes, 1],
    "audience": {"recipients?": [{"vault?": 32, "recipient_pk": 32, "sign_pk?": 32}, 1, 64], "code?": True},
    "slice": {"size": int, "leaves": [int], "marks": [int], "hashes": [bytes]},
    "state": {"blind": 32, "grants_root": 32, "capacity": int, "ext_root": 32},
    "grants": [{"seq": int, "meta": 32, "k": int, "since": int, "salt": 32, "path": [32, 0, 64]}],
    "docs": [{"seq": int, "meta?": 32, "status": str, "type": str, "parts": [PART, 1, 512]}],
    "witnessed": [{"note": bytes, "tsr?": bytes}], "extras": [{"file": str, "size": range(2**33), "sha256": 32}],
    "attestations": [bytes], "message": str}
ENTRY = (int, 32, int, 32, int, int, 32, {None, (bytes, 64, None), (bytes, 64, 64)}, [(32, int), 0, 512], [32], {None, bytes})
EVENT = {"kind": str, "vault": 32, "seq": int, "prev": 32, "prev_key_head": 32, "nonce": 32}
KEYS = EVENT | {"epoch": int, "sign_pk": 32, "recipient_pk": 32, "witness_pk": 32}
EVENTS = {"genesis": KEYS | {"root_pk": 32}, "rotate": KEYS | {"reason": {"planned", "lost", "compromised"}, "since?": int},
          "root": EVENT | {"new_root_pk": 32}, "restart": EVENT | {
              "from_size": int, "from_root": 32, "lost_size?": int, "lost_root?": 32}}
PARTY = {"vault?": 32, "recipient_pk?": 32, "name": str}
SEALED = {
    "grant": {"kind": str, "k": int, "grant_id": 16, "grantees": [dict, 1, 16], "records": [(int, int), 1, 4096],
              "actions": [str, 1], "purpose": [str, 1], "not_before": int, "not_after": int, "conditions": [{"kind": str}],
              "recheck_after?": int, "role?": str, "jurisdiction?": str, "supersedes?": int},
    "doc.add": {"kind": str, "title": str, "type": str, "provenance": str, "tags": [str], "date?": str, "author?": str,
                "source?": str, "supersedes?": int, "evidence?": range(512), "set?": 16, "category?": str, "sensitivity?": [str],
                "parts": [{"name": str, "media_type": str, "size": int, "coding": int, "dedupe": 32}, 1, 512],
                "received?": {"vault": 32, "bundle_id": 16, "actions": [str], "accepted": [str]}}}
CONDITIONS = {                                                  # grants.md 1.4
    "deny": dict.fromkeys(("categories?", "types?", "tags?", "sensitivity?"), [str]), "sensitive": {"allow": [str]},
    "max-shares": {"count": range(1, 2**53)},
    "approvals": {"needed": range(1, 17), "by": [PARTY | {"vault": 32, "code?": None}, 1, 16]}}

# ---- steps 1 and 2: age.md ----
def open_age(data, code, secrets):
    """The opener's public key (None for a code), and the stream."""
    need(data.startswith(VERSION_LINE), "not_a_bundle")
    lines, stanzas = iter(data[:SMALL_MAX].split(b"\n")[1:-1]), []
    short, position = "limit_exceeded" if len(data) >= SMALL_MAX else "truncated", len(VERSION_LINE)
    def line():
        nonlocal position
        need((taken := next(lines, None)) is not None, short)
        position += len(taken) + 1
        return taken
    while (head := line()).startswith(b"->"):
        need(len(stanzas) < 64, "limit_exceeded")
        need(re.fullmatch(rb"->(?: [!-~]+)+", head), "malformed")
        more, stanza = True, head + b"\n"
        while more:
            need(len(body := line()) <= 64 and base64_of(body, b"===") is not None, "malformed")
            more, stanza = len(body) == 64, stanza + body + b"\n"
        stanzas.append(stanza)
    mac, end = base64_of(head[4:], b"==="), position - len(head) - 1
    need(stanzas and head[:4] == b"--- " and mac and len(mac) == 32, "malformed")
    matches = [re.fullmatch(KEYED, stanza) for stanza in stanzas if stanza[3:].split()[0] in (b"X25519", b"scrypt")]
    keyed = [match and (base64_of(match[1] or match[2], b"==="), match[3], base64_of(match[4], b"===")) for match in matches]
    need(all(row and row[0] and row[2] and (not row[1] or len(stanzas) == 1) for row in keyed), "malformed")
    opener, file_key = unwrap(keyed, code, secrets)
    need(file_key, "no_key")
    need(hmac.compare_digest(hmac.digest(hkdf(file_key, b"header"), data[:end + 3], "sha256"), mac), "tampered")
    return opener, Stream(data, position, file_key)
def unwrap(keyed, code, secrets):
    if keyed and keyed[0][1]:
        salt, cost, body = keyed[0]
        need(code is None or len(cost) <= 2 and int(cost) <= 20, "limit_exceeded")
        phrase = re.sub(r"[\s-]+", "-", (code or "").lower()).strip("-").encode("utf-8", "replace")
        return None, code and attempt(chacha, body, None, bytes(12), hashlib.scrypt(
            phrase, salt=b"age-encryption.org/v1/scrypt" + salt, n=2**int(cost), r=8, p=1, maxmem=2**31 - 1, dklen=32))
    for secret in secrets:
        public = sodium.crypto_scalarmult_base(secret)
        agreed = [attempt(sodium.crypto_scalarmult, secret, share) for share, _, _ in keyed]
        need(all(agreed), "malformed")                          # all zeros
        for shared, (share, _, body) in zip(agreed, keyed):
            key = hkdf(shared, b"age-encryption.org/v1/X25519", share + public)
            if file_key := attempt(chacha, body, None, bytes(12), key):
                return public, file_key
    return None, None

# ---- steps 3 and 15, the container: bundle.md section 2 ----
class Stream:
    """The plaintext up to the first fault of the age stream, and that fault (step 2)."""
    def __init__(self, data, position, file_key):
        key, plain, last, self.fault = hkdf(file_key, b"payload", data[position:position + 16]), [], False, None
        while not last and not self.fault:
            start = position + 16 + len(plain) * (CHUNK + 16)
            box = data[start:start + CHUNK + 16]
            last = start + len(box) >= len(data)
            right, wrong = (attempt(chacha, box, None, len(plain).to_bytes(11) + bytes([flag]), key) for flag in (last, not last))
            self.fault = ("truncated" if len(box) < 16 else                 # a short nonce among it
                          "tampered" if right is wrong is None else
                          "truncated" if right is None and last else
                          "trailing_data" if right is None or last and plain and not right else None)
            plain.append(right or b"")
        self.plain, self.position = b"".join(plain), 0
    def read(self, length, whole=True):
        data = self.plain[self.position:self.position + length]
        if len(data) < length:
            need(not self.fault, self.fault)
        need(len(data) == length or not whole, "bad_container")
        self.position += len(data)
        return data
    def zeros(self, length, code):
        need(not any(self.read(length)), code)
    def member(self, name, size):
        self.zeros(-self.position % 512, "trailing_data")       # of the member before
        need(self.read(512) == tar_header(name, size), "bad_container")
        return self.read(size)
    def end(self):
        self.zeros(-self.position % 512, "trailing_data")
        self.zeros(512, "bad_container")
        self.zeros(512, "trailing_data")
        exponent = self.position.bit_length() - 1               # Padmé, encoding.md section 4
        tail = -self.position % (1 << exponent - exponent.bit_length())
        need(self.read(tail + 1, whole=False) == bytes(tail), "trailing_data")
def tar_header(name, size):
    head = (name.encode().ljust(100, b"\0") + b"0000600\0" + b"0000000\0" * 2 + b"%011o\0" % size + b"0" * 11 + b"\0"
            + b" " * 8 + b"0" + bytes(100) + b"ustar\x0000").ljust(512, b"\0")
    return head[:148] + b"%06o\0 " % sum(head) + head[156:]

def read_manifest(stream):
    head = stream.read(512)
    size = int(head[124:135], 8) if re.fullmatch(b"[0-7]{11}", head[124:135]) else 0
    need(head == tar_header("manifest", size), "bad_container")
    need(size <= MANIFEST_MAX, "limit_exceeded")
    data = stream.read(size)
    stream.zeros(-size % 512, "trailing_data")
    need(size > 64, "bad_signature")
    m = check_map(decode(data[:-64], MANIFEST_ITEMS_MAX), MANIFEST)
    recipients, code = m["audience"].get("recipients"), m["audience"].get("code")
    keys, parts = sorted(row["recipient_pk"] for row in recipients or ()), [[p["j"] for p in row["parts"]] for row in m["docs"]]
    seqs = [[row["seq"] for row in m[name]] for name in ("grants", "docs")]
    need((recipients is None) != (code is None) and all(map(rising, [keys, *seqs, *map(sorted, parts)])), "bad_schema")
    need(sum(map(len, parts)) <= 999_999 and len(m["slice"]) == 4, "bad_schema")
    extras = sorted(row["file"] for row in m["extras"])
    names = [*extras, *(part["file"] for row in m["docs"] for part in row["parts"])]
    need(all(re.fullmatch(FILE_NAME, name) for name in names) and rising(extras), "bad_container")
    size, leaves, marks = m["slice"]["size"], m["slice"]["leaves"], m["slice"]["marks"]         # tree.md section 3
    need(len(marks) <= 4096, "limit_exceeded")
    need(size >= 1 and rising([*leaves, size]) and rising([0, *marks, size]) and fits(m["slice"]["hashes"], [32]), "bad_proof")
    return m, data[:-64], data[-64:]

# ---- steps 4 to 9 and 12: journal.md 1.1, keys.md 5, tree.md 3 to 5 ----
def read_entry(data):
    need(len(data) <= SMALL_MAX, "bad_encoding")
    need(len(data) > 64, "bad_signature")
    f = decode(data[:-64])
    need(type(f) is list and len(f) == 11 and type(f[0]) is int, "bad_schema")
    need(f[0] == 1, "unsupported")
    need(fits(f, ENTRY) and len(f[8]) == len(f[9]), "bad_schema")
    need(f[5] < 65536, "unsupported")
    return Entry(*f, data)

class Chain:
    def __init__(self, m):
        """Step 4: the entries of a manifest, and the keys that ROOT named in them."""
        self.entries, events = [], 0
        self.epochs, self.restarts, self.head, self.seq = [], [], ZERO, -1
        for entry in map(read_entry, m["entries"]):
            self.entries.append(entry)
            if entry.event is not None:
                need((events := events + 1) <= 1024, "limit_exceeded")
                self.walk(entry, *entry.event)
        self.by_seq = {entry.seq: entry for entry in self.entries}
        need(self.epochs, "bad_key")
        self.origin = "healthvault.invalid/" + base64.b32encode(self.vault).decode().rstrip("=").lower()
        need(m["origin"] == self.origin, "wrong_vault")
    def walk(self, entry, data, root_sig, new_root_sig):
        e = decode(data)
        need(type(e) is dict and type(e.get("kind")) is str, "bad_schema")
        need(e["kind"] in EVENTS, "unsupported")
        check_map(e, EVENTS[e["kind"]], [key for table in EVENTS.values() for key in table])
        need(e["kind"] != "rotate" or (e.get("since") or 0) <= e["seq"], "bad_schema")
        need((e["vault"], e["seq"], e["prev"]) == (entry.vault, entry.seq, entry.prev), "bad_key")
        if not self.epochs:
            need(e["kind"] == "genesis" and e["seq"] == 0, "bad_key")
            need(e["vault"] == sha(label(b"vault", e["root_pk"], e["nonce"])), "wrong_vault")
            need(e["epoch"] == 0 and e["prev"] == ZERO, "bad_key")
            self.vault, self.root = e["vault"], e["root_pk"]
        need(e["vault"] == self.vault, "wrong_vault")
        need((e["kind"] != "genesis" or not self.epochs) and e["seq"] > self.seq and e["prev_key_head"] == self.head, "bad_key")
        need(signed(self.root, label(b"key", data), root_sig) and (e["kind"] == "root") == (new_root_sig is not None), "bad_key")
        if e["kind"] == "root":
            need(signed(e["new_root_pk"], label(b"key", data), new_root_sig), "bad_key")
            self.root = e["new_root_pk"]
        elif e["kind"] == "restart":
            need((e.get("lost_size") is None) == (e.get("lost_root") is None), "bad_schema")
            need(e["from_size"] == e["seq"], "bad_key")
            self.restarts.append(e)
        else:
            need(e["epoch"] == len(self.epochs) and is_point(e["sign_pk"]) and is_point(e["witness_pk"]), "bad_key")
            self.epochs.append(Epoch(e["seq"], e["sign_pk"], e.get("reason")))
        self.seq, self.head = e["seq"], sha(label(b"key-head", data))
        need(entry.signer == len(self.epochs) - 1 and self.holds(entry), "bad_key")
    holds = lambda self, entry: signed(self.epochs[entry.signer].key, label(b"entry", entry.data[:-64]), entry.data[-64:])
    in_force = lambda self, seq: bisect_right(self.epochs, seq, key=lambda epoch: epoch.seq) - 1
    def check_entries(self):
        for entry, before in zip(self.entries, [None, *self.entries]):
            need(not before or before.seq < entry.seq, "bad_proof")
            need(entry.vault == self.vault, "wrong_vault")
            need(entry.signer == self.in_force(entry.seq), "bad_key")
            need(self.holds(entry), "bad_signature")
        return True
    def checkpoint(self, note, newest=True):
        """Step 8. Size and root; signed by the newest epoch, or else by the one in force at size - 1."""
        text, blank, lines = note.decode("utf-8", "replace").rpartition("\n\n")
        need(len(note) <= SMALL_MAX and (text + blank + lines).encode() == note and blank, "bad_note")
        need(re.fullmatch(r"(\u2014 [^+\s\x00-\x1f]+ \S+\n){1,16}", lines), "bad_note")
        lines = [(name, base64_of(value.encode()) or b"") for name, value in re.findall(r"\u2014 (\S+) (\S+)\n", lines)]
        match = re.fullmatch(r"(.*)\n(0|[1-9][0-9]{0,15})\n(.*)", text)
        need(match and match[1] == self.origin and int(match[2]) < 2**53 and all(len(raw) >= 5 for _, raw in lines), "bad_note")
        size, root = int(match[2]), base64_of(match[3].encode()) or b""
        need(len(root) == 32 and (size or not newest and root == sha()), "bad_note")
        key = self.epochs[-1 if newest else self.in_force(max(size - 1, 0))].key
        known = self.origin, sha(self.origin.encode(), b"\n\x01", key)[:4]
        ours = [raw[4:] for name, raw in lines if (name, raw[:4]) == known]
        need(ours and all(signed(key, (text + "\n").encode(), signature) for signature in ours), "bad_signature")
        return size, root
    def check_slice(self, piece, size, root):
        """Step 9. The roots at every mark and at the size itself."""
        leaves, marks, hashes, seen = piece["leaves"], piece["marks"], iter(piece["hashes"]), {}
        need(piece["size"] == size and leaves == [entry.seq for entry in self.entries] and leaves[-1] == size - 1, "bad_proof")
        need({epoch.seq for epoch in self.epochs[1:]} | {e["from_size"] for e in self.restarts} <= set(marks), "bad_proof")

        def middle(low, high):
            return low + (1 << (high - low - 1).bit_length() - 1)

        def walk(low, high):
            if bisect_left(leaves, low) == bisect_left(leaves, high) and bisect_right(marks, low) >= bisect_left(marks, high):
                seen[low, high] = next(hashes, None)
                need(seen[low, high], "bad_proof")
            elif high - low == 1:
                seen[low, high] = sha(b"\0", self.by_seq[low].data)
            else:
                seen[low, high] = sha(b"\1", walk(low, middle(low, high)), walk(middle(low, high), high))
            return seen[low, high]
        def mark_root(low, mark):
            return seen.get((low, mark)) or sha(b"\1", seen[low, middle(low, mark)], mark_root(middle(low, mark), mark))

        need(walk(0, size) == root and next(hashes, None) is None, "bad_proof")
        roots = {mark: mark_root(0, mark) for mark in marks} | {size: root}
        need(all(roots[e["from_size"]] == e["from_root"] for e in self.restarts), "bad_key")
        return roots
    def check_witnessed(self, note, roots):
        size, root = self.checkpoint(note, newest=False)
        need(size in roots, "bad_proof")
        need(roots[size] == root, "fork")

# ---- steps 13 to 15: journal.md 2, grants.md, bundle.md 2.2 ----
def open_enc(entry, m, kind):
    need((enc := entry.enc) is not None, "bad_schema")
    need(hmac.compare_digest(hkdf(m, b"healthvault/v1/meta-commit"), enc[:32]), "commitment_mismatch")
    aad, key = sha(label(b"meta", msgpack.packb(entry[:10]))), hkdf(m, b"healthvault/v1/meta-key")
    padded = attempt(sodium.crypto_aead_xchacha20poly1305_ietf_decrypt, enc[56:], aad, enc[32:56], key) or b""
    body = padded.rstrip(b"\0")
    need(padded and len(padded) % 256 == 0 and body[-1:] == b"\x80" and len(padded) - len(body) < 256, "tampered")
    sealed = decode(body[:-1])
    need(type(sealed) is dict and sealed.get("kind") == kind, "bad_schema")
    return check_map(sealed, SEALED[kind])

def prove_grant(row, by_seq, state):
    """Step 13. The terms, proved active at the tip."""
    need(row["seq"] in by_seq, "bad_proof")
    g = open_enc(by_seq[row["seq"]], row["meta"], "grant")
    need(rising(sorted(g["actions"])) and rising(sorted(g["purpose"])) and g["not_before"] < g["not_after"], "bad_schema")
    parties = [is_code(one) or (one.get("code"), one.get("vault"), one.get("recipient_pk"), one.get("name")) for one in g["grantees"]]
    need(all(one is True or one[0] is None and fits(party, PARTY) and one[1:3] != (None, None)
             for one, party in zip(parties, g["grantees"])) and len(set(parties)) == len(parties), "bad_schema")
    need(all(count >= 1 and first + count < 2**53 for first, count in g["records"]) and sum(g["records"][-1]) <= row["seq"], "bad_schema")
    need(all(first + count < later for (first, count), (later, _) in pairwise(g["records"])), "bad_schema")
    g["known"] = [condition for condition in g["conditions"] if is_known(condition)]
    k, capacity, path = g["k"], state["capacity"], row["path"]
    need(k == row["k"] < capacity == 1 << len(path) and 8 <= capacity <= 2**20 and row["since"] == row["seq"], "bad_state")
    value = sha(b"\0", label(b"grant", k.to_bytes(8), b"\x01", row["since"].to_bytes(8), row["salt"]))
    for level, sibling in enumerate(path):
        value = sha(b"\1", sibling, value) if k >> level & 1 else sha(b"\1", value, sibling)
    need(value == state["grants_root"], "bad_state")
    return g

def is_known(condition):
    table = CONDITIONS.get(condition["kind"])
    need(table is None or fits(condition, {"must?": [str]}), "bad_schema")
    if table is None or not {"kind", "must", *(key.rstrip("?") for key in table)}.issuperset(condition.get("must") or ()):
        return False
    need(fits(condition, table), "bad_schema")
    by = [party["vault"] for party in condition["by"]] if condition["kind"] == "approvals" else None
    return need(not by or len(by) == len(set(by)) >= condition["needed"], "bad_schema") or True

def kept_out(g, row, by_seq):
    """grants.md 4.1, for a document whose description is disclosed and passes the first half of step 15."""
    try:
        if (sealed := check_document(row, by_seq.get(row["seq"]))) is None:
            return set()
    except Bad:
        return set()
    category, labels = sealed.get("category") or "other", set(sealed.get("sensitivity") or ())
    words = {"categories": {category, category if category in CATEGORIES else "other"}, "types": {sealed["type"]},
             "tags": set(sealed["tags"]), "sensitivity": labels}
    allowed = [set(c["allow"]) for c in g["known"] if c["kind"] == "sensitive"]
    denied = any(words[key] & set(c.get(key) or ()) for c in g["known"] if c["kind"] == "deny" for key in words)
    unnamed = labels - LABELS.intersection(*allowed) if allowed else labels
    return {code for code, found in {"denied_by_rule": denied, "sensitivity_not_named": unnamed}.items() if found}

def consent_codes(docs, grants, ours, t, purpose, by_seq):
    """grants.md section 4; ours is what may name the opener, None when the bundle is not addressed to it."""
    judged = []
    for g in grants:
        named = {("code", True) if is_code(party) else ("vault", party["vault"]) if party.get("vault") is not None
                 else ("recipient_pk", party["recipient_pk"]) for party in g["grantees"]}
        unknown = set(g["actions"]) - {"view", "keep", "forward"} or set(g["purpose"]) - PURPOSES or g["known"] != g["conditions"]
        rules = {"condition_unknown": unknown, "not_grantee": ours is not None and not named & ours,
                 "grant_not_yet": t < g["not_before"], "grant_expired": t >= g["not_after"],
                 "purpose_not_covered": purpose is not None and purpose not in g["purpose"]}
        judged.append((g, {code for code, broken in rules.items() if broken}))
    found = set() if docs else set().union(*(codes for _, codes in judged))
    for row in docs:
        about = [codes | kept_out(g, row, by_seq) for g, codes in judged
                 if any(first <= row["seq"] < first + count for first, count in g["records"])]
        if all(about):                                          # none of them holds
            found |= set().union(*about) or {"out_of_scope"}
    return found

def read_members(stream, m, by_seq, step):
    """Step 15. A fault of the container ends it, a fault of a document does not."""
    rows = []
    for row in m["docs"]:
        step(check_document, row, by_seq.get(row["seq"]))
    for row in m["extras"]:
        step(need, sha(stream.member("extras/" + row["file"], row["size"])) == row["sha256"], "commitment_mismatch")
    for row in m["docs"]:
        entry = by_seq.get(row["seq"])
        for part in row["parts"]:
            data = stream.member(f"docs/{len(rows) + 1:06d}-{part['file']}", part["size"])
            rows.append({"seq": row["seq"], "sha256": sha(data).hex(), "size": len(data)})
            proof = hmac.digest(part["commit_key"], label(b"doc", len(data).to_bytes(8), sha(data)), "sha256")
            right = entry and entry.commits[part["j"]:part["j"] + 1]
            step(need, right in (None, [proof]), "commitment_mismatch" if right else "bad_schema")
    stream.end()
    return rows

def check_document(row, entry):
    need(entry, "bad_proof")
    if row.get("meta") is not None:
        sealed = open_enc(entry, row["meta"], "doc.add")
        need(len(parts := sealed["parts"]) == len(entry.commits), "bad_schema")
        for part in row["parts"]:
            need(part["j"] < len(parts), "bad_schema")
            need(parts[part["j"]]["coding"] == 0, "unsupported")
            need(parts[part["j"]]["size"] == part["size"], "commitment_mismatch")
        return sealed

# ---- all steps ----
def verify(data, *, now_ms, code=None, secrets=(), own=None, contacts=(), purpose=None):
    """Verify a bundle. Secrets are 32 bytes each, the newest first; own and contacts are vault ids in bytes."""
    codes, documents = set(), []
    try:
        documents = run(bytes(data), codes, now_ms, code, secrets, own, contacts, purpose)
    except Bad as fault:
        codes.add(str(fault))
    exits = [EXITS.get(name, 20) for name in codes]
    result = {"exit": next((number for number in (24, 20, 23, 22, 21) if number in exits), 0), "codes": sorted(codes)}
    return result | {"documents": documents} if result["exit"] in (0, 21, 22) else result

def run(data, codes, now_ms, code, secrets, own, contacts, purpose):
    def step(function, *arguments):
        """A step after the fifth: its code is noted and the others go on. None when it failed."""
        try:
            return function(*arguments)
        except Bad as fault:
            return codes.add(str(fault))

    opener, stream = open_age(data, code, secrets)                                                              # 1, 2
    m, body, signature = read_manifest(stream)                                                                  # 3
    chain = Chain(m)                                                                                            # 4
    need(m["signer"] == len(chain.epochs) - 1, "bad_key")                                                       # 5
    need(signed(chain.epochs[-1].key, label(b"manifest", body), signature), "bad_signature")
    tip, state = chain.entries[-1], m["state"]
    signed_entries = step(chain.check_entries)                                                                  # 7 (6, 11: pins)
    checkpoint = signed_entries and step(chain.checkpoint, m["note"])                                           # 8
    roots = checkpoint and step(chain.check_slice, m["slice"], *checkpoint)                                     # 9
    opened = state["blind"], state["grants_root"], state["capacity"].to_bytes(8), chain.head, state["ext_root"]
    step(need, not roots or sha(label(b"state", *opened)) == tip.state, "bad_state")                            # 10
    step(lambda: [chain.check_witnessed(row["note"], roots) for row in m["witnessed"] if roots])                # 12
    grants = [step(prove_grant, row, chain.by_seq, state) for row in m["grants"]] if signed_entries else [None] # 13
    vaults = [row.get("vault") for row in m["audience"].get("recipients") or () if row["recipient_pk"] == opener]   # 14
    ours = {("vault", own), ("recipient_pk", opener)} if vaults and vaults[0] in (None, own) else None
    ours = {("code", True)} if opener is None and m["audience"].get("code") else ours
    step(need, ours, "not_addressed")
    if None not in grants:
        codes |= consent_codes(m["docs"], grants, ours, now_ms, purpose, chain.by_seq)
    documents = signed_entries and step(read_members, stream, m, chain.by_seq, step)                            # 15, and 2
    step(need, chain.vault in contacts, "unknown_signer")                                                       # 16
    step(need, not signed_entries or tip.ts_ms <= now_ms + SKEW_MS, "time_unknown")                                                   # 17
    step(need, not any(tip.ts_ms < (g.get("recheck_after") or 0) <= now_ms for g in grants if None not in grants), "stale")
    return documents
