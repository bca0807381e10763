"""Texts of models, taken apart when they are shown: reasoning, JSON, times, boxes, what is stated."""
