"""The service that scans on schedule, keeps every finished scan, and reports to the register by itself for years.

    schedule ─► work (a child process: scan, present state, report) ─► outbox ─► upload ─► receipts

The service process itself never parses a survey and never holds a device's password; the child does, and ends. What asks
cameras stands in the stages below; what judges them stands in the register. Rooms: `config` and `places` (what was
configured, where things lie), `service` (schedule, loop, child), `leaving` (what may leave), `outbox` (what waits),
`enrolment` (who we are), `upload` (how it goes), `care` (doctor, status, audit log), `unit` (what the kernel is told).
"""
