"""What waits to be delivered: accepted once, kept through kills, power cuts and bad disks, delivered or told of as a gap.

    enqueue ─► report, body (one SQLite transaction) ─► chain.json ─► next_due ─► begin ─► acked (receipt, for ever)
                    └─ given up (limits, a person, damage) ─► gathers ─► one gap body per reason, itself delivered

`box.Outbox` is the public face and reads top to bottom; `keeping` under it makes transactions survive damage and a full
disk. `rows` reads the tables, `changes` writes them, `schema` names them. `file` opens, locks and begins anew; `salvage`
and `recovery` carry over what a damaged file still holds. Pure: `ageing`, `sacrifice`, `ranges`, `packing`. Not here: what a
report says (`leaving`), how it is sent and which receipt is believed (`upload`). No socket is opened here, ever.
"""

from __future__ import annotations

from cctv_probe.agent.outbox.box import Outbox
from cctv_probe.agent.outbox.opening import open_outbox
from cctv_probe.agent.outbox.terms import (
    Damage,
    Depth,
    Gathering,
    Imported,
    OutboxError,
    OutboxLimits,
    Row,
    Slot,
    State,
    Tidied,
)
from cctv_probe.agent.outbox.verifying import Inspection, inspect

__all__ = [
    "Damage",
    "Depth",
    "Gathering",
    "Imported",
    "Inspection",
    "Outbox",
    "OutboxError",
    "OutboxLimits",
    "Row",
    "Slot",
    "State",
    "Tidied",
    "inspect",
    "open_outbox",
]
