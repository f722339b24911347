# Run it: cd examples/embedding && uvicorn starlette_app:app, and open http://127.0.0.1:8000/bot/
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Mount, Route

import botflow

bot = botflow.asgi("pizza.yaml", dev=True)  # in production without dev, and with BOTFLOW_SECRET_KEY


async def home(request: Request) -> PlainTextResponse:
    return PlainTextResponse("The shop. Its bot is at /bot/")


# Starlette does not run the lifespan of what it mounts, so the bot's is the application's.
app = Starlette(routes=[Route("/", home), Mount("/bot", bot)], lifespan=bot.lifespan)
