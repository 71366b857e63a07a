"""An application's settings as a person types and reads them: `KEY=VALUE`, the keys with dots."""

import difflib
import json
from collections.abc import Collection, Iterator, Sequence
from dataclasses import fields, is_dataclass, replace
from datetime import timedelta
from enum import Enum
from pathlib import Path
from types import UnionType
from typing import Any, get_args, get_origin, get_type_hints

import msgspec

from gatepass.applications.model import Application, Registration
from gatepass.cli.ground import fail
from gatepass.kit.configuration import Malformed, parse_value

# Said by who registered it, not by a setting.
_FIXED = frozenset({"oauth.source"})


def row(application: Application) -> dict[str, Any]:
    """Return what scripts read of an application in a list."""
    return {
        "id": application.id,
        "name": application.name,
        "type": application.type.value,
        "client_id": application.client_id,
        "callback_urls": list(application.callback_urls),
        "logout_urls": list(application.logout_urls),
        "allowed_origins": list(application.allowed_origins),
        "signing_algorithm": application.signing_algorithm.value,
    }


def settings_of(registration: Registration) -> dict[str, Any]:
    """Return every setting by its key, in the form in which JSON and a person write it."""
    return {key: _plain(value) for key, value, _ in _leaves(registration, "")}


def with_settings(registration: Registration, assignments: Sequence[str]) -> Registration:
    """Return a registration with settings that were typed as `KEY=VALUE`; say what can't be read, and leave.

    A value that begins with `@` is read from the file that follows; lists are separated by commas; a duration has a
    unit (`15m`, `1h`, `30d`); what holds an object is JSON.
    """
    kinds = {key: kind for key, _, kind in _leaves(registration, "") if key not in _FIXED}
    for assignment in assignments:
        key, sign, text = assignment.partition("=")
        if not sign:
            fail(f"Write {assignment!r} as KEY=VALUE, such as magic_link.may_sign_up=false.")
        if key not in kinds:
            fail(f"{key} is no setting of an application.{_hint(key, kinds)} `gatepass app show` names all.")
        registration = _assign(registration, key.split("."), _parse(key, text, kinds[key]))
    return registration


def _hint(key: str, known: Collection[str]) -> str:
    """Return the setting that was probably meant: by its last word, which is the one that people remember."""
    by_last_word = {name.rpartition(".")[2]: name for name in known}
    nearest = difflib.get_close_matches(key.rpartition(".")[2], by_last_word, n=1, cutoff=0.55)
    return f" Did you mean {by_last_word[nearest[0]]}?" if nearest else ""


def _leaves(value: Any, prefix: str) -> Iterator[tuple[str, Any, Any]]:
    hints = get_type_hints(type(value))
    for part in fields(value):
        inner = getattr(value, part.name)
        if is_dataclass(inner):
            yield from _leaves(inner, f"{prefix}{part.name}.")
        else:
            yield f"{prefix}{part.name}", inner, hints[part.name]


def _assign(value: Any, path: list[str], leaf: Any) -> Any:
    if len(path) == 1:
        return replace(value, **{path[0]: leaf})
    return replace(value, **{path[0]: _assign(getattr(value, path[0]), path[1:], leaf)})


def _parse(key: str, text: str, kind: Any) -> Any:
    try:
        if text.startswith("@"):
            text = Path(text[1:]).read_text().strip()
        return _value(text, kind)
    except OSError as error:
        fail(f"{key}: the file {text[1:]} can't be read: {error.strerror}.")
    except (Malformed, ValueError) as fault:
        fail(f"{key}: {fault}")


def _value(text: str, kind: Any) -> Any:
    if get_origin(kind) is UnionType:
        if not text:
            return None
        kind = next(part for part in get_args(kind) if part is not type(None))
    if get_origin(kind) is dict:
        return _object(text, kind)
    if get_origin(kind) is tuple:
        inner = get_args(kind)[0]
        return tuple(_value(part.strip(), inner) for part in text.split(",") if part.strip())
    if isinstance(kind, type) and issubclass(kind, Enum):
        try:
            return kind(text)
        except ValueError:
            raise Malformed(f"expected one of {', '.join(str(one.value) for one in kind)}.") from None
    return parse_value(text, kind)


def _object(text: str, kind: Any) -> Any:
    try:
        return msgspec.convert(json.loads(text or "{}"), kind)
    except json.JSONDecodeError as fault:
        raise Malformed(f"expected a JSON object; it can't be read at character {fault.pos + 1}.") from None
    except msgspec.ValidationError as fault:
        raise Malformed(f"expected a JSON object. {fault}.") from None


def _plain(value: Any) -> Any:
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, timedelta):
        return f"{int(value.total_seconds())}s"
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    return value
