"""Our tolerant RTSP client: messages, SDP, parameter sets, and the connection that asks.

Everything but `client` and `link` is pure: bytes → values, raising only its own error, each under a fuzz test. Names
are those of RFC 2326 (RTSP 1.0), RFC 7826, RFC 4566 (SDP), RFC 6184 (H.264) and RFC 7798 (H.265).

What may not enter: libav or any other decoder (camera bytes are read here by small bounded parsers of our own, in the
process that holds the credentials), knowledge of one brand's paths (that is a dialect's), passwords (an `Account` signs
for us and keeps them), the time of day.
"""
