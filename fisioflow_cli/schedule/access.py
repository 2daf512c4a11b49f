"""Whether a user of this host may read or start a file, as its owner, groups and modes say it."""

import os
import pwd
from dataclasses import dataclass
from pathlib import Path

READ, START = 4, 1
ANYBODY = 0o111


class NoSuchUser(LookupError):
    """This host has no user of that name."""


@dataclass(frozen=True, kw_only=True)
class Account:
    """A user, with all the groups."""

    name: str
    number: int
    groups: frozenset[int]

    def may(self, path: Path, bit: int) -> bool:
        """Whether the user may do it; True where that cannot be told.

        Of others than whoever asks the access lists are not looked at.
        """
        if self.number == os.geteuid():
            return os.access(path, bit)
        try:
            if self.number == 0:
                return bit == READ or bool(path.stat().st_mode & ANYBODY)
            folders = {*path.absolute().parents, *path.resolve().parents}
            reachable = all(self._allowed(folder.stat(), START) for folder in folders)
            return reachable and self._allowed(path.stat(), bit)
        except OSError:
            return True

    def _allowed(self, found: os.stat_result, bit: int) -> bool:
        if found.st_uid == self.number:
            return bool(found.st_mode >> 6 & bit)
        shift = 3 if found.st_gid in self.groups else 0
        return bool(found.st_mode >> shift & bit)


def account(name: str | None) -> Account:
    """The user of this name, None: whoever asks; NoSuchUser if there is none."""
    if name is None:
        own = {os.getegid(), *os.getgroups()}
        return Account(name="this user", number=os.geteuid(), groups=frozenset(own))
    try:
        entry = pwd.getpwuid(int(name)) if name.isdecimal() else pwd.getpwnam(name)
    except (KeyError, OverflowError):
        raise NoSuchUser(name) from None
    groups = os.getgrouplist(entry.pw_name, entry.pw_gid)
    return Account(name=name, number=entry.pw_uid, groups=frozenset(groups))


def exists(path: Path) -> bool:
    """Whether there is such a file; True where whoever asks may not look."""
    try:
        path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    except (OSError, ValueError):
        return True
    return True
