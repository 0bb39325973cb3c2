"""What the drill does not play, with the reason: places without a connector, and things that are no delivery."""

from __future__ import annotations

_SERVICE = "no connector speaks to a service that answers with it; files and databases do not"
_OWN = "a drill changes deliveries and the machine, not the models of the person, whose edits are their will"
_ENGINE = "it happens inside the engine; tests of the warehouse and of the workflow cause it there"

LEFT_OUT: dict[str, str] = {
    "T10": "played as the controls of quiet and busy days",
    "T11": "played as the twins of faults: the same batch, and true",
    "T13": "two runs at once meet at the lock, which is played as I10",
    "I1": _SERVICE,
    "I3": _SERVICE,
    "I4": "who runs a drill may often read everything: taking the right away from them proves nothing",
    "I6": _SERVICE,
    "I7": _SERVICE,
    "I8": "a disk cannot be filled without harm to others; a test fills a small one of its own",
    "I11": _ENGINE,
    "I13": "killing a run at a point drawn at random, played as I12, lands there too",
    "I15": "the version of the engine is pinned with the program",
    "I16": _ENGINE,
    "I17": _SERVICE,
    "I18": "files need no secret",
    "I19": "nothing calls out; a test runs without a network",
    "I20": "a drill asks no language model, or it would be paid for",
    "I21": _ENGINE,
    "I22": "a drill delivers text; the connectors of databases have tests for types",
    "C1": _OWN,
    "C2": _OWN,
    "C3": "the grain that changes upstream is played as K9",
    "C4": _OWN,
    "C5": _OWN,
    "C6": "models are built anew or by key in one transaction; a test compares both",
    "C7": _OWN,
    "C8": "each case in which a repair shows a wrong value is one: that is what a drill counts",
    "C9": "each control that is stopped is one: that is what a drill counts",
    "C10": "played by the benchmark: before the vendor makes other deliveries from the broken one",
    "C11": "played by the benchmark: two faults on one delivery",
}
