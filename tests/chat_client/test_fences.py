"""The client's own fences: each line that keeps a promise is cut out of a copy of it, and the promise's test must fail.

As tests/faults/test_fences_matter.py does for the server, whose fences are Python.
"""

from __future__ import annotations

import inspect
import shutil
from pathlib import Path

import pytest

from docs.generate.widget import SOURCE
from tests.chat_client import talks
from tests.chat_client import test_scenarios as scenarios
from tests.chat_client.test_scenarios import model, site  # noqa: F401 -- fixtures
from tests.web.site import Site

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.xdist_group("chat_client")]
FENCES = (
    (
        "outbox.js",  # a message keeps its id
        "const body = { messageId,",
        "const body = { messageId: newId(),",
        scenarios.test_messages_whose_answers_are_lost_are_sent_again_and_count_once,
    ),
    (
        "outbox.js",  # the next one leaves when the server has the one before
        "if (!isDone && await isHeard())",
        "if (!isDone)",
        scenarios.test_a_slow_network_does_not_turn_two_messages_round,
    ),
    (
        "feed.js",  # each message once
        "if (!isAfter(place, this.#last)) return;",
        "",
        scenarios.test_a_stream_that_comes_late_repeats_nothing,
    ),
    (
        "feed.js",  # by their numbers
        "const entries = inOrder(page.messages);",
        "const entries = page.messages;",
        scenarios.test_messages_are_shown_by_their_numbers_not_by_what_they_answer,
    ),
    (
        "refusal.js",  # a hotel's page is no answer
        "this.code ? this.status < 500 && !PASSING.includes(this.status) : BROKEN.includes(this.status)",
        "this.status < 500",
        scenarios.test_a_hotels_page_loses_no_message,
    ),
)


@pytest.mark.parametrize(("name", "cut", "instead", "promise"), FENCES, ids=[f"{one[0]}: {one[1]}" for one in FENCES])
async def test_the_promise_fails_without_the_fence(
    name: str,
    cut: str,
    instead: str,
    promise: object,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    site: Site,  # noqa: F811 -- the fixture
) -> None:
    source = tmp_path / "integrations" / "botflow_widget" / "source"
    shutil.copytree(SOURCE, source)
    scripts = Path(shutil.copytree(talks.HERE, tmp_path / "tests" / "chat_client"))
    file = source / "chat" / name
    text = file.read_text()
    assert text.count(cut) == 1, f"{cut!r} is not in {name} any more: mend this list"
    file.write_text(text.replace(cut, instead))
    (scripts / "pages.mjs").write_text((scripts / "pages.mjs").read_text().replace("30_000", "5_000"))
    monkeypatch.setattr(talks, "HERE", scripts)
    assert inspect.iscoroutinefunction(promise)

    with pytest.raises(AssertionError):
        await promise(site)
