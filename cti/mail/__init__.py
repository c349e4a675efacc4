"""Mail read as people wrote it: parsing and threading, pure; nothing here opens a file or a socket."""
