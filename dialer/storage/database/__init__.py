"""The database itself: tables, connections, the owner's lock, the log, copies."""
