"""Answers as recorders write them: element by element from public captures (hikvision_next: DS-7732NI-M4, iDS-7204HUHI-M1,
DS-2CD2146G2-ISU) and Hikvision's own guides, with the names and numbers of these tests."""

from __future__ import annotations

HIK = "http://www.hikvision.com/ver20/XMLSchema"
ISAPI = "http://www.isapi.org/ver20/XMLSchema"
STD = "http://www.std-cgi.com/ver20/XMLSchema"
NAMESPACES = (HIK, ISAPI, STD)


def document(body: str, space: str = HIK, root: str | None = None) -> bytes:
    """`body`, whose first element gets the namespace."""
    name, _, rest = body.partition(">")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{name} version="2.0" xmlns="{space}">{rest}'.encode()


NVR_INFO = (
    "<DeviceInfo><deviceName>NVR เทศบาล</deviceName><deviceID>484c3430-3730-0000-0000-e0baaded0bea</deviceID>"
    "<model>DS-7732NI-M4</model><serialNumber> DS-7732NI-M4-1620240904CCRRL12345678WCVU\n</serialNumber>"
    "<macAddress>22:ea:fb:38:1e:06</macAddress><firmwareVersion>V5.03.020</firmwareVersion>"
    "<firmwareReleasedDate>build 240904</firmwareReleasedDate><deviceType>NVR</deviceType></DeviceInfo>"
)
CAMERA_INFO = (
    "<DeviceInfo><deviceName>IP CAMERA</deviceName><model>DS-2CD2146G2-ISU</model>"
    "<serialNumber>DS-2CD2146G2-ISU20240606AAWRG12345678</serialNumber><macAddress>cb-6e-4f-d0-7b-1f</macAddress>"
    "<firmwareVersion>V5.7.17</firmwareVersion><deviceType>IPCamera</deviceType><manufacturer>hikvision</manufacturer>"
    "</DeviceInfo>"
)
TIME = "<Time><timeMode>NTP</timeMode><localTime>2026-11-23T09:00:00+07:00</localTime><timeZone>CST-7:00:00</timeZone></Time>"
NTP = (
    "<NTPServerList><NTPServer><id>1</id><addressingFormatType>hostname</addressingFormatType>"
    "<hostName>time.navy.mi.th</hostName><portNo>123</portNo><synchronizeInterval>60</synchronizeInterval></NTPServer>"
    "<NTPServer><id>2</id><ipAddress>0.0.0.0</ipAddress></NTPServer></NTPServerList>"
)


def stream(
    number: int, width: int = 1920, height: int = 1080, rate: int = 2500, codec: str = "H.265", kbps: int = 4096,
    kind: str = "VBR",
) -> str:  # fmt: skip
    """One entry of `Streaming/channels`."""
    return (
        f"<StreamingChannel><id>{number}</id><channelName>Camera {number // 100:02d}</channelName><enabled>true</enabled>"
        f"<Video><enabled>true</enabled><dynVideoInputChannelID>{number // 100}</dynVideoInputChannelID>"
        f"<videoCodecType>{codec}</videoCodecType><videoResolutionWidth>{width}</videoResolutionWidth>"
        f"<videoResolutionHeight>{height}</videoResolutionHeight><videoQualityControlType>{kind}</videoQualityControlType>"
        f"<constantBitRate>{kbps // 2}</constantBitRate><vbrUpperCap>{kbps}</vbrUpperCap><maxFrameRate>{rate}</maxFrameRate>"
        "<GovLength>50</GovLength><H265Profile>Main</H265Profile></Video></StreamingChannel>"
    )


def streams(*entries: str, size: int = 14) -> str:
    return f'<StreamingChannelList size="{size}">{"".join(entries)}</StreamingChannelList>'


CAPABILITIES = (
    '<StreamingChannel><id opt="101">101</id><Video><videoCodecType opt="H.264,H.265">H.265</videoCodecType>'
    '<videoResolutionWidth opt="2688,1920,1280">1920</videoResolutionWidth>'
    '<videoResolutionHeight opt="1520,1080,720">1080</videoResolutionHeight>'
    '<maxFrameRate opt="2500,2200,2000,1600,1500,1200,1000,0">2500</maxFrameRate></Video></StreamingChannel>'
)


