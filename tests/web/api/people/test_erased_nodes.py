"""A person whose every datum is a word of its own goes through the node types that keep something; then nothing holds
one of the words: no table, no key of Redis, no copy in the memory of the process."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping
from inspect import signature
from typing import Any

import orjson

import botflow
from botflow.runtime.erasures.text_caches import TEXT_CACHES
from tests.dumps import dump_of, places_of, redis_dump
from tests.held_words import caches, held_words
from tests.http.service import Heard, answer, open_service
from tests.stand_ins.twilio_numbers import TwilioNumbers
from tests.web.api.people.test_erasures import becomes, erased
from tests.web.site import Site, Visit, open_site

NUMBER = "+12125550111"
FLOW = """
botflow: 1
id: rich
name: Rich
contactFields: {note: {type: text}}
nodes:
  - {id: start, type: chatbot, actionType: message_received, next: name}
  - {id: name, type: chatbot, actionType: ask, properties: {text: "Who are you?", variable: contact.name}, next: note}
  - id: note
    type: chatbot
    actionType: ask
    properties: {text: "Well, {{ $contact.name }}, what is it about?", variable: note}
    next: likes
  - id: likes
    type: chatbot
    actionType: ask
    properties: {text: "Do you like {{ note }}?", expect: yes_no, variable: likes}
    next: number
  - id: number
    type: chatbot
    actionType: ask
    properties: {text: "Your number?", expect: phone, variable: phone}
    next: set
  - {id: set, type: contact, actionType: set, properties: {fields: {note: "{{ note }}"}}, next: group}
  - {id: group, type: contact, actionType: group, properties: {join: [guests]}, next: look}
  - id: look
    type: contact
    actionType: lookup
    properties: {number: "{{ phone }}", line: true, variable: about}
    on: {valid: split}
  - id: split
    type: logic
    actionType: split
    properties: {experiment: half, variants: [{id: a, weight: 50}, {id: b, weight: 50}]}
    on: {a: log, b: log}
  - {id: log, type: logic, actionType: log, properties: {message: "It is about {{ note }}."}, next: emit}
  - {id: emit, type: logic, actionType: emit, properties: {event: noted, payload: {note: "{{ note }}"}}, next: call}
  - id: call
    type: http
    actionType: request
    properties: {method: POST, url: "URL/echo", json: {note: "{{ note }}"}, variable: heard}
    next: run
  - id: run
    type: logic
    actionType: run
    properties: {workflow: job, input: {who: "{{ note }}", large: "LARGE"}}
    next: menu
  - id: menu
    type: chatbot
    actionType: menu
    properties: {text: "Which {{ note }}?", options: [{id: one, label: "One {{ note }}"}, {id: two, label: Two}]}
    on: {one: cards, two: cards}
  - id: cards
    type: chatbot
    actionType: cards
    properties: {cards: [{id: first, title: "Card of {{ note }}", buttons: [{label: "Take {{ note }}", id: take}]}]}
    on: {take: hand}
  - id: hand
    type: logic
    actionType: handoff
    properties: {queue: sales, note: "About {{ note }}", summary: [note], timeout: 2h}
    on: {returned: more}
  - {id: more, type: chatbot, actionType: ask, properties: {text: "More?", variable: more, timeout: 2h}, next: more}
""".replace("LARGE", "{{ note }} " * 900)
JOB = """
botflow: 1
id: job
name: Job
executionMode: single
nodes:
  - {id: start, type: trigger, actionType: manual, next: keep}
  - {id: keep, type: logic, actionType: set, properties: {variables: {seen: "{{ $input | tojson }}"}}, next: wait}
  - {id: wait, type: logic, actionType: wait, properties: {for: 1s}, next: end}
  - {id: end, type: logic, actionType: end, properties: {output: "{{ seen }}"}}
"""
HEARS = """
botflow: 1
id: hears
name: Hears
executionMode: single
nodes:
  - {id: start, type: trigger, actionType: event, properties: {event: noted}, next: keep}
  - {id: keep, type: logic, actionType: log, properties: {message: "{{ $input | tojson }}"}}
