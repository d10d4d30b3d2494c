# SPDX-License-Identifier: Apache-2.0
"""Names of things in trade: what a code on a pack or a device says, and whether a recall names it.

`codes` takes a scanned or printed text apart into elements (the only home of `biip`); `check_digits`, `dates` and
`trade_items` say what the elements mean; `epcs` reads the same out of the names in supply chain events; `recalls`
says whether a recall is about a thing. Nothing here knows whether a pack is genuine: a code can be copied.

Spec: docs/spec/packs.md.
"""
