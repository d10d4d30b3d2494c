# SPDX-License-Identifier: Apache-2.0
"""Advance directives and the like: what one says (`record`), and which of several holds (`force`).

Pure. Nothing here says that a directive binds anybody: which form, witnesses and paper that needs is a matter of
the law of the place. Spec: docs/spec/directives.md.
"""
