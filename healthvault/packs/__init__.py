# SPDX-License-Identifier: Apache-2.0
"""Packs of medicines that the owner scanned, and lists of what is recalled: pure rules.

`scan_form` is what one scan leaves in the vault, `recall_lists` what a list of recalls is, `verdicts` what can be
said of a code, each question apart, and `merging` what several scans say of one pack together. A code that passes
every question proves no pack genuine: a copy of a genuine code passes them too.

Spec: docs/spec/packs.md.
"""
