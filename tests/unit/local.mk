# Unit tests with Check: a program for each module, check-MODULE.c.

UNIT_TESTS = \
	tests/unit/check-word

check_PROGRAMS += $(UNIT_TESTS)
TESTS += $(UNIT_TESTS)
check_LIBRARIES += libunit.a
libunit_a_SOURCES = tests/unit/main.c tests/unit/suite.h
libunit_a_CPPFLAGS = $(UNIT_CPPFLAGS)

UNIT_CPPFLAGS = $(AM_CPPFLAGS) -I$(srcdir)/tests/unit $(CHECK_CFLAGS)

tests_unit_check_word_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_check_word_LDADD = libunit.a libprotocol.a $(CHECK_LIBS)
