"""Compare: one clip, one prompt, the answers of the models side by side."""

from cosmos_compare.ui import shell

shell.page("Compare")
