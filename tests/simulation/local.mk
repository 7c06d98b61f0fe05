# SPDX-License-Identifier: MIT
# Runs the protocol on a simulated kernel. simulate.c explains how to replay a seed.

SIMULATION_TESTS = tests/simulation/simulate

check_PROGRAMS += $(SIMULATION_TESTS)
TESTS += $(SIMULATION_TESTS)

tests_simulation_simulate_SOURCES = \
	tests/simulation/check.c tests/simulation/check.h \
	tests/simulation/sender.c tests/simulation/sender.h \
	tests/simulation/daemon.c tests/simulation/daemon.h \
	tests/simulation/kernel.c tests/simulation/kernel.h \
	tests/simulation/random.h \
	tests/simulation/simulate.c \
	tests/simulation/stranger.c tests/simulation/stranger.h \
	tests/simulation/world.c tests/simulation/world.h
tests_simulation_simulate_LDADD = libprotocol.a libhost.a
