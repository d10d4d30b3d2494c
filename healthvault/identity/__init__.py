# SPDX-License-Identifier: Apache-2.0
"""Whose record it is: what a file says of its subject, held against what the owner says of herself.

`matching` gives the verdict, a comparison of words by fixed rules with its reasons. `names`, `births` and
`numbers` say what is the same in spite of how it is written. No probability, no score, no list of other people.
Spec: docs/spec/identity.md.
"""
