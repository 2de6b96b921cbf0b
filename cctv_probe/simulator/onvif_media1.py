"""The ONVIF media service (ver10/media/wsdl). It cannot express H.265: such an encoder is left out, or lied about."""

from __future__ import annotations

from cctv_probe.simulator import soap
from cctv_probe.simulator.addresses import stream_uri
from cctv_probe.simulator.claims import Claim, claims_of, highest_claimed, source_token
from cctv_probe.simulator.fleet import size_of
from cctv_probe.simulator.node import Node
from cctv_probe.simulator.onvif_parts import (
    MULTICAST,
    chosen_claim,
    number,
    osds,
    profile_claim,
    resolution,
    source_configuration,
    whole,
)
from cctv_probe.simulator.soap import Asked, attribute, flag, text

_ENCODINGS = {"h264": "H264", "mjpeg": "JPEG", "mpeg4": "MPEG4"}


def capabilities(node: Node) -> str:
    """The trt:Capabilities element."""
    texts = any(channel.osd_text for channel in node.device.channels)
    return (
        f'<trt:Capabilities SnapshotUri="false" Rotation="false" OSD="{flag(texts)}">'
        '<trt:ProfileCapabilities MaximumNumberOfProfiles="32"/>'
        '<trt:StreamingCapabilities RTPMulticast="false" RTP_TCP="true" RTP_RTSP_TCP="true"/></trt:Capabilities>'
    )


def _service_capabilities(node: Node, _asked: Asked) -> str:
    return f"<trt:GetServiceCapabilitiesResponse>{capabilities(node)}</trt:GetServiceCapabilitiesResponse>"


def _profiles(node: Node, _asked: Asked) -> str:
    def render() -> str:
        inner = "".join(_profile(node, claim) for claim in claims_of(node.device))
        return f"<trt:GetProfilesResponse>{inner}</trt:GetProfilesResponse>"

    return node.once(("media1", "GetProfiles"), render)


def _profile(node: Node, claim: Claim) -> str:
    return (
        f'<trt:Profiles token={attribute(claim.profile)} fixed="true"><tt:Name>{text(claim.title())}</tt:Name>'
        + source_configuration(node.device, claim.channel, "tt:VideoSourceConfiguration")
        + _encoder(claim, "tt:VideoEncoderConfiguration")
        + "</trt:Profiles>"
    )


def _encoder(claim: Claim, tag: str) -> str:
    if claim.media1_codec is None:
        return ""
    gop = claim.stream.gop_length
    specific = {
        "h264": f"<tt:H264><tt:GovLength>{gop}</tt:GovLength><tt:H264Profile>Main</tt:H264Profile></tt:H264>",
        "mpeg4": f"<tt:MPEG4><tt:GovLength>{gop}</tt:GovLength><tt:Mpeg4Profile>SP</tt:Mpeg4Profile></tt:MPEG4>",
    }
    return (
        f"<{tag} token={attribute(claim.encoder)}><tt:Name>{text(claim.title())}</tt:Name><tt:UseCount>1</tt:UseCount>"
        f"<tt:Encoding>{_ENCODINGS[claim.media1_codec]}</tt:Encoding>{resolution('Resolution', claim.size)}"
        f"<tt:Quality>5</tt:Quality><tt:RateControl><tt:FrameRateLimit>{whole(claim.frame_rate)}</tt:FrameRateLimit>"
        "<tt:EncodingInterval>1</tt:EncodingInterval>"
        f"<tt:BitrateLimit>{claim.stream.bit_rate_bps // 1000}</tt:BitrateLimit></tt:RateControl>"
        f"{specific.get(claim.media1_codec, '')}{MULTICAST}<tt:SessionTimeout>PT60S</tt:SessionTimeout></{tag}>"
    )


