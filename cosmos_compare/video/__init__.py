"""Video: find clips, read what they hold, decode once, bring the frames to each model's size."""
