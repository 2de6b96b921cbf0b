"""The addresses that a device writes into its answers: its own, or the other host that a fault names."""

from __future__ import annotations

from cctv_probe.simulator.fleet import Device, Service, Stream

SERVICE_PATHS: dict[Service, str] = {
    "device": "/onvif/device_service",
    "media1": "/onvif/media_service",
    "media2": "/onvif/media2_service",
    "recording": "/onvif/recording_service",
    "search": "/onvif/search_service",
    "replay": "/onvif/replay_service",
}


def service_path(device: Device, service: Service) -> str:
    """The path under which `service` answers."""
    return device.service_paths.get(service, SERVICE_PATHS[service])


def service_address(device: Device, service: Service) -> str:
    """The XAddr of `service`."""
    return f"{web_root(device)}{service_path(device, service)}"


def web_root(device: Device) -> str:
    """`http://host:port`, HTTPS where there is no HTTP."""
    scheme = "http" if device.ports.http else "https"
    port = device.ports.http or device.ports.https
    return f"{scheme}://{host(device)}:{port}"


def stream_uri(device: Device, stream: Stream) -> str:
    """The RTSP URI of `stream`, `rtsps` where there is no plain RTSP."""
    scheme = "rtsp" if device.ports.rtsp or not device.ports.rtsps else "rtsps"
    port = device.ports.rtsp or device.ports.rtsps or 554
    return f"{scheme}://{host(device)}:{port}{stream.path}"


def replay_uri(device: Device, path: str) -> str:
    """The RTSP URI of a recording, with the host that the archive believes it is."""
    scheme = "rtsp" if device.ports.rtsp or not device.ports.rtsps else "rtsps"
    port = device.ports.rtsp or device.ports.rtsps or 554
    return f"{scheme}://{device.faults.archive.replay_host or host(device)}:{port}{path}"


def host(device: Device) -> str:
    """The host that the device believes it is."""
    return device.faults.xaddr_host or device.address
