"""Whoever and whatever acts in a rehearsal beside the telephone network: collectors, callers, office,
faults."""