def proxy(number: int, address: str = "192.168.254.2", serial: str = "C12345678", port: int = 1) -> str:
    """One slot of a recorder."""
    return (
        f"<InputProxyChannel><id>{number}</id><name>ถนน {number}</name><sourceInputPortDescriptor>"
        f"<proxyProtocol>HIKVISION</proxyProtocol><addressingFormatType>ipaddress</addressingFormatType>"
        f"<ipAddress>{address}</ipAddress><managePortNo>8000</managePortNo><srcInputPort>{port}</srcInputPort>"
        f"<userName>cam-operator</userName><password>hunter2</password><model>DS-2CD2043G0-I</model>"
        f"<serialNumber>{serial}</serialNumber><firmwareVersion>V5.5.82 build 190909</firmwareVersion>"
        "</sourceInputPortDescriptor></InputProxyChannel>"
    )


def proxies(*entries: str) -> str:
    return f'<InputProxyChannelList size="14">{"".join(entries)}</InputProxyChannelList>'


def status(number: int, online: bool = True, stream_id: int | None = None) -> str:
    told = stream_id or number * 100 + 1
    return (
        f"<InputProxyChannelStatus><id>{number}</id><online>{str(online).lower()}</online><streamingProxyChannelIdList>"
        f"<streamingProxyChannelId>{told}</streamingProxyChannelId></streamingProxyChannelIdList>"
        f"<chanDetectResult>{'connect' if online else 'netUnreachable'}</chanDetectResult></InputProxyChannelStatus>"
    )


def statuses(*entries: str) -> str:
    return f"<InputProxyChannelStatusList>{''.join(entries)}</InputProxyChannelStatusList>"


def analogue(number: int, seen: str = "1920*1080", enabled: bool = True) -> str:
    return (
        f"<VideoInputChannel><id>{number}</id><inputPort>{number}</inputPort>"
        f"<videoInputEnabled>{str(enabled).lower()}</videoInputEnabled><name>Wired {number}</name>"
        f"<resDesc>{seen}</resDesc></VideoInputChannel>"
    )


def hdd(number: int, state: str = "ok", megabytes: int = 4_000_787, rights: str = "RW") -> str:
    return (
        f"<hdd><id>{number}</id><hddName>hdd{number}</hddName><hddType>SATA</hddType><status>{state}</status>"
        f"<capacity>{megabytes}</capacity><freeSpace>0</freeSpace><property>{rights}</property></hdd>"
    )


def storage(*disks: str) -> str:
    return f'<storage><hddList size="8">{"".join(disks)}</hddList><workMode>quota</workMode></storage>'


def track(
    number: int, mode: str = "CMR", on: bool | None = True, hours: tuple[str, str] = ("00:00:00", "24:00:00"),
    duration: str = "P0DT0H", source: int | None = None,
) -> str:  # fmt: skip
    """One record track, with the same schedule on every day of the week."""
    week = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
    actions = "".join(
        f"<ScheduleAction><id>{at}</id><ScheduleActionStartTime><DayOfWeek>{day}</DayOfWeek>"
        f"<TimeOfDay>{hours[0]}</TimeOfDay></ScheduleActionStartTime><ScheduleActionEndTime><DayOfWeek>{day}</DayOfWeek>"
        f"<TimeOfDay>{hours[1]}</TimeOfDay></ScheduleActionEndTime><Actions><Record>true</Record>"
        f"<ActionRecordingMode>{mode}</ActionRecordingMode></Actions></ScheduleAction>"
        for at, day in enumerate(week, start=1)
    )
    switch = "" if on is None else f"<enableSchedule>{str(on).lower()}</enableSchedule>"
    return (
        f"<Track><id>{number}</id><Channel>{source or number}</Channel><Enable>true</Enable><Duration>{duration}</Duration>"
        f"<DefaultRecordingMode>{mode}</DefaultRecordingMode><LoopEnable>true</LoopEnable><TrackSchedule>"
        f"<ScheduleBlockList><ScheduleBlock>{actions}</ScheduleBlock></ScheduleBlockList></TrackSchedule>"
        f"<CustomExtensionList><CustomExtension><CustomExtensionName>www.hikvision.com/RaCM/trackExt/ver10"
        f"</CustomExtensionName>{switch}</CustomExtension></CustomExtensionList></Track>"
    )


