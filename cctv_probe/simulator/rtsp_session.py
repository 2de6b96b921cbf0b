"""A session of one connection, and what a device counts over all of them."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field

from cctv_probe.simulator.replay_stream import Replayer
from cctv_probe.simulator.rtsp_stream import Player
from cctv_probe.simulator.rtsp_transport import Transport
from cctv_probe.simulator.rtsp_vendor import Playback


@dataclass(slots=True)
class Session:
    """A stream or a recording set up on a connection. names: what a request may call it, the newest last. last_asked:
    loop time. is_torn_down: TEARDOWN was asked, though a recording may play on. playback: what a vendor's address asked for, if that is what it plays.
    """

    player: Player | Replayer
    transport: Transport
    control: str
    last_asked: float
    is_torn_down: bool = False
    playback: Playback | None = None
    names: list[str] = field(default_factory=lambda: [secrets.token_hex(4)])

    @property
    def name(self) -> str:
        """What answers call it now."""
        return self.names[-1]

    def rename(self) -> None:
        """Give it another name; the old ones stay good."""
        self.names.append(secrets.token_hex(4))
