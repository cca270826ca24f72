"""What every script here knows of the export: its data files, and the columns that the claims blueprint maps."""

import json
import os
import re
from typing import NamedTuple


class Column(NamedTuple):
    attribute: str
    tag: str
    kind: str

    @property
    def name(self):
        return re.sub("[A-Z]", lambda letter: "_" + letter.group().lower(), self.attribute)


ATTRIBUTES_OF_KIND = {
    ("S", "text"): """claimId status claimType region currency aiDecision humanDecision finalDecision overrideReason
        modelVersion claimantId adjusterId""",
    ("N", "amount"): "claimAmount payoutAmount budgetAmount",
    ("N", "cost"): "textractCost textractBaselineCost aiCost",
    ("N", "score"): "aiConfidence fraudScore",
    ("N", "count"): "documentCount pageCount",
    ("S", "instant"): """createdAt updatedAt extractionStartedAt extractionCompletedAt reviewStartedAt
        reviewCompletedAt decidedAt""",
}

COLUMNS = [
    Column(attribute, tag, kind)
    for (tag, kind), attributes in ATTRIBUTES_OF_KIND.items()
    for attribute in attributes.split()
]

PARTITION = ["year", "month", "day"]

# Milliseconds between two instants, by the name of the derived column.
SPANS = {
    "processing_ms": ("created_at", "decided_at"),
    "extraction_ms": ("extraction_started_at", "extraction_completed_at"),
    "review_ms": ("review_started_at", "review_completed_at"),
}


def data_files(export_folder):
    """Paths of the data files that hold items: some readers refuse an empty file."""
    with open(os.path.join(export_folder, "manifest-files.json"), encoding="utf-8") as manifest:
        entries = [json.loads(line) for line in manifest]
    names = [os.path.basename(entry["dataFileS3Key"]) for entry in entries if entry["itemCount"] > 0]
    return [os.path.join(export_folder, "data", name) for name in names]
