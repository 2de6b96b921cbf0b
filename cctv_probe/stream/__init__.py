"""The stage that looks at the live streams of a device.

What a stream says of itself is read here from its description; frame rates and pictures are measured from the stream. How
RTSP is spoken belongs to `rtsp`, what numbers mean to `media`.
"""
