# SPDX-License-Identifier: Apache-2.0
"""The use cases beyond the folder of documents, above the vault and below the terminal: a few files for each area.

An area is a package of pure rules (`medicines`, `trials`, …) and, here, what carries values between them and
the vault: documents and forms in; documents, forms, grants and bundles out. Nothing below imports an area, so each
can be taken away without the vault noticing; none needs an entry, a bundle or a grant of its own kind.
"""
