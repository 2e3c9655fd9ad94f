# The front door: each target is a name for what the presets and scripts do.
.DEFAULT_GOAL := help
.PHONY: help setup bench baseline test check asan tsan fuzz proof-engine proof-failure proof-files proof-gate proof-gate-short proof-gateway proof-metrics proof-select proof-stored install clean release

PREFIX ?= /usr/local

help:
	@echo 'make bench     install what is missing, build optimised, run the performance suite'
	@echo 'make test      install what is missing, build, run all tests'
	@echo 'make baseline  measure the suite and move the committed baselines of this kind of machine'
	@echo 'make check     the tests with clang too, and the layer, symbol and text checks'
	@echo 'make asan      all tests under the address and undefined-behaviour sanitizers'
	@echo 'make tsan      the threaded tests under the thread sanitizer'
	@echo 'make fuzz      a minute of coverage-guided fuzzing for each parser'
	@echo 'make proof-engine  measure what the engine claims, beside Google Benchmark'
	@echo 'make proof-failure  play faults on loopback and write docs/failure.md'
	@echo 'make proof-files  measure how fast large files are compared'
	@echo 'make proof-gate  false alarms and slowdowns of 1 and 2 % found by the gate: hours; writes docs/gate.md'
	@echo 'make proof-gate-short  the same in under five minutes, printed'
	@echo 'make proof-metrics  measure what recording, reading and keeping metrics costs'
	@echo 'make proof-gateway  measure the gateway beside others, and under faults (ROUNDS=5, SOAK=600 s), into docs/proof-gateway.md'
	@echo 'make proof-select  measure what choosing, loading and replacing catalogues cost'
	@echo 'make proof-stored  measure what comparisons with stored runs find, write docs/proof-stored.md (COMPARISONS=30, RESUME=1)'
	@echo 'make install   install libraries, headers and programs (PREFIX, DESTDIR)'
	@echo 'make setup     only install the system packages that are missing'
	@echo 'make clean     remove build/'

setup:
	@tools/setup-debian.sh

# configure and build a preset; what the tools say is shown only if they fail
define build
	@echo 'building ($(1))'
	@mkdir -p build
	@cmake --preset $(1) > build/$(1).log 2>&1 && \
	    cmake --build --preset $(1) $(if $(2),--target $(2)) -- --quiet >> build/$(1).log 2>&1 || \
	    { cat build/$(1).log; exit 1; }
endef

release:
	$(call build,release)

bench: setup
	$(call build,release,performance assay_program)
	@build/release/assay run --no-build

baseline: setup
	$(call build,release,performance assay_program)
	@build/release/assay run --no-build --save=baseline
	@build/release/assay baseline save

test: setup
	$(call build,dev)
	@ctest --preset dev

check: test
	@tools/setup-debian.sh check
	$(call build,clang)
	@ctest --preset clang

asan: setup
	$(call build,asan)
	@ctest --preset asan

tsan: setup
	$(call build,tsan)
	@ctest --preset tsan

fuzz:
	@tools/setup-debian.sh check
	@tools/fuzz.sh

proof-engine:
	@tools/setup-debian.sh proof
	$(call build,release,proof_engine)
	@python3 -B tests/proof/engine/proof.py build/release/tests/proof/engine

proof-failure: setup
	$(call build,release,proof_failure)
	@cd build/release/tests/proof/failure && failed=0; for part in ./fault_table ./gateway_table \
	    './fault_table --times' ./key_times './gateway_table --times' ./load; do $$part || failed=1; done \
	    > page.md; python3 -B $(CURDIR)/tests/proof/written_page.py $(CURDIR)/docs/failure.md < page.md; \
	    cat $(CURDIR)/docs/failure.md; exit $$failed

proof-files: setup
	$(call build,release,proof_files)
	@python3 -B tests/proof/files/proof.py build/release/assay build/release/tests/proof/files/write_large

# Sessions that build/release/proof-gate.jsonl has are not measured again, so that what was interrupted goes on.
proof-gate proof-gate-short:
	@tools/setup-debian.sh proof
	$(call build,release,proof_gate)
	@python3 -B tests/proof/gate/proof.py build/release $(if $(findstring short,$@),--short,--write=docs/gate.md)

proof-metrics: setup
	$(call build,release,proof_metrics)
	@python3 -B tests/proof/metrics/proof.py build/release/tests/proof/metrics/metric_times

# The gateways that it is compared with come from npm and pip, into build/peers, where they are to be had.
ROUNDS ?= 5
SOAK ?= 600
proof-gateway:
	@tools/setup-debian.sh proof
	@python3 -B tests/proof/gateway/peers.py build/peers
	$(call build,release,proof_gateway)
	@python3 -B tests/proof/gateway/proof.py build/release/tta build/release/tests/proof/gateway build/peers \
	    --rounds=$(ROUNDS) --soak=$(SOAK) --write=docs/proof-gateway.md

proof-select: setup
	$(call build,release,proof_select)
	@python3 -B tests/proof/select/proof.py build/release/tests/proof/select/select_times . $(SAMPLES)

COMPARISONS ?= 30
proof-stored: setup
	$(call build,release,proof_stored)
	@python3 -B tests/proof/stored/proof.py build/release docs/proof-stored.md $(COMPARISONS) $(if $(RESUME),--resume)

# Packagers run this: it never installs system packages by itself.
install: release
	@cmake --install build/release --prefix $(PREFIX)

clean:
	@rm -rf build