def tracks(*entries: str) -> str:
    return f"<TrackList>{''.join(entries)}</TrackList>"


PORTS = (
    "<AdminAccessProtocolList><AdminAccessProtocol><id>1</id><enabled>true</enabled><protocol>HTTP</protocol>"
    "<portNo>80</portNo></AdminAccessProtocol><AdminAccessProtocol><id>4</id><enabled>true</enabled>"
    "<protocol>rtsp</protocol><portNo>10554</portNo></AdminAccessProtocol><AdminAccessProtocol><id>5</id>"
    "<enabled>true</enabled><protocol>DEV_MANAGE</protocol><portNo>8000</portNo></AdminAccessProtocol>"
    "</AdminAccessProtocolList>"
)


def month(*recorded: int, kind: str = "time", last: int = 30) -> str:
    """`dailyDistribution` of a month of `last` days."""
    rows = "".join(
        f"<day><id>{day}</id><dayOfMonth>{day}</dayOfMonth><record>{str(day in recorded).lower()}</record>"
        f"{f'<recordType>{kind}</recordType>' if day in recorded else ''}</day>"
        for day in range(1, last + 1)
    )
    return f"<trackDailyDistribution><dayList>{rows}</dayList></trackDailyDistribution>"


def match(
    start: str, end: str, track_id: int = 101, kind: str = "timing", locked: bool = False, slash: str = ""
) -> str:
    """One segment of a search."""
    named = f"starttime={start.replace('-', '').replace(':', '')}&amp;endtime={end.replace('-', '').replace(':', '')}"
    return (
        f"<searchMatchItem><sourceID>{{0}}</sourceID><trackID>{track_id}</trackID><timeSpan><startTime>{start}</startTime>"
        f"<endTime>{end}</endTime></timeSpan><mediaSegmentDescriptor><contentType>video</contentType>"
        f"<codecType>H.264-BP</codecType><playbackURI>rtsp://10.0.0.9/Streaming/tracks/{track_id}{slash}?{named}&amp;name=ch1"
        f"</playbackURI><lockStatus>{'lock' if locked else 'unlock'}</lockStatus></mediaSegmentDescriptor>"
        f"<metadataMatches><metadataDescriptor>recordType.meta.hikvision.com/{kind}</metadataDescriptor>"
        "</metadataMatches></searchMatchItem>"
    )


def result(*matches: str, said: str = "OK", tag: str = "responseStatusStrg") -> str:
    return (
        f"<CMSearchResult><searchID>1</searchID><responseStatus>true</responseStatus><{tag}>{said}</{tag}>"
        f"<numOfMatches>{len(matches)}</numOfMatches><matchList>{''.join(matches)}</matchList></CMSearchResult>"
    )


def user_check(locked: bool = False, left: int | None = 7, unlock_s: int = 0) -> str:
    times = "" if left is None else f"<retryLoginTime>{left}</retryLoginTime>"
    return (
        f"<userCheck><statusValue>401</statusValue><statusString>Unauthorized</statusString>"
        f"<lockStatus>{'lock' if locked else 'unlock'}</lockStatus><unlockTime>{unlock_s}</unlockTime>{times}</userCheck>"
    )


def response_status(code: int, sub: str, said: str = "Invalid Operation") -> str:
    return (
        f"<ResponseStatus><requestURL>/ISAPI</requestURL><statusCode>{code}</statusCode><statusString>{said}</statusString>"
        f"<subStatusCode>{sub}</subStatusCode></ResponseStatus>"
    )
