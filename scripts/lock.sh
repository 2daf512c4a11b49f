#!/usr/bin/env bash
# Writes requirements.lock: every version that pyproject.toml allows today, on any platform, pinned by
# hash and without an index's address. What is pinned stays unless pyproject.toml forbids it;
# `scripts/lock.sh --upgrade` renews everything, `--upgrade-package NAME` one of them.
set -euo pipefail
cd "$(dirname "$0")/.."
uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --quiet \
    --extra web --no-annotate --no-emit-index-url --no-emit-find-links \
    --custom-compile-command scripts/lock.sh --output-file requirements.lock "$@"
