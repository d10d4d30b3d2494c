# SPDX-License-Identifier: Apache-2.0
"""Primitives: the only package that imports nacl, and the only home of labels and key derivation.

`hashing` hashes, MACs and derives; `signing` is strict Ed25519; `aead` seals; `agreement` is X25519;
`password` stretches; `words` turns secrets into BIP39 words. Everything takes and returns bytes. Nothing
here is an algorithm of ours: libsodium (through PyNaCl), hashlib, hmac and mnemonic do the work.

Spec: docs/spec/cryptography.md.
"""
