from gatepass.audit.model import EventKind
from tools.documents import events


def test_every_event_is_explained() -> None:
    page = events.page()

    assert [kind for kind in EventKind if f"| `{kind.value}` | " not in page] == []
