"""Files for actions by their address. Those that visitors of the organization's chats have sent are read from the
database, as no request leads from a server to itself; others from the web.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from botflow.errors import ProviderError
from botflow.outgoing_files import WebFile, read_web_file
from botflow.outgoing_targets import LONGEST_URL, Network
from botflow.records.files import OWN_PATH
from botflow.storage.files import Files

# A host or the path of a mount may stand before it: the unguessable id alone says which file it is.
_ADDRESS = re.compile(rf"[^\s?#]{{0,300}}?{OWN_PATH}(?:\?[^\s#]*)?")


class FilesByAddress:
    """Reads the files that an action of a session may have."""

    def __init__(self, files: Files, session: int, networks: Sequence[Network]) -> None:
        self._files = files
        self._session = session
        self._networks = networks

    async def read(self, url: str, largest: int) -> WebFile:
        """Return the file; ProviderError `file.unknown`, `.too_large`, or as `read_web_file`."""
        address = _ADDRESS.fullmatch(url) if len(url) <= LONGEST_URL else None
        found = await self._files.of_organization(self._session, address[1]) if address is not None else None
        if found is None:
            if url.startswith("/"):
                raise ProviderError("there is no such file, or it has been deleted", code="file.unknown")
            return await read_web_file(url, self._networks, largest)
        if found.size > largest:
            raise ProviderError(f"the file has {found.size} bytes, more than {largest}", code="file.too_large")
        pieces: list[bytes] = []
        while (piece := await self._files.piece(found.id, len(pieces))) is not None:
            pieces.append(piece)
        content = b"".join(pieces)
        if len(content) != found.size:
            raise ProviderError("the file has just been deleted", code="file.unknown")
        return WebFile(found.name, found.content_type, content)