"""
# Caches by what a developer, an author or the operator has written.
WITHOUT_WORDS = frozenset(
    f"botflow.{name}"
    for name in (
        *("engine.events._fields_of", "engine.speech.speaking._has_pace", "flow.fields._marked", "keyring._derived"),
        *("flow.forms.docstrings.field_docstrings", "flow.forms.node_metadata.metadata_of"),
        *("flow.templates.wording._sound_pattern", "flow.templates.wording.locale_of"),
        *("languages.detection._identifier", "nodes.answers.contacts.contact_words._lexicon"),
        *("runtime.offline_model.extraction.with_or_without._longest_first", "settings._unset"),
        *("nodes.answers.lexicons.lexicon.singles", "nodes.answers.numbers.currencies.currency_of"),
        *("nodes.answers.numbers.numbers._decimal_sign", "storage.engines.postgres_prepared.numbered"),
        *("web.requests.json_body._schema", "web.widget.files.widget_files"),
    )
) | {"botflow_client.reading._fields_of"}
SAID = ("canaryname", "canarynote", NUMBER.removeprefix("+"), "canarymore")


async def talked(site: Site) -> Visit:
    """Lead a person to the handoff."""
    visit = await site.visit("rich")
    session = ""
    for text, then in (
        ("hi", "name"),
        ("canaryname", "note"),
        ("canarynote", "likes"),
        ("yes", "number"),
        (NUMBER, "menu"),
        ("one canarynote", "cards"),
        ("take canarynote", "hand"),
    ):
        assert (await visit.post(text=text)).status_code in (200, 202)
        session = session or str(await visit.number())
        await becomes(site, f"/sessions/{session}", "currentNodeId", then)
    await visit.post(text="canarymore")
    return visit


async def test_no_word_of_an_erased_person_is_left(database_url: str, redis_url: str) -> None:
    with TwilioNumbers(lines={NUMBER: "mobile"}) as numbers:
        async with (
            open_service() as service,
            open_site(
                database_url,
                flows=(FLOW.replace("URL", service.url), JOB, HEARS),
                environment=numbers.environment,
                botflow_redis_url=redis_url or None,
                botflow_flow_networks=("127.0.0.1",),
            ) as site,
        ):
            service.answers["/echo"] = _echo
            visit = await talked(site)
            await becomes(site, "/workflows/hears/executions", "status", "completed")
            canaries = (*SAID, visit.external_id)
            before = _places(canaries, database_url, redis_url, site)
            read = await erased(site, externalId=visit.external_id)
            left = _places(canaries, database_url, redis_url, site)
    assert sorted(before) == sorted(canaries)  # the test would else prove nothing
    print({name: sorted(places) for name, places in before.items()})
    assert left == {}, left
    assert (read["isGenuine"], read["receipt"]["search"]["left"]) == (True, {})


def test_every_cache_of_a_function_is_known_to_forget_or_holds_no_words() -> None:
    for module in pkgutil.walk_packages(botflow.__path__, "botflow."):
        if "__main__" not in module.name and ".migrations." not in module.name:
            importlib.import_module(module.name)
    named = {f"{module}.{name}" for module, name in TEXT_CACHES}
    assert named <= caches().keys()
    for name in caches().keys() - named - WITHOUT_WORDS:
        parameters = [(each.name, each.annotation) for each in signature(caches()[name]).parameters.values()]
        assert parameters in ([], [("language", "str")]), f"{name} may keep a person's words: name it in TEXT_CACHES"


def _places(canaries: tuple[str, ...], database_url: str, redis_url: str, site: Site) -> Mapping[str, Any]:
    stored = places_of(canaries, (*dump_of(database_url), *(redis_dump(redis_url) if redis_url else ())))
    held = held_words(canaries, [site.app, *caches().values()])
    return {
        canary: [*sorted(stored.get(canary, ())), *([held[canary]] if canary in held else [])]
        for canary in canaries
        if canary in stored or canary in held
    }


def _echo(heard: Heard) -> bytes:
    return answer({"heard": orjson.loads(heard.body)})
