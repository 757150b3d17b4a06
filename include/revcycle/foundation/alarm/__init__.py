"""Alarms to people: what is said, and how it leaves. Ids and counts only: a pager is no safe place."""

from revcycle.foundation.alarm.alarm import Alarm, Kind
from revcycle.foundation.alarm.record import settle, standing
from revcycle.foundation.alarm.send import send

__all__ = ["Alarm", "Kind", "send", "settle", "standing"]
