# `make help` lists the targets. Every one works in a clean clone.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.NOTPARALLEL:
.DEFAULT_GOAL := help

# No C in what is shipped. The version is stamped from git here, not by Go.
export CGO_ENABLED := 0
export GOFLAGS := $(GOFLAGS) -buildvcs=false
VERSION = $(shell git describe --tags --always --dirty 2>/dev/null || echo unversioned)
PLATFORMS := linux/amd64 linux/arm64 windows/amd64

# Always run, never remembered: go test's cache does not see ../shared/data go.
TEST := go test -count=1 -timeout 20m
# What the race detector watches; -short lets property tests draw fewer cases.
RACED = $(addsuffix /...,$(wildcard ./crdt ./sync ./node/store))
RACE := CGO_ENABLED=1 $(TEST) -race -short
# The encrypting VFS speaks SQLite's C interface: unsafe.Pointer is its trade.
VAULT := bough/node/store/vault

FUZZTIME ?= 20s
DEMO ?=
SIM ?=
CYCLES ?= 200
SEEDS ?= 20000
FROM ?= 1
FAULT ?=
PLANT ?=
ONLY ?=

.PHONY: help build demo test race bench fuzz sim sim-long planted netns herd kill powercut diskfull lint deps cover screenshots clean cross

help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/\1|\2/p' Makefile | while IFS='|' read -r n d; do printf '  %-12s %s\n' "$$n" "$$d"; done

build: ## bin/bough and bin/bough-sim, without C, version stamped
	go build -trimpath -ldflags '-X main.version=$(VERSION)' -o bin/ ./cmd/...

demo: build ## a bank in miniature: two branches, four workstations, one central (DEMO='--seed 7')
	@bin/bough demo $(DEMO)

test: deps lint cross ## everything, set-up included; ends with what had to be skipped and why
	@go build -o bin/testreport ./packaging/tidy/testreport
	@{ $(TEST) -json ./... && $(RACE_STEP); } | bin/testreport

race: ## the race detector on crdt, sync and the store
	$(RACE) $(RACED)

bench: ## the measurements, as ratios against a baseline in the same run
	go test -p 1 -timeout 60m -run '^$$' -bench . -benchmem ./...

fuzz: ## every fuzz test for a while (FUZZTIME=20s each)
	@packaging/fuzz.sh $(FUZZTIME)

sim: build ## the gate: 2,000 seeds of a make-believe bank with faults; SIM='-seed 7 -v' runs just that
	@bin/bough-sim $(if $(SIM),$(SIM),-seeds 2000 -gate 100)

sim-long: build ## as many seeds as one likes (SEEDS=50000 FROM=1)
	@bin/bough-sim -seeds $(SEEDS) -from $(FROM)

planted: ## one planted fault after the other must be caught by its proof (FAULT=name for one; PLANT=-fresh for those not shown as caught)
	@go run ./packaging/planted $(if $(FAULT),-only '$(FAULT)') $(PLANT)

netns: ## neighbours between network namespaces, with loss and cuts; needs root, ip (iproute2) and nft (nftables)
	@[ "$$(id -u)" = 0 ] && command -v ip >/dev/null && command -v nft >/dev/null || { echo "make netns needs root, ip (iproute2) and nft (nftables)"; exit 1; }
	$(TEST) -tags netns -v -run NetworkNamespaces ./packaging/proof

powercut: ## a node under load on ext4, cut off and killed CYCLES=200 times each; needs root, losetup and mkfs.ext4
	@[ "$$(id -u)" = 0 ] && command -v losetup >/dev/null && command -v mkfs.ext4 >/dev/null || { echo "make powercut needs root, losetup (util-linux) and mkfs.ext4 (e2fsprogs)"; exit 1; }
	CYCLES=$(CYCLES) go test -count=1 -timeout 120m -tags powercut -v -run 'PowerCuts|KilledUnderLoad' ./packaging/proof

diskfull: ## a node on a small tmpfs that fills up at 100 points; needs root
	@[ "$$(id -u)" = 0 ] || { echo "make diskfull needs root, to mount a tmpfs"; exit 1; }
	go test -count=1 -timeout 60m -tags diskfull -v -run AFullDisk ./packaging/proof

herd: ## 1,500 workstations whose lines come back at once, against a real central
	$(TEST) -tags herd -v -run Herd ./sync/uplink

kill: ## central and a workstation with a neighbour killed under load, CYCLES=200 times each
	CYCLES=$(CYCLES) $(TEST) -v -run KilledAgainAndAgain ./packaging/proof

lint: bin/staticcheck ## gofmt, vet, staticcheck
	@unformatted=$$(gofmt -l .); [ -z "$$unformatted" ] || { echo "run gofmt -w on:"; echo "$$unformatted"; exit 1; }
	go vet -tags netns,screens,powercut,diskfull,herd $$(go list ./... | grep -vx $(VAULT))$(if $(wildcard node/store/vault), && go vet -unsafeptr=false $(VAULT))
	bin/staticcheck -tags netns,screens,powercut,diskfull,herd ./...

deps: ## what building and testing need; installs it when root on Debian
	@packaging/deps.sh

cover: ## which lines the tests reach: bin/cover.html
	@mkdir -p bin && $(TEST) -coverprofile=bin/cover.out ./...
	@go tool cover -html=bin/cover.out -o bin/cover.html && go tool cover -func=bin/cover.out | tail -1

screenshots: ## pictures of the pages into screenshots/ (ONLY=customer,find for those alone)
	BOUGH_REQUIRE=chromium BOUGH_SCREENSHOTS=$(CURDIR)/screenshots BOUGH_SCREENSHOTS_ONLY=$(ONLY) $(TEST) -tags screens -run Screen ./...

clean: ## remove what the other targets made
	rm -rf bin screenshots

cross: ## compile for every platform that is shipped
	@for p in $(PLATFORMS); do echo "go build $$p"; GOOS=$${p%/*} GOARCH=$${p#*/} go build -o /dev/null ./...; done

# Both come from packaging/tools/go.mod, so that their needs stay out of bough's.
bin/staticcheck: packaging/tools/go.mod
	cd packaging/tools && go build -o ../../bin/ tool

RACE_STEP = if command -v gcc >/dev/null; then echo "with the race detector:"; $(RACE) -json $(RACED); else echo "SKIPPED race detector: needs gcc"; fi
