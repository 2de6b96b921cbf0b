"""The ONVIF recording service (ver10/recording.wsdl): which recordings there are, and what fills them."""

from __future__ import annotations

from cctv_probe.simulator.node import Node
from cctv_probe.simulator.recording_parts import Recording, listed, named, profile_recorded, source_information
from cctv_probe.simulator.soap import Asked, text

_PROFILE = "http://www.onvif.org/ver10/schema/Profile"
_TOPICS = {"motion": "tns1:VideoSource/MotionAlarm", "event": "tns1:Device/Trigger/DigitalInput"}
_ENCODINGS = {"h264": "H264", "h265": "H265"}


def capabilities(node: Node) -> str:
    """The trc:Capabilities element."""
    codecs = sorted({_ENCODINGS[one.truth.recorded.codec] for one in listed(node.device)}) or ["H264"]
    return (
        f'<trc:Capabilities DynamicRecordings="false" DynamicTracks="false" Encoding="{" ".join(codecs)}" '
        f'MaxRecordings="{len(node.device.channels)}" Options="false"/>'
    )


def _service_capabilities(node: Node, _asked: Asked) -> str:
    return f"<trc:GetServiceCapabilitiesResponse>{capabilities(node)}</trc:GetServiceCapabilitiesResponse>"


def _recordings(node: Node, _asked: Asked) -> str:
    inner = "".join(
        f"<trc:RecordingItem><tt:RecordingToken>{one.token}</tt:RecordingToken>"
        f"<tt:Configuration>{_configuration(node, one)}</tt:Configuration><tt:Tracks><tt:Track>"
        f"<tt:TrackToken>{one.track}</tt:TrackToken><tt:Configuration><tt:TrackType>Video</tt:TrackType>"
        "<tt:Description>Video</tt:Description></tt:Configuration></tt:Track></tt:Tracks></trc:RecordingItem>"
        for one in listed(node.device)
    )
    return f"<trc:GetRecordingsResponse>{inner}</trc:GetRecordingsResponse>"


def _configuration(node: Node, recording: Recording) -> str:
    days = recording.truth.configured_days
    return (
        source_information(node.device, recording)
        + f"<tt:Content>{text(recording.channel.name)}</tt:Content>"
        + f"<tt:MaximumRetentionTime>{'PT0S' if days is None else f'P{days}D'}</tt:MaximumRetentionTime>"
    )


def _recording_configuration(node: Node, asked: Asked) -> str:
    recording = named(node.device, asked.first("RecordingToken"))
    return (
        f"<trc:GetRecordingConfigurationResponse><trc:RecordingConfiguration>{_configuration(node, recording)}"
        "</trc:RecordingConfiguration></trc:GetRecordingConfigurationResponse>"
    )


def _jobs(node: Node, _asked: Asked) -> str:
    inner = "".join(_job(node, one) for one in listed(node.device))
    return f"<trc:GetRecordingJobsResponse>{inner}</trc:GetRecordingJobsResponse>"


def _job(node: Node, recording: Recording) -> str:
    scheduled = ' ScheduleToken="Schedule_1"' if recording.truth.mode == "schedule" else ""
    topic = _TOPICS.get(recording.truth.mode)
    filtered = f"<tt:EventFilter><tt:Filter><tt:Topic>{topic}</tt:Topic></tt:Filter></tt:EventFilter>" if topic else ""
    return (
        f"<trc:JobItem><tt:JobToken>{recording.job}</tt:JobToken><tt:JobConfiguration{scheduled}>"
        f"<tt:RecordingToken>{recording.token}</tt:RecordingToken><tt:Mode>Active</tt:Mode><tt:Priority>1</tt:Priority>"
        f'<tt:Source><tt:SourceToken Type="{_PROFILE}"><tt:Token>{profile_recorded(node.device, recording)}</tt:Token>'
        f"</tt:SourceToken><tt:Tracks><tt:SourceTag>Video</tt:SourceTag><tt:Destination>{recording.track}"
        f"</tt:Destination></tt:Tracks></tt:Source>{filtered}</tt:JobConfiguration></trc:JobItem>"
    )


OPERATIONS = {
    "GetServiceCapabilities": _service_capabilities,
    "GetRecordings": _recordings,
    "GetRecordingConfiguration": _recording_configuration,
    "GetRecordingJobs": _jobs,
}
