# SPDX-License-Identifier: Apache-2.0
"""Whether two places are of one party: as far as their names tell.

An EPC URN tells the company prefix; a Digital Link does not, because its length is not told. Then nobody knows.
"""

from healthvault.supply.keys import canonical, company_of

__all__ = ["are_one_party"]


def are_one_party(one: str, other: str) -> bool | None:
    """Return whether two places belong to one company; None where their names do not tell.

    Args:
        one: As an event writes it.
        other: Likewise.
    """
    if canonical(one) == canonical(other):
        return True
    companies = company_of(one), company_of(other)
    return None if None in companies else companies[0] == companies[1]
