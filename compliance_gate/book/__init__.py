"""The law in force: rules read from dated texts, and the register of what is covered."""
