# Run it: cd examples/embedding && uvicorn fastapi_app:app, and open http://127.0.0.1:8000/bot/
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI

import botflow

bot = botflow.asgi("pizza.yaml", dev=True)  # in production without dev, and with BOTFLOW_SECRET_KEY


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    async with bot.lifespan():  # beside what else the application opens and closes
        yield


app = FastAPI(lifespan=lifespan)
app.mount("/bot", bot)


@app.get("/")
async def home() -> dict[str, str]:
    return {"shop": "open", "bot": "/bot/"}
