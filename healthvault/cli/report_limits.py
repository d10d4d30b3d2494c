# SPDX-License-Identifier: Apache-2.0
"""What each report shows and cannot show, and what none of them says about the law."""

from healthvault.cli.limits import Limits

__all__ = ["ACCESS", "DATA_MAP", "RETENTION"]

_LAW = (
    ". A record that a patient keeps is generally outside HIPAA, household use outside GDPR, and recipients have"
    " duties of their own; this is not legal advice"
)
DATA_MAP = Limits(
    proves="what this vault holds and what this machine knows of copies, today",
    does_not_prove="what recipients made of their copies, backups made by other programs, remnants on disks, or"
    f" that labels are right{_LAW}",
)
ACCESS = Limits(
    proves="what this vault's key logged as handed out, under which grants, and what recipients signed about it",
    does_not_prove="who else read a copy, what was printed, exported or shown without being handed out by hv, or"
    f" true times: they are by the clocks of who wrote them{_LAW}",
)
RETENTION = Limits(
    proves="which documents, grants and contacts are as asked for; nothing was deleted",
    does_not_prove="that any of it may or must be deleted: how long to keep what is for you and the law of your"
    f" place to say{_LAW}",
)
