"""Put uv or pip into the virtual environment that runs this, from the package registry: `fetch.py uv`, `fetch.py pip`.

Both come as wheels of a known hash. pip is fetched only where uv cannot be had and Python comes without ensurepip, as
Debian's does without python3-venv. PIP_INDEX_URL names another registry.
"""

import hashlib
import io
import os
import platform
import re
import subprocess
import sys
import tempfile
import urllib.parse
import urllib.request
import zipfile
from pathlib import Path

PIP = ("pip-25.3-py3-none-any.whl", "9655943313a94722b7774661c21049070f6bbb0a1516bf02f7c8d5d9201514cd")
UV = {  # the two for Linux are static: they run with glibc and with musl
    ("linux", "x86_64"): (
        "uv-0.13.9-py3-none-musllinux_1_1_x86_64.whl",
        "2c45530751517d6c3bbc69a19473f6effe47cce047bede01ffd8af7ea7b36b25",
    ),
    ("linux", "aarch64"): (
        "uv-0.13.9-py3-none-manylinux_2_17_aarch64.manylinux2014_aarch64.musllinux_1_1_aarch64.whl",
        "5435c5ce14a56431208ca0996416d310f1598e8c2c8ba707688985a16bb82dbe",
    ),
    ("darwin", "x86_64"): (
        "uv-0.13.9-py3-none-macosx_10_12_x86_64.whl",
        "c16ed11e013557536b3e60065f1b912f6407bd6518e041b961e23ef9e6b4fbf5",
    ),
    ("darwin", "arm64"): (
        "uv-0.13.9-py3-none-macosx_11_0_arm64.whl",
        "66c512266d633bef48384a1f53003f41f2a8e7b36fe6e7fbfd3e0fd52d96fa63",
    ),
}


def download(url: str) -> bytes:
    with urllib.request.urlopen(url, timeout=60) as response:
        content: bytes = response.read()
    return content


def fetch(project: str, wheel: str, sha256: str) -> bytes:
    """Return the wheel as the registry has it; end the script when it is missing or another file."""
    listing = f"{os.environ.get('PIP_INDEX_URL', 'https://pypi.org/simple').rstrip('/')}/{project}/"
    try:
        links = re.findall(r'href="([^"]+)"', download(listing).decode())
        link = next((link for link in links if link.split("#")[0].endswith(wheel)), None)
        if link is None:
            sys.exit(f"{listing} has no {wheel}")
        content = download(urllib.parse.urljoin(listing, link.split("#")[0]))
    except OSError as error:
        sys.exit(f"{listing} cannot be read: {error}")
    if hashlib.sha256(content).hexdigest() != sha256:
        sys.exit(f"{wheel} from {listing} is not the file that was published")
    return content


def install_uv() -> None:
    """Write bin/uv. The wheel holds a single program, so there is nothing to install."""
    machine = (sys.platform, platform.machine())
    if machine not in UV:
        sys.exit(f"no uv for {' '.join(machine)}")
    wheel, sha256 = UV[machine]
    print(f"Fetching {'-'.join(wheel.split('-')[:2])} from the package registry.", file=sys.stderr, flush=True)
    with zipfile.ZipFile(io.BytesIO(fetch("uv", wheel, sha256))) as files:
        [program] = [name for name in files.namelist() if name.endswith(".data/scripts/uv")]
        target = Path(sys.prefix) / "bin" / "uv"
        target.write_bytes(files.read(program))
    target.chmod(0o755)


def install_pip() -> None:
    """Let the wheel of pip install itself."""
    name, sha256 = PIP
    with tempfile.TemporaryDirectory() as folder:
        wheel = Path(folder) / name
        wheel.write_bytes(fetch("pip", name, sha256))
        command = [sys.executable, f"{wheel}/pip", "install", "--quiet", "--no-index", str(wheel)]
        subprocess.run(command, check=True)


if __name__ == "__main__":
    {"uv": install_uv, "pip": install_pip}[sys.argv[1]]()