def _video_sources(node: Node, _asked: Asked) -> str:
    inner = "".join(
        f"<trt:VideoSources token={attribute(source_token(position))}>"
        f"<tt:Framerate>{number(channel.truths.highest_frame_rate())}</tt:Framerate>"
        f"{resolution('Resolution', size_of(highest_claimed(channel)))}</trt:VideoSources>"
        for position, channel in enumerate(node.device.channels, start=1)
    )
    return f"<trt:GetVideoSourcesResponse>{inner}</trt:GetVideoSourcesResponse>"


def _encoders(node: Node, _asked: Asked) -> str:
    inner = "".join(_encoder(claim, "trt:Configurations") for claim in claims_of(node.device))
    return f"<trt:GetVideoEncoderConfigurationsResponse>{inner}</trt:GetVideoEncoderConfigurationsResponse>"


def _options(node: Node, asked: Asked) -> str:
    claim = chosen_claim(node, asked) or claims_of(node.device)[0]
    shown = _codec_options(claim) if claim.media1_codec else ""
    return (
        "<trt:GetVideoEncoderConfigurationOptionsResponse><trt:Options>"
        f"<tt:QualityRange><tt:Min>1</tt:Min><tt:Max>6</tt:Max></tt:QualityRange>{shown}"
        "</trt:Options></trt:GetVideoEncoderConfigurationOptionsResponse>"
    )


def _codec_options(claim: Claim) -> str:
    sizes = "".join(resolution("ResolutionsAvailable", size) for size in claim.sizes)
    ranges = (
        f"<tt:FrameRateRange><tt:Min>1</tt:Min><tt:Max>{whole(claim.rates[0])}</tt:Max></tt:FrameRateRange>"
        "<tt:EncodingIntervalRange><tt:Min>1</tt:Min><tt:Max>1</tt:Max></tt:EncodingIntervalRange>"
    )
    gov = "<tt:GovLengthRange><tt:Min>1</tt:Min><tt:Max>400</tt:Max></tt:GovLengthRange>"
    if claim.media1_codec == "mjpeg":
        return f"<tt:JPEG>{sizes}{ranges}</tt:JPEG>"
    if claim.media1_codec == "mpeg4":
        profiles = "<tt:Mpeg4ProfilesSupported>SP</tt:Mpeg4ProfilesSupported>"
        return f"<tt:MPEG4>{sizes}{gov}{ranges}{profiles}</tt:MPEG4>"
    profiles = "".join(f"<tt:H264ProfilesSupported>{one}</tt:H264ProfilesSupported>" for one in ("Baseline", "Main"))
    return f"<tt:H264>{sizes}{gov}{ranges}{profiles}</tt:H264>"


def _stream_uri(node: Node, asked: Asked) -> str:
    uri = stream_uri(node.device, profile_claim(node, asked).stream)
    return (
        f"<trt:GetStreamUriResponse><trt:MediaUri><tt:Uri>{text(uri)}</tt:Uri>"
        "<tt:InvalidAfterConnect>false</tt:InvalidAfterConnect><tt:InvalidAfterReboot>false</tt:InvalidAfterReboot>"
        "<tt:Timeout>PT60S</tt:Timeout></trt:MediaUri></trt:GetStreamUriResponse>"
    )


def _osds(node: Node, asked: Asked) -> str:
    if not any(channel.osd_text for channel in node.device.channels):
        raise soap.SoapFaultError(
            "Receiver", ("ter:ActionNotSupported", "ter:NotSupported"), "OSD is not supported", 500
        )
    inner = osds(node.device, asked.first("ConfigurationToken"), "trt:OSDs")
    return f"<trt:GetOSDsResponse>{inner}</trt:GetOSDsResponse>"


OPERATIONS = {
    "GetServiceCapabilities": _service_capabilities,
    "GetProfiles": _profiles,
    "GetVideoSources": _video_sources,
    "GetVideoEncoderConfigurations": _encoders,
    "GetVideoEncoderConfigurationOptions": _options,
    "GetStreamUri": _stream_uri,
    "GetOSDs": _osds,
}
