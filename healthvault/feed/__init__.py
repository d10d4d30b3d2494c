# SPDX-License-Identifier: Apache-2.0
"""What leaves as lines for a program to read: which of them fit (`fitting`), and what is taken out (`redaction`).

Pure and deterministic: the same lines in give the same lines out. Spec: docs/spec/context.md.
"""
