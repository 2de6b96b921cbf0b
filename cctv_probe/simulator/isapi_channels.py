"""ISAPI's channels: encoders (`Streaming/channels`), cameras behind a recorder (`InputProxy`), analogue inputs."""

from __future__ import annotations

from cctv_probe.simulator.claims import Claim, claims_of
from cctv_probe.simulator.fleet import Channel, Device
from cctv_probe.simulator.isapi_parts import Asked, document, elements, is_recorder, not_supported
from cctv_probe.simulator.node import Node
from cctv_probe.simulator.soap import text

_CODECS = {"h264": "H.264", "h265": "H.265", "mjpeg": "MJPEG", "mpeg4": "MPEG4"}
_NO_SERIAL = "000000000000"


def streaming_channels(node: Node, asked: Asked) -> str:
    """`Streaming/channels`: every stream of every used channel; on a recorder also `ContentMgmt/StreamingProxy/…`."""
    root = _root(node.device, asked)
    inner = "".join(f"<{root}>\n{_stream(node.device, claim)}</{root}>\n" for claim in claims_of(node.device))
    return document(node, f"{root}List", inner)


def streaming_channel(node: Node, asked: Asked) -> str:
    """`Streaming/channels/{id}`; a stream that is not there is 403."""
    return document(node, _root(node.device, asked), _stream(node.device, _claim(node.device, asked.number)))


def stream_capabilities(node: Node, asked: Asked) -> str:
    """`Streaming/channels/{id}/capabilities`: the same with what may be chosen in `opt`."""
    claim = _claim(node.device, asked.number)
    return document(node, _root(node.device, asked), _stream(node.device, claim, with_options=True))


def _root(device: Device, asked: Asked) -> str:
    """What a stream is called where it is asked for. Raises IsapiError where the device does not list it there."""
    is_proxy = asked.path.startswith("ContentMgmt/")
    is_there = is_recorder(device) if is_proxy else not device.faults.vendor.proxy_streams_only
    if not is_there:
        raise not_supported()
    return "StreamingProxyChannel" if is_proxy else "StreamingChannel"


def stream_id(claim: Claim, device: Device) -> int:
    """`channel * 100 + stream`."""
    streams = device.channels[claim.channel - 1].truths.streams
    return claim.channel * 100 + next(place for place, one in enumerate(streams, start=1) if one is claim.stream)


def _claim(device: Device, wanted: int) -> Claim:
    for claim in claims_of(device):
        if stream_id(claim, device) == wanted:
            return claim
    raise not_supported()


def _stream(device: Device, claim: Claim, *, with_options: bool = False) -> str:
    source = "dynVideoInputChannelID" if is_recorder(device) else "videoInputChannelID"
    name = device.channels[claim.channel - 1].name
    head = elements(id=stream_id(claim, device), channelName=name, enabled=True)
    return (
        f"{head}<Transport>\n<rtspPortNo>{device.ports.rtsp or 554}</rtspPortNo>\n<ControlProtocolList>\n"
        "<ControlProtocol>\n<streamingTransport>RTSP</streamingTransport>\n</ControlProtocol>\n</ControlProtocolList>\n"
        f"</Transport>\n<Video>\n{elements(enabled=True)}{elements(**{source: claim.channel})}"
        f"{_video(device, claim, with_options)}</Video>\n"
    )


def _video(device: Device, claim: Claim, with_options: bool) -> str:
    width, height = claim.size
    kbps = claim.stream.bit_rate_bps // 1000
    full = device.faults.vendor.full_rate_is_zero and claim.frame_rate == max(claim.rates)
    rows = [
        ("videoCodecType", _CODECS[claim.media2_codec], "H.264,H.265"),
        ("videoScanType", "progressive", "progressive"),
        ("videoResolutionWidth", width, ",".join(str(size[0]) for size in claim.sizes)),
        ("videoResolutionHeight", height, ",".join(str(size[1]) for size in claim.sizes)),
        ("videoQualityControlType", "VBR", "CBR,VBR"),
        ("constantBitRate", kbps, ""),
        ("fixedQuality", 60, "1,20,40,60,80,100"),
        ("vbrUpperCap", kbps, ""),
        ("maxFrameRate", 0 if full else round(claim.frame_rate * 100), _rates(claim)),
        ("keyFrameInterval", round(1000 * claim.stream.gop_length / claim.frame_rate), ""),
        ("snapShotImageType", "JPEG", "JPEG"),
        ("GovLength", claim.stream.gop_length, ""),
    ]
    return "".join(
        f'<{name} opt="{choices}">{value}</{name}>\n' if with_options and choices else f"<{name}>{value}</{name}>\n"
        for name, value, choices in rows
    )


