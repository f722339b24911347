"""The certificate must be that of the name, though the connection goes to a checked address."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from botflow import outgoing_transport
from tests.http.calls import ask
from tests.http.service import answer, open_service
from tests.http.test_ssrf import port_of, resolving

NAME = "shop.example.com"


def certificate_in(folder: Path) -> Path:
    """Write a certificate for NAME that vouches for itself, with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAME)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(NAME)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = folder / "service.pem"
    file.write_bytes(
        made.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return file


@pytest.fixture
def forget_certificates() -> Iterator[None]:
    outgoing_transport._certificates.cache_clear()
    yield
    outgoing_transport._certificates.cache_clear()


@pytest.mark.usefixtures("forget_certificates")
async def test_the_certificate_is_checked_for_the_name_and_by_the_operators_authorities(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    resolving(monkeypatch, lambda host: "127.0.0.1" if host.endswith(".example.com") else None)
    file = certificate_in(tmp_path)
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain(file)
    async with open_service(tls=tls) as service:
        service.answers["/"] = answer("sealed")
        url = f"https://{NAME}:{port_of(service)}/"
        assert (await ask(url))["code"] == "http.certificate"
        outgoing_transport._certificates.cache_clear()
        monkeypatch.setenv("SSL_CERT_FILE", str(file))
        assert (await ask(url))["body"] == "sealed"
        for other in ("other.example.com", "127.0.0.1"):
            assert (await ask(url.replace(NAME, other)))["code"] == "http.certificate", other
    assert len(service.heard) == 1
