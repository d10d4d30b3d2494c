# SPDX-License-Identifier: Apache-2.0
"""A second verifier of share bundles (.hvb), for a reader who has seen nothing before.

It was written from docs/ alone and shares no code with the program: that is what it is for. Evidence, proxies and inventories
came later; where their texts left a question open, the program was looked at and the text was mended. It takes the steps of
docs/spec/bundle.md section 6.1 without pins, in two files: this one and `reader_proofs.py`. Of contacts it knows the
vault id and no keys, so no cosignature counts (step 12). In "documents" of its output stands one row for each part, in "complete" disclosed and total of each row there.
"""

import hashlib
import hmac
import re

from nacl import bindings as sodium

from tests.independent.reader_proofs import (
    COMPLETE, LARGE_ITEMS_MAX, SLICE, SMALL_MAX, STATE, Bad, Chain, Evidence, attempt, base64_of, chacha, check_complete, check_map,
    commitment, complete_form, decode, hkdf, is_code, label, need, open_enc, origin_of, prove_grant, rising, sha, signed, slice_form)

MANIFEST_MAX, CHUNK, SKEW_MS = 2**26, 2**16, 600_000
EVIDENCE_MAX, KEPT_MAX, EVIDENCE_TYPE = 2**22, 2**25, "application/vnd.healthvault.evidence"
VERSION_LINE = b"age-encryption.org/v1\n"
KEYED = rb"-> (?:X25519 ([A-Za-z0-9+/]{43})|scrypt ([A-Za-z0-9+/]{22}) ([1-9][0-9]*))\n([A-Za-z0-9+/]{43})\n"
FILE_NAME = r"[A-Za-z0-9][A-Za-z0-9._-]{0,59}"
PURPOSES = {"TREAT", "ETREAT", "CAREMGT", "HPAYMT", "HOPERAT", "HRESCH", "PUBHLTH", "PATRQT", "FAMRQT"}
EXITS = {"no_key": 24, "fork": 23} | dict.fromkeys(
    ("not_addressed", "unknown_signer", "unknown_owner", "time_unknown", "stale"), 21) | dict.fromkeys(
    ("condition_unknown", "not_grantee", "grant_not_yet", "grant_expired", "purpose_not_covered", "out_of_scope", "denied_by_rule",
     "sensitivity_not_named", "action_not_granted", "not_delegated", "outside_delegation"), 22)
CATEGORIES = set("allergy medication condition lab imaging letter immunisation procedure directive vitals claim other".split())
LABELS = {"mental-health", "sexual-health", "genetics", "substance-use"}

# ---- tables of bundle.md ----
PART = {"j": range(512), "size": range(2**33), "file": str, "commit_key": 32, "title": str, "media_type": str}
MANIFEST = {
    "v": int, "bundle_id": 16, "origin": str, "created_ms": int, "signer": int, "note": bytes, "entries": [bytes, 1],
    "audience": {"recipients?": [{"vault?": 32, "recipient_pk": 32, "sign_pk?": 32}, 1, 64], "code?": True},
    "slice": SLICE, "state": STATE, "complete?": COMPLETE,
    "grants": [{"seq": int, "meta": 32, "k": int, "since": int, "salt": 32, "path": [32, 0, 64]}],
    "docs": [{"seq": int, "meta?": 32, "status": str, "type": str, "parts": [PART, 1, 512]}],
    "witnessed": [{"note": bytes, "tsr?": bytes}], "extras": [{"file": str, "size": range(2**33), "sha256": 32}],
    "attestations": [bytes], "message": str}

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
    m = check_map(decode(data[:-64], LARGE_ITEMS_MAX), MANIFEST)
    recipients, code = m["audience"].get("recipients"), m["audience"].get("code")
    keys, parts = sorted(row["recipient_pk"] for row in recipients or ()), [[p["j"] for p in row["parts"]] for row in m["docs"]]
    seqs = [[row["seq"] for row in m[name]] for name in ("grants", "docs")]
    need((recipients is None) != (code is None) and all(map(rising, [keys, *seqs, *map(sorted, parts)])), "bad_schema")
    need(sum(map(len, parts)) <= 999_999, "bad_schema")
    extras = sorted(row["file"] for row in m["extras"])
    names = [*extras, *(part["file"] for row in m["docs"] for part in row["parts"])]
    need(all(re.fullmatch(FILE_NAME, name) for name in names) and rising(extras), "bad_container")
    slice_form(m["slice"])
    if m.get("complete") is not None:
        complete_form(m["complete"])
    return m, data[:-64], data[-64:]

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

