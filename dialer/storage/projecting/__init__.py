"""Tables as projections of the journal: what each step means to which row."""
