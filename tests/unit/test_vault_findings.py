# SPDX-License-Identifier: Apache-2.0
"""Tests of healthvault.vault.findings."""

from healthvault.vault.findings import MAX_ALIKE, RESTORE, Findings


def test_many_of_a_kind() -> None:
    """After a hundred of the same kind in the same file the rest is one line."""
    findings = Findings()
    for number in range(MAX_ALIKE + 50):
        findings.add(f"keys/0.ks entry {number}", "vault_damaged", "m")
    findings.add("keys/0.ks entry 1", "bad_state", "m")
    findings.warn("keyring", "vault_damaged", "m", hint="h")
    assert MAX_ALIKE + 3 == len(findings.found)
    assert ("keys/0.ks", "and more of this kind") == (
        findings.found[MAX_ALIKE].where,
        findings.found[MAX_ALIKE].message,
    )
    assert (RESTORE, "error") == (findings.found[0].hint, findings.found[0].severity)
    assert ("h", "warning") == (findings.found[-1].hint, findings.found[-1].severity)


def test_the_folder_is_not_repeated() -> None:
    """A message does not say again where the vault is, nor which file is meant."""
    findings = Findings(root="/home/ana/vault")
    findings.add("keys/0.ks", "vault_damaged", "/home/ana/vault/keys/0.ks: the file is missing")
    findings.add("objects/0/1.pack entry 1", "vault_damaged", "see /home/ana/vault/keys/0.ks")
    assert ["the file is missing", "see keys/0.ks"] == [item.message for item in findings.found]
