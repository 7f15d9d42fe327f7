#!/usr/bin/env bash
# Runs every fuzz test of the tree for the time given ($1, 20s): go test takes
# only one of them at a time. Stops at the first finding, which go test leaves
# as a file under testdata/fuzz, to be committed with the repair.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

grep -rHoE '^func Fuzz[A-Za-z0-9_]*' --include='*_test.go' . | sort | while IFS=: read -r file func; do
	name=${func#func }
	echo "fuzz: $(dirname "$file") $name"
	go test -run '^$' -fuzz "^$name\$" -fuzztime "${1:-20s}" "$(dirname "$file")" </dev/null
done
