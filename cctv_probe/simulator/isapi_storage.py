"""ISAPI's disks, recording schedules and the calendar of recorded days."""

from __future__ import annotations

import calendar
from datetime import date, timedelta

from lxml import etree

from cctv_probe.simulator.fleet import Channel, Device, Disk
from cctv_probe.simulator.isapi_parts import (
    Asked,
    bad_xml,
    document,
    elements,
    local,
    not_supported,
    recording_of_track,
    track_of,
)
from cctv_probe.simulator.node import Node
from cctv_probe.simulator.recording_parts import claimed

_STATES = {"ok": "ok", "failed": "error", "notexist": "notexist", "unformatted": "unformatted", "sleeping": "idle"}
_WEEK = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MODES = {"continuous": "CMR", "schedule": "CMR", "motion": "MOTION", "event": "AllEvent", "off": "CMR"}
_CODECS = {"h264": "H.264-BP", "h265": "H.265-MP"}
_INSTANT = timedelta(microseconds=1)
_NO_GUID = "{00000000-0000-0000-0000-000000000000}"


def storage(node: Node, _asked: Asked) -> str:
    """`ContentMgmt/Storage`: capacities in decimal megabytes; a slot without a disk may be listed all the same."""
    disks = "".join(_disk(number, disk) for number, disk in enumerate(node.device.storage.disks, start=1))
    inner = (
        f'<hddList size="8">\n{disks}</hddList>\n<nasList size="8">\n</nasList>\n'
        f"<workMode>{node.device.storage.mode}</workMode>\n"
    )
    return document(node, "storage", inner)


def _disk(number: int, disk: Disk) -> str:
    is_there = disk.status != "notexist"
    inner = elements(
        id=number,
        hddName=f"hdd{'abcdefgh'[(number - 1) % 8]}",
        hddPath="",
        hddType="SATA",
        status=_STATES[disk.status],
        capacity=disk.capacity_gb * 1000 if is_there else 0,
        freeSpace=disk.free_gb * 1000 if is_there else 0,
        property="RW",
    )
    return f"<hdd>\n{inner}</hdd>\n"


def tracks(node: Node, _asked: Asked) -> str:
    """`ContentMgmt/record/tracks`: how every slot records; empty slots have the schedule they were born with."""
    device = node.device
    inner = "".join(
        f"<Track>\n{_track(device, number, channel)}</Track>\n"
        for number, channel in enumerate(device.channels, start=1)
    )
    return document(node, "TrackList", inner)


def track(node: Node, asked: Asked) -> str:
    """`ContentMgmt/record/tracks/{id}`."""
    for number, channel in enumerate(node.device.channels, start=1):
        if track_of(node.device, number, channel) == asked.number:
            return document(node, "Track", _track(node.device, number, channel))
    raise not_supported()


def _track(device: Device, number: int, channel: Channel) -> str:
    """The top-level Enable is true whatever happens; `enableSchedule` in the extension is the real switch. A Duration is
    always there; it counts where `durationEnabled` is true.
    """
    schedule = "continuous" if channel.ghost else channel.schedule_set
    name = track_of(device, number, channel)
    kept = channel.recordings.configured_days if channel.recordings else None
    head = elements(
        id=name,
        Channel=name,
        Enable=True,
        Description=_description(channel),
        TrackGUID=_NO_GUID,
        DefaultRecordingMode=_MODES[schedule],
        LoopEnable=device.storage.overwrite,
    )
    extension = elements(
        CustomExtensionName="www.hikvision.com/RaCM/trackExt/ver10",
        enableSchedule=schedule != "off",
        SaveAudio=False,
        RedundancyRecord=False,
        PreRecordTimeSeconds=5,
        PostRecordTimeSeconds=5,
    )
    return (
        f"{head}{_source(number, channel)}<TrackSchedule>\n<ScheduleBlockList>\n<ScheduleBlock>\n"
        f"<ScheduleBlockGUID>{_NO_GUID}</ScheduleBlockGUID>\n"
        "<ScheduleBlockType>www.std-cgi.com/racm/schedule/ver10</ScheduleBlockType>\n"
        f"{_actions(channel, _MODES[schedule])}</ScheduleBlock>\n</ScheduleBlockList>\n</TrackSchedule>\n"
        f"<CustomExtensionList>\n<CustomExtension>\n{extension}</CustomExtension>\n</CustomExtensionList>\n"
        f"{elements(Duration=f'P{kept or 7}DT0H', durationEnabled=kept is not None)}"
    )


