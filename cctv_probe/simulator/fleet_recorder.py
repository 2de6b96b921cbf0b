"""What recorders add to a fleet: the cameras behind their channels, disks, clock settings, and their vendors' own APIs.

No I/O. What has been recorded is in `fleet_recordings`.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field
from pydantic.dataclasses import dataclass

from cctv_probe.simulator.fleet_values import STRICT

VendorApi = Literal["isapi", "dahua_cgi"]
"""Which vendor's HTTP API a device speaks beside ONVIF: Hikvision ISAPI or Dahua CGI. It logs in with `login.web()`."""
DiskStatus = Literal["ok", "failed", "notexist", "unformatted", "sleeping"]
"""`failed`: there and broken. `notexist`: a ghost slot, or a disk that was pulled. `sleeping` is healthy."""
Schedule = Literal["continuous", "schedule", "motion", "event", "off"]
Protocol = Literal["HIKVISION", "ONVIF", "DAHUA", "RTSP"]
SearchTimes = Literal["fake_z", "offset"]
TotalMatches = Literal["true", "capped", "echo", "absent"]
Namespace = Literal["hikvision", "isapi", "std_cgi", "mixed"]
UserCheck = Literal["xml_401", "xml_200", "html_401", "absent"]
PlaybackTime = Literal["none", "sender_report", "range"]


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Behind:
    """The camera behind a recorder's channel as the recorder has it on its list; `Channel.online` says whether it answers.

    port: the one the recorder manages it by (8000 for Hikvision, 37777 for Dahua, 80 for ONVIF). http_port, rtsp_port:
    as Dahua lists them too. serial, mac, model, firmware: empty or odd ones are what recorders really show
    (`000000000000`). user, password: what the recorder logs in with; Dahua's RemoteDevice shows them, nobody may keep
    them.
    """

    address: str
    port: Annotated[int, Field(ge=0, le=65535)] = 8000
    http_port: Annotated[int, Field(ge=0, le=65535)] = 80
    rtsp_port: Annotated[int, Field(ge=0, le=65535)] = 554
    protocol: Protocol = "HIKVISION"
    model: str = ""
    serial: str = ""
    mac: str = ""
    firmware: str = ""
    user: str = "admin"
    password: str = ""


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Disk:
    """One disk slot. capacity_gb and free_gb: decimal gigabytes; free 0 is normal where the oldest is overwritten."""

    capacity_gb: Annotated[int, Field(ge=0, le=100_000)] = 4000
    free_gb: Annotated[int, Field(ge=0, le=100_000)] = 0
    status: DiskStatus = "ok"


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Storage:
    """Where a recorder records. overwrite: the oldest footage makes room; else recording stops when full. mode: how the
    disks are shared out (`quota`: so much a channel; free space then says nothing).
    """

    disks: tuple[Disk, ...] = ()
    overwrite: bool = True
    mode: Literal["group", "quota"] = "group"


@dataclass(frozen=True, kw_only=True, config=STRICT)
class ClockSettings:
    """How the device's clock is set (how wrong it is: `faults.clock_offset_s`). ntp: it says it follows `ntp_server`.
    utc_offset_h: its time zone; dst: it says that the zone has summer time, which Thailand has not.
    """

    ntp: bool = True
    ntp_server: str = "time.example.go.th"
    utc_offset_h: Annotated[int, Field(ge=-12, le=14)] = 7
    dst: bool = False


