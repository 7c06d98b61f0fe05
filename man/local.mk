# SPDX-License-Identifier: MIT
# Manual pages. Make writes paths, message IDs, and the limits and durations of the sources into
# them. So 'make prefix=…' holds, and a changed limit or duration changes on the pages, too.

man_MANS = man/minitalk-doctor.1 man/minitalk-send.1 man/minitalk.7 man/minitalk-howto.7 man/minitalkd.8
EXTRA_DIST += $(man_MANS:=.in) man/check-texts.py man/constants.sed tests/promises.txt
MOSTLYCLEANFILES = $(man_MANS)

# The brackets keep configure from replacing the names.
expand_page = $(AM_V_GEN)$(MKDIR_P) $(@D) && \
	(cd $(srcdir) && sed -n -f man/constants.sed $(constants)) | \
	sed -f - \
		-e 's|@PACKAGE_VERSION[@]|$(PACKAGE_VERSION)|g' \
		-e 's|@SERVICE_USER[@]|$(SERVICE_USER)|g' \
		-e 's|@bindir[@]|$(bindir)|g' \
		-e 's|@pkglibexecdir[@]|$(pkglibexecdir)|g' \
		-e 's|@runstatedir[@]|$(runstatedir)|g' \
		-e 's|@sysconfdir[@]|$(sysconfdir)|g' \
		$(srcdir)/$@.in > $@

# The sources of the numbers.
constants = \
	src/daemon/journal.c \
	src/daemon/message-ids.h \
	src/daemon/server.c \
	src/daemon/server.h \
	src/daemon/sink.h \
	src/doctor/client.h \
	src/doctor/client-strain.c \
	src/doctor/pair.h \
	src/doctor/reception.h \
	src/doctor/rest.h \
	src/doctor/server-strain.c \
	src/doctor/speaker.c \
	src/doctor/stream.h \
	src/doctor/usual.c \
	src/host/trace.h \
	src/minitalk-doctor.c \
	src/minitalkd.c \
	src/protocol/barrier.h \
	src/protocol/conversation.h \
	src/protocol/exchange.h \
	src/protocol/fields.h \
	src/protocol/frame.h \
	src/protocol/session.h \
	src/protocol/timing.h \
	src/protocol/word.h \
	src/sender/input.h \
	src/sender/send-options.c

$(man_MANS): $(constants:%=$(srcdir)/%) man/constants.sed Makefile
man/minitalk-doctor.1: man/minitalk-doctor.1.in
	$(expand_page)
man/minitalk-send.1: man/minitalk-send.1.in
	$(expand_page)
man/minitalk.7: man/minitalk.7.in
	$(expand_page)
man/minitalk-howto.7: man/minitalk-howto.7.in
	$(expand_page)
man/minitalkd.8: man/minitalkd.8.in
	$(expand_page)

TESTS += man/check-manual.sh
dist_check_SCRIPTS += man/check-manual.sh
