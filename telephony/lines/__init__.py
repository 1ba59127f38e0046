"""A telephone network without a clock: orders in, events out, and when it wants to be woken."""
