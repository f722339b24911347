"""The fields of an SMTP account, as an organization stores them, named like the settings in `settings.py`."""

from __future__ import annotations

from botflow.interfaces import CredentialField, CredentialModule, FieldType

EMAIL = CredentialModule(
    id="email",
    name="E-mail",
    fields=(
        CredentialField(
            id="host",
            name="SMTP server",
            description="The name of the server that takes e-mails, such as smtp.example.com",
            required=True,
            pattern=r"[A-Za-z0-9.:-]{1,253}",
        ),
        CredentialField(
            id="port",
            name="Port",
            description="Without it: 587, with tls 465, with none 25",
            type=FieldType.NUMBER,
        ),
        CredentialField(id="user", name="User", description="The name to log in with. Without it: no login"),
        CredentialField(id="password", name="Password", description="The password of the user", sensitive=True),
        CredentialField(
            id="sender",
            name="From",
            description="Whom e-mails are from, such as Luigi's <orders@example.com>",
            required=True,
            longest=500,
        ),
        CredentialField(
            id="security",
            name="Security",
            description="starttls, tls, or none: only for networks that the operators of the deployment allow",
            type=FieldType.SELECT,
            options=("starttls", "tls", "none"),
            default="starttls",
        ),
    ),
)
