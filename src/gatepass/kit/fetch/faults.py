"""Why something was not fetched."""

from enum import StrEnum


class RefusalReason(StrEnum):
    """What stood in the way."""

    MALFORMED_URL = "malformed_url"
    FORBIDDEN_SCHEME = "forbidden_scheme"
    FORBIDDEN_PORT = "forbidden_port"
    FORBIDDEN_ADDRESS = "forbidden_address"
    UNRESOLVED = "unresolved"
    UNREACHABLE = "unreachable"
    UNTRUSTED_CERTIFICATE = "untrusted_certificate"
    BROKEN_ANSWER = "broken_answer"
    REDIRECT = "redirect"
    UNWANTED_STATUS = "unwanted_status"
    UNWANTED_CONTENT = "unwanted_content"
    TOO_LARGE = "too_large"
    TOO_SLOW = "too_slow"


_OF_THE_URL = frozenset(
    {RefusalReason.MALFORMED_URL, RefusalReason.FORBIDDEN_SCHEME, RefusalReason.FORBIDDEN_PORT},
)


class FetchRefused(Exception):
    """Raised when something can't be fetched or posted.

    Args:
        reason: what stood in the way.
        sentence: the same for a person; it quotes neither the URL nor what lies behind it, so it may be shown.
    """

    def __init__(self, reason: RefusalReason, sentence: str) -> None:
        super().__init__(sentence)
        self.reason = reason
        self.sentence = sentence

    @property
    def is_lasting(self) -> bool:
        """Whether the URL itself is at fault, so that no repeat can succeed."""
        return self.reason in _OF_THE_URL
