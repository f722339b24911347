"""The vault: what it stores cannot be read without the key, nor in another row, and shows itself nowhere."""

from __future__ import annotations

import pytest
from sqlalchemy import insert, select, update

from botflow.errors import UsageError
from botflow.keyring import Keyring
from botflow.runtime.sealing import Sealer
from botflow.runtime.vault import Vault
from botflow.storage.credentials import CredentialKey, Credentials
from botflow.storage.database import Database
from botflow.storage.tables import credentials, organizations

KEY = Keyring("k" * 40)
SECRET = "sk-canary-4711"


@pytest.fixture
def store(database: Database) -> Credentials:
    return Credentials(database.engine)


@pytest.fixture
def vault(store: Credentials) -> Vault:
    return Vault(store, KEY)


async def home(store: Credentials) -> int:
    return await store.default_organization()


async def test_what_was_added_can_be_used_and_stands_nowhere_in_clear(
    vault: Vault, store: Credentials, database: Database
) -> None:
    await vault.add("mail", "smtp", {"password": SECRET})

    fields = await vault.fields(await home(store), "ann", "mail")

    assert fields["password"] == SECRET
    assert SECRET not in f"{fields!r} {fields} {await vault.all()!r}"
    row = await database.engine.read(lambda connection: connection.execute(select(credentials)).one())
    assert SECRET.encode() not in row.fields


async def test_a_users_own_credential_goes_before_the_organizations_and_is_nobody_elses(
    vault: Vault, store: Credentials
) -> None:
    await vault.add("mail", "smtp", {"password": "everybody's"})
    await vault.add("mail", "smtp", {"password": "ann's"}, user_name="ann")
    await vault.add("only", "smtp", {"password": "ann's"}, user_name="ann")

    organization = await home(store)

    assert (await vault.fields(organization, "ann", "mail"))["password"] == "ann's"
    assert (await vault.fields(organization, "bob", "mail"))["password"] == "everybody's"
    with pytest.raises(UsageError) as refused:
        await vault.fields(organization, "bob", "only")
    assert refused.value.code == "credential.unknown"


async def test_a_deactivated_credential_is_not_used(vault: Vault, store: Credentials) -> None:
    await vault.add("mail", "smtp", {"password": SECRET})
    await vault.set_active("mail", False)

    with pytest.raises(UsageError) as refused:
        await vault.fields(await home(store), "", "mail")

    assert refused.value.code == "credential.unknown"
    assert [summary.is_active for summary in await vault.all()] == [False]


async def test_fields_copied_into_another_row_are_refused(database: Database) -> None:
    store = Credentials(database.engine)
    vault = Vault(store, KEY)
    await vault.add("mail", "smtp", {"password": SECRET})
    await vault.add("other", "smtp", {"password": "x"}, user_name="eve")
    stolen = select(credentials.c.fields).where(credentials.c.name == "mail").scalar_subquery()
    await database.engine.write(
        lambda connection: connection.execute(
            update(credentials).where(credentials.c.name == "other").values(fields=stolen)
        )
    )

    with pytest.raises(UsageError) as refused:
        await vault.fields(await home(store), "eve", "other")

    assert refused.value.code == "credential.damaged"


async def test_another_secret_key_says_so(vault: Vault, store: Credentials) -> None:
    await vault.add("mail", "smtp", {"password": SECRET})

    with pytest.raises(UsageError) as refused:
        await Vault(store, Keyring("another" * 8)).fields(await home(store), "", "mail")

    assert refused.value.code == "credential.other_key"


async def test_a_taken_name_is_refused_and_nothing_changes(vault: Vault, store: Credentials) -> None:
    await vault.add("mail", "smtp", {"password": SECRET})

    with pytest.raises(UsageError) as refused:
        await vault.add("mail", "smtp", {"password": "new"})

    assert refused.value.code == "credential.exists"
    assert (await vault.fields(await home(store), "", "mail"))["password"] == SECRET


@pytest.mark.parametrize(
    ("name", "fields", "code"),
    [
        ("no: name", {"a": "b"}, "credential.name"),
        (" x", {"a": "b"}, "credential.name"),
        ("x", {}, "credential.fields"),
        ("x", {"a": 1}, "credential.fields"),
    ],
)
async def test_what_is_no_credential_is_refused(vault: Vault, name: str, fields: dict[str, str], code: str) -> None:
    with pytest.raises(UsageError) as refused:
        await vault.add(name, "smtp", fields)

    assert refused.value.code == code


def test_the_same_text_is_sealed_differently_each_time() -> None:
    sealer = Sealer(KEY)

    assert sealer.seal(b"x", b"here") != sealer.seal(b"x", b"here")


async def test_credentials_are_sealed_anew_with_the_newest_secret(store: Credentials, vault: Vault) -> None:
    await vault.add("mail", "smtp", {"password": SECRET})
    await vault.add("shop", "generic", {"secret": SECRET}, user_name="ann")
    both, newest = Vault(store, Keyring("n" * 40, "k" * 40)), Vault(store, Keyring("n" * 40))
    assert (await both.fields(await home(store), "", "mail"))["password"] == SECRET
    with pytest.raises(UsageError) as refused:
        await newest.fields(await home(store), "", "mail")
    assert refused.value.code == "credential.other_key"

    assert await both.reseal() == 2
    assert await both.reseal() == 0

    assert (await newest.fields(await home(store), "", "mail"))["password"] == SECRET
    assert (await newest.fields(await home(store), "ann", "shop"))["secret"] == SECRET


async def test_nothing_is_resealed_that_cannot_be_opened(store: Credentials, vault: Vault) -> None:
    await vault.add("mail", "smtp", {"password": SECRET})
    with pytest.raises(UsageError) as refused:
        await Vault(store, Keyring("n" * 40, "another" * 8)).reseal()
    assert refused.value.code == "credential.other_key"
    assert (await vault.fields(await home(store), "", "mail"))["password"] == SECRET


@pytest.mark.parametrize("length", [0, 3, 8, 12, 20, 35])
async def test_a_row_that_was_cut_off_is_damaged(
    store: Credentials, vault: Vault, database: Database, length: int
) -> None:
    await vault.add("mail", "smtp", {"password": SECRET})
    [stored] = await store.of_everyone()
    assert await store.replace(stored, stored.sealed[:length])
    with pytest.raises(UsageError) as refused:
        await vault.fields(await home(store), "", "mail")
    assert refused.value.code == "credential.damaged"


async def test_every_organizations_rows_are_resealed_and_a_webhook_reads_only_its_own(
    store: Credentials, vault: Vault, database: Database
) -> None:
    add = insert(organizations).values(slug="other", name="Other").returning(organizations.c.id)
    other = await database.engine.write(lambda connection: connection.execute(add).scalar_one())
    key = CredentialKey(organization=other, user_name="", name="Their shop")
    await store.add(key, "webhook", vault.safe.seal(key, "webhook", {"secret": SECRET}))

    assert await vault.webhook_secret(other, "Their shop") == SECRET
    with pytest.raises(UsageError) as refused:
        await vault.webhook_secret(await home(store), "Their shop")
    assert await Vault(store, Keyring("n" * 40, "k" * 40)).reseal() == 1

    assert refused.value.code == "credential.unknown"
    assert await Vault(store, Keyring("n" * 40)).webhook_secret(other, "Their shop") == SECRET
