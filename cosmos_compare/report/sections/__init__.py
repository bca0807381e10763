"""The sections of a report, one file each: material in, HTML out."""
