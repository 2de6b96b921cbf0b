"""A small register for the demo and the tests: enrolment, reports, receipts and key rotation as the agent expects them.

    with Receiver(Setup(lao_names={"74010000": "..."})) as register:
        token = register.issue_token("74010000")
        register.fault("commit_then_reset", path="/api/v1/reports", count=2)
        ...
        register.reports(), register.cameras(agent_id), register.gaps(), register.forks(), register.requests

It is written from the contract's words alone: canonical JSON, digests, message signatures (RFC 9421, RFC 9530, RFC 8785)
and receipts are its own code on `cryptography` and the standard library, so that an equally wrong writer cannot agree with
it. What the program sends with may therefore not enter here. `faults` lists what it does wrong on request.
"""

from cctv_probe.simulator.register.faults import Fault
from cctv_probe.simulator.register.log import Logged
from cctv_probe.simulator.register.receiver import Receiver
from cctv_probe.simulator.register.setup import Setup

__all__ = ["Fault", "Logged", "Receiver", "Setup"]
