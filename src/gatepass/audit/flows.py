"""Writing down what happened, sealing it, and forgetting it."""

from gatepass.audit.chain.purging import RetentionPurge
from gatepass.audit.chain.sealing import SEALED, Sealer
from gatepass.audit.forgetting import AddressForgetting, anonymize
from gatepass.audit.recording import record, record_each, record_missed
from gatepass.audit.streams.keeping import Streams, forget_streams, stop_streams
from gatepass.audit.streams.model import Batching, Stream, StreamFormat, StreamKind, StreamTarget, StreamWishes

__all__ = [
    "SEALED",
    "AddressForgetting",
    "Batching",
    "RetentionPurge",
    "Sealer",
    "Stream",
    "StreamFormat",
    "StreamKind",
    "StreamTarget",
    "StreamWishes",
    "Streams",
    "anonymize",
    "forget_streams",
    "record",
    "record_each",
    "record_missed",
    "stop_streams",
]
