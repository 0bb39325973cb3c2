"""Makes a promoted plan true everywhere: warehouse, files, git, published release, ledger."""
