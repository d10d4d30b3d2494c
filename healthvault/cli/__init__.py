# SPDX-License-Identifier: Apache-2.0
"""The terminal: arguments in, one call of `healthvault.vault`, a rendered result out.

`main` is the entry point and the one place that turns errors into lines and exit codes (`exits`). `commands` is
the map of commands; each command is one file, imported when it is used, and imports the vault only when it runs.
`command`, `options` and `settings` carry what all commands share; `terminal` prints (`objects` to JSON or rows,
`render` to a screen); `prompt` and `secret_sources` ask; `paths` and `clock` look at the machine. Nothing below
this package reads the environment, the clock or the terminal. Contract: docs/reference/cli.md.
"""
