"""From findings to SQL models that a person enjoys reading."""
