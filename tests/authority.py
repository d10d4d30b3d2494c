# SPDX-License-Identifier: Apache-2.0
"""A timestamping authority of a test, by `openssl ts`: independent of the library that checks it. Not a test."""

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

OPENSSL = shutil.which("openssl")
needs_openssl = pytest.mark.skipif(OPENSSL is None, reason="the authority of these tests is made with openssl")
CONFIG = """
[req]
distinguished_name=dn
prompt=no
[dn]
CN=Test Root
[v3_ca]
basicConstraints=critical,CA:TRUE
keyUsage=critical,keyCertSign,cRLSign
subjectKeyIdentifier=hash
[v3_tsa]
basicConstraints=critical,CA:FALSE
keyUsage=critical,digitalSignature
extendedKeyUsage=critical,timeStamping
subjectKeyIdentifier=hash
authorityKeyIdentifier=keyid
[tsa1]
serial=./serial
signer_cert=./tsa.pem
signer_key=./tsa.key
signer_digest=sha256
default_policy=1.2.3.4.1
digests=sha256
ess_cert_id_alg=sha256
"""


@dataclass(frozen=True, kw_only=True)
class Authority:
    """A root certificate and a key that stamps under it."""

    folder: Path

    @property
    def root(self) -> Path:
        """The root certificate, PEM."""
        return self.folder / "root.pem"

    def stamp(self, request: bytes) -> bytes:
        """Return the response to a request."""
        (self.folder / "in.tsq").write_bytes(request)
        self.run(
            "ts", "-reply", "-queryfile", "in.tsq", "-config", "ca.cnf", "-section", "tsa1", "-out", "out.tsr"
        )
        return (self.folder / "out.tsr").read_bytes()

    def run(self, *arguments: str) -> None:
        """Run openssl in the folder."""
        subprocess.run([OPENSSL or "openssl", *arguments], cwd=self.folder, check=True, capture_output=True)


def new_authority(folder: Path) -> Authority:
    """Make an authority in a new folder."""
    folder.mkdir()
    (folder / "ca.cnf").write_text(CONFIG)
    (folder / "serial").write_text("01\n")
    made = Authority(folder=folder)
    key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-config", "ca.cnf")
    made.run("req", "-x509", *key, "-keyout", "root.key", "-out", "root.pem", "-extensions", "v3_ca")
    made.run("req", *key, "-keyout", "tsa.key", "-out", "tsa.csr", "-subj", "/CN=Test Authority")
    sign = ("-CA", "root.pem", "-CAkey", "root.key", "-CAcreateserial", "-extfile", "ca.cnf")
    made.run("x509", "-req", "-in", "tsa.csr", *sign, "-out", "tsa.pem", "-extensions", "v3_tsa")
    return made
