"""How the front door is put together."""

import pytest

from gatepass.app import House, doors, gate
from gatepass.gate.pages.rendering import PageRenderer
from support.spine import Spine

pytestmark = pytest.mark.anyio


async def test_the_rooms_behind_the_front_door_are_built_once(spine: Spine, monkeypatch: pytest.MonkeyPatch) -> None:
    built = []
    rooms = doors.rooms

    def counted(house: House, pages: PageRenderer) -> doors.Rooms:
        built.append(house)
        return rooms(house, pages)

    monkeypatch.setattr(doors, "rooms", counted)
    gate(spine.house)
    assert built == [spine.house]
