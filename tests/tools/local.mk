# SPDX-License-Identifier: MIT
# What several tests use: programs that they run in addition to minitalkd and minitalk-send, and a
# part of scripts.

EXTRA_DIST += tests/tools/tap.sh

check_PROGRAMS += \
	tests/tools/clock-jumps.so \
	tests/tools/crowd \
	tests/tools/exercise \
	tests/tools/hoard \
	tests/tools/impostor \
	tests/tools/launch \
	tests/tools/log-entry \
	tests/tools/notified \
	tests/tools/pingpong \
	tests/tools/recycle \
	tests/tools/stop-at.so \
	tests/tools/stray

# Libraries for LD_PRELOAD. They are built without instrumentation, since a program without
# instrumentation could not load them otherwise.
tests_tools_clock_jumps_so_SOURCES = tests/tools/clock-jumps.c
tests_tools_clock_jumps_so_CFLAGS = -std=gnu11 -fPIC
tests_tools_clock_jumps_so_LDFLAGS = -shared
tests_tools_stop_at_so_SOURCES = tests/tools/stop-at.c
tests_tools_stop_at_so_CFLAGS = -std=gnu11 -fPIC
tests_tools_stop_at_so_LDFLAGS = -shared
tests_tools_exercise_LDADD = libdoctor.a
tests_tools_impostor_LDADD = libprotocol.a
# Built without coverage: the program ends as users who may not write the coverage files.
tests_tools_launch_CFLAGS = -std=gnu11
tests_tools_log_entry_LDADD = libdaemon.a libhost.a libprotocol.a $(SYSTEMD_LIBS) $(LIBBSD_LIBS)
tests_tools_pingpong_LDADD = libhost.a
tests_tools_stray_LDADD = libprotocol.a
