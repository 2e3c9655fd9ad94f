# The front door: each target is a name for what the presets and scripts do.
.DEFAULT_GOAL := help
.PHONY: help setup bench baseline test check asan tsan fuzz install clean

help:
	@echo 'make bench     install what is missing, build optimised, run the performance suite'
	@echo 'make test      install what is missing, build, run all tests'
	@echo 'make baseline  measure the suite and replace the committed baseline'
	@echo 'make check     tests with gcc and clang, and the layer, symbol and header checks'
	@echo 'make asan      all tests under the address and undefined-behaviour sanitizers'
	@echo 'make tsan      the threaded tests under the thread sanitizer'
	@echo 'make fuzz      a minute of fuzzing for each parser'
	@echo 'make install   install libraries, headers and programs (DESTDIR and PREFIX)'
	@echo 'make setup     only install the system packages that are missing'
	@echo 'make clean     remove build/'

setup:
	@tools/setup-debian.sh

build/%/build.ninja: setup
	@cmake --preset $* > build-$*.log 2>&1 || { cat build-$*.log; rm build-$*.log; exit 1; }; rm -f build-$*.log
