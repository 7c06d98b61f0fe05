# Programs that the tests run beside the two under test.

check_PROGRAMS += \
	tests/tools/hoard \
	tests/tools/impostor \
	tests/tools/launch \
	tests/tools/notified \
	tests/tools/pingpong \
	tests/tools/stray

tests_tools_impostor_LDADD = libprotocol.a
# Not counted in a build with coverage: it ends as users who may not write the counts.
tests_tools_launch_CFLAGS = -std=gnu11
tests_tools_pingpong_LDADD = libhost.a
tests_tools_stray_LDADD = libprotocol.a
