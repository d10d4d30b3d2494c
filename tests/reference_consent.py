# SPDX-License-Identifier: Apache-2.0
"""Who may have what: a second evaluator, of plain maps, made from docs/spec/grants.md alone. Not a test.

It imports nothing of the program. A grant is `{"id", "seq", "status", "terms", "shares", "approved"}`; `terms` is
its sealed map, and nobody counts shares and approvals that are None.
"""

PURPOSES = {"TREAT", "ETREAT", "CAREMGT", "HPAYMT", "HOPERAT", "HRESCH", "PUBHLTH", "PATRQT", "FAMRQT"}
CATEGORIES = {"allergy", "medication", "condition", "lab", "imaging", "letter", "immunisation", "procedure"}
CATEGORIES |= {"directive", "vitals", "claim", "other", "protocol"}
LABELS = {"mental-health", "sexual-health", "genetics", "substance-use"}
KEYS = {
    "deny": {"kind", "must", "categories", "types", "tags", "sensitivity"},
    "sensitive": {"kind", "must", "allow"},
    "max-shares": {"kind", "must", "count"},
    "approvals": {"kind", "must", "needed", "by"},
}


def is_unknown(condition: dict) -> bool:
    """Of a kind of later, or with a key of later that matters."""
    return condition["kind"] not in KEYS or not set(condition.get("must") or ()) <= KEYS[condition["kind"]]


def names(grantee: dict, party: dict) -> bool:
    """Section 1.2."""
    if grantee.get("code") or party.get("code"):
        return bool(grantee.get("code") and party.get("code"))
    key = "recipient_pk" if grantee.get("vault") is None else "vault"
    return grantee[key] == party.get(key)


def rules(grant: dict, ask: dict) -> dict[str, bool]:
    """Section 4, of a grant that names the party and the document: which rules deny, in their order."""
    terms, document = grant["terms"], ask["document"]
    of = {kind: [c for c in terms["conditions"] if c["kind"] == kind and not is_unknown(c)] for kind in KEYS}
    category = document["category"]
    words = {
        "categories": {category} if category in CATEGORIES else {category, "other"},
        "types": {document["type"]},
        "tags": set(document["tags"]),
        "sensitivity": set(document["sensitivity"]),
    }
    named = set(LABELS) if of["sensitive"] else set()
    for condition in of["sensitive"]:
        named &= set(condition["allow"])
    shares, approved = grant["shares"], grant["approved"]
    actions, purposes = set(terms["actions"]), set(terms["purpose"])
    unknown = any(map(is_unknown, terms["conditions"]))
    return {
        "condition_unknown": unknown or actions - {"view", "keep", "forward"} or purposes - PURPOSES,
        "grant_superseded": grant["status"] == 3,
        "grant_revoked": grant["status"] not in {1, 3},
        "grant_expired": ask["at"] >= terms["not_after"],
        "grant_not_yet": ask["at"] < terms["not_before"],
        "denied_by_rule": any(words[key] & set(c.get(key) or ()) for c in of["deny"] for key in words),
        "sensitivity_not_named": words["sensitivity"] - named,
        "purpose_not_covered": ask["purpose"] is not None and ask["purpose"] not in purposes,
        "action_not_granted": ask["action"] is not None and ask["action"] not in actions,
        "shares_used_up": shares is not None and any(shares >= c["count"] for c in of["max-shares"]),
        "approval_missing": approved is not None
        and any(len({p["vault"] for p in c["by"]} & approved) < c["needed"] for c in of["approvals"]),
    }


def decide(grants: list[dict], ask: dict) -> tuple[bool, str, str | None]:
    """Return whether it is allowed, the rule, and the grant: of the nearest the newest."""
    judged = []
    for grant in grants:
        terms = grant["terms"]
        is_listed = any(first <= ask["document"]["seq"] < first + count for first, count in terms["records"])
        if is_listed and any(names(grantee, ask["party"]) for grantee in terms["grantees"]):
            denies = list(rules(grant, ask).items())
            first = next((place for place, (_, broken) in enumerate(denies) if broken), len(denies))
            judged.append((first, grant["seq"], [*denies, ("granted", True)][first][0], grant["id"]))
    _, _, rule, nearest = max(judged, default=(0, 0, "no_grant", None))
    return rule == "granted", rule, nearest
