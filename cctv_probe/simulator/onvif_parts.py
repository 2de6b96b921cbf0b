"""Pieces of `tt:` XML that Media1 and Media2 share."""

from __future__ import annotations

from cctv_probe.simulator import soap
from cctv_probe.simulator.claims import Claim, claims_of, highest_claimed, source_configuration_token, source_token
from cctv_probe.simulator.fleet import Device, size_of
from cctv_probe.simulator.node import Node
from cctv_probe.simulator.soap import Asked, attribute, text

MULTICAST = (
    "<tt:Multicast><tt:Address><tt:Type>IPv4</tt:Type><tt:IPv4Address>0.0.0.0</tt:IPv4Address></tt:Address>"
    "<tt:Port>0</tt:Port><tt:TTL>0</tt:TTL><tt:AutoStart>false</tt:AutoStart></tt:Multicast>"
)


def resolution(tag: str, size: tuple[int, int]) -> str:
    """`<tt:tag>` with width and height in pixels."""
    return f"<tt:{tag}><tt:Width>{size[0]}</tt:Width><tt:Height>{size[1]}</tt:Height></tt:{tag}>"


def whole(value: float) -> int:
    """A frame rate as Media1 can write it: xs:int, at least 1."""
    return max(1, round(value))


def number(value: float) -> str:
    """A number without a needless fraction: `25`, `12.5`."""
    return f"{value:g}"


def source_configuration(device: Device, channel: int, inner_tag: str) -> str:
    """The video source configuration of a channel, as the element `inner_tag`."""
    names = device.channels[channel - 1]
    streams = len(names.truths.streams)
    width, height = size_of(highest_claimed(names))
    return (
        f"<{inner_tag} token={attribute(source_configuration_token(channel))}>"
        f"<tt:Name>{text(names.name[:64])}</tt:Name>"
        f"<tt:UseCount>{streams}</tt:UseCount><tt:SourceToken>{text(source_token(channel))}</tt:SourceToken>"
        f'<tt:Bounds x="0" y="0" width="{width}" height="{height}"/></{inner_tag}>'
    )


def osds(device: Device, wanted: str | None, tag: str) -> str:
    """The texts that channels write on their pictures, as elements `tag`; `wanted`: one video source configuration."""
    return "".join(
        f'<{tag} token="OSD_{number}"><tt:VideoSourceConfigurationToken>{text(source_configuration_token(number))}'
        "</tt:VideoSourceConfigurationToken><tt:Type>Text</tt:Type><tt:Position><tt:Type>LowerLeft</tt:Type>"
        "</tt:Position><tt:TextString><tt:Type>Plain</tt:Type>"
        f"<tt:PlainText>{text(channel.osd_text)}</tt:PlainText></tt:TextString></{tag}>"
        for number, channel in enumerate(device.channels, start=1)
        if channel.osd_text and wanted in (None, source_configuration_token(number))
    )


def chosen_claim(node: Node, asked: Asked) -> Claim | None:
    """The stream that ConfigurationToken or ProfileToken names; None where neither came. Raises SoapFaultError."""
    encoder, profile = asked.first("ConfigurationToken"), asked.first("ProfileToken")
    if encoder is None and profile is None:
        return None
    for claim in claims_of(node.device):
        if claim.encoder == encoder or (encoder is None and claim.profile == profile):
            return claim
    raise soap.no_such("ter:NoConfig" if encoder else "ter:NoProfile", "configuration" if encoder else "profile")


def profile_claim(node: Node, asked: Asked) -> Claim:
    """The stream that ProfileToken names. Raises SoapFaultError."""
    wanted = asked.first("ProfileToken")
    for claim in claims_of(node.device):
        if claim.profile == wanted:
            return claim
    raise soap.no_such("ter:NoProfile", "profile")
