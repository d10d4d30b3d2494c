# SPDX-License-Identifier: Apache-2.0
"""The journal's rules: what an entry is, how it links, who may sign it, what it seals.

`header` and `entry` are the bytes of one entry; `secrets` derives what may be disclosed of it; `meta` seals
its private part and `kinds`, `documents` and `party` say what stands in there; `events` and `keychain`
decide whose signature counts; `state` commits to the consent status; `ids` names things for people.

Pure: no file, no clock. Spec: docs/spec/journal.md and docs/spec/keys.md.
"""
