"""T16: requests that nobody signed, or that were changed on the way, are refused and leave no trace in the database."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

from tests.faults.database_counts import state_hash
from tests.faults.servers_that_die import Place, standing
from tests.local_client import local_client
from tests.stand_ins.twilio import TwilioMessage, TwilioStandIn

FLOW = Path(__file__).parent / "flows" / "helpdesk.yaml"
THEM, US = "+15550001111", "+15550002222"
PATH = "/twilio/helpdesk"
FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True, slots=True, kw_only=True)
class Forgery:
    """A request, and the status that refuses it. A body that is no form is refused before its signature is read."""

    name: str
    path: str
    body: str
    headers: Mapping[str, str]
    status: int = 403


async def test_forged_webhooks_change_nothing(
    new_database_url: Callable[[], str], database_kind: str, tmp_path: Path
) -> None:
    url = new_database_url()
    with TwilioStandIn() as twilio:
        environment = {"BOTFLOW_DATABASE_URL": url, **twilio.environment}
        place = Place(flow=FLOW, folder=tmp_path, environment=environment)
        async with standing(place), local_client(base_url=place.url, timeout=15.0) as client:
            await place.started()
            await twilio.deliver(client, PATH, twilio.incoming("+15550003333", US, "hi"))
            form = twilio.incoming(THEM, US, "hi")
            [message] = (await twilio.deliver(client, PATH, form)).messages
            [other, _] = twilio.messages()
            before = await state_hash(url)
            forgeries = [*_messages(twilio, form), *_callbacks(twilio, message, other)]
            statuses = {
                forgery.name: (
                    await client.post(forgery.path, content=forgery.body, headers=dict(forgery.headers))
                ).status_code
                for forgery in forgeries
            }
            after = await state_hash(url)
            genuine = await twilio.deliver(client, PATH, twilio.incoming(THEM, US, "Ann"))
    print(
        f"\nT16 {database_kind}: {len(forgeries)} forged requests,"
        f" accepted {sum(status < 400 for status in statuses.values())}; state hash equal: {before == after}"
    )
    assert statuses == {forgery.name: forgery.status for forgery in forgeries}
    assert before == after
    assert [said.body for said in genuine.messages] == ["Ann, what can I do for you?"]


def _messages(twilio: TwilioStandIn, form: dict[str, str]) -> Iterator[Forgery]:
    """Yield messages that the account never sent to this address."""
    new = twilio.incoming(THEM, US, "Mallory")
    signed, body = twilio.signed(PATH, new), urlencode(new)
    elsewhere = replace(twilio, public_url="https://evil.example.com")
    url_and_form = twilio.public_url + PATH + "".join(name + new[name] for name in sorted(new))

    def message(name: str, signature: str | None, *, path: str = PATH, body: str = body, **more: str) -> Forgery:
        headers = {"Content-Type": FORM, **({} if signature is None else {"X-Twilio-Signature": signature})}
        return Forgery(name=name, path=path, body=body, headers=headers | more)

    def signature_of(headers: Mapping[str, str]) -> str:
        return headers["X-Twilio-Signature"]

    good = signature_of(signed)
    yield message("no signature", None)
    yield message("empty signature", "")
    yield message("no base64", "not base64!")
    yield message("nothing at all", None, body="")
    yield message("wrong token", signature_of(twilio.signed(PATH, new, token="b" * 32)))
    yield message("empty token", _signature("", url_and_form, hashlib.sha1))
    yield message("another digest", _signature(twilio.auth_token, url_and_form, hashlib.sha256))
    yield message("another host", signature_of(elsewhere.signed(PATH, new)))
    yield message(
        "forwarded host", signature_of(elsewhere.signed(PATH, new)), **{"X-Forwarded-Host": "evil.example.com"}
    )
    yield message("another workflow", signature_of(twilio.signed("/twilio/other", new)))
    yield message("a query added", good, path=f"{PATH}?x=1")
    yield message("a query removed", signature_of(twilio.signed(f"{PATH}?x=1", new)))
    yield message("another body", good, body=urlencode(new | {"Body": "Eve"}))
    yield message("another sender", good, body=urlencode(new | {"From": "+15550009999"}))
    yield message("a field added", good, body=urlencode(new | {"Extra": "1"}))
    yield message("a field removed", good, body=urlencode({name: new[name] for name in new if name != "SmsStatus"}))
    yield message("a field repeated", good, body=f"{body}&Body=Eve")
    yield message("a replay, changed", signature_of(twilio.signed(PATH, form)), body=urlencode(form | {"Body": "Eve"}))
    as_json = json.dumps(new)
    sha256 = hashlib.sha256(as_json.encode()).hexdigest()
    signed_json = twilio.signed(f"{PATH}?bodySHA256={sha256}", {})
    yield replace(message("JSON", good, body=as_json, **{"Content-Type": "application/json"}), status=415)
    yield replace(
        message(
            "JSON with its digest signed",
            signature_of(signed_json),
            path=f"{PATH}?bodySHA256={sha256}",
            body=as_json,
            **{"Content-Type": "application/json"},
        ),
        status=415,
    )


def _callbacks(twilio: TwilioStandIn, message: TwilioMessage, other: TwilioMessage) -> Iterator[Forgery]:
    """Yield delivery reports; the later ones carry the account's signature, but not ours in their address."""
    path = message.status_callback.removeprefix(twilio.public_url)
    base = urlsplit(path).path
    ours, theirs = _address(message), _address(other)
    form = {"MessageSid": message.sid, "MessageStatus": "failed", "ErrorCode": "21610"}

    def report(name: str, query: list[tuple[str, str]] | None, **headers: str) -> Forgery:
        target = path if query is None else f"{base}?{urlencode(query)}"
        given = headers or twilio.signed(target, form)
        return Forgery(name=name, path=target, body=urlencode(form), headers={"Content-Type": FORM} | given)

    yield report("report: no signature", None, Accept="*/*")
    yield report("report: wrong token", None, **twilio.signed(path, form, token="b" * 32))
    yield report("report: another form", None, **twilio.signed(path, form | {"MessageStatus": "sent"}))
    yield report("report: a message's signature", None, **twilio.signed(PATH, form))
    yield report("report: no address", [])
    yield report("report: no hmac", [("o", ours["o"])])
    yield report("report: empty hmac", [("o", ours["o"]), ("s", "")])
    yield report(
        "report: wrong hmac", [("o", ours["o"]), ("s", ours["s"][:-1] + ("A" if ours["s"][-1] != "A" else "E"))]
    )
    yield report("report: another message's hmac", [("o", ours["o"]), ("s", theirs["s"])])
    yield report("report: another part", [("o", ours["o"][:-1] + "1"), ("s", ours["s"])])
    yield report("report: two addresses", [("o", theirs["o"]), ("o", ours["o"]), ("s", ours["s"])])
    yield report("report: two addresses, turned", [("o", ours["o"]), ("o", theirs["o"]), ("s", ours["s"])])
    yield report("report: not text", [("o", "1.1.0"), ("s", "\u2028\u00e9")])


def _address(message: TwilioMessage) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(message.status_callback).query).items()}


def _signature(token: str, signed: str, digest: Callable[..., object]) -> str:
    return base64.b64encode(hmac.new(token.encode(), signed.encode(), digest).digest()).decode()  # type: ignore[arg-type]
