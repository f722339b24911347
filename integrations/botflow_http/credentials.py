"""The credentials that a request may name: one module for each way to prove who calls."""

from __future__ import annotations

from botflow.interfaces import CredentialField, CredentialModule, FieldType
from botflow.outgoing_hosts import FIELD, LONGEST, PATTERN

_TOKEN = r"[!-~]+"  # what a header may hold without blanks
# Required: a set that may go anywhere is one that everybody who edits a flow can read, and that must be a decision.
HOSTS = CredentialField(
    id=FIELD,
    name="Hosts",
    description="Where it may be sent: api.example.com, *.example.com, with a port like api.example.com:8443; * is any",
    required=True,
    pattern=PATTERN,
    longest=LONGEST,
)
BEARER = CredentialModule(
    id="http_bearer",
    name="HTTP bearer token",
    fields=(
        CredentialField(
            id="token",
            name="Token",
            description="Sent as Authorization: Bearer TOKEN",
            sensitive=True,
            required=True,
            pattern=_TOKEN,
        ),
        HOSTS,
    ),
)
BASIC = CredentialModule(
    id="http_basic",
    name="HTTP user and password",
    fields=(
        CredentialField(
            id="username",
            name="User",
            description="The name of the user, without a colon",
            required=True,
            pattern="[^:\x00-\x1f\x7f]+",
        ),
        CredentialField(
            id="password",
            name="Password",
            description="Sent with the user as Authorization: Basic ...",
            sensitive=True,
            required=True,
            pattern="[^\x00-\x1f\x7f]+",
        ),
        HOSTS,
    ),
)
HEADER = CredentialModule(
    id="http_header",
    name="HTTP header",
    fields=(
        CredentialField(
            id="header",
            name="Header",
            description="The name of the header, such as X-Api-Key",
            required=True,
            pattern="[A-Za-z0-9-]{1,64}",
        ),
        CredentialField(
            id="value",
            name="Value",
            description="The whole value of the header",
            sensitive=True,
            required=True,
            pattern="[!-~](?:[ -~]*[!-~])?",
        ),
        HOSTS,
    ),
)
OAUTH = CredentialModule(
    id="http_oauth",
    name="OAuth client credentials",
    fields=(
        CredentialField(
            id="tokenUrl",
            name="Token address",
            description="Where the client gets its token: https://login.example.com/oauth/token",
            type=FieldType.URL,
            required=True,
        ),
        CredentialField(id="clientId", name="Client id", description="The name of the client", required=True),
        CredentialField(
            id="clientSecret",
            name="Client secret",
            description="The password of the client",
            sensitive=True,
            required=True,
        ),
        CredentialField(id="scope", name="Scope", description="Scopes, separated by blanks"),
        CredentialField(id="audience", name="Audience", description="The service that the token is for"),
        CredentialField(
            id="sends",
            name="Client secret in",
            description="Where the client id and secret are sent: in the header Authorization, or in the form",
            type=FieldType.SELECT,
            options=("header", "form"),
            default="header",
        ),
        HOSTS,
    ),
)
MODULES = (BEARER, BASIC, HEADER, OAUTH)
