# SPDX-License-Identifier: Apache-2.0
"""What a document is: recognise the kind of a file that is added, and describe it cheaply for lists.

`describe` is the door: bytes in, `Description` out, never a refusal. `probe` is the bounded look at the bytes,
`sniff` names the family from the first of them, and one module a family reads title, date, author and source:
`json_docs` (with `fhir`, `fhir_bundle`, `epcis`, `cdisc`, `shc`), `ndjson`, `xml_docs` (with `ccda`, `fhir_xml`,
`apple_health`), `hl7v2`, `pdf`, `plain`. Under them `json_walk`, `xml_walk`, `charset` and `dates` read their
notation with limits on size, depth and count.

The files come from strangers and stay as they are: nothing here changes, validates or verifies one, opens a
network connection or expands an entity. What a description says is the file's own word.
Spec: docs/spec/records.md.
"""
