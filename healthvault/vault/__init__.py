# SPDX-License-Identifier: Apache-2.0
"""The owner's use cases: each module does one thing that `hv` offers, from values to disk and back.

`create` and `session` make and open a vault; `unlock` turns a secret into keys; `transaction` appends;
`projection` keeps the catalogue; `add`, `read`, `contacts`, `share`, `grants`, `receive`, `export`, `keyslots`
and `journal_log` are the commands; `audit` looks at everything and collects; `views` are the frozen results.

Paths, secrets and the clock are parameters. Spec: docs/architecture.md.
"""
