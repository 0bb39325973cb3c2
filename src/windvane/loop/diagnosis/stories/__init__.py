"""One file per kind of story: `tells(case)` gives the hypotheses that fit what broke; a new file is a new story."""
