"""What the kernel is told: the addresses that the agent's unit may speak to, as a drop-in for systemd.

`drop_in` is pure: scope, names and their addresses → text, and back. `present` reads the scope, /etc/resolv.conf and the
name service, and is the only file here that asks anybody anything; `installing` writes the file and tells systemd. The
units themselves lie in `agent/systemd` beside the package. No device is asked from here.
"""

from __future__ import annotations

from cctv_probe.agent.unit.drop_in import Comparison, DropIn, compare, read_text
from cctv_probe.agent.unit.installing import DROP_IN, read_drop_in, write_drop_in
from cctv_probe.agent.unit.present import drop_in_now

__all__ = [
    "DROP_IN",
    "Comparison",
    "DropIn",
    "compare",
    "drop_in_now",
    "read_drop_in",
    "read_text",
    "write_drop_in",
]
