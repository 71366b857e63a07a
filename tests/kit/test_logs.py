import io
import json
import logging
import subprocess
import sys
import threading
import traceback
import warnings
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatepass.kit.ids import CLIENT_SECRET_PREFIX, REFRESH_TOKEN_PREFIX, new_handle, new_id, new_secret
from gatepass.kit.logs import begin_trace, configure_logs, end_trace, get_logger
from gatepass.kit.redaction import REDACTED, is_telling, scrub

CANARY = "canary0CANARY1"
TOKEN = new_secret(REFRESH_TOKEN_PREFIX)
JWT = "eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJhIn0.c2lnbmF0dXJlLWhlcmU"
OPAQUE = "k3J9sQ0aX7vB2nM5cT8wL1zR4yP6uE0hGfDdSsAaQqW"
TELLING = """
    token access_token refresh_token refreshToken id_token token_hash secret client_secret x-client-secret password
    new_password passwd code otp magictext magic_text link verify_link links state state_hash relay_state authorization
    Authorization cookie Set-Cookie assertion client_assertion code_verifier nonce api_key private_key seed totp_seed
    credential SAMLResponse dsn body query query_string session_id
"""
LINK = f"https://login.example.test/verify?client_id=cli_a&state={CANARY}&magictext={CANARY}"


@pytest.fixture(autouse=True)
def _restored() -> Iterator[None]:
    root, hooks = logging.getLogger(), (sys.excepthook, threading.excepthook)
    handlers, level = root.handlers, root.level
    yield
    configure_logs(is_production=True, level="WARNING")
    logging.captureWarnings(capture=False)
    root.handlers, root.level = handlers, level
    sys.excepthook, threading.excepthook = hooks


@pytest.fixture
def stream() -> io.StringIO:
    stream = io.StringIO()
    configure_logs(is_production=True, level="INFO", stream=stream)
    return stream


