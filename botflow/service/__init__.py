"""What applications and operators do with botflow beside the conversations: as Python methods here, as routes in `web`.

Start reading in `service.py`. It brings the whole runtime, so it is imported on its first use: commands do without it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from botflow.records.access import Principal, Role, Scope

if TYPE_CHECKING:
    from botflow.service.service import Service

__all__ = ["Principal", "Role", "Scope", "Service"]


def __getattr__(name: str) -> Any:
    if name != "Service":
        raise AttributeError(f"module 'botflow.service' has no attribute {name!r}")
    from botflow.service.service import Service

    return Service
