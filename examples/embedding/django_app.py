# Run it: cd examples/embedding && uvicorn django_app:application, and open http://127.0.0.1:8000/bot/
from typing import Any

from django.conf import settings
from django.core.asgi import get_asgi_application
from django.http import HttpRequest, HttpResponse
from django.urls import path

import botflow

# A project of one file; in yours, this is asgi.py, and the settings are where they are.
settings.configure(ROOT_URLCONF=__name__, SECRET_KEY="for this example only", ALLOWED_HOSTS=["*"])


def home(request: HttpRequest) -> HttpResponse:
    return HttpResponse("The shop. Its bot is at /bot/")


urlpatterns = [path("", home)]
site = get_asgi_application()
bot = botflow.asgi("pizza.yaml", dev=True)  # in production without dev, and with BOTFLOW_SECRET_KEY


async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
    if scope["type"] == "lifespan":  # Django has none
        await bot(scope, receive, send)
    elif scope["path"] == "/bot" or scope["path"].startswith("/bot/"):
        await bot({**scope, "root_path": "/bot"}, receive, send)
    else:
        await site(scope, receive, send)
