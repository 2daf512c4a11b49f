"""Who types a command: what stands beside a decision that only a person may take."""

import os
import pwd
import re
import socket


def whoever() -> str:
    """`ana@clinic-1`: the account and the host, as the operating system knows them."""
    try:
        account = pwd.getpwuid(os.getuid()).pw_name
    except KeyError:  # a container may give its user no name
        account = str(os.getuid())
    return re.sub(r"[^A-Za-z0-9@._-]", "", f"{account}@{socket.gethostname()}")[:80]
