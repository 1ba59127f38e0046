"""A telephone system within this process: for tests, and the inside of the simulated network."""
