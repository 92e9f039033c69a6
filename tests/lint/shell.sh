#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# limit: 300
# The scripts parse, and shellcheck finds nothing where it is installed.
set -u
TOP=${TOP:-$(cd "$(dirname "$0")/../.." && pwd -P)}
# shellcheck source=tests/lib/tap.sh
. "$TOP/tests/lib/tap.sh"
cd "$TOP" || exit 1

mapfile -t SCRIPTS < <(
	for f in quickstart check .ci/run tests/run tests/check-bare tests/lib/*.sh tests/lint/*.sh \
		tests/db/*.sh tests/flow/*.sh tests/web/*.sh tests/load/* \
		tests/corpora/* tests/fuzz/link tests/fuzz/run; do
		[ ! -f "$f" ] || ! head -n 3 "$f" | grep -qE '^#!.*(bash|sh)$|shellcheck shell=' || echo "$f"
	done
)
tap_run 'there are scripts to look at' test ${#SCRIPTS[@]} -gt 8
tap_none 'each parses' "$(for f in "${SCRIPTS[@]}"; do bash -n "$f" 2>&1; done)"
tap_none 'each test script can be run' "$(for f in tests/lint/*.sh tests/db/*.sh tests/flow/*.sh \
	tests/web/*.sh; do [ ! -f "$f" ] || [ -x "$f" ] || echo "$f"; done)"
if command -v shellcheck >/dev/null; then
	tap_none 'shellcheck finds nothing' \
		"$(shellcheck -x -S warning -f gcc "${SCRIPTS[@]}" 2>&1)"
else
	tap_ok 0 'shellcheck # SKIP it is not installed'
fi
tap_end
