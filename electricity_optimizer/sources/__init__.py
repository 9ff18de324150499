"""One file per upstream: `requests` says what to send, `parse` reads the answer; both pure.

Beside them `ask`, `outcome` and `records` (the shapes they share), `ingest`, `subscribe` and `reparse` (what others call), and four
rooms: `calls` (everything between a request and an answer), `reading` (strict readers that adapters share), `parts` (second files of long
adapters), `simulation` and `given` (the inside of the simulator and of files).
"""