def terms_codes(g, is_grantee, t, asked=None, action=None):
    """grants.md section 4, the rules that look at no document and at no status."""
    unknown = set(g["actions"]) - {"view", "keep", "forward"} or set(g["purpose"]) - PURPOSES or g["known"] != g["conditions"]
    rules = {"condition_unknown": unknown, "not_grantee": not is_grantee, "grant_not_yet": t < g["not_before"],
             "grant_expired": t >= g["not_after"], "purpose_not_covered": asked is not None and asked not in g["purpose"],
             "action_not_granted": action is not None and action not in g["actions"]}
    return {code for code, broken in rules.items() if broken}
def names(g, seq):
    return any(first <= seq < first + count for first, count in g["records"])
def of_kind(g, kind):
    return [condition for condition in g["known"] if condition["kind"] == kind]
def rechecks(g, tip, t):
    return tip.ts_ms < (g.get("recheck_after") or 0) <= t

def consent_codes(docs, grants, ours, t, purpose, by_seq):
    """grants.md section 4; ours is what may name the opener, None when the bundle is not addressed to it."""
    judged = []
    for g in grants:
        named = {("code", True) if is_code(party) else ("vault", party["vault"]) if party.get("vault") is not None
                 else ("recipient_pk", party["recipient_pk"]) for party in g["grantees"]}
        judged.append((g, terms_codes(g, ours is None or named & ours, t, purpose)))
    found = set() if docs else set().union(*(codes for _, codes in judged))
    for row in docs:
        about = [codes | kept_out(g, row, by_seq) for g, codes in judged if names(g, row["seq"])]
        if all(about):                                          # none of them holds
            found |= set().union(*about) or {"out_of_scope"}
    return found

def delegation_codes(docs, grants, evidence, sender, t, contacts):
    """proxies.md section 3, over the grants that are given for somebody else."""
    found = set()
    for g in grants:
        for condition in of_kind(g, "delegated"):
            acts = [act_codes(g, condition, evidence.get(row["seq"]), sender, t) for row in docs if names(g, row["seq"])]
            stranger = {"unknown_owner"} if acts and not any(acts) and condition["vault"] not in contacts else set()
            found |= stranger.union(*acts)
    return found
def act_codes(g, condition, proof, sender, t):
    if proof is None:                                                                                   # 1
        return {"not_delegated"}
    if proof.fault:                                                                                     # 2
        return {proof.fault}
    if proof.chain.vault != condition["vault"] or proof.chain.vault == sender:                          # 3
        return {"not_delegated"}
    try:
        owners = proof.granted(condition["grants"])                                                     # 4
    except Bad as fault:
        return {str(fault)}
    within = {key: set.intersection(*(set(one[key]) for one in of_kind(owners, "proxy"))) if owners and of_kind(owners, "proxy")
              else set() for key in ("powers", "purpose", "actions")}
    if "share" not in within["powers"]:                                                                 # 5
        return {"not_delegated"}
    is_grantee = any(not is_code(party) and party.get("vault") == sender for party in owners["grantees"])
    beyond = (set(g["purpose"]) - within["purpose"] or set(g["actions"]) - within["actions"] or of_kind(g, "proxy")
              or g["not_before"] < owners["not_before"] or g["not_after"] > owners["not_after"])
    rules = {"out_of_scope": not names(owners, proof.map["seq"]), "outside_delegation": beyond,         # 7, 8, 9 (6: pins)
             "stale": rechecks(owners, proof.chain.entries[-1], t)}
    return terms_codes(owners, is_grantee, t, action="forward") | {code for code, broken in rules.items() if broken}

