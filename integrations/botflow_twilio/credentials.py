"""The fields of a Twilio account, as an organization stores them, named like the settings in `settings.py`."""

from __future__ import annotations

from botflow.interfaces import CredentialField, CredentialModule, FieldType

TWILIO = CredentialModule(
    id="twilio",
    name="Twilio",
    fields=(
        CredentialField(
            id="accountSid",
            name="Account SID",
            description="The account at Twilio: AC and 32 hexadecimal digits",
            required=True,
            pattern="AC[0-9a-fA-F]{32}",
        ),
        CredentialField(
            id="authToken",
            name="Auth token",
            description="Checks Twilio's signatures, and sends",
            sensitive=True,
            required=True,
        ),
        CredentialField(
            id="apiUrl",
            name="API address",
            description="Another base address for Twilio's REST API, such as that of a region",
            type=FieldType.URL,
        ),
        CredentialField(
            id="verifyService",
            name="Verify service",
            description="The service of Twilio Verify for verify.start and verify.check: VA and 32 hexadecimal digits",
            pattern="VA[0-9a-fA-F]{32}",
        ),
    ),
)
