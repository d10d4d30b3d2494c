# SPDX-License-Identifier: Apache-2.0
"""Medicines: what prescriptions, dispenses and stops of many sources say, as one list on any day, and what is odd.

`wording` says which names mean one medicine, `telling` what one source says, `form` writes and reads what is kept
here, `fhir` reads what hospitals say, `sameness` joins what is told twice, `linking` puts dispenses and stops to
prescriptions, `course` says what became of one by a day, `listing` makes the list, `flags` looks for what is odd.

Pure, and no clinician: nothing here knows what a medicine does, or that two of them do not go together.
Spec: docs/spec/medicines.md.
"""
