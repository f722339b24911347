"""botflow's calls for one caller, in groups. Python and REST share them: a route only reads and writes JSON around one.

service = Service(runtime, caller)
page = await service.workflows.get_active_workflows()
"""

from __future__ import annotations

from functools import cached_property

from botflow.records.access import Principal
from botflow.runtime.app import Runtime
from botflow.service.api_keys import Keys
from botflow.service.drafts import Drafts
from botflow.service.publications import Publications
from botflow.service.versions import Versions
from botflow.service.workflows import Workflows


class Service:
    """The calls that `caller` may make, within its organization. Scopes are checked where calls come from outside."""

    def __init__(self, runtime: Runtime, caller: Principal) -> None:
        self._runtime = runtime
        self.caller = caller

    @cached_property
    def workflows(self) -> Workflows:
        return Workflows(self._runtime, self.caller)

    @cached_property
    def drafts(self) -> Drafts:
        return Drafts(self._runtime, self.caller)

    @cached_property
    def versions(self) -> Versions:
        return Versions(self._runtime, self.caller)

    @cached_property
    def publications(self) -> Publications:
        return Publications(self._runtime, self.caller)

    @cached_property
    def keys(self) -> Keys:
        return Keys(self._runtime, self.caller)
