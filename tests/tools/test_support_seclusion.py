import socket

import pytest

from support.seclusion import OutsideConnection


@pytest.mark.parametrize("address", ["192.0.2.1", "2001:db8::1"])
def test_a_test_cannot_reach_another_machine(address: str) -> None:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family) as caller, pytest.raises(OutsideConnection):
        caller.connect((address, 80))


def test_a_test_cannot_look_up_another_machine() -> None:
    with pytest.raises(OutsideConnection):
        socket.getaddrinfo("gatepass.example", 443)
