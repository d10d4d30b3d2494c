# SPDX-License-Identifier: Apache-2.0
"""Reading strangers' files in a process of their own: without the vault's keys, with limits of time and memory.

`frames` is what the two processes say to each other, `worker` is the process that reads, `reader` is our end of
it. A file that makes a library hang, grow or crash costs its description, and nothing else. It is no wall against
code that takes the worker over: that still runs as the same user. Spec: docs/spec/contents.md section 5.
"""
