"""Launching: which leads are next, how many calls pacing wants, which of them the gate clears."""
