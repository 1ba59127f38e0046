"""Several telephone systems as one."""
