# SPDX-License-Identifier: MIT
# minitalk-doctor: test programs that talk as public ones do, with their faults.

doctor_programs = tests/doctor/programs/client tests/doctor/programs/server
check_PROGRAMS += $(doctor_programs)

tests_doctor_programs_client_SOURCES = tests/doctor/programs/client.c \
	tests/doctor/programs/dialect.c tests/doctor/programs/dialect.h \
	tests/doctor/programs/microseconds.h
tests_doctor_programs_server_SOURCES = tests/doctor/programs/server.c \
	tests/doctor/programs/dialect.c tests/doctor/programs/dialect.h \
	tests/doctor/programs/microseconds.h

DOCTOR_TESTS = tests/doctor/examination.sh tests/doctor/programs.sh tests/doctor/survey.sh \
	tests/doctor/trouble.sh
TESTS += $(DOCTOR_TESTS)
dist_check_SCRIPTS += $(DOCTOR_TESTS)
EXTRA_DIST += \
	tests/doctor/programs/README.md \
	tests/doctor/programs/dialects \
	tests/doctor/programs/faults \
	tests/doctor/programs/pairs.sh
