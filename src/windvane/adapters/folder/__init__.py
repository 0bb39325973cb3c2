"""The estate folder: the files that are the truth of an estate, and the git repository around them."""

from windvane.adapters.folder.estate import EstateFolder
from windvane.adapters.folder.formats import Format
from windvane.adapters.folder.repository import Repository
from windvane.adapters.folder.scan import Memory

__all__ = ["EstateFolder", "Format", "Memory", "Repository"]
