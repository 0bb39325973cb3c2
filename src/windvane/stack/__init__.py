"""The data path, in the order in which data flow."""
