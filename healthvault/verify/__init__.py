# SPDX-License-Identifier: Apache-2.0
"""The recipient's use case: a bundle, what was seen before and a clock in; separate verdicts out.

`bundle` takes the steps of the specification in order; `authorship`, `inclusion`, `consistency`, `consent`
and `documents` each answer for theirs; `verdicts` is the report; `pins` is the memory and `context` what the
reader brings along. Nothing is summed up as "OK".

Needs no vault and no file: streams and values only. Spec: docs/spec/bundle.md section 6.
"""
