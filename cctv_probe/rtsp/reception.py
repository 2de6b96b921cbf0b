"""How a stream's packets came: counts, for judging the network between the camera and here."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Reception:
    """Counts since PLAY. `lost` packets never came (late ones are taken off again); `duplicates` came twice;
    `restarts` are leaps of the sequence number or another source; `timestamp_jumps` are clocks set anew; `foreign` have
    another payload type; `malformed` could not be read; `skipped_bytes` stood between interleaved frames.

    `payload_bytes` and `units` are those of the access units handed over; `wire_bytes` is everything received, headers
    included. `arrival_step_s` is how fine the arrival times are: packets are read in batches so far apart, and a jitter
    finer than that means nothing.
    """

    packets: int = 0
    payload_bytes: int = 0
    lost: int = 0
    late: int = 0
    duplicates: int = 0
    restarts: int = 0
    timestamp_jumps: int = 0
    foreign: int = 0
    malformed: int = 0
    units: int = 0
    damaged_units: int = 0
    wire_bytes: int = 0
    skipped_bytes: int = 0
    arrival_step_s: float = 0.0

    @property
    def loss(self) -> float:
        """The share of packets that never came, 0 to 1."""
        return self.lost / (self.packets + self.lost) if self.lost > 0 else 0.0
