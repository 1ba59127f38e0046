"""How much may be brought, how fast and by whom, before anything of it is parsed."""
