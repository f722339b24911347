"""Install pip into the virtual environment that runs this, from the package registry.

For a Debian without python3-venv: there `python3 -m venv` works only without pip. PIP_INDEX_URL names another registry.
"""

import hashlib
import os
import re
import subprocess
import sys
import tempfile
import urllib.parse
import urllib.request
from pathlib import Path

WHEEL = "pip-25.3-py3-none-any.whl"
SHA256 = "9655943313a94722b7774661c21049070f6bbb0a1516bf02f7c8d5d9201514cd"


def fetch(url: str) -> bytes:
    with urllib.request.urlopen(url, timeout=60) as response:
        content: bytes = response.read()
    return content


def main() -> None:
    listing = os.environ.get("PIP_INDEX_URL", "https://pypi.org/simple").rstrip("/") + "/pip/"
    links = re.findall(r'href="([^"]+)"', fetch(listing).decode())
    link = next((link for link in links if link.split("#")[0].endswith(WHEEL)), None)
    if link is None:
        sys.exit(f"error: {listing} has no {WHEEL}")
    content = fetch(urllib.parse.urljoin(listing, link.split("#")[0]))
    if hashlib.sha256(content).hexdigest() != SHA256:
        sys.exit(f"error: {WHEEL} from {listing} is not the file that was published")
    with tempfile.TemporaryDirectory() as folder:
        wheel = Path(folder) / WHEEL
        wheel.write_bytes(content)
        command = [sys.executable, f"{wheel}/pip", "install", "--quiet", "--no-index", str(wheel)]
        subprocess.run(command, check=True)


if __name__ == "__main__":
    main()
