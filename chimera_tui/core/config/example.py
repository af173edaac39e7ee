"""``config.example.toml``, written from the schema: every key with its meaning."""

import tomllib
from typing import Any

import msgspec

from chimera_tui.core.config.schema import BUILTIN_PROFILES, SECTIONS, Setting, Settings, describe

_EXAMPLES: dict[str, Any] = {
    "keep_alive": "5m",
    "think": False,
    "num_gpu": 80,
    "main_gpu": 0,
    "num_thread": 8,
    "num_batch": 512,
    "use_mmap": True,
    "num_keep": 4,
    "num_predict": 2048,
    "temperature": 0.8,
    "top_k": 40,
    "top_p": 0.9,
    "min_p": 0.05,
    "typical_p": 1.0,
    "repeat_penalty": 1.1,
    "repeat_last_n": 64,
    "presence_penalty": 0.0,
    "frequency_penalty": 0.0,
    "seed": 42,
    "stop": ["<end_of_turn>"],
    "ascii": True,
}
"""What the example shows for settings that are not set by default."""

_HEAD = """\
# Settings of chimera-tui. Every key is optional; a line that starts with "#" shows a default or an example.
# Your own file: `chimera-tui config path`. A repository may hold a .chimera.toml with the same keys, but for
# [server], run.report_dir, [keys] and [profiles].
# Order: defaults < your file < .chimera.toml < profile < CHIMERA_* and OLLAMA_HOST < flags.

# the active profile; it replaces [options] whole. Built in: %s
#profile = "chimera"
"""


def example() -> str:
    """The text of the example file; every value in it is valid and commented out."""
    parts = [_HEAD % ", ".join(BUILTIN_PROFILES)]
    for section, struct in SECTIONS.items():
        parts.append(f"\n[{section}]\n# {(struct.__doc__ or '').splitlines()[0]}\n")
        defaults = getattr(Settings(), section)
        parts.extend(_lines(setting, getattr(defaults, setting.name)) for setting in describe(section))
    parts.append('\n[keys]\n# the key of a command by its id (`?` in the program lists them)\n#"run.start" = "r"\n')
    parts.append("\n# a profile of your own; what it leaves out is unset\n#[profiles.mine.options]\n#num_gpu = 999\n")
    return "".join(parts)


def _lines(setting: Setting, default: object) -> str:
    import tomli_w

    unset = default is msgspec.UNSET
    shown = _EXAMPLES[setting.name] if unset else default
    note = " (not set by default)" if unset else ""
    reload = " Changing it reloads the model." if setting.reloads else ""
    value = tomli_w.dumps({setting.name: shown}).strip().replace("\n", " ")
    if isinstance(shown, dict):
        value = f"{setting.name} = {{}}"
    tomllib.loads(value)
    return f"# {setting.description}{note}.{reload}\n#{value}\n"
