"""Every setting there is: type, range, meaning. The panel, the example file and the error messages come from here.

msgspec's constructors do not validate; :func:`msgspec.convert` does. An option that is ``UNSET`` is not sent to the
server, which is not the same as sending the server's default.
"""

from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

RELOADS = {"reloads": True}
"""Marks a load-time option: changing it makes the server reload the model, which takes seconds."""

LARGEST = 2**31 - 1
"""Servers keep their whole numbers in 32 bits."""
NonNegative = Annotated[int, Meta(ge=0, le=LARGEST)]
Share = Annotated[float, Meta(ge=0, le=1)]
Penalty = Annotated[float, Meta(ge=-2, le=2)]


class Options(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Options of the model server, all of them optional. ``num_ctx`` ``"fit"`` asks for what the prompt needs."""

    num_gpu: Annotated[
        Annotated[int, Meta(ge=-1, le=9999)] | UnsetType,
        Meta(
            description="layers to put on the GPU: -1 automatic, 0 CPU only, 999 all of them",
            extra={"group": "GPU", "step": 1, **RELOADS},
        ),
    ] = UNSET
    main_gpu: Annotated[
        NonNegative | UnsetType,
        Meta(
            description="the GPU for small tensors; setting it, even to 0, turns splitting across GPUs off",
            extra={
                "group": "GPU",
                "step": 1,
                **RELOADS,
                "zero": "0 is a choice, not automatic: the model stays on the first GPU alone; unset lets it be split",
            },
        ),
    ] = UNSET
    num_thread: Annotated[
        NonNegative | UnsetType,
        Meta(description="CPU threads; 0 lets the server choose", extra={"group": "GPU", "step": 1, **RELOADS}),
    ] = UNSET
    num_batch: Annotated[
        Annotated[int, Meta(ge=1, le=LARGEST)] | UnsetType,
        Meta(description="prompt tokens evaluated at once", extra={"group": "GPU", "step": 64, **RELOADS}),
    ] = UNSET
    use_mmap: Annotated[
        bool | UnsetType,
        Meta(description="map the model file into memory instead of reading it", extra={"group": "GPU", **RELOADS}),
    ] = UNSET

    num_ctx: Annotated[
        Annotated[int, Meta(ge=1, le=LARGEST)] | Literal["fit"] | UnsetType,
        Meta(
            description='context window in tokens; "fit" asks for what prompt and answer need; 0 is not automatic',
            extra={
                "group": "Context",
                "step": 512,
                **RELOADS,
                "zero": '0 is not automatic: unset lets the server decide, "fit" asks for what is needed',
            },
        ),
    ] = UNSET
    num_keep: Annotated[
        Annotated[int, Meta(ge=-1, le=LARGEST)] | UnsetType,
        Meta(description="tokens kept at the start when the context slides", extra={"group": "Context", "step": 1}),
    ] = UNSET
    num_predict: Annotated[
        Annotated[int, Meta(ge=-1, le=LARGEST)] | UnsetType,
        Meta(
            description="most tokens to generate per call; -1 up to ten times num_ctx, 0 is the same as not set",
            extra={"group": "Context", "step": 128},
        ),
    ] = UNSET

    temperature: Annotated[
        Annotated[float, Meta(ge=0, le=5)] | UnsetType,
        Meta(description="randomness; 0 always takes the likeliest token", extra={"group": "Sampling", "step": 0.1}),
    ] = UNSET
    top_k: Annotated[
        NonNegative | UnsetType,
        Meta(description="sample among the k likeliest tokens; 0 is all", extra={"group": "Sampling", "step": 1}),
    ] = UNSET
    top_p: Annotated[
        Share | UnsetType,
        Meta(
            description="sample among the likeliest tokens that add up to this probability",
            extra={"group": "Sampling", "step": 0.05},
        ),
    ] = UNSET
    min_p: Annotated[
        Share | UnsetType,
        Meta(
            description="drop tokens less likely than this share of the likeliest",
            extra={"group": "Sampling", "step": 0.05},
        ),
    ] = UNSET
    typical_p: Annotated[
        Share | UnsetType,
        Meta(description="locally typical sampling; 1 is off", extra={"group": "Sampling", "step": 0.05}),
    ] = UNSET
    repeat_penalty: Annotated[
        Annotated[float, Meta(gt=0, le=10)] | UnsetType,
        Meta(
            description="penalty on repeated tokens; 1 is off (the default since 0.32, 1.1 before)",
            extra={"group": "Sampling", "step": 0.05},
        ),
    ] = UNSET
    repeat_last_n: Annotated[
        NonNegative | UnsetType,
        Meta(description="tokens that the penalty looks back on; 0 is off", extra={"group": "Sampling", "step": 16}),
    ] = UNSET
    presence_penalty: Annotated[
        Penalty | UnsetType,
        Meta(description="penalty on tokens that occurred at all", extra={"group": "Sampling", "step": 0.1}),
    ] = UNSET
    frequency_penalty: Annotated[
        Penalty | UnsetType,
        Meta(description="penalty on tokens by how often they occurred", extra={"group": "Sampling", "step": 0.1}),
    ] = UNSET
    seed: Annotated[
        Annotated[int, Meta(ge=-1, le=LARGEST)] | UnsetType,
        Meta(description="random seed; -1 draws one", extra={"group": "Sampling", "step": 1}),
    ] = UNSET
    stop: Annotated[
        list[str] | UnsetType,
        Meta(description="strings that end the answer", extra={"group": "Sampling"}),
    ] = UNSET

    def requested(self) -> dict[str, object]:
        """The options that are set, ``"fit"`` among them: what a person asked for."""
        given: dict[str, object] = msgspec.to_builtins(self)
        return given | ({"num_ctx": self.num_ctx} if self.num_ctx is not UNSET else {})

    def to_send(self) -> dict[str, object]:
        """The options that are set, ``"fit"`` left out: what goes to a server but for the fitted num_ctx."""
        given: dict[str, object] = msgspec.to_builtins(self)
        if self.num_ctx == "fit":
            given.pop("num_ctx", None)
        elif self.num_ctx is not UNSET:
            given["num_ctx"] = self.num_ctx
        return given


class Server(msgspec.Struct, frozen=True, kw_only=True):
    """The model server. A repository's own file may not set any of this."""

    host: Annotated[str, Meta(min_length=1, description="base URL of the Ollama server")] = "http://127.0.0.1:11434"
    connect_timeout_s: Annotated[
        Annotated[float, Meta(gt=0, le=600)], Meta(description="seconds to wait for a connection")
    ] = 5.0
    read_timeout_s: Annotated[
        Annotated[float, Meta(gt=0, le=86400)],
        Meta(description="seconds without a byte before a call counts as lost; a cold load sends nothing for minutes"),
    ] = 600.0
    openai_url: Annotated[
        str,
        Meta(
            min_length=1,
            description="base URL of an OpenAI-compatible server (vLLM, SGLang, llama-server), for engine openai; its "
            "key comes from CHIMERA_API_KEY or OPENAI_API_KEY",
        ),
    ] = "http://127.0.0.1:8000/v1"
    headers: Annotated[
        dict[str, str], Meta(description="extra HTTP headers; never written to a report, journal or screen")
    ] = {}


Duration = Annotated[str, Meta(pattern=r"^-?[0-9]+(\.[0-9]+)?(ms|s|m|h)([0-9]+(\.[0-9]+)?(ms|s|m|h))*$")]


class Run(msgspec.Struct, frozen=True, kw_only=True):
    """What a run does."""

    engine: Annotated[
        Literal["auto", "ollama", "openai", "offline"],
        Meta(
            description="who writes: a model through Ollama or an OpenAI-compatible server, the program alone "
            "(offline), or Ollama where it is there and else the program (auto)"
        ),
    ] = "auto"
    model: Annotated[str, Meta(min_length=1, description="name of the model, with its tag")] = "gemma3:latest"
    keep_alive: Annotated[
        float | Duration | UnsetType,
        Meta(
            description='how long the server keeps the model loaded: seconds as a number or "5m"; negative is for ever'
        ),
    ] = UNSET
    think: Annotated[
        bool | Literal["low", "medium", "high"] | UnsetType,
        Meta(description="let a thinking model think; shown apart from its answer"),
    ] = UNSET
    persona: Annotated[
        str, Meta(pattern="^[A-Za-z0-9_-]+$", description="who writes the closing brief; none for no brief")
    ] = "InsightAgent"
    answer_tokens: Annotated[
        Annotated[int, Meta(ge=64, le=131072)],
        Meta(description="room kept for an answer when num_ctx is fitted"),
    ] = 2048
    unload_after: Annotated[bool, Meta(description="unload the model when the run is over")] = False
    report_dir: Annotated[str, Meta(description="folder for reports; empty is chimera-reports in the repository")] = ""
    cold_load_s: Annotated[
        Annotated[float, Meta(ge=0)],
        Meta(description="a measurement whose model load took this many seconds or more counts as cold"),
    ] = 0.5
    min_effect_pct: Annotated[
        Annotated[float, Meta(ge=0, le=100)], Meta(description="smallest difference in percent that matters")
    ] = 1.0


class Scan(msgspec.Struct, frozen=True, kw_only=True):
    """Which files of a repository count. Patterns are those of .gitignore."""

    include: Annotated[list[str], Meta(description="only these files, as .gitignore patterns; empty is all")] = []
    exclude: Annotated[list[str], Meta(description="not these files, as .gitignore patterns")] = []
    hidden: Annotated[bool, Meta(description="also files and folders whose name starts with a dot")] = False
    ignored: Annotated[bool, Meta(description="also what .gitignore leaves out")] = False


class Ui(msgspec.Struct, frozen=True, kw_only=True):
    """The terminal."""

    theme: Annotated[str, Meta(min_length=1, description="name of a theme (see themes/)")] = "chimera-dark"
    mouse: Annotated[bool, Meta(description="listen to the mouse; costs bytes over SSH")] = False
    slow: Annotated[bool, Meta(description="for a slow line: fewer repaints, no sparkline, no coloured code")] = False
    ascii: Annotated[
        bool | UnsetType, Meta(description="ASCII borders and icons; not set: decided from the terminal and locale")
    ] = UNSET


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """All settings in force."""

    server: Server = msgspec.field(default_factory=Server)
    run: Run = msgspec.field(default_factory=Run)
    options: Options = Options(num_ctx="fit")
    scan: Scan = msgspec.field(default_factory=Scan)
    ui: Ui = msgspec.field(default_factory=Ui)
    profile: Annotated[str, Meta(description="the active profile; it replaces [options] whole")] = ""
    keys: Annotated[dict[str, str], Meta(description='key of a command by its id, as in "run.start" = "r"')] = {}


BUILTIN_PROFILES: dict[str, Options] = {
    "chimera": Options(num_gpu=80, temperature=1.0, num_ctx="fit"),
    "baseline": Options(),
}
"""Profiles that always exist; a user profile of the same name shadows one."""

SECTIONS: dict[str, type[msgspec.Struct]] = {
    "server": Server,
    "run": Run,
    "options": Options,
    "scan": Scan,
    "ui": Ui,
}


class Setting(msgspec.Struct, frozen=True, kw_only=True):
    """One setting as the panel and the messages need it. ``group`` is GPU, Context, Sampling or the section.

    ``zero`` says what 0 means where people expect something else.
    """

    section: str
    name: str
    type: Any
    default: Any
    description: str
    group: str
    reloads: bool
    step: float | None
    zero: str

    @property
    def path(self) -> str:
        """The dotted name, as in a TOML file."""
        return f"{self.section}.{self.name}" if self.section else self.name


def describe(section: str) -> tuple[Setting, ...]:
    """The settings of one section in their order, from the schema."""
    struct = SECTIONS[section]
    found = []
    for field, info in zip(msgspec.structs.fields(struct), _metas(struct), strict=True):
        extra = info.extra or {}
        found.append(
            Setting(
                section=section,
                name=field.name,
                type=field.type,
                default=field.default if field.default is not msgspec.NODEFAULT else field.default_factory(),
                description=info.description or "",
                group=str(extra.get("group", section)),
                reloads=bool(extra.get("reloads", False)),
                step=extra.get("step"),
                zero=str(extra.get("zero", "")),
            )
        )
    return tuple(found)


def _metas(struct: type[msgspec.Struct]) -> list[Meta]:
    """The outermost Meta of each field."""
    metas = []
    for field in msgspec.structs.fields(struct):
        known = [meta for meta in getattr(field.type, "__metadata__", ()) if isinstance(meta, Meta)]
        metas.append(next((meta for meta in reversed(known) if meta.description), Meta()))
    return metas
