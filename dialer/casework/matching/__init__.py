"""Whether two records of people are one person's: how sure, by what, and what follows."""
