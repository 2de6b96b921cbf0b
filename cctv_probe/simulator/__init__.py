"""A fake municipality: cameras and recorders on 127.x addresses, with real sockets, for demo, tests and training.

A fleet file (`configs/fleets/*.yaml`) names devices by identity, **truths** (what the stream really holds), **lies**
(what the device claims instead) and named **faults**; `oracle` works out from it what a right survey must say. The
program under test receives only addresses, scope and credentials, never the fleet file.

    fleet · fleet_streams · fleet_recordings · fleet_recorder · fleet_values · fleet_file
                         the fleet's dataclasses, and reading them from YAML with errors that name file, line and key
    oracle · oracle_retention · oracle_recorders   what a right answer is, for each real camera, each stream, each
                         recording, each recorder with its channels, disks, clock and lock
    generated            fleets made by rule, for benchmarks
    journal              everything every device saw, as JSON lines; `calls_of` counts what a vendor's API was asked
    node                 one running device: its clock, its logins, its connections
    http_* · web_pages   HTTP/1.1 with faults that a real library would not let us commit
    soap · onvif_*       one file a service; ws_discovery answers unicast Probes
    isapi · isapi_*      Hikvision's own API; it reads only: whatever would write is refused and journalled `violation:`
    dahua_*              Dahua's own API under /cgi-bin/, likewise
    rtsp_vendor          the vendors' RTSP addresses, live and by time in the URL
    wsse · digest        logins, verified truly, against one failure counter per device (`logins`)
    scene · pattern      a street, and what a lens makes of it: night, frozen, blurred, covered, …
    clip · encoding · clips   those pictures encoded, at the declared bit rate, once, kept on disk
    rtsp_* · sdp · rtp_* · timing · hostile_sets   RTSP and RTP, with every fault of session and stream
    recorded_spans · recorded_pictures   where footage lies, and the pictures of an instant
    recording_parts · replay_*   what recordings are called, and how they are replayed over RTSP
    folders · folder_* · dhav    the same recordings as folders of files, as NAS and exports hold them
    municipality         all of it in a thread; `python -m cctv_probe.simulator FLEET.yaml` runs it until stopped

What may not enter: anything of `cctv_probe` but `model.words`. A wrong parser and an equally wrong writer would agree
with each other, so the simulator shares neither with the program it is used to test (import-linter watches this).

The fleet file, by example (every key but those without a default may be left out; unknown keys are refused):

    name: {en: Ban Sathit Subdistrict Municipality, th: เทศบาลตำบลบ้านสาธิต}
    lao_code: "05990101"                     # eight digits
    devices:
    - address: 127.81.1.11                   # inside 127.0.0.0/8, one device per address
      kind: camera                           # camera | recorder | web_server | other
      name: แยกตลาดสด                        # WS-Discovery and ONVIF scopes, hostname
      location: ถนนเทศบาล 1                  # scope onvif://www.onvif.org/location/…
      latitude: 13.75
      longitude: 100.5
      identity: {brand: Hikvision,           # as a survey displays it
        manufacturer: HIKVISION, model: …, firmware: …, serial: …, mac: "28:57:BE:…", uuid: …, hardware_id: …}
      ports: {http: 8080, https: null, rtsp: 8554, rtsps: null, banners: {2222: "SSH-2.0-…"}}
      login: {user: admin, password: …, onvif_user: …, onvif_password: …,
        scheme: wsse,                        # none | wsse | wsse_text | http_digest_md5 | http_digest_sha256 |
                                             # http_digest_md5_and_sha256 | basic | wsse_and_http_digest
        rtsp_scheme: md5,                    # none | md5 | sha256 | md5_and_sha256 | basic
        lock_after: 3, lock_s: 1800,         # failed logins over all services, then refused for so long
        failed_before: 0,                    # failed logins of others; as many as lock_after: locked from the start
        vendor_scheme: http_digest_md5,      # of the vendor's API: none | http_digest_… as above | basic
        created_tolerance_s: 5, nonce_life_s: 60}
      services: [device, media1, media2]     # and recording, search, replay; [] is a device without ONVIF
      service_paths: {media1: /onvif/Media}  # where the usual /onvif/…_service paths are not used
      vendor_api: isapi                      # isapi (Hikvision) | dahua_cgi; left out: none. Logs in with `user`
      storage: {disks: [{capacity_gb: 4000, free_gb: 0, status: ok}],  # ok | failed | notexist | unformatted | sleeping
        overwrite: true, mode: group}        # group | quota
      clock: {ntp: true, ntp_server: time.example.go.th, utc_offset_h: 7, dst: false}
      banners: {http_server: …, http_title: …, http_page: …, realm: …, rtsp_server: …, rtsp_realm: …}
      sdp: {session_name: …, sprop: true, frame_rate: false}
      channels:
      - name: กล้อง 1
        osd_text: แยกตลาดสด                  # without it the channel has no text on its picture
        online: true                         # false: a recorder's slot whose camera does not answer
        ghost: false                         # true: a slot that nobody uses; only `name` beside it
        behind: {address: 10.1.1.7, port: 8000, http_port: 80, rtsp_port: 554, protocol: HIKVISION, model: …,
          serial: …, mac: …, firmware: …, user: admin, password: …}   # the camera of a recorder's channel, as listed
        stored: main                         # the name of the stream that a recorder is set to record
        schedule: continuous                 # continuous | schedule | motion | event | off: how it is set to record now
        truths:
          streams:                           # the first is the main stream
          - {name: main, codec: h264, width: 1920, height: 1080, frame_rate: 25, gop: 50, bit_rate_bps: 4000000,
             path: /Streaming/Channels/101,  # codec: h264 | h265 | mjpeg | mpeg4; path with its query, if any;
                                             # may be left out where there is a vendor_api
             varying: [],                    # [{frame_rate: 25, for_s: 2}, {frame_rate: 12, for_s: 2}]: turns, again
                                             # and again; frame_rate is then their mean (18.5), gop one turn if left out
             faults: {}}                     # `fleet_streams.StreamFaults` lists them, each with what it does
          picture: street                    # street | night | frozen | black | blurred | covered | overexposed |
                                             # underexposed | infrared | signal_lost
          scene: 0                           # which street
          max_resolution: 2688x1520          # default: the largest stream
          max_frame_rate: 25                 # default: the fastest stream
        recordings:                          # what has been recorded of it; left out: nothing, ever
          days: 30                           # footage back to that day (1 is yesterday, 0 today; Thai days), from
          oldest_at: "00:00"                 # that time on; times quoted
          new_disk: false                    # true: recording began then (maturing), nothing was overwritten
          mode: continuous                   # continuous | schedule (in `hours`) | motion | event (`clips_a_day`, `seed`)
          hours: [{starts: "07:00", ends: "19:00"}]
          gaps: [{day: 4}, {day: 9, starts: "01:00", ends: "05:30"}]
          locked: [{day: 58, at: "21:10", for_s: 900}]
          configured_days: 30                # MaximumRetentionTime; left out: until the disk is full
          frozen: false                      # true: the same pictures whatever the instant
          recorded: {codec: h264, width: 640, height: 360, frame_rate: 10, gop: 10, bit_rate_bps: 300000}
          lies: {claims_days: 30, hides_gaps: true}   # what the index says instead
          folder: {layout: flat, container: mp4, segment_min: 60, dense_s: 14, strange: [zero_byte]}
                                             # dahua | reolink | synology | flat | untimed; mp4 | mkv | avi | ts | dav
        lies: {media1_codec: h264, media2_codec: …, configured_resolution: 1920x1080, configured_frame_rate: 25,
          max_resolution: …, sdp_codec: …, sdp_resolution: …, sdp_frame_rate: …}  # claims about the main stream
      lies: {manufacturer: …, model: …, serial: …, scope_name: …}
      faults: {rtsp: {…}, archive: {…}, vendor: {…}, …}   # `Faults`, `RtspFaults`, `ArchiveFaults` and
                                             # `VendorFaults` list them, each with what it does

A stream's bit rate is the payload's, true within 15 % over a few seconds (filler where pictures need less). Every stream
is a short loop whose key frames differ for at least seven rounds, so that nothing but a frozen picture looks frozen.
"""
