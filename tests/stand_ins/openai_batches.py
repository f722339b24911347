"""A local OpenAI for tests of its batch API: files and batches as the published API describes them.

    with BatchStandIn(looks=2) as openai:
        ...                                    # a botflow with openai.environment
        assert openai.created == 1

A batch is completed at the `looks`-th look, and answers each with the length of its last line. Source:
https://platform.openai.com/docs/api-reference/batch
"""

from __future__ import annotations

import json
import re
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any

API_KEY = "sk-local-0123456789abcdef"
CREATED_AT = 1_700_000_000
_FILE = re.compile(rb'name="file"; filename="[^"]+"\r\n(?:[^\r\n]+\r\n)*\r\n(.*?)\r\n--', re.DOTALL)


@dataclass(slots=True)
class BatchStandIn:
    """OpenAI's files and batches on 127.0.0.1."""

    looks: int = 2
    loses_answers: int = 0  # how many created batches the client never hears of
    files: dict[str, bytes] = field(default_factory=dict)
    batches: dict[str, dict[str, Any]] = field(default_factory=dict)
    seen: dict[str, int] = field(default_factory=dict)
    _server: ThreadingHTTPServer | None = None

    def __enter__(self) -> BatchStandIn:
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._server is not None
        self._server.shutdown()
        self._server.server_close()

    @property
    def environment(self) -> dict[str, str]:
        assert self._server is not None
        return {"OPENAI_API_KEY": API_KEY, "OPENAI_BASE_URL": f"http://127.0.0.1:{self._server.server_address[1]}/v1"}

    @property
    def created(self) -> int:
        return len(self.batches)

    def upload(self, body: bytes) -> dict[str, Any]:
        """Keep the file of a multipart form."""
        [content] = _FILE.findall(body)
        assert b'name="purpose"\r\n\r\nbatch' in body
        return self._kept(content)

    def create(self, asked: dict[str, Any]) -> dict[str, Any]:
        assert asked["input_file_id"] in self.files
        assert (asked["endpoint"], asked["completion_window"]) == ("/v1/chat/completions", "24h")
        name = f"batch_{len(self.batches) + 1}"
        about = {"object": "batch", "status": "validating", "created_at": CREATED_AT}
        self.batches[name] = {"id": name, **about, **asked}
        return self.batches[name]

    def look(self, name: str) -> dict[str, Any]:
        """Return the batch: under way, then completed with its output file."""
        self.seen[name] = self.seen.get(name, 0) + 1
        batch = self.batches[name]
        if self.seen[name] >= self.looks and batch["status"] != "completed":
            lines = self.files[batch["input_file_id"]].decode().splitlines()
            output = "\n".join(json.dumps(_answer(json.loads(line))) for line in reversed(lines))
            batch.update(status="completed", output_file_id=self._kept(output.encode())["id"])
        elif batch["status"] == "validating":
            batch["status"] = "in_progress"
        return batch

    def _kept(self, content: bytes) -> dict[str, Any]:
        name = f"file-{len(self.files) + 1}"
        self.files[name] = content
        about = {"object": "file", "purpose": "batch", "filename": "batch.jsonl", "status": "processed"}
        return {"id": name, "bytes": len(content), "created_at": CREATED_AT, **about}


def _answer(line: dict[str, Any]) -> dict[str, Any]:
    """Return a line of the output: in any order, told apart by `custom_id`."""
    message = {"role": "assistant", "content": str(len(line["body"]["messages"][-1]["content"].splitlines()[-1]))}
    body = {"object": "chat.completion", "choices": [{"index": 0, "message": message, "finish_reason": "stop"}]}
    return {"custom_id": line["custom_id"], "response": {"status_code": 200, "body": body}, "error": None}


def _handler(openai: BatchStandIn) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_: object) -> None:
            """Tests print their own."""

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if self.path == "/v1/files":
                self._write(json.dumps(openai.upload(body)).encode())
                return
            assert self.path == "/v1/batches"
            created = openai.create(json.loads(body))
            if openai.loses_answers:
                openai.loses_answers -= 1
                self.close_connection = True
                self.connection.close()
                return
            self._write(json.dumps(created).encode())

        def do_GET(self) -> None:
            match self.path.partition("?")[0].split("/")[2:]:
                case ["batches"]:
                    listed = {"object": "list", "data": [*openai.batches.values()], "has_more": False}
                    self._write(json.dumps(listed).encode())
                case ["batches", name]:
                    self._write(json.dumps(openai.look(name)).encode())
                case ["files", name, "content"]:
                    self._write(openai.files[name], "application/octet-stream")

        def _write(self, body: bytes, content_type: str = "application/json") -> None:
            self.send_response(200)
            self.send_header("Content-Type", content_type)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    return Handler
