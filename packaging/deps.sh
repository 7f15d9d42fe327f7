#!/usr/bin/env bash
# Sees to what building and testing need beyond Go. Root on Debian: installs
# what is missing, and only that. Anyone else: says what to install and goes
# on, for tests that lack something are skipped by name. Where BOUGH_REQUIRE
# ("chromium,data") names a thing that is still missing, this fails instead.
set -euo pipefail

# missing prints the Debian packages whose purpose is not served yet.
missing() {
	has chromium || has chromium-browser || has google-chrome || echo chromium
	# Without a Chinese font every Han character on a page is an empty box.
	has_chinese_font || echo fonts-wqy-microhei
	# The race detector links C: a compiler and the C library's headers.
	has gcc || echo gcc
	[ -e /usr/include/stdlib.h ] || echo libc6-dev
	has make || echo make
	has git || echo git
}

has() { command -v "$1" >/dev/null; }

has_chinese_font() {
	[ -e /usr/share/fonts/truetype/wqy/wqy-microhei.ttc ] || [ -n "$(fc-list :lang=zh 2>/dev/null)" ]
}

# required says whether BOUGH_REQUIRE names $1.
required() { [[ ",${BOUGH_REQUIRE:-}," == *",$1,"* ]]; }

install() {
	export DEBIAN_FRONTEND=noninteractive
	local get=(apt-get -y -q -o DPkg::Lock::Timeout=300)
	echo "deps: installing $*"
	"${get[@]}" install --no-install-recommends "$@" ||
		{ "${get[@]}" update && "${get[@]}" install --no-install-recommends "$@"; }
}

wanted=$(missing)
if [ -n "$wanted" ] && [ "$(id -u)" = 0 ] && has apt-get && [ -e /etc/debian_version ]; then
	# shellcheck disable=SC2086 # one word per package
	install $wanted || echo "deps: apt-get could not install everything" >&2
	wanted=$(missing)
fi

if [ -n "$wanted" ]; then
	echo "deps: please install: ${wanted//$'\n'/ }" >&2
fi
if required chromium && grep -qxE 'chromium|fonts-wqy-microhei' <<<"$wanted"; then
	echo "deps: BOUGH_REQUIRE names chromium, and pages cannot be tested without the above" >&2
	exit 1
fi
if [ -n "${BOUGH_REQUIRE:-}" ] && grep -qxE 'gcc|libc6-dev' <<<"$wanted"; then
	echo "deps: where BOUGH_REQUIRE is set nothing is left out, and the race detector needs gcc" >&2
	exit 1
fi
if required data && [ ! -d "$(dirname "${BASH_SOURCE[0]}")/../../shared/data" ]; then
	echo "deps: BOUGH_REQUIRE names data, and there is no ../shared/data beside the checkout" >&2
	exit 1
fi
