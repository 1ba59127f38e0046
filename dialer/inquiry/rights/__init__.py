"""What a person may ask of us about themselves: all that is held, corrected, erased."""
