"""What the gate decided, told to people: explanations, impact of other law, worked cases."""
