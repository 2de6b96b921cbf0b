"""The ONVIF Media2 service (ver20/media/wsdl): H.265 exists here; configurations come only when asked by type."""

from __future__ import annotations

from cctv_probe.simulator import soap
from cctv_probe.simulator.addresses import stream_uri
from cctv_probe.simulator.claims import Claim, claims_of, source_configuration_token
from cctv_probe.simulator.node import Node
from cctv_probe.simulator.onvif_parts import (
    MULTICAST,
    chosen_claim,
    number,
    osds,
    profile_claim,
    resolution,
    source_configuration,
)
from cctv_probe.simulator.soap import Asked, attribute, flag, text

_ENCODINGS = {"h264": "H264", "h265": "H265", "mjpeg": "JPEG", "mpeg4": "MPV4-ES"}
_PROTOCOLS = frozenset(
    {"RTSP", "RTSPS", "RtspUnicast", "RtspMulticast", "RtspsUnicast", "RtspsMulticast", "RtspOverHttp"}
)


def capabilities(node: Node) -> str:
    """The tr2:Capabilities element."""
    texts = any(channel.osd_text for channel in node.device.channels)
    return (
        f'<tr2:Capabilities SnapshotUri="false" Rotation="false" OSD="{flag(texts)}">'
        '<tr2:ProfileCapabilities MaximumNumberOfProfiles="32" ConfigurationsSupported="VideoSource VideoEncoder"/>'
        '<tr2:StreamingCapabilities RTSPStreaming="true" RTPMulticast="false" RTP_RTSP_TCP="true"/></tr2:Capabilities>'
    )


def _service_capabilities(node: Node, _asked: Asked) -> str:
    return f"<tr2:GetServiceCapabilitiesResponse>{capabilities(node)}</tr2:GetServiceCapabilitiesResponse>"


def _profiles(node: Node, asked: Asked) -> str:
    types = asked.arguments.get("Type", [])
    wanted = asked.first("Token")
    chosen = [claim for claim in claims_of(node.device) if wanted in (None, claim.profile)]
    if not chosen:
        raise soap.no_such("ter:NoProfile", "profile")

    def render() -> str:
        inner = "".join(_profile(node, claim, types) for claim in chosen)
        return f"<tr2:GetProfilesResponse>{inner}</tr2:GetProfilesResponse>"

    return node.once(("media2", "GetProfiles", wanted or "", *types), render)


def _profile(node: Node, claim: Claim, types: list[str]) -> str:
    everything = "All" in types
    parts = ""
    if everything or "VideoSource" in types:
        parts += source_configuration(node.device, claim.channel, "tr2:VideoSource")
    if everything or "VideoEncoder" in types:
        parts += _encoder(claim, "tr2:VideoEncoder")
    return (
        f'<tr2:Profiles token={attribute(claim.profile)} fixed="true"><tr2:Name>{text(claim.title())}</tr2:Name>'
        + (f"<tr2:Configurations>{parts}</tr2:Configurations>" if types else "")
        + "</tr2:Profiles>"
    )


def _encoder(claim: Claim, tag: str) -> str:
    profile = {"h264": ' Profile="Main"', "h265": ' Profile="Main"', "mpeg4": ' Profile="Simple"'}
    return (
        f'<{tag} token={attribute(claim.encoder)} GovLength="{claim.stream.gop_length}"'
        f"{profile.get(claim.media2_codec, '')}><tt:Name>{text(claim.title())}</tt:Name><tt:UseCount>1</tt:UseCount>"
        f"<tt:Encoding>{_ENCODINGS[claim.media2_codec]}</tt:Encoding>{resolution('Resolution', claim.size)}"
        f'<tt:RateControl ConstantBitRate="false"><tt:FrameRateLimit>{number(claim.frame_rate)}</tt:FrameRateLimit>'
        f"<tt:BitrateLimit>{claim.stream.bit_rate_bps // 1000}</tt:BitrateLimit></tt:RateControl>{MULTICAST}"
        f"<tt:Quality>5</tt:Quality></{tag}>"
    )


def _source_configurations(node: Node, asked: Asked) -> str:
    wanted = asked.first("ConfigurationToken")
    inner = "".join(
        source_configuration(node.device, channel, "tr2:Configurations")
        for channel in range(1, len(node.device.channels) + 1)
        if wanted in (None, source_configuration_token(channel))
    )
    return f"<tr2:GetVideoSourceConfigurationsResponse>{inner}</tr2:GetVideoSourceConfigurationsResponse>"


def _encoders(node: Node, asked: Asked) -> str:
    one = chosen_claim(node, asked)
    inner = "".join(_encoder(claim, "tr2:Configurations") for claim in ([one] if one else claims_of(node.device)))
    return f"<tr2:GetVideoEncoderConfigurationsResponse>{inner}</tr2:GetVideoEncoderConfigurationsResponse>"


def _options(node: Node, asked: Asked) -> str:
    claim = chosen_claim(node, asked) or claims_of(node.device)[0]
    sizes = "".join(resolution("ResolutionsAvailable", size) for size in claim.sizes)
    rates = " ".join(number(rate) for rate in claim.rates)
    offered = dict.fromkeys((claim.media2_codec, "h264"))
    inner = "".join(
        f'<tr2:Options GovLengthRange="1 400" FrameRatesSupported="{rates}" ConstantBitRateSupported="true"'
        f"{_profiles_supported(codec)}><tt:Encoding>{_ENCODINGS[codec]}</tt:Encoding>"
        f"<tt:QualityRange><tt:Min>1</tt:Min><tt:Max>6</tt:Max></tt:QualityRange>{sizes}"
        "<tt:BitrateRange><tt:Min>32</tt:Min><tt:Max>16384</tt:Max></tt:BitrateRange></tr2:Options>"
        for codec in offered
    )
    return f"<tr2:GetVideoEncoderConfigurationOptionsResponse>{inner}</tr2:GetVideoEncoderConfigurationOptionsResponse>"


def _profiles_supported(codec: str) -> str:
    shown = {"h264": "Baseline Main High", "h265": "Main", "mpeg4": "Simple"}.get(codec)
    return f' ProfilesSupported="{shown}"' if shown else ""


def _stream_uri(node: Node, asked: Asked) -> str:
    if asked.first("Protocol") not in _PROTOCOLS:
        raise soap.no_such("ter:InvalidStreamSetup", "protocol")
    uri = stream_uri(node.device, profile_claim(node, asked).stream)
    return f"<tr2:GetStreamUriResponse><tr2:Uri>{text(uri)}</tr2:Uri></tr2:GetStreamUriResponse>"


def _osds(node: Node, asked: Asked) -> str:
    if not any(channel.osd_text for channel in node.device.channels):
        raise soap.SoapFaultError(
            "Receiver", ("ter:ActionNotSupported", "ter:NotSupported"), "OSD is not supported", 500
        )
    inner = osds(node.device, asked.first("ConfigurationToken"), "tr2:OSDs")
    return f"<tr2:GetOSDsResponse>{inner}</tr2:GetOSDsResponse>"


OPERATIONS = {
    "GetServiceCapabilities": _service_capabilities,
    "GetProfiles": _profiles,
    "GetVideoSourceConfigurations": _source_configurations,
    "GetVideoEncoderConfigurations": _encoders,
    "GetVideoEncoderConfigurationOptions": _options,
    "GetStreamUri": _stream_uri,
    "GetOSDs": _osds,
}
