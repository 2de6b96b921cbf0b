"""cctv-probe finds out what street cameras really do, beside what delivery notes say.

    scope ─► discover ─► identify ─► ask ─► describe ─► measure ─► prove ─► survey ─► report, compare | outbox ─► register
    what may   who is      what brand,  settings  the streams'   what they    samples of   the record  files; declared   the agent's
    be touched there       no password            own words      deliver      recordings               beside discovered  own way out

One program for the technician's desk and for the agent: it asks cameras and recorders over ONVIF, their makers' own interfaces and
RTSP, watches their streams, plays samples of their recordings, and fills the eleven-field record of the Department of Local Administration's survey. Every value carries its source and standing
(declared, advertised, configured, bitstream, measured); what could not be had carries the reason and what to do.

Rooms, top to bottom; each may import only those below it:

    cli                                  one file a command
    agent                                the service: schedule, what leaves, outbox, enrolment, upload, doctor
    surveying                            one survey of a site, start to end, for the commands and the agent
    pipeline                             the stages in order; read it first
    visiting                             what happens at one device, stage by stage
    vendor · compare                     a maker's own interface at one device · declared lists beside what was found
    survey · footage · stream · identify · discover   the stages; they do not import one another
    dialects                             how to ask each kind of device: onvif, hikvision, dahua
    rtsp                                 our own tolerant RTSP client, SDP, parameter sets, depacketizers
    media                                coded pictures → numbers; the decoder child
    wire                                 everything that opens a socket: deadlines, HTTP, logins and their ledger, redaction
    scope · contract                     what may be touched · what travels
    model                                what is true about cameras: values without I/O
    simulator                            a fake municipality; imported by nothing it is used to test
"""

__version__ = "0.1.0"
