"""Geography from coordinates: sides, proximity and borders, on the sphere."""
