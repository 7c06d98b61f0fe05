# SPDX-License-Identifier: MIT
# Unit tests with Check. Each module has a program, check-MODULE.c, with two exceptions: check-turns
# tests the exchange with a clock, and check-signals tests the inbox and the pidref.

unit_checks = \
	tests/unit/check-arq \
	tests/unit/check-barrier \
	tests/unit/check-brake \
	tests/unit/check-cause \
	tests/unit/check-complaint \
	tests/unit/check-confirmation \
	tests/unit/check-conversation \
	tests/unit/check-cpu \
	tests/unit/check-crc32c \
	tests/unit/check-descriptors \
	tests/unit/check-diagram \
	tests/unit/check-dialect \
	tests/unit/check-ending \
	tests/unit/check-entry \
	tests/unit/check-escape \
	tests/unit/check-exchange \
	tests/unit/check-export \
	tests/unit/check-fields \
	tests/unit/check-file \
	tests/unit/check-frame \
	tests/unit/check-hangup \
	tests/unit/check-haste \
	tests/unit/check-input \
	tests/unit/check-json \
	tests/unit/check-learner \
	tests/unit/check-learning \
	tests/unit/check-leb128 \
	tests/unit/check-line \
	tests/unit/check-notice \
	tests/unit/check-patient \
	tests/unit/check-pidfile \
	tests/unit/check-printable \
	tests/unit/check-priority \
	tests/unit/check-procstat \
	tests/unit/check-program \
	tests/unit/check-programs \
	tests/unit/check-progress-bar \
	tests/unit/check-session \
	tests/unit/check-setbacks \
	tests/unit/check-signals \
	tests/unit/check-speech-result \
	tests/unit/check-spin \
	tests/unit/check-stdout \
	tests/unit/check-stop \
	tests/unit/check-stream \
	tests/unit/check-rejects \
	tests/unit/check-report \
	tests/unit/check-report-json \
	tests/unit/check-rest \
	tests/unit/check-rhythm \
	tests/unit/check-subids \
	tests/unit/check-summary \
	tests/unit/check-tail \
	tests/unit/check-tally \
	tests/unit/check-text \
	tests/unit/check-trace \
	tests/unit/check-transcript \
	tests/unit/check-turns \
	tests/unit/check-user \
	tests/unit/check-waiting \
	tests/unit/check-wire \
	tests/unit/check-word \
	tests/unit/check-work

if HAVE_CHECK
UNIT_TESTS = $(unit_checks)
check_PROGRAMS += $(unit_checks)
check_LIBRARIES += libunit.a
else
UNIT_TESTS = tests/unit/without-check.sh
endif

TESTS += $(UNIT_TESTS)
dist_check_SCRIPTS += tests/unit/without-check.sh
libunit_a_SOURCES = \
	tests/unit/child.c tests/unit/child.h \
	tests/unit/main.c tests/unit/suite.h \
	tests/unit/pieces.c tests/unit/pieces.h \
	tests/unit/printed.c tests/unit/printed.h \
	tests/unit/scarce.c tests/unit/scarce.h \
	tests/unit/survey.c tests/unit/survey.h \
	tests/unit/world.c tests/unit/world.h
libunit_a_CPPFLAGS = $(UNIT_CPPFLAGS)

UNIT_CPPFLAGS = $(AM_CPPFLAGS) -I$(srcdir)/tests/unit $(CHECK_CFLAGS)
WRAP_ALLOCATORS = -Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc
WRAP_CALLS = -Wl,$(sd_event_calls),$(other_calls)
sd_event_calls = --wrap=sd_event_add_defer,--wrap=sd_event_add_io,--wrap=sd_event_add_time,$\
	--wrap=sd_event_new,--wrap=sd_event_set_watchdog,--wrap=sd_event_source_set_enabled,$\
	--wrap=sd_event_source_set_exit_on_failure,--wrap=sd_event_source_set_io_fd_own,$\
	--wrap=sd_event_source_set_priority
other_calls = --wrap=calloc,--wrap=chdir,--wrap=dup2,--wrap=fchmod,--wrap=flock,$\
	--wrap=fork,--wrap=fstat,--wrap=getrlimit,--wrap=pidfd_open,--wrap=pipe2,--wrap=read,$\
	--wrap=setrlimit,--wrap=setsid,--wrap=signal,--wrap=signalfd,--wrap=sigprocmask,$\
	--wrap=socket,--wrap=strdup,--wrap=write,$\
	--wrap=fstat64,--wrap=__fstat64_time64,--wrap=getrlimit64,--wrap=setrlimit64