def _rates(claim: Claim) -> str:
    """Rates times a hundred, 0 last: full rate."""
    return ",".join([*(str(round(rate * 100)) for rate in claim.rates), "0"])


def proxy_channels(node: Node, _asked: Asked) -> str:
    """`ContentMgmt/InputProxy/channels`: the camera of every slot; an empty slot has no address."""
    rows = [
        f"<InputProxyChannel>\n{elements(id=number, name=channel.name)}{_descriptor(channel)}"
        f"{elements(enableAnr=False)}</InputProxyChannel>\n"
        for number, channel in _slots(node.device)
    ]
    size = max(1, len(rows) - 4) if node.device.faults.vendor.size_is_wrong else len(rows)
    return document(node, "InputProxyChannelList", "".join(rows), f' size="{size}"')


def proxy_statuses(node: Node, _asked: Asked) -> str:
    """`ContentMgmt/InputProxy/channels/status`."""
    rows = "".join(
        f"<InputProxyChannelStatus>\n{_status(number, channel)}</InputProxyChannelStatus>\n"
        for number, channel in _slots(node.device)
    )
    return document(node, "InputProxyChannelStatusList", rows)


def proxy_status(node: Node, asked: Asked) -> str:
    """`ContentMgmt/InputProxy/channels/{id}/status`."""
    for number, channel in _slots(node.device):
        if number == asked.number:
            return document(node, "InputProxyChannelStatus", _status(number, channel))
    raise not_supported()


def _slots(device: Device) -> list[tuple[int, Channel]]:
    if not is_recorder(device):
        raise not_supported()
    return list(enumerate(device.channels, start=1))


def _descriptor(channel: Channel) -> str:
    behind = channel.behind
    if behind is None:
        inner = elements(
            proxyProtocol="HIKVISION",
            addressingFormatType="ipaddress",
            ipAddress="0.0.0.0",  # noqa: S104 - what an empty slot shows, nothing binds to it
            managePortNo=8000,
            srcInputPort=1,
            userName="admin",
            streamType="auto",
            model="",
            serialNumber=_NO_SERIAL,
        )
    else:
        inner = elements(
            proxyProtocol=behind.protocol,
            addressingFormatType="ipaddress",
            ipAddress=behind.address,
            managePortNo=behind.port,
            srcInputPort=1,
            userName=behind.user,
            streamType="auto",
            model=behind.model,
            serialNumber=behind.serial or _NO_SERIAL,
            firmwareVersion=behind.firmware or None,
            macAddress=behind.mac.lower() or None,
        )
    return f"<sourceInputPortDescriptor>\n{inner}</sourceInputPortDescriptor>\n"


def _status(number: int, channel: Channel) -> str:
    is_online = channel.online and not channel.ghost
    streams = "".join(
        f"<streamingProxyChannelId>{number}{place:02d}</streamingProxyChannelId>\n"
        for place in range(1, len(channel.truths.streams) + 1)
    )
    return (
        f"{elements(id=number)}{_descriptor(channel)}{elements(online=is_online)}"
        f"<streamingProxyChannelIdList>\n{streams}</streamingProxyChannelIdList>\n"
        f"{elements(chanDetectResult='connect' if is_online else 'netUnreachable')}"
    )


def video_inputs(node: Node, _asked: Asked) -> str:
    """`System/Video/inputs/channels`: 403 on a recorder of network cameras alone."""
    if is_recorder(node.device):
        raise not_supported()
    inner = "".join(
        f"<VideoInputChannel>\n<id>{number}</id>\n<inputPort>{number}</inputPort>\n"
        f"<videoInputEnabled>true</videoInputEnabled>\n<name>{text(channel.name)}</name>\n"
        "<videoFormat>PAL</videoFormat>\n</VideoInputChannel>\n"
        for number, channel in enumerate(node.device.channels, start=1)
    )
    return document(node, "VideoInputChannelList", inner)
