"""ISAPI `ContentMgmt/search`: the files of a track within a time window, oldest first, page by page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from lxml import etree

from cctv_probe.simulator.addresses import replay_uri
from cctv_probe.simulator.fleet import Device
from cctv_probe.simulator.isapi_parts import (
    Asked,
    IsapiError,
    bad_xml,
    device_error,
    document,
    elements,
    local,
    recording_of_track,
    zone,
)
from cctv_probe.simulator.node import Node
from cctv_probe.simulator.recording_parts import Recording, claimed
from cctv_probe.simulator.soap import text

_ORDER = (
    ("searchID",),
    ("trackIDList", "trackList"),
    ("timeSpanList",),
    ("contentTypeList",),
    ("maxResults",),
    ("searchResultPostion", "searchResultPosition"),
    ("metadataList",),
)
_NEEDED = {"searchID", "trackIDList", "timeSpanList", "maxResults"}
_CAP = 4000
_OVERLAP = timedelta(seconds=5)
_KINDS = {"continuous": "timing", "schedule": "timing", "motion": "motion", "event": "smart"}
_EVENTS = ("motion", "event")
Segment = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class Search:
    """What a CMSearchDescription asks for. starts, ends: the device's local time. kind: the last part of the metadata
    descriptor, in lower case; empty for everything.
    """

    search_id: str
    track: int
    starts: datetime
    ends: datetime
    most: int
    position: int
    kind: str

    @property
    def shown(self) -> str:
        """For the journal."""
        return (
            f"track {self.track}, {self.starts.isoformat()}..{self.ends.isoformat()}, {self.most} from {self.position}"
        )


def search(node: Node, asked: Asked) -> str:
    """The CMSearchResult."""
    wanted, faults = read(node.device, asked.body), node.device.faults.vendor
    node.vendor_count["search"] += 1
    if faults.search_hangs_at is not None and wanted.position >= faults.search_hangs_at:
        raise IsapiError(503, 2, "Device Busy", "deviceBusy", hangs=True)
    if faults.search_fails_every and node.vendor_count["search"] % faults.search_fails_every == 0:
        raise device_error("Tag 13 is invalid")
    if faults.widest_search_days is not None and wanted.ends - wanted.starts > timedelta(faults.widest_search_days):
        raise device_error("Tag 13 is invalid")
    recording = recording_of_track(node.device, wanted.track)
    found = _found(node.device, recording, wanted) if recording else []
    page = found[wanted.position : wanted.position + min(wanted.most, faults.rows_a_page)]
    return _result(node, wanted, recording, page, len(found))


def _found(device: Device, recording: Recording, wanted: Search) -> list[Segment]:
    is_event = recording.truth.mode in _EVENTS
    if wanted.kind not in ("", "recordtype.meta.std-cgi.com", "allevent") and is_event != (wanted.kind != "cmr"):
        return []
    return [one for one in segments(device, recording) if one[1] > wanted.starts and one[0] < wanted.ends]


def segments(device: Device, recording: Recording) -> list[Segment]:
    """The files of a recording that the index knows, oldest first, in the device's local time: cut at whole multiples
    of `segment_min` of the day.
    """
    faults = device.faults.vendor
    step = timedelta(minutes=faults.segment_min)
    files: list[Segment] = []
    for start, end in ((local(device, one), local(device, other)) for one, other in claimed(device, recording)):
        midnight = start.replace(hour=0, minute=0, second=0, microsecond=0)
        cut = start
        while cut < end:
            after = min(end, midnight + ((cut - midnight) // step + 1) * step)
            overlaps = faults.overlapping_segments and cut > start
            files.append((cut - _OVERLAP if overlaps else cut, after))
            cut = after
    return files


def _result(node: Node, wanted: Search, recording: Recording | None, page: list[Segment], total: int) -> str:
    faults = node.device.faults.vendor
    more = wanted.position + len(page) < total
    state = "NO MATCHES" if not page else "MORE" if more else "OK"
    matches = {
        "true": (len(page), total),
        "capped": (min(total, _CAP), min(total, _CAP)),
        "echo": (wanted.most, None),
        "absent": (None, None),
    }[faults.total_matches]
    tag = "responseStatusString" if faults.english_tags else "responseStatusStrg"
    rows = "".join(_row(node.device, recording, wanted.track, one) for one in page) if recording else ""
    inner = (
        f"{elements(searchID=wanted.search_id, responseStatus=True)}<{tag}>{state}</{tag}>\n"
        f"{elements(numOfMatches=matches[0] if page else 0, totalMatches=matches[1])}"
        + (f"<matchList>\n{rows}</matchList>\n" if page else "")
    )
    return document(node, "CMSearchResult", inner)


def _row(device: Device, recording: Recording, track: int, segment: Segment) -> str:
    starts, ends = segment
    name = f"{recording.number:02d}{starts:%Y%m%d%H%M%S}"
    query = f"starttime={starts:%Y%m%dT%H%M%SZ}&endtime={ends:%Y%m%dT%H%M%SZ}&name={name}"
    size = round((ends - starts).total_seconds() * recording.truth.recorded.bit_rate_bps / 8)
    uri = replay_uri(device, f"/Streaming/tracks/{track}/?{query}&size={size}")
    codec = "H.264-BP" if recording.truth.recorded.codec == "h264" else "H.265-MP"
    return (
        "<searchMatchItem>\n<sourceID>{0000000000-0000-0000-0000-000000000000}</sourceID>\n"
        f"<trackID>{track}</trackID>\n<timeSpan>\n"
        f"{elements(startTime=_shown(device, starts), endTime=_shown(device, ends))}</timeSpan>\n"
        f"<mediaSegmentDescriptor>\n{elements(contentType='video', codecType=codec)}"
        f"<playbackURI>{text(uri)}</playbackURI>\n</mediaSegmentDescriptor>\n<metadataMatches>\n"
        f"<metadataDescriptor>recordType.meta.hikvision.com/{_KINDS[recording.truth.mode]}</metadataDescriptor>\n"
        "</metadataMatches>\n</searchMatchItem>\n"
    )


def _shown(device: Device, moment: datetime) -> str:
    """A local time: with a Z that it has no right to, or with its true offset."""
    whole = moment.replace(microsecond=0)
    if device.faults.vendor.search_times == "offset":
        return whole.replace(tzinfo=zone(device)).isoformat()
    return whole.isoformat() + "Z"


def read(device: Device, body: bytes) -> Search:
    """The search in a request. Raises IsapiError: 400 where elements are missing, unknown, or out of order."""
    try:
        root = etree.fromstring(body, etree.XMLParser(resolve_entities=False, no_network=True))
    except etree.XMLSyntaxError:
        raise bad_xml() from None
    if etree.QName(root).localname != "CMSearchDescription" or not _in_order(root):
        raise bad_xml()
    values = {_name(one): (one.text or "").strip() for one in root.iter() if isinstance(one.tag, str)}
    descriptor = values.get("metadataDescriptor", "").rstrip("/").rpartition("/")[2].lower()
    position = values.get("searchResultPostion", "0")
    if device.faults.vendor.english_tags:
        position = values.get("searchResultPosition", position)
    try:
        return Search(
            search_id=values["searchID"],
            track=_number(values["trackID"]),
            starts=_moment(device, values["startTime"]),
            ends=_moment(device, values["endTime"]),
            most=_number(values["maxResults"]),
            position=_number(position),
            kind=descriptor,
        )
    except (KeyError, ValueError, OverflowError):
        raise bad_xml() from None


def _in_order(root: etree._Element) -> bool:
    """Whether the elements are known ones, in their order, and none that is needed is missing."""
    names = [_name(child) for child in root if isinstance(child.tag, str)]
    places = [next((place for place, known in enumerate(_ORDER) if name in known), -1) for name in names]
    there = {_ORDER[place][0] for place in places if place >= 0}
    return -1 not in places and places == sorted(set(places)) and there >= _NEEDED


def _name(element: etree._Element) -> str:
    return etree.QName(element).localname


def _number(said: str) -> int:
    """A count that is not negative. Raises ValueError."""
    number = int(said)
    if number < 0:
        raise ValueError(said)
    return number


def _moment(device: Device, said: str) -> datetime:
    """The local time that is meant; a Z means nothing, another offset means what it says."""
    moment = datetime.fromisoformat(said.removesuffix("Z"))
    return moment if moment.tzinfo is None else local(device, moment)
