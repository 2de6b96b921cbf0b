"""From evidence to the survey record, and from the record to what people and programs read.

`fill` (with `views`, `fields`, `rank`, `retention`, `plausible`, `reasons`, `findings`, `joined_findings`), `health` and `shape`
are pure: values in, values out. A real camera has one record, however many views show it; which they are is told by the
caller, from `identify.same_camera`. Pure are also the cells, words and the drawing of timelines (`timeline_cells`,
`retention_words`, `svg_timeline`). The `write_*` modules put finished text on disk in one atomic step each. The `terminal` modules alone know rich. Nothing here opens a socket, asks for the
time or decides what may be touched, and every string that came from a device passes `safe_text` before it is shown.
"""
