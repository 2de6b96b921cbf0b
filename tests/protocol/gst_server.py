"""A GStreamer RTSP server for the protocol tests: a server that nobody here wrote. Run it with Debian's own Python.

Mounts: /h264 (640x360 at 15), /h264-aggregated (the same in few large packets), /h264-udp (over UDP only), /h265 (416x240
at 10), /mjpeg (320x240 at 5), /mjpeg-large (2048x1536 at 5); on ports of their own /digest and /basic (as /h264, behind
a login) and, with `--tls PEM` (key and certificate), /h264 over TLS.
Prints one line of JSON with its ports when it is ready, and ends when its standard input is closed.
"""

import argparse
import json
import sys

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstRtsp", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import Gio, GLib, Gst, GstRtsp, GstRtspServer  # noqa: E402 - versions are chosen first

USER, PASSWORD = "operator", "กล้อง-1"
H264 = (
    "( videotestsrc is-live=true ! video/x-raw,format=I420,width=640,height=360,framerate=15/1 "
    "! x264enc tune=zerolatency speed-preset=veryfast key-int-max=15 ! video/x-h264,profile=main "
    "! rtph264pay name=pay0 pt=96 config-interval=1 )"
)
H265 = (
    "( videotestsrc is-live=true ! video/x-raw,format=I420,width=416,height=240,framerate=10/1 "
    "! x265enc tune=zerolatency speed-preset=ultrafast key-int-max=10 ! rtph265pay name=pay0 pt=97 config-interval=1 )"
)
MJPEG = (
    "( videotestsrc is-live=true ! video/x-raw,format=I420,width=320,height=240,framerate=5/1 "
    "! jpegenc ! rtpjpegpay name=pay0 pt=26 )"
)
AGGREGATED = H264.replace("rtph264pay", "rtph264pay mtu=60000 aggregate-mode=max-stap")
LARGE_MJPEG = MJPEG.replace("width=320,height=240", "width=2048,height=1536")


def factory(launch, role=None):
    """A mount that runs `launch`; only `role` may see it where one is named."""
    made = GstRtspServer.RTSPMediaFactory()
    made.set_launch(launch)
    made.set_shared(False)  # a shared one answers 503 while the last viewer's is being taken down
    for name in [role] if role else []:
        made.add_role_from_structure(
            Gst.Structure.new_from_string(
                f"{name}, media.factory.access=(boolean)true, media.factory.construct=(boolean)true"
            )
        )
    return made


def token(role):
    """What a user who logged in is."""
    made = GstRtspServer.RTSPToken()
    made.set_string("media.factory.role", role)
    return made


def server(mounts, auth=None):
    """A server on a port of its own choice; (server, port)."""
    made = GstRtspServer.RTSPServer()
    made.set_address("127.0.0.1")
    made.set_service("0")
    if auth is not None:
        made.set_auth(auth)
    for path, launch in mounts.items():
        mount = factory(launch, "viewer" if auth is not None else None)
        if path.endswith("-udp"):
            mount.set_protocols(GstRtsp.RTSPLowerTrans.UDP)
        made.get_mount_points().add_factory(path, mount)
    made.attach(None)
    return made, made.get_bound_port()


def login(method):
    """The one user, who logs in by `method`."""
    auth = GstRtspServer.RTSPAuth()
    auth.set_supported_methods(method)
    if method == GstRtsp.RTSPAuthMethod.DIGEST:
        auth.add_digest(USER, PASSWORD, token("viewer"))
    else:
        basic = GstRtspServer.RTSPAuth.make_basic(USER, PASSWORD)
        auth.add_basic(basic, token("viewer"))
    return auth


def open_to_all():
    """No login, but TLS."""
    auth = GstRtspServer.RTSPAuth()
    auth.set_default_token(token("viewer"))
    return auth


def main():
    """Serve until standard input ends."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--tls", metavar="PEM")
    chosen = parser.parse_args()
    Gst.init(None)
    plain = {
        "/h264": H264,
        "/h264-aggregated": AGGREGATED,
        "/h264-udp": H264,
        "/h265": H265,
        "/mjpeg": MJPEG,
        "/mjpeg-large": LARGE_MJPEG,
    }
    servers = {
        "plain": server(plain),
        "digest": server({"/digest": H264}, login(GstRtsp.RTSPAuthMethod.DIGEST)),
        "basic": server({"/basic": H264}, login(GstRtsp.RTSPAuthMethod.BASIC)),
    }
    if chosen.tls:
        auth = open_to_all()
        auth.set_tls_certificate(Gio.TlsCertificate.new_from_file(chosen.tls))
        servers["tls"] = server({"/h264": H264}, auth)
    print(  # noqa: T201 - how the test learns the ports
        json.dumps({"user": USER, "password": PASSWORD} | {name: port for name, (_, port) in servers.items()}),
        flush=True,
    )
    loop = GLib.MainLoop()
    GLib.io_add_watch(
        sys.stdin, GLib.PRIORITY_DEFAULT, GLib.IOCondition.HUP | GLib.IOCondition.IN, lambda *_: loop.quit()
    )
    loop.run()


if __name__ == "__main__":
    main()
