# SPDX-License-Identifier: Apache-2.0
"""healthvault: a personal health vault for the command line.

One patient keeps an append-only, signed, hash-linked journal of encrypted medical documents and consent
grants in a folder, and hands out bundles that other people can check offline.

The tour, from the bottom up; imports point down only, and never to a neighbour of the same level:

- `errors` (0): the exception tree; every error carries a stable code.
- `codec`, `crypto` (1): canonical bytes; hashing, signing, sealing, key derivation. Only here: msgpack, nacl.
- `tlog`, `agefile` (2): RFC 6962 trees, slices and C2SP notes; age v1 files.
- `ledger`, `records` (3): the journal's rules; what kind of document a file is.
- `bundle`, `consent` (4): the bytes that leave the vault; who may see what, and the grant status tree.
- `storage` (5): one vault directory, a file a noun.
- `verify` (6): bundle, pins and clock in, verdicts out; needs no vault.
- `vault` (7): the owner's use cases.
- `cli` (8): the terminal.

Specification: docs/spec/. Decisions: docs/adr/.
"""

__version__ = "0.1.0"
