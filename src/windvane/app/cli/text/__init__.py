"""Reports as lines for people, one file per report; every line passes `screen`, which makes it inert."""
