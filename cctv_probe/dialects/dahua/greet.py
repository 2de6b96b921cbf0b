"""Does a web server speak Dahua? Asked once, without login.

Dahua guards `magicBox.cgi` with Digest and names itself in the realm (`Login to <serial>`, older `Device_CGI`, `DH_<mac>`); a few
answer openly. A web server that guards every path answers 401 as well, with another realm.
"""

from __future__ import annotations

import re

from cctv_probe.dialects.dahua import refusals, table
from cctv_probe.dialects.dahua.operations import GET_SYSTEM_INFO, METHOD
from cctv_probe.dialects.onvif.endpoint import Endpoint
from cctv_probe.model.attempt import StepError
from cctv_probe.wire import digest
from cctv_probe.wire.address import split_url
from cctv_probe.wire.http import Answer
from cctv_probe.wire.visit import Visit

ANSWER_S = 4.0
_HOPS = 2
_REALM = re.compile(r"(?i)login to (?=[a-z_-]*[0-9])[0-9a-z_-]{8,64}|device_cgi|dh_[0-9a-f]{12}|dahua\b.*")
_OWN_KEYS = ("serialNumber", "updateSerial", "deviceType", "processor", "hardwareVersion")


def speaks_dahua(visit: Visit, endpoint: Endpoint) -> bool:
    """Whether Dahua's web interface answers at `endpoint`. Raises nothing; a port that does not answer is none."""
    return find_dahua(visit, endpoint) is not None


def find_dahua(visit: Visit, endpoint: Endpoint) -> Endpoint | None:
    """Where Dahua's web interface answers: `endpoint`, or the port of our host that it sends on to; None where it is none.
    Raises nothing."""
    for _ in range(_HOPS + 1):
        try:
            answer = _asked(visit, endpoint)
        except StepError:
            return None
        if not 300 <= answer.status < 400:
            return endpoint if is_dahua(answer) else None
        parts = split_url(answer.headers.get("Location", ""))
        if parts is None or parts.scheme not in ("http", "https"):
            return None
        tls = parts.scheme == "https"
        endpoint = Endpoint(parts.port or (443 if tls else 80), tls, endpoint.target)
    return None


def is_dahua(answer: Answer) -> bool:
    """Whether an anonymous answer to `getSystemInfo` is one of Dahua's."""
    if answer.status == 401:
        challenges = digest.parse_challenges(answer.challenges)
        return any(found.scheme == "digest" and _REALM.fullmatch(found.realm.strip()) for found in challenges)
    if answer.status == 403:
        told = refusals.read(answer.body)
        return told.locked and told.locked_s is not None
    told_keys = table.read(answer.body) if answer.status == 200 else table.Node()
    return sum(told_keys.text(key) is not None for key in _OWN_KEYS) >= 2


def _asked(visit: Visit, endpoint: Endpoint) -> Answer:
    outcome = "no answer"
    try:
        answer = visit.http.send(
            METHOD, endpoint.port, GET_SYSTEM_INFO.target(), tls=endpoint.tls, wanted_s=ANSWER_S, cap_bytes=1 << 20
        )
        outcome = str(answer.status)
    except StepError as error:
        outcome = error.ending.value
        raise
    finally:
        visit.folder.asked(visit.address, GET_SYSTEM_INFO.step, login=False, outcome=outcome)
    return answer
