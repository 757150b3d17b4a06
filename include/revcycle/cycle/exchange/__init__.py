"""The exchange with partners: interchanges out, answers in, each once, whatever is cut, killed or refused between."""

from revcycle.cycle.exchange.collect import CollectCounts, collect
from revcycle.cycle.exchange.doubts import DoubtCounts, settle_doubts
from revcycle.cycle.exchange.faults import (
    ArchiveFull,
    AuthenticationRefused,
    FileChanged,
    HostKeyChanged,
    PartnerAway,
    PartnerFull,
    PartnerRefused,
)
from revcycle.cycle.exchange.login import Login, open_mailbox
from revcycle.cycle.exchange.mailbox import Mailbox, RemoteFile
from revcycle.cycle.exchange.pause import PauseCounts, pause
from revcycle.cycle.exchange.publish import PublishCounts, publish
from revcycle.cycle.exchange.reconcile import Missing, ReconcileReport, reconcile
from revcycle.cycle.exchange.sending import in_doubt, partner_of, waiting
from revcycle.cycle.exchange.unsent import Unsent, unsent
from revcycle.foundation.register import SendingRefused

__all__ = [
    "ArchiveFull",
    "AuthenticationRefused",
    "CollectCounts",
    "DoubtCounts",
    "FileChanged",
    "HostKeyChanged",
    "Login",
    "Mailbox",
    "Missing",
    "PartnerAway",
    "PartnerFull",
    "PartnerRefused",
    "PauseCounts",
    "PublishCounts",
    "ReconcileReport",
    "RemoteFile",
    "SendingRefused",
    "Unsent",
    "collect",
    "in_doubt",
    "open_mailbox",
    "partner_of",
    "pause",
    "publish",
    "reconcile",
    "settle_doubts",
    "unsent",
    "waiting",
]
