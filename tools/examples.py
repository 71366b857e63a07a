"""Prepares the example applications for the tests: `python -m tools.examples [NAME…]`.

Each one is copied to `.cache/examples` and built there by the commands of its own README, from its own lock file; all
that is downloaded stays under `.cache`. What has not changed is not built again. A program that is missing, such as Go,
is said and stops no other example: the tests of that example then fail with the same sentence.
"""

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tools.debian import CannotInstall, install

_ROOT = Path(__file__).parent.parent
SOURCES = _ROOT / "examples"
"""Where the examples stand in the repository."""
_CACHE = _ROOT / ".cache"
_PATIENCE_SECONDS = 600
_BUILT = ("node_modules", "target", "built", "__pycache__", ".venv")
_STAMP = ".prepared"
_APACHE_MODULE = Path("/usr/lib/apache2/modules/mod_auth_openidc.so")
_APACHE = ("apache2-bin", "libapache2-mod-auth-openidc")
_NODE = {"node": "Node.js 20 or later", "npm": "npm, which comes with Node.js"}
_NPM = ("npm", "ci", "--no-audit", "--no-fund", "--loglevel=error")
_PIP = (".venv/bin/python", "-m", "pip", "install", "--quiet", "--require-hashes", "--only-binary", ":all:")


class NotPrepared(Exception):
    """An example cannot be run; the message says what to do."""


@dataclass(frozen=True)
class Example:
    """One example application.

    Args:
        name: its folder.
        programs: what must be on PATH, each with the words that say what to install.
        build: the commands that make it ready, run in its folder.
        start: the command that runs it.
        takes: files of the repository that its README tells to copy into its folder.
    """

    name: str
    programs: dict[str, str]
    build: tuple[tuple[str, ...], ...]
    start: tuple[str, ...]
    takes: tuple[Path, ...] = ()

    @property
    def folder(self) -> Path:
        """Return the folder in which it is built and run."""
        return _CACHE / "examples" / self.name


