"""The JavaScript client in a real browser, on a page of the server that it calls."""

from __future__ import annotations

from pathlib import PurePosixPath

from playwright.async_api import Browser, Route

from docs.generate.clients.files import JAVASCRIPT
from tests.web.api.calls import hello
from tests.web.chat.conftest import browser, shared_browser  # noqa: F401 -- fixtures
from tests.web.site import API_KEY, open_site

CALLS = """
async ([key, document]) => {
    const { ApiError, Botflow } = await import("/client/index.js");
    const client = new Botflow(location.origin, key);
    const draft = await client.createWorkflow(document);
    const { version } = await client.publishWorkflow(draft.id, { ifMatch: draft.revision });
    const found = [];
    for await (const workflow of client.getWorkflowsByOrganization({ limit: 1 })) found.push(workflow.id);
    const csv = await client.exportResults({ workflow: "order" }).read();
    const refused = await client.getWorkflow("nothing").catch((error) => error);
    return [version, found, csv.length > 0, refused instanceof ApiError && refused.code, Object.keys(client)];
}
"""


async def serve_file(route: Route) -> None:
    await route.fulfill(path=JAVASCRIPT / PurePosixPath(route.request.url).name)


async def test_a_page_calls_its_own_server(
    sqlite_url: str,
    browser: Browser,  # noqa: F811 -- the fixture
) -> None:
    async with open_site(sqlite_url) as site:
        page = await browser.new_page()
        await page.route("**/client/*.js", serve_file)
        await page.goto(f"{site.url}/healthz")
        told = await page.evaluate(CALLS, [API_KEY, hello()])
        await page.close()

    assert told == [1, ["hello", "order", "talk"], True, "workflow.unknown", []]
