# Countersign's two commands for a newcomer: `make demo` and `make test`.
# Each installs what it needs from Debian's packages; Swift itself must be there.

PREFIX      ?= /usr/local
BUILD_DIR   := .build
CONFIG_DIR  ?= mtls_certs
LISTEN      ?= 127.0.0.1:8443
# Swift's runtime is in the program: it runs where Swift is not installed.
RELEASE     := -c release --static-swift-stdlib

.DEFAULT_GOAL := help
.PHONY: help bootstrap bootstrap-test bootstrap-bench build demo test check mutate bench install clean

help:
	@sed -n 's/^\([a-z-]*\):.*## /  make \1\t/p' $(MAKEFILE_LIST) | expand -t 24

bootstrap: ## install the libraries that building needs
	@scripts/bootstrap build

bootstrap-test:
	@scripts/bootstrap build test

bootstrap-bench:
	@scripts/bootstrap build bench

build: bootstrap ## build .build/release/countersign
	swift build $(RELEASE) --product countersign

demo: build ## build, make a CA and certificates, start the gateway, print the curl line
	$(BUILD_DIR)/release/countersign up --dir $(CONFIG_DIR) --listen $(LISTEN)

test: bootstrap-test check ## build in debug and run every test
	swift build --build-tests
# One after the other: what runs programs, or computes long, would keep a unit test waiting until a time limit of its own is up.
	swift test --skip-build --skip 'ScenarioTests\.' --skip 'FuzzTests\.'
	swift test --skip-build --filter 'FuzzTests\.'
	swift test --skip-build --filter 'ScenarioTests\.'

check: ## format, imports, sizes and other rules of the house
	@scripts/check

mutate: bootstrap-test ## put the faults of mutants/ into a copy, one at a time: do the tests notice?
	scripts/mutate

bench: bootstrap-bench ## measure beside Debian's nginx, same configuration, pinned
	swift build $(RELEASE) --product countersign
	bench/run

install: build ## install the program under PREFIX
	install -d $(DESTDIR)$(PREFIX)/bin
	install -s -m 0755 $(BUILD_DIR)/release/countersign $(DESTDIR)$(PREFIX)/bin/countersign

clean: ## remove what was built
	rm -rf $(BUILD_DIR)
