"""Who is there: TCP sweep, WS-Discovery and ARP, merged into hosts by address.

No password and no knowledge of brands enters here. `stage` runs everything side by side; `tcp_sweep`, `ws_probe` and
`arp` are the only modules that send; `ws_discovery`, `xaddrs`, `neighbours` (its parsers) and `merge` are pure. Nothing
is asked that the scope does not permit, and nothing that a network does raises: it becomes an `Attempt`.
"""

from __future__ import annotations

from cctv_probe.discover.stage import Discovery, Pace, Progress, discover
from cctv_probe.discover.xaddrs import Xaddr, usable_xaddrs

__all__ = ["Discovery", "Pace", "Progress", "Xaddr", "discover", "usable_xaddrs"]
