"""What applications and operators do with botflow beside the conversations: as Python methods here, as routes in `web`.

Start reading in `service.py`. The names below are loaded when they are first used: a command that publishes needs
neither a server nor a runtime.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from botflow.interfaces.credential_modules import FieldType
    from botflow.records.access import Principal, Role, Scope
    from botflow.service.constants import ExecutionMode, ExecutionStatus, NodeCategory, NodeFamily, WorkflowStatus
    from botflow.service.service import Service

# The imports under TYPE_CHECKING above declare the same for type checkers.
_HOMES = {
    "ExecutionMode": "botflow.service.constants",
    "ExecutionStatus": "botflow.service.constants",
    "FieldType": "botflow.interfaces.credential_modules",
    "NodeCategory": "botflow.service.constants",
    "NodeFamily": "botflow.service.constants",
    "Principal": "botflow.records.access",
    "Role": "botflow.records.access",
    "Scope": "botflow.records.access",
    "Service": "botflow.service.service",
    "WorkflowStatus": "botflow.service.constants",
}

__all__ = [
    "ExecutionMode",
    "ExecutionStatus",
    "FieldType",
    "NodeCategory",
    "NodeFamily",
    "Principal",
    "Role",
    "Scope",
    "Service",
    "WorkflowStatus",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
