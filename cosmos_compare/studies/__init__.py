"""Studies: scenarios × arms × repeats as one question. A study owns nothing: runs on disk that match are its runs."""
