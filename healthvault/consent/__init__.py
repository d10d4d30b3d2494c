# SPDX-License-Identifier: Apache-2.0
"""Who may see what: the terms of a grant, the judgement over them, and the tree that commits to their status.

`purposes` maps plain words to HL7 codes; `grant` is the sealed terms; `decision` judges them as a pure
function; `status` keeps the slots whose root stands, blinded, in every entry.

Pure: no file, no clock. Spec: docs/spec/grants.md.
"""
