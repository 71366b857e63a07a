"""The settings of codes by SMS: who carries them, where they may go, and how much they may cost."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta

from gatepass.kit.secrets import Secret

EVERYWHERE = "*"
_COUNTRY = 2


@dataclass(frozen=True, slots=True)
class SmsSettings:
    """Who carries messages, to which countries, and within which budgets; all processes count together."""

    provider: str = field(
        default="",
        metadata={
            "doc": "Who carries messages: twilio, twilio_service (a messaging service), vonage, messagebird, or http "
            "for any HTTP API. Where none is named, a server in development shows its messages at /dev/sms, and any "
            "other sends none."
        },
    )
    account: str = field(
        default="", metadata={"doc": "The account at the provider: Twilio's account SID, Vonage's API key."}
    )
    secret: Secret | None = field(
        default=None, metadata={"doc": "The secret of that account: an auth token, an API secret or an access key."}
    )
    sender: str = field(
        default="",
        metadata={"doc": "From whom messages come: a number, a name that the provider knows, or a service's SID."},
    )
    url: str = field(
        default="", metadata={"doc": "Where messages are posted, for the provider http; may hold places like `body`."}
    )
    headers: tuple[str, ...] = field(
        default=("authorization: Bearer {secret}",),
        metadata={
            "doc": "The headers of that post, for the provider http, each as `name: value`; may hold the places of "
            "`body` and `{basic}`, which is account and secret for HTTP Basic."
        },
    )
    content_type: str = field(
        default="application/json", metadata={"doc": "The type of that post's body, for the provider http."}
    )
    body: str = field(
        default='{"to": "{to}", "from": "{sender}", "text": "{text}"}',
        metadata={
            "doc": "That post's body, for the provider http: `{to}` is the number, `{digits}` the number without its "
            "plus sign, `{text}` the message, `{sender}`, `{account}` and `{secret}` the settings; each is escaped as "
            "the content type wants it."
        },
    )
    countries: tuple[str, ...] = field(
        default=(),
        metadata={
            "doc": "The countries to which messages may go, in two letters each (`DE,AT,CH`); `*` for all. Needed with "
            "a provider, because whoever pumps messages picks the most expensive."
        },
    )
    allow_unknown_ranges: bool = field(
        default=False,
        metadata={"doc": "Whether messages go to numbers in ranges that no numbering plan has given out."},
    )
    price: float = field(
        default=0.08, metadata={"doc": "What one message costs where `prices` does not say it, in your currency."}
    )
    prices: tuple[str, ...] = field(
        default=(), metadata={"doc": "What one message costs by country, as `DE=0.075,US=0.008`."}
    )
    spend_per_hour: float = field(
        default=20.0, metadata={"doc": "What all messages of an hour may cost; then no more leave until it is over."}
    )
    spend_per_day: float = field(default=100.0, metadata={"doc": "What all messages of a day may cost."})
    per_country_and_hour: int = field(default=300, metadata={"doc": "Messages to one country within an hour."})
    per_country_and_day: int = field(default=2_000, metadata={"doc": "Messages to one country within a day."})
    per_block_and_hour: int = field(
        default=10, metadata={"doc": "Messages within an hour to one block of numbers, which differ in four digits."}
    )
    per_block_and_day: int = field(default=30, metadata={"doc": "Messages within a day to one block of numbers."})
    per_number_and_hour: int = field(default=5, metadata={"doc": "Messages to one number within an hour."})
    per_number_and_day: int = field(default=15, metadata={"doc": "Messages to one number within a day."})
    per_application_and_hour: int = field(
        default=500, metadata={"doc": "Messages that one application may ask for within an hour."}
    )
    least_answered: float = field(
        default=0.1,
        metadata={
            "doc": "Which share of its codes must be typed, or a country, or a block of numbers, gets none for a while."
        },
    )
    judged_after: int = field(
        default=40,
        metadata={"doc": "After how many messages to a country that share is looked at; a block takes a fourth."},
    )
    pause: timedelta = field(
        default=timedelta(hours=3), metadata={"doc": "For how long such a country or block gets no messages."}
    )

    def faults(self) -> list[str]:
        """Name every contradiction in a sentence; none when the settings can be used."""
        return [*self._country_faults(), *self._budget_faults()]

    def price_of(self, country: str) -> float:
        """Return what one message to a country costs."""
        return dict(_pairs(self.prices)).get(country, self.price)

    def _country_faults(self) -> Iterator[str]:
        if self.provider and not self.countries:
            yield "Name the countries that get messages: GATEPASS_SMS_COUNTRIES=DE,AT,CH, or * for all."
        for country in self.countries:
            if country != EVERYWHERE and not _is_country(country):
                yield f"GATEPASS_SMS_COUNTRIES wants two capital letters for each country, not {country[:40]!r}."
        priced = [country for country, price in _pairs(self.prices) if _is_country(country) and price >= 0]
        if len(priced) < len(self.prices):
            yield "GATEPASS_SMS_PRICES wants a country and a price for each, as DE=0.075,US=0.008."

    def _budget_faults(self) -> Iterator[str]:
        counts = (
            self.per_country_and_hour,
            self.per_country_and_day,
            self.per_block_and_hour,
            self.per_block_and_day,
            self.per_number_and_hour,
            self.per_number_and_day,
            self.per_application_and_hour,
            self.judged_after,
        )
        if min(counts) < 1 or min(self.price, self.spend_per_hour, self.spend_per_day) < 0:
            yield "Budgets of SMS must be at least 1 message, and prices can't be negative."
        if not 0 <= self.least_answered < 1:
            yield "GATEPASS_SMS_LEAST_ANSWERED must be at least 0 and below 1."
        if self.pause <= timedelta(0):
            yield "GATEPASS_SMS_PAUSE must be longer than zero."


def _is_country(text: str) -> bool:
    return len(text) == _COUNTRY and text.isascii() and text.isalpha() and text.isupper()


def _pairs(prices: tuple[str, ...]) -> Iterator[tuple[str, float]]:
    for one in prices:
        country, _, price = one.partition("=")
        try:
            yield country.strip(), float(price)
        except ValueError:
            continue