def read_members(stream, m, by_seq):
    """Step 15, second half. A row for each part, and the evidence by document."""
    rows, evidence, kept = [], {}, 0
    for row in m["extras"]:
        need(sha(stream.member("extras/" + row["file"], row["size"])) == row["sha256"], "commitment_mismatch")
    for row in m["docs"]:
        need(entry := by_seq.get(row["seq"]), "bad_proof")
        parts = []
        for part in row["parts"]:
            need(part["j"] < len(entry.commits), "bad_schema")
            data = stream.member(f"docs/{len(rows) + 1:06d}-{part['file']}", part["size"])
            need(commitment(part["commit_key"], len(data), sha(data)) == entry.commits[part["j"]], "commitment_mismatch")
            rows.append({"seq": row["seq"], "sha256": sha(data).hex(), "size": len(data)})
            parts.append((len(data), sha(data)))
        if part["media_type"] == EVIDENCE_TYPE and len(data) <= EVIDENCE_MAX:
            kept += len(data)
            evidence |= {row["seq"]: Evidence(data, parts[:-1])} if kept <= KEPT_MAX else {}
    stream.end()
    return rows, evidence

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
    codes, documents, whole = set(), [], []
    try:
        documents, whole = run(bytes(data), codes, now_ms, code, secrets, own, contacts, purpose)
    except Bad as fault:
        codes.add(str(fault))
    exits = [EXITS.get(name, 20) for name in codes]
    result = {"exit": next((number for number in (24, 20, 23, 22, 21) if number in exits), 0), "codes": sorted(codes)}
    return result | {"documents": documents, "complete": whole} if result["exit"] in (0, 21, 22) else result

def check_tip(chain, m):
    chain.check_state(m["state"])
    shown = {row["seq"]: len(row["parts"]) for row in m["docs"]}
    return check_complete(m["complete"], m["state"]["ext_root"], shown, chain.by_seq) if m.get("complete") is not None else []

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
    tip = chain.entries[-1]
    signed_entries = step(chain.check_entries)                                                                  # 7 (6, 11: pins)
    checkpoint = signed_entries and step(chain.checkpoint, m["note"])                                           # 8
    roots = checkpoint and step(chain.check_slice, m["slice"], *checkpoint)                                     # 9
    whole = step(check_tip, chain, m) if roots else None                                                                # 10
    step(lambda: [chain.check_witnessed(row["note"], roots) for row in m["witnessed"] if roots])                # 12
    grants = [step(prove_grant, row, chain.by_seq, m["state"]) for row in m["grants"]] if signed_entries else [None] # 13
    vaults = [row.get("vault") for row in m["audience"].get("recipients") or () if row["recipient_pk"] == opener]   # 14
    ours = {("vault", own), ("recipient_pk", opener)} if vaults and vaults[0] in (None, own) else None
    ours = {("code", True)} if opener is None and m["audience"].get("code") else ours
    step(need, ours, "not_addressed")
    if None not in grants:
        codes |= consent_codes(m["docs"], grants, ours, now_ms, purpose, chain.by_seq)
    step(lambda: [check_document(row, chain.by_seq.get(row["seq"])) for row in m["docs"] if signed_entries])    # 15
    documents, evidence = signed_entries and step(read_members, stream, m, chain.by_seq) or (None, {})          # 15, and 2
    step(need, chain.vault in contacts, "unknown_signer")                                                       # 16
    step(need, not signed_entries or tip.ts_ms <= now_ms + SKEW_MS, "time_unknown")                                                   # 17
    step(need, None in grants or not any(rechecks(g, tip, now_ms) for g in grants), "stale")
    origins = [proof.origin for proof in evidence.values() if proof.fault == "bad_signature"]                   # 18
    step(need, not any(origin_of(vault) in origins for vault in contacts), "bad_signature")
    if None not in grants:
        codes |= delegation_codes(m["docs"], grants, evidence, chain.vault, now_ms, contacts)
    return documents, whole
