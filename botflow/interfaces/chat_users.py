"""The credentials `chat_users`: a key with which a site signs its users for the chat (RFC 7519).

A key is checked when it is stored, so that a mistake is not found by the first person who signs in.
"""

from __future__ import annotations

from collections.abc import Mapping

from botflow.errors import UsageError
from botflow.interfaces.credential_modules import CredentialField, CredentialModule, FieldType

SECRET, PUBLIC = "HS256", "ES256"
FEWEST_BYTES = 32  # of a secret: RFC 7518, 3.2
_PEM = "-----BEGIN"


def _check_key(fields: Mapping[str, str]) -> None:
    key = fields["key"]
    if key != key.strip():
        raise _wrong("has blanks or an empty line around it", "give it without them")
    if fields["algorithm"] == PUBLIC:
        _check_public_key(key)
    elif key.startswith(_PEM):
        raise _wrong("is no secret: others may know a public key", f"its algorithm is {PUBLIC}")
    elif len(key.encode()) < FEWEST_BYTES:
        raise _wrong(f"has fewer than {FEWEST_BYTES} bytes", "make one, for example with: openssl rand -base64 48")


def _check_public_key(pem: str) -> None:
    from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicKey
    from cryptography.hazmat.primitives.serialization import load_pem_public_key

    if "PRIVATE KEY" in pem:
        raise _wrong("is a private key, which belongs to your application alone", "give the public key of the pair")
    try:
        key = load_pem_public_key(pem.encode())
    except (ValueError, TypeError):
        key = None
    if not isinstance(key, EllipticCurvePublicKey) or not isinstance(key.curve, SECP256R1):
        raise _wrong("is no public key on the curve P-256", "give it as PEM: -----BEGIN PUBLIC KEY-----...")


def _wrong(what: str, hint: str) -> UsageError:
    return UsageError(f"the field 'key' {what}", code="credential.field", hint=hint)


CHAT_USERS = CredentialModule(
    id="chat_users",
    name="Users of a site",
    fields=(
        CredentialField(
            id="algorithm",
            name="Algorithm",
            description=f"{SECRET} with a secret that your server shares with botflow, {PUBLIC} with a pair of keys",
            type=FieldType.SELECT,
            options=(SECRET, PUBLIC),
            required=True,
        ),
        CredentialField(
            id="key",
            name="Key",
            description=f"The secret, of at least {FEWEST_BYTES} bytes, or the public key as PEM",
            sensitive=True,
            required=True,
        ),
        CredentialField(
            id="keyId",
            name="Key id",
            description="The `kid` in the header of tokens that this key has signed, if they have one",
            longest=200,
        ),
    ),
    check=_check_key,
)
