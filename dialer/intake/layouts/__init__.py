"""Files in the layouts of the trade: how each is written, and how its columns become the canonical ones."""