EXAMPLES = {
    example.name: example
    for example in (
        Example("node-openid-client", _NODE, (_NPM,), ("node", "app.js")),
        Example("node-oauth4webapi", _NODE, (_NPM,), ("node", "app.js")),
        Example(
            "node-management",
            _NODE,
            (_NPM, ("npm", "run", "--silent", "build")),
            ("node", "built/app.js"),
            takes=(_ROOT / "docs" / "reference" / "client.ts",),
        ),
        Example("browser-oidc-client-ts", _NODE, (_NPM,), ("node", "server.js")),
        Example("browser-passkeys", _NODE, (_NPM,), ("node", "server.js")),
        Example(
            "python-authlib",
            {},
            ((sys.executable, "-m", "venv", ".venv"), (*_PIP, "-r", "requirements.lock")),
            (".venv/bin/python", "app.py"),
        ),
        Example("apache-mod-auth-openidc", {}, (), ("sh", "start.sh")),
        Example("go-oidc", {"go": "Go 1.26 or later"}, (("go", "build", "-o", "example", "."),), ("./example",)),
        Example(
            "java-spring-security",
            {"java": "a Java runtime, 17 or later", "javac": "a JDK, 17 or later", "mvn": "Apache Maven 3.8 or later"},
            (("mvn", "-q", "-B", "-ntp", f"-Dmaven.repo.local={_CACHE / 'maven'}", "package"),),
            ("java", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-jar", "target/example.jar"),
        ),
    )
}


def ready(name: str) -> Example:
    """Return an example that has been prepared.

    Raises:
        NotPrepared: a program is missing, or the example was not prepared since it changed.
    """
    example = EXAMPLES[name]
    _require_programs(example)
    if not _is_current(example):
        raise NotPrepared(
            f"examples/{name} is not prepared; run `{Path(sys.executable).name} -m tools.examples {name}`"
        )
    return example


def prepare(name: str) -> Example:
    """Copy an example and build it, unless that has been done since it changed.

    Raises:
        NotPrepared: a program is missing or a command failed; the message says which.
    """
    example = EXAMPLES[name]
    if name == "apache-mod-auth-openidc":
        _install_apache()
    _require_programs(example)
    if _is_current(example):
        return example
    print(f"Preparing examples/{name}.", flush=True)
    shutil.rmtree(example.folder, ignore_errors=True)
    shutil.copytree(SOURCES / name, example.folder, ignore=shutil.ignore_patterns(*_BUILT))
    for path in example.takes:
        shutil.copy(path, example.folder)
    for command in example.build:
        _run(example, command)
    (example.folder / _STAMP).write_text(_fingerprint(example))
    return example


def _install_apache() -> None:
    if _APACHE_MODULE.exists() and shutil.which("apache2", path=f"{os.environ['PATH']}:/usr/sbin"):
        return
    try:
        install(*_APACHE)
    except CannotInstall as problem:
        raise NotPrepared(
            f"examples/apache-mod-auth-openidc needs Apache with mod_auth_openidc: {problem}"
        ) from problem


def _require_programs(example: Example) -> None:
    missing = [words for program, words in example.programs.items() if shutil.which(program) is None]
    if example.name == "apache-mod-auth-openidc" and not _APACHE_MODULE.exists():
        missing = [f"Debian's packages {' and '.join(_APACHE)}"]
    if missing:
        raise NotPrepared(f"examples/{example.name} needs {', '.join(missing)}; install it and run `make test` again")


def _is_current(example: Example) -> bool:
    stamp = example.folder / _STAMP
    return stamp.exists() and stamp.read_text() == _fingerprint(example)


def _fingerprint(example: Example) -> str:
    """Return a checksum of everything that the build follows from, and of the place, which some builds hold."""
    checksum = hashlib.sha256(repr((str(example.folder), example.build)).encode())
    for path in _sources(example):
        checksum.update(f"\0{path.relative_to(SOURCES)}\0".encode() + path.read_bytes())
    for path in example.takes:
        checksum.update(f"\0{path.name}\0".encode() + path.read_bytes())
    return checksum.hexdigest()


def _sources(example: Example) -> Iterator[Path]:
    for folder, names, files in os.walk(SOURCES / example.name):
        names[:] = sorted(name for name in names if name not in _BUILT)
        yield from (Path(folder, file) for file in sorted(files) if not file.endswith(".md"))


def _run(example: Example, command: tuple[str, ...]) -> None:
    """Run one command of a build, with every cache below `.cache`.

    Raises:
        NotPrepared: it failed or took too long.
    """
    caches = {
        "npm_config_cache": str(_CACHE / "npm"),
        "PIP_CACHE_DIR": str(_CACHE / "pip"),
        "GOCACHE": str(_CACHE / "go" / "build"),
        "GOMODCACHE": str(_CACHE / "go" / "modules"),
        "GOFLAGS": "-modcacherw -buildvcs=false",  # a cache that `make clean` can remove
    }
    words = ""
    try:
        done = subprocess.run(
            command,
            cwd=example.folder,
            env=os.environ | caches,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=_PATIENCE_SECONDS,
            check=False,
        )
        if done.returncode:
            words = f"{done.stdout}{done.stderr}".strip()[-2000:] or f"exit code {done.returncode}"
    except subprocess.TimeoutExpired:
        words = f"no end after {_PATIENCE_SECONDS} s"
    if words:
        raise NotPrepared(f"examples/{example.name}: `{' '.join(command)}` failed: {words}")


def main(names: list[str]) -> int:
    """Prepare the named examples, or all of them; exit with 1 when one could not be."""
    problems = []
    for name in names or EXAMPLES:
        try:
            prepare(name)
        except NotPrepared as problem:
            problems.append(str(problem))
    for words in problems:
        print(f"gatepass: {words}", file=sys.stderr)
    if not problems:
        print("Example applications for the tests: ready.")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
