# SPDX-License-Identifier: Apache-2.0
"""The transparency log: RFC 6962 trees, C2SP signed notes, checkpoints, cosignatures and proofs.

`tree` hashes leaves and nodes and computes roots from any source of nodes; `proof` makes and checks the
inclusion and consistency proofs of RFC 9162; `slice` is our proof for many leaves and many older sizes at
once; `note` is the C2SP signed note, on which `checkpoint` and `cosignature` stand; `tlogproof` is the text
file that other tools read. Everything here is pure: bytes and frozen values in, frozen values or an error out.

Spec: docs/spec/tree.md.
"""