def _description(channel: Channel) -> str:
    if channel.ghost:
        return "trackType=standard"
    stream = channel.stored_stream
    return (
        f"trackType=standard,trackType=video,codecType={_CODECS.get(stream.codec, stream.codec.upper())},"
        f"resolution={stream.size},framerate={stream.frame_rate:f} fps,bitrate={stream.bit_rate_bps // 1000} kbps"
    )


def _source(number: int, channel: Channel) -> str:
    place = 2 if channel.stored == "sub" else 1
    inner = elements(
        SrcGUID=_NO_GUID,
        SrcChannel=number,
        StreamHint=_description(channel),
        SrcDriver="RTSP",
        SrcType="H.264-BP",
        SrcUrl=f"rtsp://localhost/PSIA/Streaming/channels/{number}{place:02d}",
    )
    return f"<SrcDescriptor>\n{inner}</SrcDescriptor>\n"


def _actions(channel: Channel, mode: str) -> str:
    hours = channel.recordings.hours if channel.recordings and channel.schedule_set == "schedule" else ()
    spans = [(one.starts, one.ends) for one in hours] or [("00:00", "24:00")]
    each = [(day, *span) for day in _WEEK for span in spans]
    return "".join(
        f"<ScheduleAction>\n<id>{number}</id>\n"
        f"<ScheduleActionStartTime>\n{elements(DayOfWeek=day, TimeOfDay=f'{starts}:00')}</ScheduleActionStartTime>\n"
        f"<ScheduleActionEndTime>\n{elements(DayOfWeek=day, TimeOfDay=f'{ends}:00')}</ScheduleActionEndTime>\n"
        "<ScheduleDSTEnable>false</ScheduleDSTEnable>\n<Description>nothing</Description>\n"
        f"<Actions>\n{elements(Record=True, Log=False, SaveImg=False, ActionRecordingMode=mode)}</Actions>\n"
        "</ScheduleAction>\n"
        for number, (day, starts, ends) in enumerate(each, start=1)
    )


def daily_distribution(node: Node, asked: Asked) -> str:
    """`ContentMgmt/record/tracks/{id}/dailyDistribution`: of one month by the device's calendar, day by day."""
    if not node.device.faults.vendor.daily_distribution:
        raise not_supported()
    year, month = _month(asked.body)
    recording = recording_of_track(node.device, asked.number)
    held: set[tuple[int, int, int]] = set()
    for start, end in claimed(node.device, recording) if recording else ():
        first, last = local(node.device, start).toordinal(), local(node.device, end - _INSTANT).toordinal()
        held |= {_day(ordinal) for ordinal in range(first, last + 1)}
    kind = "event" if recording and recording.truth.mode in ("motion", "event") else "time"
    days = "".join(
        f"<day>\n{elements(id=day, dayOfMonth=day, record=there, recordType=kind if there else None)}</day>\n"
        for day in range(1, calendar.monthrange(year, month)[1] + 1)
        for there in [(year, month, day) in held]
    )
    return document(node, "trackDailyDistribution", f"<dayList>\n{days}</dayList>\n")


def _day(ordinal: int) -> tuple[int, int, int]:
    day = date.fromordinal(ordinal)
    return day.year, day.month, day.day


def _month(body: bytes) -> tuple[int, int]:
    try:
        root = etree.fromstring(body, etree.XMLParser(resolve_entities=False, no_network=True))
    except etree.XMLSyntaxError:
        raise bad_xml() from None
    said = [(etree.QName(child).localname, child.text or "") for child in root if isinstance(child.tag, str)]
    if etree.QName(root).localname != "trackDailyParam" or [name for name, _ in said] != ["year", "monthOfYear"]:
        raise bad_xml()
    year, month = (int(value[:9]) if value.isdecimal() else 0 for _, value in said)
    if not (1970 <= year <= 2100 and 1 <= month <= 12):
        raise bad_xml()
    return year, month
