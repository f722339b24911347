"""The routes of the OpenAI API: `/v1/...`, at the root, because its clients know one base URL for all models."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.exceptions import HTTPException
from starlette.routing import BaseRoute, Route
from starlette.types import Receive, Scope, Send

from botflow_protocols.openai.completions import Complete
from botflow_protocols.openai.errors import OpenAIErrors
from botflow_protocols.openai.models import ListModels, ShowModel
from botflow_protocols.openai.responses import Respond, ShowResponse


def routes() -> Sequence[BaseRoute]:
    return (
        Route("/v1/models", OpenAIErrors(ListModels()), methods=["GET"]),
        Route("/v1/models/{model}", OpenAIErrors(ShowModel()), methods=["GET"]),
        Route("/v1/chat/completions", OpenAIErrors(Complete()), methods=["POST"]),
        Route("/v1/responses", OpenAIErrors(Respond()), methods=["POST"]),
        Route("/v1/responses/{response}", OpenAIErrors(ShowResponse()), methods=["GET"]),
        Route("/v1/{path:path}", OpenAIErrors(NotThere())),
    )


class NotThere:
    """The rest of the OpenAI API, which workflows do not speak."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        raise HTTPException(404)
