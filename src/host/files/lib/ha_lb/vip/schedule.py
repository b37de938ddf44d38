"""When to ask or tell the cloud again. Pure."""

from __future__ import annotations

# While an address is to be moved.
FIRST_RETRY_SECONDS = 0.3
LONGEST_RETRY_SECONDS = 10.0
# Credentials do not mend themselves within a second. One denial alone may be the cloud's own mistake.
DENIED_SECONDS = (10.0, 30.0)
FIRST_DENIED_SECONDS = (1.0, 2.0)
# Reads while all is well: often after a change, then ever less often. A standby reads to prove that it could take over.
FIRST_READ_SECONDS = 1.0
MASTER_READ_SECONDS = 30.0
BACKUP_READ_SECONDS = 60.0
# A read that contradicts what was known is made again.
CONFIRM_SECONDS = 0.5


def retry_delay(failures: int, denied: bool, chance: float) -> float:
    """After so many failures in a row; `chance` is from 0 up to 1."""
    if denied:
        least, most = FIRST_DENIED_SECONDS if failures == 1 else DENIED_SECONDS
        return least + (most - least) * chance
    delay = min(LONGEST_RETRY_SECONDS, FIRST_RETRY_SECONDS * 2.0 ** min(failures - 1, 10))
    return delay * (0.8 + 0.4 * chance)


def longest_interval(master: bool) -> float:
    return MASTER_READ_SECONDS if master else BACKUP_READ_SECONDS
