"""Lists of numbers and people that somebody looked up: do-not-call, wireless, bankruptcies and their like."""
