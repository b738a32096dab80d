"""One machine has a whole network of IPv6 addresses: it is counted as one."""

import pytest
from starlette.requests import Request

from civic.web import limits


@pytest.mark.parametrize(("host", "counted"), [
    ("2001:db8:1:2::7", "2001:db8:1:2::/64"), ("2001:db8:1:2:ffff::1", "2001:db8:1:2::/64"),
    ("2001:db8:1:3::7", "2001:db8:1:3::/64"), ("203.0.113.9", "203.0.113.9"), ("::ffff:203.0.113.9", "203.0.113.9"),
    ("testclient", "testclient"),
])  # fmt: skip
def test_addresses_of_one_network_are_one_machine(host: str, counted: str) -> None:
    assert limits.address(Request({"type": "http", "client": (host, 1), "headers": []})) == counted
