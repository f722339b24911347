"""What applications and operators do with botflow beside the conversations: as Python methods here, as routes in `web`.

Start reading in `service.py`.
"""

from botflow.records.access import Principal, Role, Scope
from botflow.service.service import Service

__all__ = ["Principal", "Role", "Scope", "Service"]
