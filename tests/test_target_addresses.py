"""Where a webhook may be sent, decided without a network."""

from __future__ import annotations

from ipaddress import ip_address, ip_network

import pytest

from botflow.outgoing_targets import TargetRefused, check_address, check_url

PRIVATE = (
    "127.0.0.1",
    "10.0.0.1",
    "169.254.169.254",
    "100.64.0.1",
    "224.0.0.1",
    "0.0.0.8",
    "::1",
    "fe80::1",
    "fd00::1",
    "::ffff:10.0.0.1",
    "64:ff9b::a00:1",
    "2002:a00:1::",
    "::7f00:1",
    "192.0.0.192",
    "168.63.129.16",
    "fec0::1",
)


@pytest.mark.parametrize("address", PRIVATE)
def test_no_address_of_the_deployments_network_is_a_target(address: str) -> None:
    with pytest.raises(TargetRefused) as refused:
        check_address(ip_address(address), "https", ())
    assert refused.value.code == "webhook.private_address"


@pytest.mark.parametrize("address", ["93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c", "64:ff9b::5db8:d70e"])
def test_a_public_address_is_a_target_by_https_alone(address: str) -> None:
    check_address(ip_address(address), "https", ())
    with pytest.raises(TargetRefused) as refused:
        check_address(ip_address(address), "http", (ip_network("127.0.0.0/8"),))
    assert refused.value.code == "webhook.not_https"


def test_what_operators_allow_is_a_target_and_nothing_beside_it() -> None:
    allowed = (ip_network("10.1.0.0/16"),)
    check_address(ip_address("10.1.2.3"), "http", allowed)
    check_address(ip_address("::ffff:10.1.2.3"), "http", allowed)
    with pytest.raises(TargetRefused):
        check_address(ip_address("10.2.0.1"), "https", allowed)


@pytest.mark.parametrize(
    "url",
    ["https://ann:secret@example.com/", "https://example.com/#part", "ftp://example.com/", "https://", "https://a b/"],
)
def test_a_url_is_refused_that_is_not_plainly_one_of_the_web(url: str) -> None:
    with pytest.raises(TargetRefused) as refused:
        check_url(url, ())
    assert refused.value.code == "webhook.url"
