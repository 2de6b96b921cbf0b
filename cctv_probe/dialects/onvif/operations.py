"""The allow-list: every ONVIF operation this program can send. All of them only read: a search (FindRecordings, FindEvents) is a
list that the device keeps for us until EndSearch; it changes no setting and no recording."""

from __future__ import annotations

from dataclasses import dataclass

DEVICE = "http://www.onvif.org/ver10/device/wsdl"
MEDIA = "http://www.onvif.org/ver10/media/wsdl"
MEDIA2 = "http://www.onvif.org/ver20/media/wsdl"
RECORDING = "http://www.onvif.org/ver10/recording/wsdl"
SEARCH = "http://www.onvif.org/ver10/search/wsdl"
REPLAY = "http://www.onvif.org/ver10/replay/wsdl"

WSDL_OF = {
    DEVICE: "devicemgmt.wsdl",
    MEDIA: "media.wsdl",
    RECORDING: "recording.wsdl",
    SEARCH: "search.wsdl",
    REPLAY: "replay.wsdl",
}
"""onvif-zeep's file for each service."""

DEFAULT_PATHS = {
    DEVICE: "/onvif/device_service",
    MEDIA: "/onvif/media_service",
    MEDIA2: "/onvif/media2_service",
    RECORDING: "/onvif/recording_service",
    SEARCH: "/onvif/search_service",
    REPLAY: "/onvif/replay_service",
}
"""Where services usually live, for devices that do not tell (quirk 9)."""


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation of one service. `login` is False for those that ONVIF Core 5.12.1 puts before any authentication."""

    service: str
    name: str
    login: bool = True
    own_wsdl: str | None = None
    """Our own file, where onvif-zeep has none: Media2, and what is newer than its copies."""

    @property
    def step(self) -> str:
        """Its name in attempts (`onvif.media2.GetProfiles`)."""
        prefix = "onvif.media2" if self.service == MEDIA2 else "onvif"
        return f"{prefix}.{self.name}"


GET_SYSTEM_DATE_AND_TIME = Operation(DEVICE, "GetSystemDateAndTime", login=False)
GET_SERVICES = Operation(DEVICE, "GetServices")
GET_CAPABILITIES = Operation(DEVICE, "GetCapabilities")
GET_DEVICE_INFORMATION = Operation(DEVICE, "GetDeviceInformation")
GET_SCOPES = Operation(DEVICE, "GetScopes")
GET_NETWORK_INTERFACES = Operation(DEVICE, "GetNetworkInterfaces")
GET_NTP = Operation(DEVICE, "GetNTP")
GET_GEO_LOCATION = Operation(DEVICE, "GetGeoLocation", own_wsdl="geolocation.wsdl")
GET_VIDEO_SOURCES = Operation(MEDIA, "GetVideoSources")
GET_PROFILES = Operation(MEDIA, "GetProfiles")
GET_ENCODER_OPTIONS = Operation(MEDIA, "GetVideoEncoderConfigurationOptions")
GET_STREAM_URI = Operation(MEDIA, "GetStreamUri")
GET_OSDS = Operation(MEDIA, "GetOSDs")
GET_PROFILES_2 = Operation(MEDIA2, "GetProfiles", own_wsdl="media2.wsdl")
GET_ENCODER_OPTIONS_2 = Operation(MEDIA2, "GetVideoEncoderConfigurationOptions", own_wsdl="media2.wsdl")
GET_STREAM_URI_2 = Operation(MEDIA2, "GetStreamUri", own_wsdl="media2.wsdl")
GET_OSDS_2 = Operation(MEDIA2, "GetOSDs", own_wsdl="media2.wsdl")
GET_RECORDING_SUMMARY = Operation(SEARCH, "GetRecordingSummary")
GET_RECORDING_INFORMATION = Operation(SEARCH, "GetRecordingInformation")
FIND_RECORDINGS = Operation(SEARCH, "FindRecordings")
GET_RECORDING_SEARCH_RESULTS = Operation(SEARCH, "GetRecordingSearchResults")
FIND_EVENTS = Operation(SEARCH, "FindEvents")
GET_EVENT_SEARCH_RESULTS = Operation(SEARCH, "GetEventSearchResults")
END_SEARCH = Operation(SEARCH, "EndSearch")
GET_RECORDINGS = Operation(RECORDING, "GetRecordings")
GET_RECORDING_CONFIGURATION = Operation(RECORDING, "GetRecordingConfiguration")
GET_RECORDING_JOBS = Operation(RECORDING, "GetRecordingJobs")
GET_REPLAY_URI = Operation(REPLAY, "GetReplayUri")

ALLOWED = frozenset(value for value in globals().values() if isinstance(value, Operation))
