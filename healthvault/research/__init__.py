# SPDX-License-Identifier: Apache-2.0
"""Research sharing: one person's coded records for one study, under a pseudonym of that study alone.

`keys` derives all that a study needs from one random secret; `record` turns what documents state into records
without identifiers or free text, with the help of `codes`, `ucum` and `days`; `duo` holds the terms of use;
`study` is what the owner keeps; `sublog` the study's own log; `export` the file that a researcher gets, `reading`
what is told of it; `withdrawal` the notice that ends it; `singling` says what could single her out all the same.
Pure.

Spec: docs/spec/research.md.
"""
