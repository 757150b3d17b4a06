"""A clearinghouse and its payers on this machine: an SFTP server that takes 837 files and answers them.

A program of its own that shares no code with the software it is there to try. It takes test interchanges only,
checks them with pyx12, answers TA1, 999, 277CA and 835 as a scenario says, and misbehaves on command.
"""

from clearinghouse_simulator.marked import ScenarioUnusable
from clearinghouse_simulator.scenario import Scenario
from clearinghouse_simulator.simulator import FolderInUse, Simulator

__all__ = ["FolderInUse", "Scenario", "ScenarioUnusable", "Simulator"]
