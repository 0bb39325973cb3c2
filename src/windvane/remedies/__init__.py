"""One known repair per file."""
