"""The ONVIF device service (ver10/device/wsdl): who the device is, its clock, its network, its services."""

from __future__ import annotations

from datetime import datetime, timedelta
from urllib.parse import quote

from cctv_probe.simulator import onvif_media1, onvif_media2, onvif_recording, onvif_replay, onvif_search, soap
from cctv_probe.simulator.addresses import service_address
from cctv_probe.simulator.fleet import Device, Service
from cctv_probe.simulator.node import Node
from cctv_probe.simulator.soap import Asked, flag, text

_NAMES: dict[Service, tuple[str, int, int]] = {
    "device": ("tds", 21, 12),
    "media1": ("trt", 20, 6),
    "media2": ("tr2", 21, 6),
    "recording": ("trc", 20, 6),
    "search": ("tse", 20, 6),
    "replay": ("trp", 20, 6),
}
_THAILAND = timedelta(hours=7)


def _system_date_and_time(node: Node, _asked: Asked) -> str:
    utc = node.clock_utc()
    return (
        "<tds:GetSystemDateAndTimeResponse><tds:SystemDateAndTime><tt:DateTimeType>NTP</tt:DateTimeType>"
        "<tt:DaylightSavings>false</tt:DaylightSavings><tt:TimeZone><tt:TZ>ICT-7</tt:TZ></tt:TimeZone>"
        f"<tt:UTCDateTime>{_date_time(utc)}</tt:UTCDateTime>"
        f"<tt:LocalDateTime>{_date_time(utc + _THAILAND)}</tt:LocalDateTime>"
        "</tds:SystemDateAndTime></tds:GetSystemDateAndTimeResponse>"
    )


def _date_time(moment: datetime) -> str:
    return (
        f"<tt:Time><tt:Hour>{moment.hour}</tt:Hour><tt:Minute>{moment.minute}</tt:Minute>"
        f"<tt:Second>{moment.second}</tt:Second></tt:Time><tt:Date><tt:Year>{moment.year}</tt:Year>"
        f"<tt:Month>{moment.month}</tt:Month><tt:Day>{moment.day}</tt:Day></tt:Date>"
    )


def _services(node: Node, asked: Asked) -> str:
    if node.device.faults.get_services_fault:
        raise soap.action_not_supported("GetServices")
    detailed = asked.first("IncludeCapability") == "true"
    inner = "".join(_service(node, service, detailed) for service in node.device.services)
    return f"<tds:GetServicesResponse>{inner}</tds:GetServicesResponse>"


def _service(node: Node, service: Service, detailed: bool) -> str:
    prefix, major, minor = _NAMES[service]
    shown = _SERVICE_CAPABILITIES.get(service) if detailed else None
    return (
        f"<tds:Service><tds:Namespace>{soap.NAMESPACES[prefix]}</tds:Namespace>"
        f"<tds:XAddr>{text(service_address(node.device, service))}</tds:XAddr>"
        + (f"<tds:Capabilities>{shown(node)}</tds:Capabilities>" if shown else "")
        + f"<tds:Version><tt:Major>{major}</tt:Major><tt:Minor>{minor}</tt:Minor></tds:Version></tds:Service>"
    )


def _own_capabilities(node: Node) -> str:
    scheme = node.device.login.scheme
    return (
        '<tds:Capabilities><tds:Network IPFilter="false" ZeroConfiguration="false" IPVersion6="false" DynDNS="false" '
        'HostnameFromDHCP="false" NTP="1"/>'
        f'<tds:Security TLS1.2="{flag(bool(node.device.ports.https))}" UsernameToken="{flag("wsse" in scheme)}" '
        f'HttpDigest="{flag("digest" in scheme)}"/>'
        '<tds:System DiscoveryResolve="false" DiscoveryBye="false" RemoteDiscovery="false" '
        f'GeoLocationEntries="{int(node.device.latitude is not None)}"/></tds:Capabilities>'
    )


_SERVICE_CAPABILITIES = {
    "device": _own_capabilities,
    "media1": onvif_media1.capabilities,
    "media2": onvif_media2.capabilities,
    "recording": onvif_recording.capabilities,
    "search": onvif_search.capabilities,
    "replay": onvif_replay.capabilities,
}


