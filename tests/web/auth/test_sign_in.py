"""People sign in with an address and a password; a browser's cookie is worth their role until they sign out."""

from __future__ import annotations

import json
from typing import Any

import httpx2

from tests.web.api.calls import call, organization_key, outcome
from tests.web.site import Site, open_site

ANN = {"email": "Ann@Example.com", "name": "Ann", "role": "editor"}


async def account(site: Site, **more: str) -> dict[str, Any]:
    made = await call(site, "POST", "/users", {**ANN, **more})
    assert made.status_code == 201, made.text
    return dict(made.json())


async def sign_in(site: Site, password: str, email: str = "ann@example.com") -> httpx2.Response:
    site.client.cookies.clear()
    return await site.client.post("/auth/sign-in", json={"email": email, "password": password})


async def change_role(site: Site, headers: dict[str, str]) -> httpx2.Response:
    return await site.client.post("/api/v1/workflows/order/pause", headers=headers)


async def test_a_person_may_do_what_the_role_says_from_sign_in_to_sign_out(database_url: str) -> None:
    async with open_site(database_url, botflow_public_url=None) as site:
        made = await account(site)
        assert (made["email"], made["role"]) == ("ann@example.com", "editor")
        signed_in = await sign_in(site, made["password"])
        assert signed_in.status_code == 200
        cookie = signed_in.headers["set-cookie"].lower()
        assert "httponly" in cookie
        assert "samesite=lax" in cookie
        token = signed_in.json()["csrfToken"]
        assert (await site.client.get("/auth/me")).json() == signed_in.json()
        assert (await site.client.get("/api/v1/workflows")).status_code == 200
        refused = await site.client.post("/api/v1/workflows/order/pause")  # as a form of another site would send it
        assert outcome(refused) == (403, "csrf.missing")
        headers = {"x-csrf-token": token}
        assert (await site.client.post("/api/v1/workflows/order/pause", headers=headers)).json()["status"] == "paused"
        refused = await site.client.post("/api/v1/users", json=ANN, headers=headers)
        assert outcome(refused) == (403, "scope.missing")

        kept = dict(site.client.cookies)
        assert (await site.client.post("/auth/sign-out", headers=headers)).status_code == 204
        copied = {"cookie": "; ".join(f"{name}={value}" for name, value in kept.items())}
        gone = await site.client.get("/api/v1/workflows", headers=copied)
        assert outcome(gone) == (401, "token.expired")


async def test_wrong_passwords_lock_an_account_and_an_unknown_address_looks_the_same(database_url: str) -> None:
    async with open_site(database_url, botflow_public_url=None) as site:
        made = await account(site)
        wrong = [await sign_in(site, "not her password") for _ in range(5)]
        assert {each.json().get("code") for each in wrong} == {"sign_in.wrong"}
        unknown = await sign_in(site, "not her password", "nobody@example.com")
        assert {name: unknown.json()[name] for name in ("code", "detail")} == {
            name: wrong[0].json()[name] for name in ("code", "detail")
        }
        for _ in range(4):
            assert outcome(await sign_in(site, "not her password", "nobody@example.com")) == (401, "sign_in.wrong")
        locked = await sign_in(site, made["password"])
        assert outcome(locked) == (429, "sign_in.locked")
        assert 0 < int(locked.headers["retry-after"]) <= 60
        unknown = await sign_in(site, "not her password", "nobody@example.com")
        assert outcome(unknown) == (429, "sign_in.locked")
        assert unknown.json()["detail"].rstrip("0123456789 s") == locked.json()["detail"].rstrip("0123456789 s")
        [shown] = (await call(site, "GET", "/users")).json()["items"]
        assert shown["lockedUntil"] is not None
        fresh = await call(site, "POST", f"/users/{made['id']}/reset-password")
        assert (await sign_in(site, fresh.json()["password"])).status_code == 200
        assert (await sign_in(site, made["password"])).json().get("code") == "sign_in.wrong"


async def test_a_form_of_another_site_signs_no_browser_in(sqlite_site: Site) -> None:
    made = await account(sqlite_site)
    given = json.dumps({"email": made["email"], "password": made["password"]})
    for content_type in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", ""):
        headers = {"content-type": content_type}
        refused = await sqlite_site.client.post("/auth/sign-in", content=given, headers=headers)
        assert outcome(refused) == (415, "sign_in.content_type")
        assert "set-cookie" not in refused.headers
        assert refused.headers["x-content-type-options"] == "nosniff"
    headers = {"content-type": "Application/JSON; charset=utf-8"}
    signed_in = await sqlite_site.client.post("/auth/sign-in", content=given, headers=headers)
    assert (signed_in.status_code, signed_in.headers["x-content-type-options"]) == (200, "nosniff")


async def test_a_new_password_signs_out_everywhere(database_url: str) -> None:
    async with open_site(database_url, botflow_public_url=None) as site:
        made = await account(site)
        signed_in = await sign_in(site, made["password"])
        headers = {"x-csrf-token": signed_in.json()["csrfToken"]}
        given = {"password": made["password"], "newPassword": "short"}
        refused = await site.client.post("/auth/password", json=given, headers=headers)
        assert outcome(refused) == (422, "password.too_short")
        given["newPassword"] = "four words in a row"
        assert (await site.client.post("/auth/password", json=given, headers=headers)).status_code == 204
        assert (await site.client.get("/auth/me")).status_code == 401
        assert (await sign_in(site, "four words in a row")).status_code == 200


async def test_an_organization_keeps_an_active_owner(database_url: str) -> None:
    async with open_site(database_url, botflow_public_url=None) as site:
        boss = await account(site, role="owner")
        for change in ({"role": "viewer"}, {"active": False}):
            refused = await call(site, "PATCH", f"/users/{boss['id']}", change)
            assert outcome(refused) == (409, "user.last_owner")
        other = await account(site, email="bob@example.com", role="owner")
        assert (await call(site, "PATCH", f"/users/{boss['id']}", {"active": False})).json()["active"] is False
        assert (await sign_in(site, boss["password"])).json().get("code") == "sign_in.wrong"
        assert (await sign_in(site, other["password"], "bob@example.com")).status_code == 200


async def test_nobody_gives_a_role_that_may_do_more_than_they(database_url: str) -> None:
    async with open_site(database_url) as site:
        owner = await organization_key(site)
        made = await call(site, "POST", "/keys", {"name": "x", "scopes": ["users:write", "keys:write"]}, key=owner)
        small = made.json()["key"]
        for path, body in (
            ("/users", ANN),
            ("/keys", {"name": "y", "role": "viewer"}),
            (
                "/token-keys",
                {"name": "z", "algorithm": "ES256", "publicKey": "-----BEGIN PUBLIC KEY-----", "role": "viewer"},
            ),
        ):
            refused = await call(site, "POST", path, body, key=small)
            assert refused.json().get("code", "").endswith("more_than_yours")


async def test_the_same_address_has_one_account(database_url: str) -> None:
    async with open_site(database_url) as site:
        await account(site)
        theirs = await organization_key(site)
        refused = await call(site, "POST", "/users", ANN, key=theirs)
        assert outcome(refused) == (409, "user.exists")
