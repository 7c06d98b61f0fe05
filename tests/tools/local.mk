# SPDX-License-Identifier: MIT
# Programs that the tests run beside the two under test.

check_PROGRAMS += \
	tests/tools/clock-jumps.so \
	tests/tools/dynamic/minitalk-send \
	tests/tools/hoard \
	tests/tools/impostor \
	tests/tools/launch \
	tests/tools/notified \
	tests/tools/pingpong \
	tests/tools/stray

# A library, for LD_PRELOAD: what is instrumented could not be loaded by what is not.
tests_tools_clock_jumps_so_SOURCES = tests/tools/clock-jumps.c
tests_tools_clock_jumps_so_CFLAGS = -std=gnu11 -fPIC
tests_tools_clock_jumps_so_LDFLAGS = -shared
tests_tools_impostor_LDADD = libprotocol.a
# Not counted in a build with coverage: it ends as users who may not write the counts.
tests_tools_launch_CFLAGS = -std=gnu11
# The sender as one that loads its libraries, for what comes between it and them.
tests_tools_dynamic_minitalk_send_SOURCES = src/minitalk-send.c
tests_tools_dynamic_minitalk_send_CPPFLAGS = $(minitalk_send_CPPFLAGS)
tests_tools_dynamic_minitalk_send_LDADD = libsender.a libhost.a libprotocol.a $(LIBBSD_LIBS)
tests_tools_pingpong_LDADD = libhost.a
tests_tools_stray_LDADD = libprotocol.a
