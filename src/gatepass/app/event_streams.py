"""How the record is sent on: the parts of the streams, for the door that sets them up and the worker that runs them."""

from ipaddress import ip_network
from urllib.parse import urlsplit

from gatepass.api.events.shapes import event_answer
from gatepass.app.house import House
from gatepass.audit.flows import Streams
from gatepass.audit.streams.running import Runner
from gatepass.audit.streams.sending import Targets, Ways
from gatepass.audit.streams.ways.files import FileWay
from gatepass.audit.streams.ways.https import HttpsWay
from gatepass.audit.streams.ways.syslog import SyslogWay
from gatepass.kit.fetch import Fetcher


def ways_of(house: House) -> Ways:
    """Return the ways to receivers."""
    foundations = house.foundations
    settings = foundations.settings
    networks = tuple(ip_network(text) for text in settings.audit.stream_networks)
    is_dev = settings.server.dev
    return Ways(
        Targets(foundations.key_ring),
        HttpsWay(Fetcher(allow_loopback=is_dev, networks=networks)),
        SyslogWay(urlsplit(house.public_url).hostname or "", allow_loopback=is_dev, networks=networks),
        FileWay(settings.audit.stream_folder),
        event_answer,
    )


def streams_of(house: House) -> Streams:
    """Return what sets streams up."""
    foundations = house.foundations
    return Streams(foundations.clock, ways_of(house), allow_loopback=foundations.settings.server.dev)


def runner_of(house: House) -> Runner:
    """Return what moves streams on."""
    return Runner(house.foundations.database, house.foundations.clock, ways_of(house), house.news)
