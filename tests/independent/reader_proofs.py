# SPDX-License-Identifier: Apache-2.0
"""What `reader.py` rests on: bytes, keys, entries, trees, and what is proved by them.

Written after docs/ like the rest of the reader: of docs/spec the texts encoding, cryptography, journal, keys,
tree, grants (sections 1 to 3), inventories (sections 3 to 5) and of bundle.md section 7. Together the two have at most 700 lines.
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

SMALL_MAX, ITEMS_MAX, LARGE_ITEMS_MAX, ZERO = 2**16, 4096, 2**20, bytes(32)     # small: an age header, an entry, a note

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
u64 = lambda number: number.to_bytes(8)
commitment = lambda key, size, digest: hmac.digest(key, label(b"doc", u64(size), digest), "sha256")
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
                             and (of[1:2] or [0])[0] <= len(value) <= (of[2:] or [LARGE_ITEMS_MAX])[0]),
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
    need(fits(value, MUST), "bad_schema")
    need({"must", *(key.rstrip("?") for key in (*table, *known))}.issuperset(value.get("must") or ()), "unsupported")
    need(fits(value, table), "bad_schema")
    return value
def base64_of(text, end=b""):
    """Canonical base64 with padding, or without when end is `===`; None for anything else."""
    raw = attempt(base64.b64decode, text + end[:-len(text) % 4], None, True)
    return raw if raw is not None and base64.b64encode(raw).rstrip(end) == text else None

# ---- tables of journal.md, keys.md, tree.md, grants.md, inventories.md and bundle.md 7 ----
is_code = lambda party: party.get("code") is True
MUST = {"must?": [str, 0, ITEMS_MAX]}
ENTRY = (int, 32, int, 32, int, int, 32, {None, (bytes, 64, None), (bytes, 64, 64)}, [(32, int), 0, 512], [32], {None, bytes})
EVENT = {"kind": str, "vault": 32, "seq": int, "prev": 32, "prev_key_head": 32, "nonce": 32}
KEYS = EVENT | {"epoch": int, "sign_pk": 32, "recipient_pk": 32, "witness_pk": 32}
EVENTS = {"genesis": KEYS | {"root_pk": 32}, "rotate": KEYS | {"reason": {"planned", "lost", "compromised"}, "since?": int},
          "root": EVENT | {"new_root_pk": 32}, "restart": EVENT | {
              "from_size": int, "from_root": 32, "lost_size?": int, "lost_root?": 32}}
PARTY = {"vault?": 32, "recipient_pk?": 32, "name": str}
SLICE = {"size": int, "leaves": [int], "marks": [int], "hashes": [bytes]}
STATE = {"blind": 32, "grants_root": 32, "capacity": int, "ext_root": 32}
COMPLETE = {"commitments": [32, 16, 16], "rows": [{
    "slot": range(16), "blind": 16, "lines?": SLICE, "in": [{"i": int, "seq": int, "salt": 32}],
    "out": [{"i": int, "kind": range(2, 6), "ref": int, "salt": 32}]}, 0, 16]}
EVIDENCE = {"v": int, "origin": str, "note": bytes, "entries": [bytes], "slice": SLICE, "state": STATE, "seq": int,
            "parts": [{"j": int, "size": int, "commit_key": 32}], "meta?": 32}
SHOWN_GRANT = {"seq": int, "meta": 32, "k": int, "salt": 32, "path": [32, 0, 64]}
SEALED = {
    "grant": {"kind": str, "k": int, "grant_id": 16, "grantees": [dict, 1, 16], "records": [(int, int), 1, 4096],
              "actions": [str, 1], "purpose": [str, 1], "not_before": int, "not_after": int, "conditions": [{"kind": str}],
              "recheck_after?": int, "role?": str, "role_version?": int, "standing?": 16, "jurisdiction?": str,
              "supersedes?": int},
    "doc.add": {"kind": str, "title": str, "type": str, "provenance": str, "tags": [str], "date?": str, "author?": str,
                "source?": str, "supersedes?": int, "evidence?": range(512), "set?": 16, "category?": str, "sensitivity?": [str],
                "parts": [{"name": str, "media_type": str, "size": int, "coding": int, "dedupe": 32}, 1, 512],
                "received?": {"vault": 32, "bundle_id": 16, "actions": [str], "accepted": [str], "proxy?": 16}}}
CONDITIONS = {                                                  # grants.md 1.4
    "deny": dict.fromkeys(("categories?", "types?", "tags?", "sensitivity?"), [str]), "sensitive": {"allow": [str]},
    "max-shares": {"count": range(1, 2**53)},
    "proxy": {"powers": [str, 1], "purpose": [str, 1], "actions": [str, 1]}, "delegated": {"vault": 32, "grants": [16, 1, 1024]},
    "approvals": {"needed": range(1, 17), "by": [PARTY | {"vault": 32, "code?": None}, 1, 16]}}

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

def origin_of(vault):
    return "healthvault.invalid/" + base64.b32encode(vault).decode().rstrip("=").lower()

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
        self.origin = origin_of(self.vault)
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
        leaves = piece["leaves"]
        need(piece["size"] == size and leaves == [entry.seq for entry in self.entries] and leaves[-1] == size - 1, "bad_proof")
        need({epoch.seq for epoch in self.epochs[1:]} | {e["from_size"] for e in self.restarts} <= set(piece["marks"]), "bad_proof")
        roots = roots_of(piece, {entry.seq: sha(b"\0", entry.data) for entry in self.entries})
        need(roots[size] == root, "bad_proof")
        need(all(roots[e["from_size"]] == e["from_root"] for e in self.restarts), "bad_key")
        return roots
    def check_state(self, state):
        """The first half of step 10: grants.md section 3."""
        opened = state["blind"], state["grants_root"], u64(state["capacity"]), self.head, state["ext_root"]
        need(sha(label(b"state", *opened)) == self.entries[-1].state, "bad_state")
    def check_witnessed(self, note, roots):
        size, root = self.checkpoint(note, newest=False)
        need(size in roots, "bad_proof")
        need(roots[size] == root, "fork")

def slice_form(piece):
    """What can be seen in a slice alone."""
    size, leaves, marks = piece["size"], piece["leaves"], piece["marks"]
    need(len(piece) == 4, "bad_schema")
    need(len(marks) <= 4096, "limit_exceeded")
    need(size >= 1 and rising([*leaves, size]) and rising([0, *marks, size]) and fits(piece["hashes"], [32]), "bad_proof")
def roots_of(piece, known):
    """tree.md 3.1: the roots at the size and at every mark, for leaf hashes by number."""
    leaves, marks, hashes, seen = piece["leaves"], piece["marks"], iter(piece["hashes"]), {}

    def middle(low, high):
        return low + (1 << (high - low - 1).bit_length() - 1)

    def walk(low, high):
        if bisect_left(leaves, low) == bisect_left(leaves, high) and bisect_right(marks, low) >= bisect_left(marks, high):
            seen[low, high] = next(hashes, None)
            need(seen[low, high], "bad_proof")
        elif high - low == 1:
            seen[low, high] = known[low]
        else:
            seen[low, high] = sha(b"\1", walk(low, middle(low, high)), walk(middle(low, high), high))
        return seen[low, high]
    def mark_root(low, mark):
        return seen.get((low, mark)) or sha(b"\1", seen[low, middle(low, mark)], mark_root(middle(low, mark), mark))

    roots = {piece["size"]: walk(0, piece["size"])}
    need(next(hashes, None) is None, "bad_proof")
    return roots | {mark: mark_root(0, mark) for mark in marks}

# ---- inventories.md ----
def complete_form(complete):
    """Section 4, what can be seen in the map alone."""
    for row in complete["rows"]:
        for key in ("in", "out"):
            need(rising([line["i"] for line in row[key]]), "bad_schema")
        if (lines := row.get("lines")) is not None:
            slice_form(lines)
            need(not lines["marks"], "bad_proof")
    need(rising([row["slot"] for row in complete["rows"]]), "bad_schema")
def check_complete(complete, ext_root, shown, by_seq):
    """Section 5: how many documents are disclosed of how many; shown are the parts of each document, by its seq."""
    outcome = []
    need(sha(label(b"inventories", *complete["commitments"])) == ext_root, "bad_state")
    for row in complete["rows"]:
        slot, lines = bytes([row["slot"]]), row.get("lines")
        opened = [(line["i"], 1, line["seq"], line["salt"]) for line in row["in"]]
        opened += [(line["i"], line["kind"], line["ref"], line["salt"]) for line in row["out"]]
        seqs, refs, numbers = [one["seq"] for one in row["in"]], [one["ref"] for one in row["out"]], {one[0] for one in opened}
        need(len({*seqs}) == len(seqs) and shown.keys() >= {*seqs}, "bad_proof")
        need(len({*refs}) == len(refs) and not numbers & {*refs} and all(one["ref"] < one["i"] for one in row["out"]), "bad_proof")
        need(len(numbers) == len(opened) and (lines is not None or not opened), "bad_proof")
        known = {i: sha(b"\0", label(b"line", salt, slot, bytes([kind]), u64(ref))) for i, kind, ref, salt in opened}
        need(lines is None or lines["leaves"] == sorted(known), "bad_proof")
        size, root = (0, sha()) if lines is None else (lines["size"], roots_of(lines, known)[lines["size"]])
        made = sha(label(b"inventory", row["blind"], slot, u64(size), root))
        need(made == complete["commitments"][row["slot"]], "bad_state")
        outcome.append((sum(seq in by_seq and len(by_seq[seq].blobs) == shown[seq] for seq in seqs), size - 2 * len(refs)))
    return outcome

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
    value = sha(b"\0", label(b"grant", u64(k), b"\x01", u64(row["since"]), row["salt"]))
    for level, sibling in enumerate(path):
        value = sha(b"\1", sibling, value) if k >> level & 1 else sha(b"\1", value, sibling)
    need(value == state["grants_root"], "bad_state")
    return g

def is_known(condition):
    table = CONDITIONS.get(condition["kind"])
    need(table is None or fits(condition, MUST), "bad_schema")
    if table is None or not {"kind", "must", *(key.rstrip("?") for key in table)}.issuperset(condition.get("must") or ()):
        return False
    need(fits(condition, table), "bad_schema")
    need(condition["kind"] not in ("proxy", "delegated") or all(
        len({*words}) == len(words) for words in (condition[key] for key in table) if type(words) is list), "bad_schema")
    by = [party["vault"] for party in condition["by"]] if condition["kind"] == "approvals" else None
    return need(not by or len(by) == len(set(by)) >= condition["needed"], "bad_schema") or True

# ---- bundle.md section 7 ----
class Evidence:
    """Of one document: its map and its entries, or the code of what is wrong with it."""
    def __init__(self, data, parts):
        """Parts are size and SHA-256 of each part that came with it."""
        self.fault, self.origin = None, None
        try:
            self.map = check_map(decode(data, LARGE_ITEMS_MAX), EVIDENCE, ["grants"])
            slice_form(self.map["slice"])
            self.origin = self.map["origin"]
            self.chain = Chain(self.map)
            self.check(parts)
        except Bad as fault:
            self.fault = str(fault)
    def check(self, parts):
        chain, rows, seq = self.chain, self.map["parts"], self.map["seq"]
        chain.check_entries()
        chain.check_slice(self.map["slice"], *chain.checkpoint(self.map["note"]))
        chain.check_state(self.map["state"])
        need(seq in chain.by_seq and len(rows) == len(parts), "bad_proof")
        for row, (size, digest) in zip(rows, parts):
            proof = commitment(row["commit_key"], size, digest)
            need(row["size"] == size and chain.by_seq[seq].commits[row["j"]:row["j"] + 1] == [proof], "commitment_mismatch")
    def granted(self, ids):
        """The first of the owner's grants with one of these ids: proxies.md section 3 step 5."""
        rows = self.map.get("grants")
        need(fits(rows, [dict, 0, ITEMS_MAX]), "bad_schema")
        rows = [row for row in rows if row.get("path") is not None]
        need(fits(rows, [SHOWN_GRANT]), "bad_schema")
        proved = (prove_grant(row | {"since": row["seq"]}, self.chain.by_seq, self.map["state"]) for row in rows)
        return next((g for g in proved if g["grant_id"] in ids), None)
