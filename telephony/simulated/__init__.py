"""A telephone network in a process of its own, and the port to it."""
