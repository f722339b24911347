"""One deployment, several accounts: a workflow's webhooks, sends and model calls use the credentials that it names."""

from __future__ import annotations

from typing import Any

from pydantic_settings import SettingsConfigDict
from twilio.request_validator import RequestValidator

from botflow.engine.asks import Answer, AskModel
from botflow.interfaces import CredentialField, CredentialModule, OnDelta
from botflow.plugins import Plugin
from botflow.settings import EnvironmentSettings
from tests.web.api.calls import call, hello
from tests.web.site import PUBLIC_URL, TWILIO_TOKEN, Site, open_site

SID, TOKEN = "AC" + "0a" * 16, "token-of-the-workflow-4711"


class ParrotSettings(EnvironmentSettings):
    """The key of a model that says its own key."""

    model_config = SettingsConfigDict(env_prefix="PARROT_")

    api_key: str | None = None


class Parrot:
    """A model that gives its key away."""

    name = "parrot"

    def __init__(self, key: str) -> None:
        self.key = key

    async def answer(self, ask: AskModel, on_delta: OnDelta | None = None) -> Answer:
        return Answer(value=f"I am {self.key[:5]} of {self.key}.")

    async def close(self) -> None:
        self.key = "closed"


PARROT = Plugin(
    name="parrot",
    settings=ParrotSettings,
    model=lambda settings: Parrot(settings.api_key) if settings.api_key else None,
    credential_modules=(
        CredentialModule(
            id="parrot",
            name="Parrot",
            fields=(CredentialField(id="apiKey", name="Key", sensitive=True, required=True),),
        ),
    ),
)


async def add(site: Site, module: str, name: str, **fields: str) -> str:
    made = await call(site, "POST", "/credentials", {"module": module, "name": name, "fields": fields})
    assert made.status_code == 201, made.text
    return f"/credentials/{made.json()['id']}"


async def serve(site: Site, **document: Any) -> None:
    assert (await call(site, "POST", "/workflows", hello(**document))).status_code == 201
    published = await call(site, "POST", "/workflows/hello/publish")
    assert published.status_code == 200, published.text


async def webhook(site: Site, token: str, number: int) -> int:
    """Post a message that is signed with this token, and return the status."""
    form = {"From": "+15551230001", "To": "+15550000001", "Body": "hi", "MessageSid": f"SM{number:032x}"}
    form |= {"AccountSid": SID, "NumMedia": "0"}
    signature = RequestValidator(token).compute_signature(f"{PUBLIC_URL}/twilio/hello", form)
    answer = await site.client.post("/twilio/hello", data=form, headers={"x-twilio-signature": signature})
    return answer.status_code


async def test_a_webhook_is_signed_by_the_workflows_account_and_by_no_other(database_url: str) -> None:
    async with open_site(database_url, flows=()) as site:
        one = await add(site, "twilio", "Sales", accountSid=SID, authToken=TOKEN)
        await serve(site, credentials={"twilio": "Sales"})
        assert await webhook(site, TOKEN, 1) == 200
        assert await webhook(site, TWILIO_TOKEN, 2) == 403

        await call(site, "PATCH", one, {"fields": {"authToken": "another-token-4711"}})
        site.clock.ahead_s += 3
        assert await webhook(site, TOKEN, 3) == 403
        assert await webhook(site, "another-token-4711", 4) == 200

        await call(site, "POST", f"{one}/deactivate")
        site.clock.ahead_s += 3
        assert await webhook(site, "another-token-4711", 5) == 403
        assert await webhook(site, TWILIO_TOKEN, 6) == 403  # the deployment's account does not take its place


async def test_the_default_set_counts_where_none_is_named_and_the_settings_without_one(database_url: str) -> None:
    async with open_site(database_url, flows=()) as site:
        await serve(site)
        one = await add(site, "twilio", "Sales", accountSid=SID, authToken=TOKEN)
        assert await webhook(site, TWILIO_TOKEN, 1) == 200
        await call(site, "PATCH", one, {"isDefault": True})
        site.clock.ahead_s += 3
        assert await webhook(site, TWILIO_TOKEN, 2) == 403
        assert await webhook(site, TOKEN, 3) == 200


async def test_a_model_is_called_with_the_workflows_key_which_is_masked(database_url: str) -> None:
    nodes = [
        {"id": "start", "type": "chatbot", "actionType": "message_received", "next": "say"},
        {
            "id": "say",
            "type": "ai",
            "actionType": "reply",
            "properties": {"instructions": "Answer.", "fallback": "No model."},
        },
    ]
    environment = {"PARROT_API_KEY": "sk-00-of-the-deployment"}
    async with open_site(database_url, flows=(), plugins=(PARROT,), environment=environment) as site:
        one = await add(site, "parrot", "Ours", apiKey="sk-11-of-the-workflow")
        await serve(site, nodes=nodes, credentials={"parrot": "Ours"})
        visit = await site.visit("hello")
        assert await visit.say("hi") == ["I am sk-11 of ***."]
        await call(site, "PATCH", one, {"fields": {"apiKey": "sk-22-of-the-workflow"}})
        site.clock.ahead_s += 3
        assert await visit.say("hi") == ["I am sk-22 of ***."]
        await call(site, "POST", f"{one}/deactivate")
        site.clock.ahead_s += 3
        assert await visit.say("hi") == ["No model."]
