"""Sends leave by the account of the session's workflow; without one that can be used they are held."""

from __future__ import annotations

from ipaddress import ip_network
from typing import Any

import pytest
from botflow_twilio import plugin
from botflow_twilio.channel import TwilioChannel
from botflow_twilio.settings import TwilioSettings
from sqlalchemy import update

from botflow.clock import SystemClock
from botflow.errors import UsageError
from botflow.keyring import Keyring
from botflow.outgoing_targets import Network
from botflow.redaction.known_secrets import KnownSecrets
from botflow.runtime.accounts import Accounts
from botflow.runtime.vault import Vault
from botflow.storage.credentials import Credentials
from botflow.storage.tables import credentials
from tests.stand_ins.twilio import TwilioStandIn
from tests.twilio.outbound_rows import Rows, open_rows, sender_of

ADA = "+15550001111"
HERE: tuple[Network, ...] = (ip_network("127.0.0.0/8"),)


async def accounts_with(database: Any, twilio: TwilioStandIn, networks: tuple[Network, ...]) -> Accounts:
    """Store the stand-in's account as the default set, and return the accounts that may reach these networks."""
    vault = Vault(Credentials(database.engine), Keyring("k" * 40))
    account = {
        "accountSid": twilio.environment["TWILIO_ACCOUNT_SID"],
        "authToken": twilio.environment["TWILIO_AUTH_TOKEN"],
        "apiUrl": twilio.environment["TWILIO_API_URL"],
    }
    await vault.add("Sales", "twilio", account)
    await database.engine.write(lambda connection: connection.execute(update(credentials).values(is_default=True)))
    return Accounts(
        engine=database.engine,
        safe=vault.safe,
        plugins=(plugin,),
        models=(),
        known_secrets=KnownSecrets(),
        clock=SystemClock(),
        networks=networks,
    )


async def test_a_send_leaves_by_the_default_set_of_the_workflows_organization(
    database: Any, twilio: TwilioStandIn, rows: Rows
) -> None:
    accounts = await accounts_with(database, twilio, HERE)
    without_account = TwilioChannel(TwilioSettings(), SystemClock())
    sender = sender_of(database, dict.fromkeys(TwilioChannel.names, without_account), accounts=accounts)
    await rows.say(ADA, "one")

    await sender.send_due()

    assert [message.body for message in twilio.messages()] == ["one"]
    assert [state for _, state in rows.states()] == ["sent"]
    await accounts.close()


async def test_a_set_that_leads_into_the_network_of_the_deployment_is_not_opened(
    database: Any, twilio: TwilioStandIn
) -> None:
    """Also one that was stored before such addresses were refused."""
    accounts = await accounts_with(database, twilio, ())
    of_deployment = TwilioChannel(TwilioSettings.from_environment(twilio.environment), SystemClock())
    workflow = (await open_rows(database, "")).workflow
    with pytest.raises(UsageError) as refused:
        async with accounts.channel(workflow, of_deployment):
            raise AssertionError("it was opened")
    assert refused.value.code == "credential.address"
    await of_deployment.close()


async def test_a_send_is_held_when_the_set_cannot_be_opened(database: Any, twilio: TwilioStandIn, rows: Rows) -> None:
    await Vault(Credentials(database.engine), Keyring("former" * 8)).add("Sales", "twilio", {"authToken": "x"})
    await database.engine.write(lambda connection: connection.execute(update(credentials).values(is_default=True)))
    accounts = Accounts(
        engine=database.engine,
        safe=Vault(Credentials(database.engine), Keyring("k" * 40)).safe,
        plugins=(plugin,),
        models=(),
        known_secrets=KnownSecrets(),
        clock=SystemClock(),
        networks=(),
    )
    of_deployment = TwilioChannel(TwilioSettings.from_environment(twilio.environment), SystemClock())
    sender = sender_of(database, dict.fromkeys(TwilioChannel.names, of_deployment), accounts=accounts)
    await rows.say(ADA, "one")

    await sender.send_due()

    assert twilio.messages() == []
    assert [state for _, state in rows.states()] == ["held"]
    await of_deployment.close()
