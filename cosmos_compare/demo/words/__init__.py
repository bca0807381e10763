"""What the demo models are asked and what they should say, in English and French."""
