"""The ONVIF replay service (ver10/replay.wsdl): where recordings are played from."""

from __future__ import annotations

from cctv_probe.simulator import addresses
from cctv_probe.simulator.node import Node
from cctv_probe.simulator.recording_parts import named
from cctv_probe.simulator.soap import Asked, text


def capabilities(_node: Node) -> str:
    """The trp:Capabilities element."""
    return '<trp:Capabilities ReversePlayback="false" SessionTimeoutRange="30 120" RTP_RTSP_TCP="true"/>'


def _service_capabilities(node: Node, _asked: Asked) -> str:
    return f"<trp:GetServiceCapabilitiesResponse>{capabilities(node)}</trp:GetServiceCapabilitiesResponse>"


def _replay_uri(node: Node, asked: Asked) -> str:
    recording = named(node.device, asked.first("RecordingToken"))
    uri = addresses.replay_uri(node.device, recording.path)
    return f"<trp:GetReplayUriResponse><trp:Uri>{text(uri)}</trp:Uri></trp:GetReplayUriResponse>"


def _replay_configuration(_node: Node, _asked: Asked) -> str:
    return (
        "<trp:GetReplayConfigurationResponse><trp:Configuration><tt:SessionTimeout>PT60S</tt:SessionTimeout>"
        "</trp:Configuration></trp:GetReplayConfigurationResponse>"
    )


OPERATIONS = {
    "GetServiceCapabilities": _service_capabilities,
    "GetReplayUri": _replay_uri,
    "GetReplayConfiguration": _replay_configuration,
}
