"""Kinds of rule, one a file. A kind knows how to decide; the law it decides by is data."""
