"""RTP payload formats: the packets of one access unit → what a decoder takes, pure; one file a codec.

A depacketizer never raises: what cannot be read makes the access unit `damaged`. It looks at the first bytes of a
packet and copies the rest only where the caller wants the picture, because measuring must stay cheap.

What may not enter: sockets, sequence numbers, the order of packets (that is `rtp` and `access_units`), decoding.
"""
