"""Durable execution: a killed run goes on after the last step that finished, on DBOS over one SQLite file."""

from windvane.adapters.workflow.durable import DurableWorkflow
from windvane.adapters.workflow.patience import Patience
from windvane.adapters.workflow.runs import unfinished

__all__ = ["DurableWorkflow", "Patience", "unfinished"]
