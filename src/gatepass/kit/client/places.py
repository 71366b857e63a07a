"""Where on earth an address is, as far as a file that the operator provides can tell.

Nothing is bundled and nothing is asked over the network. Without a file every place is unknown, which is a fact that
pages and mails must be able to say by leaving the place out.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import maxminddb

from gatepass.kit.client.networks import parse_ip


@dataclass(frozen=True, slots=True)
class Place:
    """A place as a person would name it."""

    city: str | None
    country: str | None

    @property
    def summary(self) -> str:
        """Name the place in one phrase: `Lisbon, Portugal`."""
        return ", ".join(part for part in (self.city, self.country) if part)


class Places:
    """Looks addresses up in a MaxMind-format file.

    Args:
        file: a country or city database in the `.mmdb` format; None where the operator has none.

    Raises:
        ValueError: the file can't be read as such a database.
    """

    def __init__(self, file: Path | None) -> None:
        self._reader: maxminddb.Reader | None = None
        if file is not None:
            try:
                self._reader = maxminddb.open_database(file)
            except (OSError, maxminddb.InvalidDatabaseError) as error:
                raise ValueError(f"The places file {file} is not a readable .mmdb database: {error}") from error

    def describe(self, ip: str) -> Place | None:
        """Name the place of an address, or return None where the file does not know it."""
        if self._reader is None:
            return None
        address = parse_ip(ip)
        if address is None:
            return None
        try:
            record = self._reader.get(address)
        except (ValueError, maxminddb.InvalidDatabaseError):
            # An IPv6 address asked of an IPv4 file, or a damaged page of the file: the place is unknown, no more.
            return None
        city, country = _english_name(record, "city"), _english_name(record, "country")
        return Place(city, country) if city or country else None

    def close(self) -> None:
        """Give the file back."""
        if self._reader is not None:
            self._reader.close()
            self._reader = None


def _english_name(record: object, part: str) -> str | None:
    entry = record.get(part) if isinstance(record, Mapping) else None
    names = entry.get("names") if isinstance(entry, Mapping) else None
    name = names.get("en") if isinstance(names, Mapping) else None
    return name if isinstance(name, str) and name else None
