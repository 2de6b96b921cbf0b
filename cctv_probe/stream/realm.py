"""The login challenge of an RTSP server, asked without credentials: its realm often names the maker (Dahua: the serial)."""

from __future__ import annotations

from cctv_probe.rtsp.client import RtspConnection
from cctv_probe.wire.address import url_host
from cctv_probe.wire.visit import Visit


def rtsp_challenge(visit: Visit, port: int, tls: bool) -> tuple[str, str]:
    """(Server, WWW-Authenticate) of a DESCRIBE without a path and without login; empty where there is none."""
    uri = f"{'rtsps' if tls else 'rtsp'}://{url_host(visit.address)}:{port}/"

    def challenge() -> tuple[str, str]:
        with RtspConnection.connect(visit.address, port, tls=tls, budget=visit.budget) as connection:
            response = connection.ask("DESCRIBE", uri, (("Accept", "application/sdp"),), wanted_s=4.0)
        visit.folder.asked(visit.address, "rtsp.DESCRIBE /", login=False, outcome=str(response.status))
        return response.server or "", ", ".join(response.headers.all("WWW-Authenticate"))

    return visit.step(f"rtsp.challenge :{port}", challenge) or ("", "")
