"""How right the demo models are, through files, processors and engine."""