@dataclass(frozen=True, kw_only=True, config=STRICT)
class VendorFaults:
    """Manners and faults of a vendor's API and of the playback paths that go with it; each says whose it is.

    Both: separate_counter: the device account (vendor's API, web, RTSP) counts failed logins and locks apart from the
    ONVIF user. no_permission: shell patterns of resources that the account may not read (ISAPI: the path after
    `/ISAPI/`; Dahua: `action` or `action:name`, such as `getConfig:RemoteDevice`): 403, which is no wrong password.
    search_hangs_at: rows of a search from this position on never get an answer. segment_min: length of the files on the
    disk. playback_time: what tells which instant a playback shows: nothing, an RTCP sender report before the first
    packet, or the `Range:` of PLAY's answer (by the device's clock). plays_past_end: playback goes on after the end
    time asked for; TEARDOWN ends it. How playback treats an instant without footage and how many playbacks there may
    be is said in `archive` (`no_footage`: `refuse` is 404 here; `max_playbacks`: 453).

    ISAPI: namespace: of the answers; `mixed`: another one for each resource. search_times: `fake_z` is the device's
    local time with a Z behind it, `offset` the same with the true `+07:00`. english_tags: responseStatusString and
    searchResultPosition, where devices write `responseStatusStrg` and `searchResultPostion`. rows_a_page: most rows of
    one search answer. overlapping_segments: each begins five seconds before the one before it ends. total_matches: the
    count is true, capped at 4000, merely maxResults again, or absent. widest_search_days: longer windows are answered
    500. search_fails_every: so does every n-th search (0: none). daily_distribution: false: the calendar is not
    supported. full_rate_is_zero: maxFrameRate is 0 where a stream has the most its channel can. user_check: how the
    lock state is told without a login: XML with status 401 or 200, a web page, or 404; with `xml_401` every refusal
    tells it, else refusals are web pages. sub_stream_track: where the sub-stream is stored, it lies under track 102 and
    101 has nothing. size_is_wrong: the list of IP channels says another `size` than it holds. proxy_streams_only:
    a recorder's encoders are under `ContentMgmt/StreamingProxy/channels` alone, `Streaming/channels` is 403. hangs_on:
    shell patterns, as for no_permission, of resources that never get an answer.

    Dahua: channel_base: the number of the first channel in mediaFileFind. lock_code: a refused login answers 403 with
    the JSON of the lock (ErrorCode, RmLock, RmLogin) where locked. too_many_users: every n-th request with the right
    password is refused 401 all the same (RTSP DESCRIBE: 403; `Node.is_one_too_many` counts); 0: none.
    authority_check_failure: names of configurations that are answered 403 `Authority:check failure.`
    remote_device_shape: `table.RemoteDevice.uuid:…` or `table.RemoteDevice[n]`. redirects_to_https: every HTTP request
    is answered 302 with the HTTPS address. realmonitor_plays_live: `/cam/realmonitor` with a start time plays live
    video. refuses_playback_path: `/cam/playback` is 404. one_level_errors: an unknown configuration is `Error` with
    status 200 instead of 400.
    """

    separate_counter: bool = False
    no_permission: tuple[str, ...] = ()
    hangs_on: tuple[str, ...] = ()
    playback_time: PlaybackTime = "none"
    plays_past_end: bool = False
    namespace: Namespace = "hikvision"
    search_times: SearchTimes = "fake_z"
    english_tags: bool = False
    rows_a_page: Annotated[int, Field(ge=1, le=1000)] = 40
    segment_min: Annotated[int, Field(ge=1, le=1440)] = 60
    overlapping_segments: bool = False
    total_matches: TotalMatches = "true"
    widest_search_days: Annotated[int, Field(ge=1)] | None = None
    search_fails_every: Annotated[int, Field(ge=0)] = 0
    daily_distribution: bool = True
    full_rate_is_zero: bool = False
    user_check: UserCheck = "xml_401"
    sub_stream_track: bool = False
    search_hangs_at: Annotated[int, Field(ge=1)] | None = None
    size_is_wrong: bool = False
    proxy_streams_only: bool = False
    channel_base: Literal[0, 1] = 1
    lock_code: bool = True
    too_many_users: Annotated[int, Field(ge=0)] = 0
    authority_check_failure: tuple[str, ...] = ()
    remote_device_shape: Literal["new", "old"] = "new"
    redirects_to_https: bool = False
    realmonitor_plays_live: bool = False
    refuses_playback_path: bool = False
    one_level_errors: bool = False
