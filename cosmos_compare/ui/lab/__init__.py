"""The Lab page: a prompt, a model or a control over all scenarios at once, and what changed."""