WITH_PROTOCOL = libunit.a libprotocol.a $(CHECK_LIBS)
WITH_HOST = libunit.a libhost.a libprotocol.a $(LIBBSD_LIBS) $(CHECK_LIBS)
WITH_SENDER = libunit.a libsender.a $(CHECK_LIBS)
WITH_DOCTOR = libunit.a libdoctor.a libhost.a libprotocol.a $(LIBBSD_LIBS) $(CHECK_LIBS)
WITH_DAEMON = libunit.a libdaemon.a libhost.a libprotocol.a $(SYSTEMD_LIBS) $(LIBBSD_LIBS) \
	$(CHECK_LIBS)

tests_unit_check_arq_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_check_arq_LDADD = $(WITH_PROTOCOL)

tests_unit_check_barrier_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_check_barrier_LDADD = $(WITH_PROTOCOL)

tests_unit_check_brake_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_check_brake_LDADD = $(WITH_DOCTOR)

tests_unit_check_cause_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_check_cause_LDADD = $(WITH_DOCTOR)

tests_unit_check_complaint_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_check_complaint_LDADD = $(WITH_HOST)

tests_unit_check_confirmation_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_check_confirmation_LDFLAGS = -Wl,--wrap=poll
tests_unit_check_confirmation_LDADD = $(WITH_SENDER)

tests_unit_check_conversation_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_check_conversation_LDADD = $(WITH_PROTOCOL)

tests_unit_check_cpu_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_check_cpu_LDFLAGS = -Wl,--wrap=sched_setaffinity
tests_unit_check_cpu_LDADD = $(WITH_HOST)

tests_unit_check_crc32c_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_check_crc32c_LDADD = $(WITH_PROTOCOL)

tests_unit_check_descriptors_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_check_descriptors_LDADD = $(WITH_HOST)

tests_unit_check_diagram_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_check_diagram_LDADD = $(WITH_DOCTOR)

tests_unit_check_dialect_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_check_dialect_LDADD = $(WITH_DOCTOR)

tests_unit_check_ending_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_check_ending_LDADD = $(WITH_DOCTOR)

tests_unit_check_entry_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_check_entry_LDADD = $(WITH_DAEMON)

tests_unit_check_escape_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_check_escape_LDADD = $(WITH_HOST)

tests_unit_check_exchange_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_check_exchange_LDFLAGS = $(WRAP_ALLOCATORS)
tests_unit_check_exchange_LDADD = $(WITH_PROTOCOL)

tests_unit_check_export_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_check_export_LDADD = $(WITH_DAEMON)

tests_unit_check_fields_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_check_fields_LDFLAGS = $(WRAP_ALLOCATORS)
tests_unit_check_fields_LDADD = $(WITH_PROTOCOL)

tests_unit_check_file_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_check_file_LDFLAGS = -Wl,--wrap=write
tests_unit_check_file_LDADD = $(WITH_DAEMON)

tests_unit_check_frame_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_check_frame_LDFLAGS = $(WRAP_ALLOCATORS)
tests_unit_check_frame_LDADD = $(WITH_PROTOCOL)

tests_unit_check_hangup_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_check_hangup_LDADD = libunit.a libdaemon.a $(CHECK_LIBS)

tests_unit_check_haste_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_check_haste_LDADD = $(WITH_DOCTOR)

tests_unit_check_input_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_check_input_LDFLAGS = $(WRAP_ALLOCATORS)
tests_unit_check_input_LDADD = $(WITH_SENDER)

tests_unit_check_json_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_check_json_LDADD = $(WITH_DAEMON)

tests_unit_check_learner_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_check_learner_LDADD = $(WITH_DOCTOR)

tests_unit_check_learning_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_check_learning_LDFLAGS = $(WRAP_ALLOCATORS) -Wl,--wrap=write
tests_unit_check_learning_LDADD = $(WITH_DOCTOR)

tests_unit_check_leb128_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_check_leb128_LDADD = $(WITH_PROTOCOL)

tests_unit_check_line_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_check_line_LDFLAGS = -Wl,--wrap=reallocarray
tests_unit_check_line_LDADD = $(WITH_DOCTOR)

tests_unit_check_notice_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_check_notice_LDFLAGS = $(WRAP_ALLOCATORS)
tests_unit_check_notice_LDADD = $(WITH_DOCTOR)

tests_unit_check_patient_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_check_patient_LDADD = $(WITH_DOCTOR)

