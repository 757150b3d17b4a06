"""practice.yaml: who bills, renders, pays and works here; read with line numbers, kept in versioned tables."""

from revcycle.foundation.practice.reading import read
from revcycle.foundation.practice.settings import Settings
from revcycle.foundation.practice.template import TEMPLATE
from revcycle.foundation.practice.versions import Changes, load

__all__ = ["TEMPLATE", "Changes", "Settings", "load", "read"]
