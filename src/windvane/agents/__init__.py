"""One role per file or small room; agents think and only propose."""
