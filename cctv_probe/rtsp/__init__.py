"""Our tolerant RTSP client: messages, SDP, parameter sets, the connection that asks, and the streams that it plays.

`client` asks (OPTIONS, DESCRIBE, logins, redirects), `setup` agrees on how packets come, `stream` plays. What arrives
goes through `interleaved` or `udp` and `reorder`, becomes access units in `access_units` with the payload formats of
`payloads`, and leaves as `media.AccessUnit`.

Everything but `client`, `exchange`, `link`, `setup`, `stream`, `keep_alive` and `udp` is pure: bytes → values, raising
only its own error, each under a fuzz test. Names are those of RFC 2326 (RTSP 1.0), RFC 7826, RFC 4566 (SDP), RFC 3550
(RTP), RFC 6184 (H.264), RFC 7798 (H.265), RFC 2435 (JPEG), RFC 6416 (MPEG-4) and the AV1 payload format.

What may not enter: libav or any other decoder (camera bytes are read here by small bounded parsers of our own, in the
process that holds the credentials), knowledge of one brand's paths (that is a dialect's), passwords (an `Account` signs
for us and keeps them), the time of day.
"""
