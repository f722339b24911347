"""The node type http.request: what it renders before the call, and what becomes of the response."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Mapping
from types import MappingProxyType
from typing import Any

from botflow.engine.asks import Answer, Ask, Invoke
from botflow.engine.node_type import ActionContext, Leave, NodeFailure, NodeType, Outcome
from botflow.engine.scene import Scene
from botflow.errors import UsageError
from botflow.flow.node_spec import Advice, Output, Outputs, Surroundings
from botflow.nodes.custom.action import needed, validated
from botflow_http.address import HINT, is_whole, rendered_address, text_of, without_values
from botflow_http.keeping import MOST_KEPT, is_too_large, kept_output
from botflow_http.properties import FilePart, RequestProperties
from botflow_http.tokens import Tokens

TOO_LARGE_TO_KEEP = (
    f"a conversation keeps at most {MOST_KEPT:,} bytes of a response: name the parts that the flow needs in `output`"
)
_GRACE_S = 5.0  # by which our own timeout, which names the failure better, comes before the runtime's


class HttpRequest(NodeType):
    """Sends a request to a service, and reads its response.

    {id: order, type: http, actionType: request, credential: Shop,
     properties: {method: POST, url: "https://shop.example.com/orders", json: {item: "{{ item }}", qty: "{{ qty }}"},
                  idempotencyKey: true, output: {order_id: "{{ $response.body.id }}"}},
     on: {next: thanks, error: sorry}}

    The output has `status`, `headers` and `body`: JSON is read, other texts are kept as they are, and a body that is
    neither is null. The node leaves by `error` for a status from 300 on and for a request without a response; then
    `code` says why, and `message` in words. Requests lead to the public internet by https; operators allow other
    networks by BOTFLOW_FLOW_NETWORKS.
    """

    name = "http.request"
    title = "HTTP request"
    section = "Services"
    icon = "globe"
    capabilities = ("asks the world",)
    handle_labels = MappingProxyType({"next": "A response came", "error": "It failed"})
    properties = RequestProperties

    def __init__(self) -> None:
        self._tokens = Tokens()

    def handles(self, properties: RequestProperties) -> tuple[str, ...]:
        return ("next", "error")

    def sets(self, properties: RequestProperties) -> tuple[str, ...]:
        return tuple(dict.fromkeys((*((properties.variable,) if properties.variable else ()), *properties.output)))

    def outputs(self, properties: RequestProperties) -> Outputs:
        return {
            "status": Output("integer", "the status of the response"),
            "headers": Output("object", "its headers, by their names in lower case"),
            "body": Output("any", "what it says: JSON is read, another text is kept as it is"),
            "code": Output("text", "on `error`: why"),
            "message": Output("text", "on `error`: why, in words"),
        }

    def advice(self, properties: RequestProperties, around: Surroundings) -> Iterable[Advice]:
        for name in properties.headers:
            if name.lower() in ("authorization", "cookie"):
                yield Advice(
                    ("headers", name),
                    f"everybody who reads this flow reads the secret in {name}",
                    "store it as a credential, and name that as the node's `credential`",
                    code="http.secret_in_flow",
                )
        if properties.url.lower().startswith("http:"):
            yield Advice(
                ("url",),
                "http is not encrypted, and reaches only networks that BOTFLOW_FLOW_NETWORKS allows",
                "write https://",
                code="http.not_encrypted",
            )

    def destination(self, properties: RequestProperties) -> str:
        return without_values(properties.url)

    def visit(self, properties: RequestProperties, scene: Scene) -> Generator[Ask, Answer, Outcome]:
        answer = yield Invoke(
            type=self.name,
            properties=_rendered(properties, scene),
            variables={},
            timeout_s=properties.timeout + _GRACE_S,
        )
        if answer.failure is not None:
            raise NodeFailure(answer.failure.message, code=answer.failure.code)
        output: Mapping[str, Any] = {"status": None, "headers": {}, "body": None, **answer.value}
        if "code" in output:
            return _failed(output, scene)
        variables = scene.render_also(dict(properties.output), response=output)
        if properties.variable:
            variables[properties.variable] = output["body"]
        kept = kept_output(output, scene)
        if kept is None or is_too_large(variables, scene):
            return _failed({**output, "code": "http.too_large", "message": TOO_LARGE_TO_KEEP}, scene)
        for name, value in variables.items():
            scene.set(name, value)
        return Leave("next", kept)

    async def invoke(self, ask: Invoke, context: ActionContext | None = None) -> Any:
        """Send the request. The runtime calls this when the turn yields an Invoke."""
        try:
            from botflow_http.call import call  # it imports httpx2
        except ModuleNotFoundError as missing:
            raise UsageError(
                f"requests cannot be sent from here: {missing.name} is not installed",
                code="http.not_installed",
                hint="pip install 'botflow[http]'",
            ) from None
        return await call(validated(RequestProperties, ask.properties), needed(context), self._tokens)


def _failed(output: Mapping[str, Any], scene: Scene) -> Leave:
    """Leave by `error` with all that is known of the response; as any failure where nothing is connected."""
    if scene.connected("error") and scene.node.retry is None:
        body = None if is_too_large(output["body"], scene) else output["body"]
        return Leave("error", {**output, "body": body, "node": scene.node.id})
    raise NodeFailure(str(output["message"]), code=str(output["code"]))


def _rendered(properties: RequestProperties, scene: Scene) -> dict[str, Any]:
    """Return the properties of the request with their templates rendered, as a document has them."""
    if scene.node.credential is not None and is_whole(properties.url):
        raise NodeFailure(f"with a credential the address is not taken from elsewhere: {HINT}", code="http.url")
    written = properties.model_dump(
        mode="json", by_alias=True, exclude_unset=True, exclude={"url", "headers", "multipart", "output", "variable"}
    )
    if "json" in written:
        written["json"] = scene.render_value(written["json"])
    return {
        **written,
        "url": rendered_address(properties.url, scene.render_value),
        "query": _fields("query", properties.query, scene),
        "headers": {name: _header(name, scene.render(value)) for name, value in properties.headers.items()},
        "form": _fields("form", properties.form, scene),
        "multipart": {name: _part(name, part, scene) for name, part in properties.multipart.items()},
    }


def _header(name: str, value: str) -> str:
    """Return the value of a header; NodeFailure `http.header` for one that could begin another header."""
    stripped = value.strip()
    if any((letter < " " and letter != "\t") or letter == "\x7f" for letter in stripped):
        raise NodeFailure(f"the header {name} has a line break or another control character", code="http.header")
    return stripped


def _fields(place: str, written: Mapping[str, Any], scene: Scene) -> dict[str, list[str]]:
    """Return the texts of each name; NodeFailure `http.value` for an object."""
    fields: dict[str, list[str]] = {}
    for name, value in scene.render_value(dict(written)).items():
        items = value if isinstance(value, list) else [] if value is None else [value]
        texts = [text_of(item) for item in items]
        if None in texts:
            raise NodeFailure(f"{place}.{name} is an object: it takes a text, a number, or a list", code="http.value")
        fields[name] = [text for text in texts if text is not None]
    return {name: texts for name, texts in fields.items() if texts}


def _part(name: str, part: FilePart | str, scene: Scene) -> str | dict[str, str]:
    if isinstance(part, str):
        text = text_of(scene.render_value(part))
        if text is None:
            raise NodeFailure(f"multipart.{name} is an object: it takes a text or a file", code="http.value")
        return text
    return {
        "file": rendered_address(part.file, scene.render_value),
        "name": scene.render(part.name),
        "contentType": part.content_type,
    }
