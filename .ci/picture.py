"""Make docs/chat.png, the README's picture: a conversation with the demo on its own page, in a headless Chromium.

.venv/bin/python .ci/picture.py (after .ci/install test)
"""

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Page, expect, sync_playwright

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from tests.web.chat.chromium import ARGUMENTS, find_chromium  # noqa: E402 -- the tests' browser is used

PICTURE = ROOT / "docs" / "chat.png"
SERVE = [sys.executable, "-m", "botflow", "serve", str(ROOT / "examples" / "demo.yaml"), "--dev", "--port", "0"]


def converse(page: Page) -> None:
    """Order cake: by button, in words, and with an answer that does not fit."""
    page.get_by_role("button", name="Cake").click()
    for reply, typed in (
        ("How many?", "a lot"),
        ("whole number", "two"),
        ("What name", "are you open on Sunday?"),
        ("every day but Monday", ""),
    ):
        expect(page.locator(".entry[data-id] .bubble", has_text=reply)).to_have_count(1)
        if typed:
            page.locator("#text").fill(typed)
            page.locator("#text").press("Enter")
    page.locator("#text").fill("Ann")
    page.wait_for_timeout(500)  # until the last bubble has moved in


def main() -> None:
    chromium = find_chromium()
    with (
        tempfile.TemporaryDirectory() as folder,
        subprocess.Popen(SERVE, cwd=folder, stdout=subprocess.PIPE, text=True) as server,
        sync_playwright() as playwright,
    ):
        assert server.stdout is not None
        address = re.findall(r"http://\S+", server.stdout.readline())[0]
        browser = playwright.chromium.launch(
            executable_path=chromium.program, args=list(ARGUMENTS), env={**os.environ, **chromium.environment}
        )
        page = browser.new_page(viewport={"width": 700, "height": 810}, device_scale_factor=1.5, color_scheme="light")
        page.goto(address)
        converse(page)
        page.screenshot(path=PICTURE)
        browser.close()
        server.terminate()
    print(f"{PICTURE.relative_to(ROOT)}: {PICTURE.stat().st_size // 1024} kB")


if __name__ == "__main__":
    main()
