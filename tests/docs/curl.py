"""As much of curl as the README uses: `curl -s [-X METHOD] URL [-H HEADER]... [-d BODY]`."""

from __future__ import annotations

import argparse
import sys
import urllib.request


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("url")
    parser.add_argument("-s", action="store_true")
    parser.add_argument("-X", dest="method")
    parser.add_argument("-H", dest="headers", action="append", default=[])
    parser.add_argument("-d", dest="body")
    arguments = parser.parse_args()
    request = urllib.request.Request(
        arguments.url,
        data=arguments.body.encode() if arguments.body is not None else None,
        headers=dict(header.split(": ", 1) for header in arguments.headers),
        method=arguments.method,
    )
    with urllib.request.urlopen(request, timeout=60) as response:
        sys.stdout.write(response.read().decode())


if __name__ == "__main__":
    main()
