# SPDX-License-Identifier: Apache-2.0
"""Claims: what was billed and paid, told once, added up exactly, and held against what the records say.

`money` and `paper` are the values; `fhir` and `table` read them from what documents state; `joining` makes one
case of a claim and its answers; `totals` adds up; `checking` holds the rules, each in a file of its own; `dispute`
is the statement that goes to an insurer. Everything here is what somebody wrote: nothing proves that it is so.
"""
