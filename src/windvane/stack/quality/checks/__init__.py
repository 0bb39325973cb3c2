"""One rule per file: `wishes` says where it fits, `render` makes the check; a new file is a new rule."""
