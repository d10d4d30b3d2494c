# SPDX-License-Identifier: Apache-2.0
"""age v1 files: what leaves the vault for people, and the payload format of everything stored in it.

`file` puts the parts together: `encrypt` to recipients, `decrypt` with identities. `header` is the text in
front (stanzas and a MAC) and `recipients` are those who can open it, by X25519 key or by passphrase; `stream`
is the payload in 64 KiB chunks, also used alone for the vault's objects; `bech32` spells keys as `age1...`;
`source` is what all of it reads from. Any age tool reads what this writes. Armor, plugins and other kinds of
recipient are left out; stanzas of unknown kinds are skipped.

Pure over streams: no file is opened here. Spec: docs/spec/age.md; source: c2sp.org/age.
"""
