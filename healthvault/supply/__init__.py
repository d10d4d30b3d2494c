# SPDX-License-Identifier: Apache-2.0
"""The way of a pack from its maker to the patient, as the parties along it tell it, and how warm it was.

`document` reads EPCIS (1.2 XML, 2.0 XML, 2.0 JSON-LD) into events of one form; `keys` brings the names of things
and places into one form; `prehash` gives an event its hash id; `custody` follows one pack through the events and
names what does not fit; `cold` sums up temperatures, `logger` reads those of a CSV file. Pure: no file, no clock.
An event is a claim of whoever wrote it: who signed the document is told by the caller, never found in the event.
Spec: docs/spec/supply.md.
"""
