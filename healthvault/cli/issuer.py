# SPDX-License-Identifier: Apache-2.0
"""`hv issuer`: whose signatures on health cards the owner believes. One file a command: `issuer_NAME.py`."""

from healthvault.cli.command import hv_group

__all__ = ["issuer"]

_LINES = {
    "add": "Believe the keys in a file, or a list of revoked cards.",
    "list": "List the issuers that you believe.",
    "remove": "Believe an issuer, or a file, no longer.",
}


@hv_group("hv issuer add jwks.json --iss https://clinic.example/issuer", "hv issuer list", lines=_LINES)
def issuer() -> None:
    """Say whose signatures on health cards you believe: clinics, laboratories, authorities.

    All of it is by files that you bring; nothing is fetched. A card counts as signed only by a key that is pinned
    for exactly the issuer that the card names, never by a certificate that it brings along.
    """
