# SPDX-License-Identifier: Apache-2.0
"""What somebody should know who meets the owner in an emergency, and the page that says it without any software.

`sheet` is what the owner wrote down; `card` is the part of it that one page shows, as JSON; `sealed` puts that
under a code or under shares; `symbols` draws QR codes, `limits` says what no page can promise, `page` is the HTML.
"""
