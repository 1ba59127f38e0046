"""What other dialers and telephone systems wrote down of calls, as facts that the gate counts."""
