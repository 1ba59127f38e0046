"""People who call us: from their first ring to the agent's last word."""
