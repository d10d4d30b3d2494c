# SPDX-License-Identifier: Apache-2.0
"""Devices in or on the owner: what their identifiers say, and the card that tells of an implant. Pure rules.

`carriers` reads a device identifier (UDI), `said` what a FHIR Device of anybody says, `cards` makes the form that
the owner keeps and the lines of it that are printed.

Spec: docs/spec/devices.md.
"""
