"""A claim about the data with its confidence and evidence: what agents tell each other."""

from __future__ import annotations

from typing import Literal

from windvane.domain.record import Record

Claim = Literal[
    "key",  # value: columns, comma separated
    "reference",  # subject: table.columns; value: table.columns
    "grain",
    "depends_on",  # functional dependency: value = determinant columns
    "time_column",
    "cadence",
    "type",
    "grammar",  # how text spells the value: `decimal_comma`, `date:%d.%m.%Y`
    "null_token",  # value: JSON list of texts that stand for "no value"
    "unit",
    "category",
    "meaning",
    "personal",
    "near_duplicate",  # another table with the same content
    "joinable",  # value: other table.column, also without equal names
    "quality",
    "delivery",  # how data arrive: `append`, `snapshot`, `restating`
]

MEANINGS = (
    "identifier",
    "name",
    "description",
    "category",
    "flag",
    "price",
    "amount",
    "quantity",
    "rate",
    "percentage",
    "index_level",
    "measure",
    "currency",
    "country",
    "city",
    "postcode",
    "address",
    "latitude",
    "longitude",
    "email",
    "phone",
    "person_name",
    "url",
    "date",
    "timestamp",
    "year",
    "instrument",
    "organisation",
    "version",
)


class Finding(Record):
    """`by` claims that `subject` (table, or table.column[,column]) has `claim` = `value`.

    `confidence` is a probability, 0..1; `evidence` is what was measured, for a person to read.
    """

    by: str
    subject: str
    claim: Claim
    value: str
    confidence: float
    evidence: str
