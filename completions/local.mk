# SPDX-License-Identifier: MIT
# Completion of command lines. bash and fish look for a file with the name of the command. zsh reads
# the commands from the first line of the file.

bashcompletiondir = $(BASHCOMPLETIONDIR)
dist_bashcompletion_DATA = completions/bash/minitalk-doctor completions/bash/minitalk-send
zshcompletiondir = $(ZSHCOMPLETIONDIR)
dist_zshcompletion_DATA = completions/zsh/_minitalk completions/zsh/_minitalk-doctor
fishcompletiondir = $(FISHCOMPLETIONDIR)
dist_fishcompletion_DATA = completions/fish/minitalk-doctor.fish \
	completions/fish/minitalk-send.fish completions/fish/minitalkd.fish

COMPLETION_TESTS = completions/check-completions.sh
TESTS += $(COMPLETION_TESTS)
dist_check_SCRIPTS += $(COMPLETION_TESTS)

install-data-hook: install-bash-link
uninstall-hook: uninstall-bash-link
.PHONY: install-bash-link uninstall-bash-link
install-bash-link:
	ln -sf minitalk-send "$(DESTDIR)$(bashcompletiondir)/minitalkd"
uninstall-bash-link:
	rm -f "$(DESTDIR)$(bashcompletiondir)/minitalkd"