def lines(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_a_record_is_one_line_of_json_with_time_level_logger_and_fields(stream: io.StringIO) -> None:
    user = new_id()
    get_logger("gatepass.login").info("Somebody signed in.", user=user, seconds=0.25, is_new=True, missing=None)
    (line,) = lines(stream)
    assert line.pop("timestamp").endswith("Z")
    assert line == {
        "event": "Somebody signed in.",
        "level": "info",
        "logger": "gatepass.login",
        "user": user,
        "seconds": 0.25,
        "is_new": True,
        "missing": None,
    }


@pytest.mark.parametrize("key", TELLING.split())
def test_a_telling_name_hides_its_value_at_any_depth(stream: io.StringIO, key: str) -> None:
    assert is_telling(key)
    get_logger("a").info("event", **{key: CANARY}, nested={"list": [{key: CANARY}, {key: [CANARY]}]}, bag={key: 123456})
    assert CANARY not in stream.getvalue()
    assert "123456" not in stream.getvalue()


@pytest.mark.parametrize(
    "key",
    ["status_code", "error_code", "user", "event_name", "token_type", "statement", "pinned", "encoding", "network"],
)
def test_a_harmless_name_keeps_its_value(stream: io.StringIO, key: str) -> None:
    get_logger("a").info("event", **{key: 4711})
    assert lines(stream)[0][key] == 4711


@pytest.mark.parametrize(
    "text",
    [
        f"opened {LINK} just now",
        f"GET /api/v1/verify?magictext={CANARY} HTTP/1.1",
        f"GET /verify#{CANARY}",
        f"smtp://user:{CANARY}@mail.example.test:587",
        f"postgresql://gatepass:{CANARY}@db/gatepass?sslmode=require",
        f"Authorization: Bearer {CANARY}",
        f"authorization: Basic {CANARY}==",
        f"Cookie: a=1; session={CANARY}; b={CANARY}",
        f"password: correct horse {CANARY}",
        f"Key (token_hash)=({CANARY}) already exists.",
        f"{{'otp': '{CANARY}', 'x': 1}}",
        f'{{"client_secret":"{CANARY}"}}',
        f"state={CANARY}&otp={CANARY}",
        f"unknown token {CANARY}",
        f"refresh_token = b'{CANARY}'",
    ],
)
def test_a_secret_inside_a_text_is_cut_out(stream: io.StringIO, text: str) -> None:
    get_logger("a").info(text, note=text, nested=[{"note": text}, (text,)], problem=ValueError(text))
    logging.getLogger("some.driver").warning("%s", text)
    assert CANARY not in stream.getvalue()
    assert len(lines(stream)) == 2


@pytest.mark.parametrize(
    "secret",
    [TOKEN, new_secret(CLIENT_SECRET_PREFIX), JWT, OPAQUE, "0f" * 32, "code 123456"],
    ids=["token", "client secret", "jwt", "opaque", "hex", "code"],
)
def test_what_has_the_shape_of_a_secret_is_cut_out_wherever_it_stands(stream: io.StringIO, secret: str) -> None:
    digits = secret.rpartition(" ")[2]
    get_logger("a").info(f"refused {secret}", note=f"<{secret}>", items=[secret])
    assert digits not in stream.getvalue()


def test_what_helps_to_find_a_fault_stays() -> None:
    handle = new_handle()
    for text in (
        f"The attempt {handle} ended after 5 tries.",
        "GET https://login.example.test/api/v1/config answered 200",
        "relation magic_links_by_state does not exist",
        'File "/srv/gatepass/methods/magic_link/flows.py", line 120, in redeem',
    ):
        assert scrub(text) == text


@pytest.mark.parametrize("is_production", [True, False])
def test_a_traceback_keeps_its_frames_and_loses_its_secrets(is_production: bool) -> None:
    stream = io.StringIO()
    configure_logs(is_production=is_production, stream=stream)
    message = f"refused token={CANARY} from {LINK}\nlevel=info forged line"
    try:
        try:
            dict[str, str]()[f"otp={CANARY}"]
        except KeyError as error:
            raise ValueError(message) from error
    except ValueError:
        get_logger("a").exception("It failed.")
        logging.getLogger("uvicorn.error").exception("Exception in ASGI application %s", LINK)
    written = stream.getvalue()
    assert CANARY not in written
    assert written.count("ValueError: refused token=") == 2
    assert "test_logs.py" in written
    assert "\nlevel=info" not in written


@given(st.text())
def test_no_value_can_begin_a_line_or_turn_the_direction_of_writing(text: str) -> None:
    stream = io.StringIO()
    configure_logs(is_production=False, stream=stream)
    get_logger("a").info("before" + text, value=text, **{"weird key": text})
    written = stream.getvalue()
    assert written.count("\n") == 1
    assert not any(ord(c) < 32 or 0x7F <= ord(c) < 0xA0 or c in "\u2028\u2029\u202e\u2066" for c in written[:-1])


def test_a_very_long_value_is_shortened_and_scanned_quickly(stream: io.StringIO) -> None:
    for text in (
        "a" * 5_000_000,
        "/?" * 1_000_000,
        "token " * 500_000,
        "eyJ." * 500_000,
        "://" * 500_000,
        "A1a-" * 9_999,
    ):
        get_logger("a").info("event", value=text)
    assert len(stream.getvalue()) < 200_000


@pytest.mark.parametrize("secret", [OPAQUE, TOKEN, JWT], ids=["opaque", "token", "jwt"])
def test_no_half_of_a_secret_is_left_where_a_long_value_is_shortened(secret: str) -> None:
    pieces = {secret[at : at + 12] for at in range(len(secret) - 12)}
    for before in range(8_192 - len(secret) - 4, 8_192 + 4):
        at_the_start = scrub("a" * before + " " + secret + " " + "b" * 9_000)
        at_the_end = scrub("a" * 9_000 + " " + secret + " " + "b" * before)
        assert not any(piece in at_the_start or piece in at_the_end for piece in pieces)


def test_a_line_below_the_level_formats_nothing() -> None:
    configure_logs(is_production=True, level="WARNING", stream=io.StringIO())

    class Explosive:
        def __repr__(self) -> str:
            raise AssertionError("formatted")

    get_logger("a").info("event", value=Explosive())
    get_logger("a").debug("event", value=Explosive())
    logging.getLogger("a").info("%r", Explosive())


def test_a_logger_made_before_the_configuration_follows_it(stream: io.StringIO) -> None:
    logger = get_logger("early")
    logger.info("one")
    other = io.StringIO()
    configure_logs(is_production=True, level="ERROR", stream=other)
    logger.info("two")
    logger.error("three")
    assert [line["event"] for line in lines(stream)] == ["one"]
    assert [line["event"] for line in lines(other)] == ["three"]


def test_the_trace_id_stands_on_every_line_of_its_request_and_no_other(stream: io.StringIO) -> None:
    token = begin_trace("4bf92f3577b34da6a3ce929d0e0e4736")
    get_logger("a").info("inside")
    logging.getLogger("b").warning("inside too")
    end_trace(token)
    get_logger("a").info("outside")
    assert [line.get("trace_id") for line in lines(stream)] == ["4bf92f3577b34da6a3ce929d0e0e4736"] * 2 + [None]


def test_a_trace_id_that_is_none_is_not_written(stream: io.StringIO) -> None:
    begin_trace('x", "level": "forged')
    get_logger("a").info("event")
    assert "trace_id" not in lines(stream)[0]


def test_uvicorn_writes_through_us_and_its_access_log_is_silent(stream: io.StringIO) -> None:
    logging.getLogger("uvicorn").handlers = [logging.StreamHandler(io.StringIO())]
    configure_logs(is_production=True, stream=stream)
    logging.getLogger("uvicorn.error").info("Started server process [%d]", 1)
    logging.getLogger("uvicorn.access").info("GET %s", LINK)
    assert [line["event"] for line in lines(stream)] == ["Started server process [1]"]
    assert not logging.getLogger("uvicorn.access").hasHandlers()


def test_warnings_of_libraries_are_redacted_too() -> None:
    stream = io.StringIO()
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        configure_logs(is_production=True, stream=stream)
        warnings.warn(f"unclosed connection to https://a.test/?token={CANARY}", ResourceWarning, stacklevel=1)
    assert CANARY not in stream.getvalue()
    assert "unclosed connection" in stream.getvalue()


def test_an_unknown_level_is_refused_with_the_names_that_exist() -> None:
    with pytest.raises(ValueError, match="use DEBUG, INFO"):
        configure_logs(is_production=True, level="LOUD")


@pytest.mark.parametrize("where", ["main", "thread", "unconfigured"])
def test_a_crash_tells_no_secret(where: str) -> None:
    program = f"""
import threading
from gatepass.kit.logs import configure_logs, get_logger
def crash(): raise ValueError("token={CANARY}")
if {where!r} == "unconfigured":
    get_logger("a").error("token={CANARY}")
else:
    configure_logs(is_production=True, reports_crashes=True)
    if {where!r} == "thread":
        thread = threading.Thread(target=crash); thread.start(); thread.join()
    else:
        crash()
"""
    result = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=30, check=False)
    assert CANARY not in result.stderr + result.stdout
    assert REDACTED in result.stderr
    assert (result.returncode == 0) == (where != "main")


def test_the_whole_chain_of_a_group_is_redacted(stream: io.StringIO) -> None:
    group = ExceptionGroup("several", [ValueError(f"otp={CANARY}"), TypeError(f"{LINK}")])
    assert CANARY in "".join(traceback.format_exception(group))
    get_logger("a").error("It failed.", exc_info=group)
    assert CANARY not in stream.getvalue()
    assert "TypeError" in stream.getvalue()
