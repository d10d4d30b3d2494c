# SPDX-License-Identifier: Apache-2.0
"""For all tests: no example of hypothesis is timed, since a machine that is busy is not a fault of ours."""

from hypothesis import settings

settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")
