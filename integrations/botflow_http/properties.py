"""What a flow writes about a request."""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import Field, JsonValue, model_validator

from botflow.flow.fields import Duration, Marker, Properties, WrongProperty
from botflow.flow.templates.template import is_template
from botflow.flow.widgets import Widget
from botflow_http.address import fault_of

Method = Literal["GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"]
SAFE: frozenset[str] = frozenset(("GET", "HEAD", "OPTIONS"))  # RFC 9110, 9.2.1
LONGEST_S = 120.0
MOST_RETRIES = 5
MOST_REDIRECTS = 10
MOST_NAMES = 100  # of headers, of a query, of a form
MOST_FILES = 10
IDEMPOTENCY_KEY = "Idempotency-Key"
HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}")  # RFC 9110, 5.6.2
# They belong to the connection, or say where the message ends: a second one could hide a second request.
OURS = frozenset(
    ("host", "content-length", "transfer-encoding", "connection", "keep-alive", "upgrade", "te", "trailer", "expect")
)
_BODIES = ("json", "form", "multipart")
Mapped = Annotated[JsonValue, Marker("template", also=("response",))]


class FilePart(Properties):
    """A file of a multipart form, fetched from its address: what a person has sent, as `{{ photo.url }}`."""

    file: str
    """The address of the file. May be a template."""
    name: str = ""
    """The name that the service gets. Without it: the last part of the address. May be a template."""
    content_type: str = ""
    """The MIME type. Without it: the one with which the file is served."""


class RequestProperties(Properties):
    """The request, how long it may take, and what of the response is stored."""

    url: Annotated[str, Widget("template-input", placeholder="https://api.example.com/orders/{{ order }}")]
    """The address. The host is written out; values may stand in the path and in the query, and each of them stays one
    value. An address that is one template, such as `{{ $order.body.next }}`, is taken whole, if there is no
    `credential`."""
    method: Method = "GET"
    """The method of HTTP."""
    query: Annotated[dict[str, JsonValue], Field(max_length=MOST_NAMES)] = Field(default_factory=dict)
    """More of the query, by name: a text, a number, true, false, or a list of those. A value that is null is left out.
    Templates in it are rendered."""
    headers: Annotated[dict[str, str], Field(max_length=MOST_NAMES)] = Field(default_factory=dict)
    """Headers, by name. May be templates. A secret belongs into the node's `credential`."""
    json_body: JsonValue = Field(default=None, alias="json")
    """The body as JSON. A text that is one template keeps the type of its value: `{qty: "{{ qty }}"}` sends a
    number."""
    form: Annotated[dict[str, JsonValue], Field(max_length=MOST_NAMES)] = Field(default_factory=dict)
    """The body as a form, like `query`."""
    multipart: Annotated[dict[str, FilePart | str], Field(max_length=MOST_NAMES)] = Field(default_factory=dict)
    """The body as a form with files: by name a text, or a file as `{file: "{{ photo.url }}"}`. At most 10 files."""
    timeout: Annotated[Duration, Field(le=LONGEST_S)] = 10.0
    """How long all of it may take, with retries, redirections and pauses; at most 2 minutes."""
    retries: Annotated[int, Field(ge=0, le=MOST_RETRIES)] = 2
    """How often a request that failed is sent again, within the timeout."""
    retry_on: Annotated[tuple[Annotated[int, Field(ge=400, le=599)], ...], Field(max_length=20)] | None = None
    """The statuses after which a request is sent again. Without it: 429, 502, 503 and 504 for GET, HEAD, OPTIONS and
    requests with an `idempotencyKey`, and 429 and 503 for others, which were not taken then. Connections that fail are
    tried again in the same way. `Retry-After` is heeded, if it is not later than the timeout."""
    idempotency_key: bool | str = False
    """True to send a key in the header `Idempotency-Key`, or the name of another header. It is the same in every
    attempt, also after a crash, so that the service can do the same thing once."""
    redirects: Annotated[int, Field(ge=0, le=MOST_REDIRECTS)] = 0
    """How many redirections are followed. One to another host gets neither the credential nor the headers, and a body
    is not sent there."""
    variable: str | None = None
    """The variable for the body of the response."""
    output: dict[str, Mapped] = Field(default_factory=dict)
    """Variables by name: templates over the response, such as `{price: "{{ $response.body.price }}"}`. It has
    `status`, `headers` and `body`."""

    @property
    def key_header(self) -> str | None:
        """The header that carries the idempotency key."""
        return IDEMPOTENCY_KEY if self.idempotency_key is True else self.idempotency_key or None

    @property
    def is_repeatable(self) -> bool:
        """True if the service does the same thing once when it gets the request twice."""
        return self.method in SAFE or self.key_header is not None

    @model_validator(mode="after")
    def _fits(self) -> RequestProperties:
        fault = fault_of(self.url)
        if fault is not None:
            raise WrongProperty(fault, "url")
        for name in self.headers:
            _check_header(name, "headers", name)
        if isinstance(self.idempotency_key, str):
            _check_header(self.idempotency_key, "idempotencyKey")
        self._check_body()
        return self

    def _check_body(self) -> None:
        given = [name for name in _BODIES if self._has(name)]
        if len(given) > 1:
            raise WrongProperty(f"a request has one body: {' or '.join(given)}", given[1])
        if given and self.method in SAFE:
            raise WrongProperty(f"{self.method} has no body: use query, or another method", given[0])
        if sum(isinstance(part, FilePart) for part in self.multipart.values()) > MOST_FILES:
            raise WrongProperty(f"a request has at most {MOST_FILES} files", "multipart")
        for name in self.headers if self.multipart else ():
            if name.lower() == "content-type":
                raise WrongProperty("multipart has a content type of its own: leave it out", "headers", name)
        for name, part in self.multipart.items():
            if isinstance(part, FilePart) and not is_template(part.file) and (fault := fault_of(part.file)):
                raise WrongProperty(fault, "multipart", name, "file")

    def _has(self, body: str) -> bool:
        return "json_body" in self.model_fields_set if body == "json" else bool(getattr(self, body))


def _check_header(name: str, *at: str) -> None:
    if not HEADER_NAME.fullmatch(name):
        raise WrongProperty(f"{name[:60]!r} is no name of a header", *at)
    if name.lower() in OURS or name.lower().startswith("proxy-"):
        raise WrongProperty(f"the header {name} is set by the connection: leave it out", *at)