tests_unit_check_pidfile_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_check_pidfile_LDFLAGS = -Wl,--wrap=fstatat,--wrap=lstat,--wrap=stat
tests_unit_check_pidfile_LDADD = $(WITH_HOST)

tests_unit_check_printable_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_check_printable_LDADD = $(WITH_DAEMON)

tests_unit_check_priority_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_check_priority_LDADD = libunit.a libsender.a $(LIBBSD_LIBS) $(CHECK_LIBS)

tests_unit_check_procstat_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_check_procstat_LDADD = $(WITH_HOST)

tests_unit_check_program_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_check_program_LDFLAGS = $(WRAP_ALLOCATORS)
tests_unit_check_program_LDADD = $(WITH_DOCTOR)

tests_unit_check_programs_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_check_programs_LDFLAGS = $(WRAP_ALLOCATORS) -Wl,--wrap=write
tests_unit_check_programs_LDADD = $(WITH_DOCTOR)

tests_unit_check_progress_bar_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_check_progress_bar_LDADD = libunit.a libsender.a libhost.a $(CHECK_LIBS)

tests_unit_check_session_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_check_session_LDFLAGS = $(WRAP_ALLOCATORS)
tests_unit_check_session_LDADD = $(WITH_PROTOCOL)

tests_unit_check_setbacks_SOURCES = \
	tests/unit/check-setbacks.c \
	tests/unit/setback.c tests/unit/setback.h
tests_unit_check_setbacks_CPPFLAGS = $(UNIT_CPPFLAGS) $(SYSTEMD_CFLAGS) $(LIBBSD_CFLAGS)
tests_unit_check_setbacks_LDFLAGS = $(WRAP_CALLS)
tests_unit_check_setbacks_LDADD = libunit.a libdaemon.a libhost.a libprotocol.a $(SYSTEMD_LIBS) \
	$(LIBBSD_LIBS) $(CHECK_LIBS)

tests_unit_check_signals_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_check_signals_LDADD = $(WITH_HOST)

tests_unit_check_speech_result_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_check_speech_result_LDADD = $(WITH_DOCTOR)

tests_unit_check_spin_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_check_spin_LDADD = $(WITH_HOST)

tests_unit_check_stdout_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_check_stdout_LDFLAGS = -Wl,--wrap=write
tests_unit_check_stdout_LDADD = $(WITH_DAEMON)

tests_unit_check_stop_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_check_stop_LDADD = libunit.a libhost.a $(CHECK_LIBS)

tests_unit_check_stream_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_check_stream_LDADD = $(WITH_DOCTOR)

tests_unit_check_rejects_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_check_rejects_LDADD = libunit.a libdaemon.a $(CHECK_LIBS)

tests_unit_check_report_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_check_report_LDADD = $(WITH_DOCTOR)

tests_unit_check_report_json_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_check_report_json_LDFLAGS = -Wl,--wrap=reallocarray
tests_unit_check_report_json_LDADD = $(WITH_DOCTOR)

tests_unit_check_rest_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_check_rest_LDFLAGS = \
	-Wl,--wrap=monotonic_now,--wrap=patient_turns,--wrap=procstat_read
tests_unit_check_rest_LDADD = $(WITH_DOCTOR)

tests_unit_check_rhythm_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_check_rhythm_LDADD = $(WITH_DOCTOR)

tests_unit_check_trace_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_check_trace_LDADD = libunit.a libhost.a libprotocol.a $(CHECK_LIBS)

tests_unit_check_subids_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_check_subids_LDADD = $(WITH_DAEMON)

tests_unit_check_summary_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_check_summary_LDADD = $(WITH_SENDER)

tests_unit_check_tail_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_check_tail_LDADD = $(WITH_DAEMON)

tests_unit_check_tally_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_check_tally_LDADD = $(WITH_SENDER)

tests_unit_check_text_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_check_text_LDADD = $(WITH_PROTOCOL)

tests_unit_check_transcript_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_check_transcript_LDADD = $(WITH_DOCTOR)

tests_unit_check_turns_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_check_turns_LDADD = $(WITH_PROTOCOL)

tests_unit_check_user_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_check_user_LDADD = $(WITH_PROTOCOL)

tests_unit_check_waiting_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_check_waiting_LDADD = $(WITH_DOCTOR)

tests_unit_check_wire_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_check_wire_LDADD = $(WITH_DOCTOR)

tests_unit_check_word_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_check_word_LDADD = $(WITH_PROTOCOL)

tests_unit_check_work_CPPFLAGS = $(UNIT_CPPFLAGS)
tests_unit_check_work_LDADD = $(WITH_DOCTOR)