def _service_capabilities(node: Node, _asked: Asked) -> str:
    inner = _own_capabilities(node)
    return f"<tds:GetServiceCapabilitiesResponse>{inner}</tds:GetServiceCapabilitiesResponse>"


def _capabilities(node: Node, asked: Asked) -> str:
    if node.device.faults.get_capabilities_fault:
        raise soap.SoapFaultError("Receiver", ("ter:Action",), "Action failed", 500)
    wanted = asked.arguments.get("Category") or ["All"]
    parts = {
        "Device": _device_part(node.device),
        "Media": _media_part(node.device),
        "Extension": _extension_part(node.device),
    }
    inner = "".join(part for name, part in parts.items() if "All" in wanted or name in wanted)
    return f"<tds:GetCapabilitiesResponse><tds:Capabilities>{inner}</tds:Capabilities></tds:GetCapabilitiesResponse>"


def _device_part(device: Device) -> str:
    return (
        f"<tt:Device><tt:XAddr>{text(service_address(device, 'device'))}</tt:XAddr>"
        "<tt:System><tt:DiscoveryResolve>false</tt:DiscoveryResolve><tt:DiscoveryBye>false</tt:DiscoveryBye>"
        "<tt:RemoteDiscovery>false</tt:RemoteDiscovery><tt:SystemBackup>false</tt:SystemBackup>"
        "<tt:SystemLogging>false</tt:SystemLogging><tt:FirmwareUpgrade>false</tt:FirmwareUpgrade>"
        "<tt:SupportedVersions><tt:Major>2</tt:Major><tt:Minor>60</tt:Minor></tt:SupportedVersions></tt:System>"
        "</tt:Device>"
    )


def _media_part(device: Device) -> str:
    if "media1" not in device.services:
        return ""
    return (
        f"<tt:Media><tt:XAddr>{text(service_address(device, 'media1'))}</tt:XAddr><tt:StreamingCapabilities>"
        "<tt:RTPMulticast>false</tt:RTPMulticast><tt:RTP_TCP>true</tt:RTP_TCP><tt:RTP_RTSP_TCP>true</tt:RTP_RTSP_TCP>"
        "</tt:StreamingCapabilities></tt:Media>"
    )


def _extension_part(device: Device) -> str:
    parts = {
        "recording": "<tt:Recording><tt:XAddr>{}</tt:XAddr><tt:ReceiverSource>false</tt:ReceiverSource>"
        "<tt:MediaProfileSource>true</tt:MediaProfileSource><tt:DynamicRecordings>false</tt:DynamicRecordings>"
        "<tt:DynamicTracks>false</tt:DynamicTracks><tt:MaxStringLength>64</tt:MaxStringLength></tt:Recording>",
        "search": "<tt:Search><tt:XAddr>{}</tt:XAddr><tt:MetadataSearch>false</tt:MetadataSearch></tt:Search>",
        "replay": "<tt:Replay><tt:XAddr>{}</tt:XAddr></tt:Replay>",
    }
    inner = "".join(
        part.format(text(service_address(device, service)))
        for service, part in parts.items()
        for offered in device.services
        if offered == service
    )
    return f"<tt:Extension>{inner}</tt:Extension>" if inner else ""


def _device_information(node: Node, _asked: Asked) -> str:
    identity, lies = node.device.identity, node.device.lies
    return (
        "<tds:GetDeviceInformationResponse>"
        f"<tds:Manufacturer>{text(lies.manufacturer or identity.manufacturer)}</tds:Manufacturer>"
        f"<tds:Model>{text(lies.model or identity.model)}</tds:Model>"
        f"<tds:FirmwareVersion>{text(identity.firmware)}</tds:FirmwareVersion>"
        f"<tds:SerialNumber>{text(lies.serial or identity.serial)}</tds:SerialNumber>"
        f"<tds:HardwareId>{text(identity.hardware_id)}</tds:HardwareId></tds:GetDeviceInformationResponse>"
    )


