# SPDX-License-Identifier: Apache-2.0
"""On what kind of file system a folder lies, where the system says so for nothing.

Spec: docs/spec/vault-folder.md section 12.
"""

import re
from pathlib import Path

__all__ = ["network_kind"]

_MOUNTS = Path("/proc/self/mounts")
_NETWORK = re.compile(
    r"(nfs4?|cifs|smb3|smbfs|ncpfs|afs|ceph|glusterfs|davfs|fuse\.(sshfs|rclone|davfs2?|smbnetfs|s3fs))"
)
_ESCAPE = re.compile(r"\\([0-7]{3})")


def network_kind(folder: Path) -> str | None:
    """Return the name of the network file system that holds a folder; None if there is none, or nobody says."""
    try:
        lines = _MOUNTS.read_text("utf-8", "surrogateescape").splitlines()
    except OSError:
        return None
    place = folder.resolve()
    kinds = {Path(_unescaped(line.split()[1])): line.split()[2] for line in lines if len(line.split()) > 2}
    kind = next((kinds[above] for above in (place, *place.parents) if above in kinds), "")
    return kind if _NETWORK.fullmatch(kind) else None


def _unescaped(text: str) -> str:
    return _ESCAPE.sub(lambda match: chr(int(match[1], 8)), text)
