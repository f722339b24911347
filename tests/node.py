"""The Node.js that playwright's wheel brings, so that no test depends on the machine's."""

from __future__ import annotations

from playwright._impl._driver import compute_driver_executable

NODE = compute_driver_executable()[0]
