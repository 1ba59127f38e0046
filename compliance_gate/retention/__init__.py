"""How long records must be kept: dated, cited rules of places, and the first day on which one may go."""
