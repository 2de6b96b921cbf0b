"""How Dahua's CGI speaks: a query of `….cgi?action=…` in, lines of `key=value` out, and the refusals it knows.

Bodies and status codes as real recorders give them (Dahua HTTP API 2.x/3.x; facts 3.2 and 3.7): 400 `Error`, `Bad
Request!` for what makes no sense and for a search that found nothing; 403 `Authority:check failure.` both for what the
account may not see and for a name that does not exist; 403 with `ErrorCode` 268632081 while the account is locked.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from urllib.parse import parse_qsl

from cctv_probe.simulator.fleet import Device

ROOT = "/cgi-bin/"
TEXT_TYPE = "text/plain;charset=utf-8"
_CGI = re.compile(re.escape(ROOT) + r"([A-Za-z0-9]+)\.cgi")
_TIME = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2}) (\d{1,2}):(\d{1,2}):(\d{1,2})")
_ODD = re.compile(r"[^\w.\[\]:-]", re.ASCII)
_MOST_SHOWN = 60
_LOCKED = 268632081

Pairs = Iterable[tuple[str, object]]


class RefusedError(Exception):
    """The device refuses; `result` is for the journal."""

    def __init__(self, status: int, body: str, result: str, content_type: str = TEXT_TYPE) -> None:
        super().__init__(result)
        self.status, self.body, self.result, self.content_type = status, body, result, content_type


@dataclass(frozen=True, slots=True)
class Query:
    """What a request asks. cgi: without `.cgi`, empty where the path names none; values: everything beside the action.
    is_ambiguous: the action is given twice, and a device might take either.
    """

    cgi: str
    action: str
    values: dict[str, str]
    is_ambiguous: bool

    @property
    def name(self) -> str:
        """The configuration that getConfig names: `Encode`, `Encode[0].MainFormat`."""
        return _ODD.sub("", self.values.get("name", ""))[:_MOST_SHOWN]

    @property
    def resource(self) -> str:
        """What faults call it: `getSystemInfo`, `getConfig:Encode`."""
        return f"{self.action}:{self.name}" if self.action == "getConfig" else self.action

    @property
    def operation(self) -> str:
        """What the journal calls it: `magicBox.getSystemInfo`, `configManager.getConfig:Encode`."""
        return f"{self.cgi}.{self.resource}"

    def number(self, key: str) -> int:
        """The decimal number under `key`. Raises RefusedError."""
        given = self.values.get(key, "")
        if not re.fullmatch(r"[0-9]{1,10}", given):
            raise bad_request(f"no_number:{key}")
        return int(given)

    def moment(self, key: str, device: Device) -> datetime:
        """The instant, in true UTC, that the device's clock calls what stands under `key`. Raises RefusedError."""
        matched = _TIME.fullmatch(self.values.get(key, "").strip())
        if matched is None:
            raise bad_request(f"no_time:{key}")
        year, month, day, hour, minute, second = map(int, matched.groups())
        try:
            told = datetime(year, month, day, hour, minute, second, tzinfo=UTC)
            return told - timedelta(seconds=device.faults.clock_offset_s, hours=device.clock.utc_offset_h)
        except (ValueError, OverflowError):
            raise bad_request(f"no_time:{key}") from None


def read_query(target: str) -> Query:
    """What `target`, a path with its query, asks."""
    path, _, query = target.partition("?")
    matched = _CGI.fullmatch(path)
    try:
        pairs = parse_qsl(query, keep_blank_values=True, max_num_fields=100)
    except ValueError:
        pairs = []
    actions = [value for key, value in pairs if key.lower() == "action"]
    values = {key: value for key, value in reversed(pairs) if key.lower() != "action"}
    action = _ODD.sub("", actions[0])[:_MOST_SHOWN] if actions else ""
    return Query(matched[1] if matched else "", action, values, len(actions) > 1)


def written(pairs: Pairs) -> str:
    """The body: one line a pair, ended by CR LF; nothing in a value can break its line."""
    return "".join(f"{key}={_value(value)}\r\n" for key, value in pairs)


def below(prefix: str, pairs: Pairs) -> Iterator[tuple[str, object]]:
    """The same pairs, their keys below `prefix`."""
    for key, value in pairs:
        yield f"{prefix}.{key}", value


def shown_time(device: Device, moment: datetime) -> str:
    """The true `moment` as the device writes it: by its clock, in its zone, which is not said (`2026-11-23 10:00:00`)."""
    return by_clock(device, moment).strftime("%Y-%m-%d %H:%M:%S")


def by_clock(device: Device, moment: datetime) -> datetime:
    """The true `moment` by the device's clock, in its zone."""
    zone = timezone(timedelta(hours=device.clock.utc_offset_h))
    return (moment + timedelta(seconds=device.faults.clock_offset_s)).astimezone(zone)


def bad_request(result: str) -> RefusedError:
    """What makes no sense; also: nothing found."""
    return RefusedError(400, "Error\r\nBad Request!\r\n", result)


def no_authority(result: str) -> RefusedError:
    """No permission, or no such configuration: the two look the same."""
    body = {"error": {"code": 403, "message": "Authority:check failure."}, "result": False}
    return RefusedError(403, json.dumps(body, separators=(",", ":")), result, "application/json")


def locked(locked_for_s: float) -> RefusedError:
    """The account is locked for so many seconds more (RmLock); no attempt is left (RmLogin)."""
    body = {"ErrorCode": _LOCKED, "RmLock": round(locked_for_s), "RmLogin": 0}
    return RefusedError(403, json.dumps(body, separators=(",", ":")), "locked", "application/json")


def _value(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return f"{value:g}"
    return " ".join(str(value).split())
