"""Access units → numbers: timeline, frame rate, bit rate, groups of pictures, picture health; and the decoder child.

What a camera sends is never handed to libav or OpenCV in the process that holds credentials: pictures are decoded in a
child process without network and without secrets. No socket to a device is opened here, and nothing is known of RTSP.
"""