def scopes_of(device: Device) -> list[str]:
    """The device's scopes, percent-encoded (ONVIF Core 7.3.2.2), as WS-Discovery and GetScopes tell them."""
    root = "onvif://www.onvif.org"
    name = device.lies.scope_name or f"{device.identity.manufacturer} {device.identity.model}"
    return [
        f"{root}/type/video_encoder",
        f"{root}/type/Network_Video_Transmitter",
        f"{root}/Profile/Streaming",
        *([f"{root}/Profile/T"] if "media2" in device.services else []),
        *([f"{root}/Profile/G"] if "recording" in device.services else []),
        f"{root}/name/{quote(name)}",
        f"{root}/hardware/{quote(device.lies.model or device.identity.model)}",
        *([f"{root}/location/{quote(device.location)}"] if device.location else []),
    ]


def _scopes(node: Node, _asked: Asked) -> str:
    inner = "".join(
        f"<tds:Scopes><tt:ScopeDef>{'Configurable' if '/name/' in scope or '/location/' in scope else 'Fixed'}"
        f"</tt:ScopeDef><tt:ScopeItem>{text(scope)}</tt:ScopeItem></tds:Scopes>"
        for scope in scopes_of(node.device)
    )
    return f"<tds:GetScopesResponse>{inner}</tds:GetScopesResponse>"


def _network_interfaces(node: Node, _asked: Asked) -> str:
    device = node.device
    return (
        '<tds:GetNetworkInterfacesResponse><tds:NetworkInterfaces token="eth0"><tt:Enabled>true</tt:Enabled>'
        f"<tt:Info><tt:Name>eth0</tt:Name><tt:HwAddress>{text(device.identity.mac)}</tt:HwAddress>"
        "<tt:MTU>1500</tt:MTU></tt:Info><tt:IPv4><tt:Enabled>true</tt:Enabled><tt:Config><tt:Manual>"
        f"<tt:Address>{text(device.faults.xaddr_host or device.address)}</tt:Address>"
        "<tt:PrefixLength>24</tt:PrefixLength></tt:Manual><tt:DHCP>false</tt:DHCP></tt:Config></tt:IPv4>"
        "</tds:NetworkInterfaces></tds:GetNetworkInterfacesResponse>"
    )


def _ntp(_node: Node, _asked: Asked) -> str:
    return (
        "<tds:GetNTPResponse><tds:NTPInformation><tt:FromDHCP>false</tt:FromDHCP><tt:NTPManual>"
        "<tt:Type>DNS</tt:Type><tt:DNSname>time.navy.mi.th</tt:DNSname></tt:NTPManual>"
        "</tds:NTPInformation></tds:GetNTPResponse>"
    )


def _hostname(node: Node, _asked: Asked) -> str:
    name = node.device.address.replace(".", "-")
    return (
        "<tds:GetHostnameResponse><tds:HostnameInformation><tt:FromDHCP>false</tt:FromDHCP>"
        f"<tt:Name>cam-{text(name)}</tt:Name></tds:HostnameInformation></tds:GetHostnameResponse>"
    )


def _network_protocols(node: Node, _asked: Asked) -> str:
    ports = node.device.ports
    given = {"HTTP": ports.http, "HTTPS": ports.https, "RTSP": ports.rtsp}
    inner = "".join(
        f"<tds:NetworkProtocols><tt:Name>{name}</tt:Name><tt:Enabled>true</tt:Enabled><tt:Port>{port}</tt:Port>"
        "</tds:NetworkProtocols>"
        for name, port in given.items()
        if port
    )
    return f"<tds:GetNetworkProtocolsResponse>{inner}</tds:GetNetworkProtocolsResponse>"


def _geo_location(node: Node, _asked: Asked) -> str:
    device = node.device
    if device.latitude is None or device.longitude is None:
        raise soap.action_not_supported("GetGeoLocation")
    return (
        '<tds:GetGeoLocationResponse><tds:Location Entity="Device" Fixed="true">'
        f'<tt:GeoLocation lon="{device.longitude}" lat="{device.latitude}"/></tds:Location>'
        "</tds:GetGeoLocationResponse>"
    )


OPERATIONS = {
    "GetSystemDateAndTime": _system_date_and_time,
    "GetServices": _services,
    "GetServiceCapabilities": _service_capabilities,
    "GetCapabilities": _capabilities,
    "GetDeviceInformation": _device_information,
    "GetScopes": _scopes,
    "GetNetworkInterfaces": _network_interfaces,
    "GetNTP": _ntp,
    "GetHostname": _hostname,
    "GetNetworkProtocols": _network_protocols,
    "GetGeoLocation": _geo_location,
}
