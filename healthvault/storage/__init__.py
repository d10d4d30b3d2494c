# SPDX-License-Identifier: Apache-2.0
"""One vault folder on disk: where each thing lies, how it is written so that a crash cannot hurt, who writes.

`layout` names the files and `files` alone touches them (`version` says whose folder it is, `lock` that there is
one writer, `orphans` keeps what is set aside). `journal` holds the entries and `treecache` the hashes over
them; `keystore` holds the secret of each entry. `blobs` seals one document, `packs` writes the documents of a
transaction, `objects` finds and reads them (`relay` lets a second core help). `keyring` and its `slots` (with
`passphrase` and `keyfile`) open the vault, `identity` is what they open. `selfpin` remembers the last checkpoint
outside the vault; `sealedfile` and `pins` what was seen of other vaults. `catalogue` is the index for searching.

Nothing here decides: entries, signatures and consent are judged above and below. Spec: docs/spec/vault-folder.md.
"""
