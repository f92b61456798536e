"""Knowledge bases that last: on disk, versioned, each version whole."""
