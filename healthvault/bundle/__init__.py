# SPDX-License-Identifier: Apache-2.0
"""The bytes that leave the vault: identity cards and share bundles.

`card` is what people pin; `manifest` is the signed table of contents of a bundle; `container` is the one
valid tar around it; `evidence` is the proof that a received document keeps.

Pure: bytes and streams in, values out; who may open or believe what is decided in `verify`.
Spec: docs/spec/bundle.md and docs/spec/card.md.
"""
