"""Which brand and what kind of device, from what it says before anybody logs in.

Rules are data (`brands.yaml`, `fingerprints.yaml`, `stream_paths.yaml`), read once when first needed; the functions are
pure. No socket, no password and no other stage enters here. A brand found here is only advertised: what a device says of
itself after a login ranks before it. `same_device` and `same_camera` tell, after all visits, what was met twice: a device
behind two addresses, a camera behind a recorder's channel.
"""
