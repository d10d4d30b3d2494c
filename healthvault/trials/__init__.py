# SPDX-License-Identifier: Apache-2.0
"""Trials, as rules: consent and its history, who may be eligible. Pure: no file, no clock, no terminal."""
