"""A client of Hikvision's API for the simulator's tests, written apart from the simulator and from the program."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import requests
from lxml import etree
from requests.auth import HTTPDigestAuth

from cctv_probe.simulator.fleet import Device

SEARCH_ID = "C2F4B8A0-5D1B-4E55-9C0C-0E7B1F6D0A11"


class Isapi:
    """Asks one device over one connection; password: another than the device's own, to be refused."""

    def __init__(self, device: Device, password: str | None = None, *, anonymous: bool = False) -> None:
        user, right = device.login.web()
        self._root = f"http://{device.address}:{device.ports.http}"
        self._session = requests.Session()
        if not anonymous:
            self._session.auth = HTTPDigestAuth(user, right if password is None else password)

    def ask(self, path: str, method: str = "GET", body: str = "", timeout_s: float = 10) -> requests.Response:
        """One request of a path after `/ISAPI/`."""
        return self._session.request(
            method, f"{self._root}/ISAPI/{path}", data=body.encode() or None, timeout=timeout_s
        )

    def raw(self, path: str) -> requests.Response:
        """GET of a whole path."""
        return self._session.get(self._root + path, timeout=10)

    def read(self, path: str, method: str = "GET", body: str = "") -> etree._Element:
        """The document under `path`, which must be answered 200."""
        answer = self.ask(path, method, body)
        assert answer.status_code == 200, answer.text
        return etree.fromstring(answer.content)

    def search(self, starts: datetime, ends: datetime, **changes: Any) -> requests.Response:
        """POST a search; times are the device's local time."""
        return self.ask("ContentMgmt/search", "POST", search_body(starts, ends, **changes))

    def calendar(self, track: int, year: int, month: int) -> list[int]:
        """The recorded days of a month."""
        body = f"<trackDailyParam><year>{year}</year><monthOfYear>{month}</monthOfYear></trackDailyParam>"
        found = self.read(f"ContentMgmt/record/tracks/{track}/dailyDistribution", "POST", body)
        return [int(said(day, "dayOfMonth")) for day in every(found, "day") if said(day, "record") == "true"]


def search_body(
    starts: datetime, ends: datetime, *, track: int = 101, position: int = 0, most: int = 40, kind: str = ""
) -> str:
    """A CMSearchDescription in the order that devices want."""
    form = "%Y-%m-%dT%H:%M:%SZ"
    return (
        '<?xml version="1.0" encoding="UTF-8"?><CMSearchDescription>'
        f"<searchID>{SEARCH_ID}</searchID><trackIDList><trackID>{track}</trackID></trackIDList><timeSpanList><timeSpan>"
        f"<startTime>{starts.strftime(form)}</startTime><endTime>{ends.strftime(form)}</endTime></timeSpan>"
        f"</timeSpanList><maxResults>{most}</maxResults><searchResultPostion>{position}</searchResultPostion>"
        f"<metadataList><metadataDescriptor>//recordType.meta.std-cgi.com{kind}</metadataDescriptor></metadataList>"
        "</CMSearchDescription>"
    )


def every(element: etree._Element, name: str) -> list[etree._Element]:
    """All elements with the local name `name`."""
    return list(element.iter(f"{{*}}{name}"))


def said(element: etree._Element, name: str) -> str:
    """The text of the first of them."""
    return every(element, name)[0].text or ""


def rows(answer: requests.Response) -> list[tuple[datetime, datetime]]:
    """The segments of a search answer, times as they are written, without zone."""
    assert answer.status_code == 200, answer.text
    found = etree.fromstring(answer.content)
    return [(_moment(said(row, "startTime")), _moment(said(row, "endTime"))) for row in every(found, "timeSpan")]


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text.removesuffix("Z")).replace(tzinfo=None)
