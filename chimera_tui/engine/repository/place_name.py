"""What a repository is called where those of all places lie side by side."""

import re
from hashlib import blake2b
from pathlib import Path


def place_name(root: Path) -> str:
    """What a repository is called where those of all places lie side by side: its name and a hash of its path."""
    path = str(root.resolve())
    return f"{slug(root.resolve().name)}-{blake2b(path.encode('utf-8', 'surrogateescape'), digest_size=4).hexdigest()}"


def slug(text: str) -> str:
    """A name as part of a folder name: ``gemma3:latest`` is ``gemma3-latest``."""
    return re.sub(r"[^a-z0-9.]+", "-", text.lower()).strip("-.")[:60] or "unnamed"
