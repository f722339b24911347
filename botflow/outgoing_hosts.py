"""The hosts that a credential may be sent to: its field `hosts`, which those who write flows cannot change.

Without it a flow could send the secret to any host that it names. An entry is `api.example.com`, `*.example.com` for
all names below, with a port if it is not the scheme's own, or `*` for every host.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import urlsplit

FIELD = "hosts"
ANY = "*"
LONGEST = 2_000
_ENTRY = r"(?:\*|(?:(?:\*\.)?[A-Za-z0-9_.-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?)"
PATTERN = rf"{_ENTRY}(?:[, ]+{_ENTRY})*"
_PORTS = {"https": 443, "http": 80}


def may_be_sent_to(fields: Mapping[str, str], url: str) -> bool:
    """Say whether a credential with these fields may be sent to the host of `url`; any, if it lists none."""
    if FIELD not in fields:
        return True
    try:
        parts = urlsplit(url)
        host, port = _plain(parts.hostname or ""), parts.port or _PORTS.get(parts.scheme)
    except ValueError:
        return False
    if parts.username is not None:  # readers of addresses differ about where such a host begins
        return False
    return any(_matches(entry, host, port, parts.scheme) for entry in re.split("[, ]+", fields[FIELD].strip()))


def host_of(url: str) -> str:
    """Return the host of an address as an entry names it, for people: with its port if that is not the scheme's own."""
    parts = urlsplit(url)
    return parts.netloc.rpartition("@")[2].lower()


def _matches(entry: str, host: str, port: int | None, scheme: str) -> bool:
    if entry == ANY:
        return True
    named = urlsplit(f"//{entry.removeprefix('*.')}")
    if port != (named.port or _PORTS.get(scheme)):
        return False
    wanted = _plain(named.hostname or "")
    return bool(wanted) and (host.endswith(f".{wanted}") if entry.startswith("*.") else host == wanted)


def _plain(host: str) -> str:
    return host.rstrip(".").lower()
