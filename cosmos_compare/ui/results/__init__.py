"""The Results and Scorecard pages."""
