"""bench.toml as values."""

import dataclasses
import pathlib
import tomllib


@dataclasses.dataclass(frozen=True)
class Depth:
    """How long and how often is measured."""

    name: str
    repetitions: int
    seconds: float
    warmup: float
    paced_seconds: float
    brokers: list
    idle_connections: int
    subscriptions: list
    wild: list
    retained: int
    connects: int
    handshakes: int
    syscall_messages: list


@dataclasses.dataclass(frozen=True)
class Variant:
    """What another configuration of the same broker adds to the usual one."""

    arguments: list = dataclasses.field(default_factory=list)
    files: dict = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True)
class BrokerSpec:
    """How one broker is started."""

    name: str
    command: list
    judged: bool
    version: list = dataclasses.field(default_factory=list)
    lacks: list = dataclasses.field(default_factory=list)
    files: dict = dataclasses.field(default_factory=dict)
    note: str = ""
    stopped_status: int = 0  # Its exit status after SIGTERM.
    variants: dict = dataclasses.field(default_factory=dict)

    def configured(self, variant: str):
        """The spec as a scenario wants it, or None if this broker has no such variant."""
        if not variant:
            return self
        if variant not in self.variants:
            return None
        change = self.variants[variant]
        return dataclasses.replace(self, command=[*self.command, *change.arguments],
                                   files={**self.files, **change.files})


@dataclasses.dataclass(frozen=True)
class Target:
    """A figure that Godwit is to reach, see bench.toml."""

    scenario: str
    at_most: float
    of: dict = dataclasses.field(default_factory=dict)
    field: str = "key"
    unit: str = ""  # Of a field; of `key` it is that of the scenario.
    size: int | None = None


@dataclasses.dataclass(frozen=True)
class Settings:
    depths: dict
    brokers: dict
    targets: list


def broker_spec(name: str, values: dict) -> BrokerSpec:
    variants = {each: Variant(**what) for each, what in values.get("variants", {}).items()}
    return BrokerSpec(name, **{**values, "variants": variants})


def load(path: pathlib.Path) -> Settings:
    table = tomllib.loads(path.read_text())
    return Settings(
        depths={name: Depth(name, **values) for name, values in table["depth"].items()},
        brokers={name: broker_spec(name, values) for name, values in table["broker"].items()},
        targets=[Target(**values) for values in table["target"]],
    )


def shown_files(files: dict) -> list:
    return [line for name, text in files.items() for line in (f"# {name}", text.strip())]


def shown(depth: Depth, specs: list) -> str:
    """What decided the figures of one run: the depth and the brokers that took part."""
    lines = [f"[depth.{depth.name}]"]
    lines += [f"{name} = {value!r}" for name, value in dataclasses.asdict(depth).items()
              if name != "name"]
    for spec in specs:
        lines += ["", f"[broker.{spec.name}]", f"command = {spec.command!r}"]
        lines += shown_files(spec.files)
        for name, variant in spec.variants.items():
            lines += ["", f"[broker.{spec.name}.variants.{name}]",
                      f"arguments = {variant.arguments!r}", *shown_files(variant.files)]
    return "\n".join(lines)
