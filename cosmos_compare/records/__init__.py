"""What lies on disk, field by field: bounds, descriptions, versions. Data, never code that acts."""
