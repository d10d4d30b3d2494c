# SPDX-License-Identifier: Apache-2.0
"""Clinics that sign health cards with keys of their own, and files about them. Nothing here tests anything."""

import base64
import json
import zlib
from dataclasses import dataclass, field

from joserfc import jws
from joserfc.jwk import ECKey
from joserfc.registry import HeaderParameter

CARD_TYPE = "https://smarthealth.cards#health-card"
NBF = 1_700_000_000
CONTENT = {
    "resourceType": "Bundle",
    "type": "collection",
    "entry": [
        {"resource": {"resourceType": "Patient", "name": [{"family": "Silva", "given": ["Ana"]}]}},
        {"resource": {"resourceType": "Observation", "status": "final", "code": {"text": "Ferritin"}}},
    ],
}


@dataclass(kw_only=True)
class Clinic:
    """An issuer with one key."""

    iss: str = "https://clinic.example/issuer"
    key: ECKey = field(default_factory=lambda: ECKey.generate_key("P-256", private=True))

    @property
    def kid(self) -> str:
        """The thumbprint of its key, by the library."""
        return self.key.thumbprint()

    @property
    def public(self) -> dict:
        """Its key as it publishes it."""
        known = self.key.as_dict(private=False)
        return {
            "kty": "EC",
            "crv": "P-256",
            "use": "sig",
            "alg": "ES256",
            "x": known["x"],
            "y": known["y"],
            "kid": self.kid,
        }

    def jwks(self, **more: object) -> bytes:
        """Return its JWKS; `more` changes members of the key."""
        return json.dumps({"keys": [{**self.public, **more}]}).encode()

    def revoking(self, *rids: str, ctr: int = 1) -> bytes:
        """Return its list of revoked cards."""
        return json.dumps({"kid": self.kid, "method": "rid", "ctr": ctr, "rids": rids}).encode()

    def payload(self, **more: object) -> dict:
        """Return what a card says; `more` changes members, and `rid` that of its `vc`."""
        rid = {"rid": more.pop("rid")} if "rid" in more else {}
        vc = {"type": [CARD_TYPE], "credentialSubject": {"fhirVersion": "4.0.1", "fhirBundle": CONTENT}, **rid}
        return {"iss": self.iss, "nbf": NBF, "vc": vc, **more}

    def card(self, **more: object) -> str:
        """Return a card, a compact JWS."""
        return self.signed(deflated(json.dumps(self.payload(**more)).encode()))

    def signed(self, payload: bytes, **header: object) -> str:
        """Return a JWS over a payload as it is."""
        registry = jws.JWSRegistry(
            header_registry={"zip": HeaderParameter("", "str")}, algorithms=["ES256"], strict_check_header=False
        )
        full = {"alg": "ES256", "zip": "DEF", "kid": self.kid, **header}
        return jws.serialize_compact(full, payload, self.key, registry=registry)


def deflated(data: bytes) -> bytes:
    """Return data as raw DEFLATE."""
    packer = zlib.compressobj(9, wbits=-15)
    return packer.compress(data) + packer.flush()


def card_file(*tokens: str, **more: object) -> bytes:
    """Return a `.smart-health-card` file."""
    return json.dumps({"verifiableCredential": tokens, **more}).encode()


def qr_text(token: str) -> str:
    """Return the text of a QR code."""
    return "shc:/" + "".join(f"{ord(char) - 45:02}" for char in token)


def flipped(token: str, part: int) -> str:
    """Return a token with one bit of one of its parts flipped, as decoded."""
    parts = token.split(".")
    data = bytearray(base64.urlsafe_b64decode(parts[part] + "=" * (-len(parts[part]) % 4)))
    data[len(data) // 2] ^= 1
    parts[part] = base64.urlsafe_b64encode(bytes(data)).decode().rstrip("=")
    return ".".join(parts)
