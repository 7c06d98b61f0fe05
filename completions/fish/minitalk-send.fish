# SPDX-License-Identifier: MIT
# fish completion of minitalk-send

# Levels, and facilities with a dot; behind a facility, levels.
function __minitalk_priorities
    set -l levels emerg alert crit err warning notice info debug
    set -l facilities kern user mail daemon auth syslog lpr news uucp cron authpriv ftp \
        local(seq 0 7)
    set -l value (commandline -ct | string replace -r -- '^(--priority=|-\w*?p)' '')
    if set -l facility (string match -r -- '^.*\.' $value)
        printf '%s\tlevel\n' $facility$levels
    else
        printf '%s\tlevel\n' $levels
        printf '%s\tfacility\n' $facilities.
    end
end

complete -c minitalk-send -f

complete -c minitalk-send -s f -l file -r -F -d 'Each line of FILE is a message'
complete -c minitalk-send -l whole -d 'The whole input is one message'
complete -c minitalk-send -l wide -d 'Send 8 bytes with each signal, not one bit'
complete -c minitalk-send -s e -l skip-empty -d 'Send no empty messages'
complete -c minitalk-send -s p -l priority -x -d 'LEVEL or FACILITY.LEVEL' -a '(__minitalk_priorities)'
complete -c minitalk-send -l prio-prefix -d 'A message in the input may begin with its priority, as <N>'
complete -c minitalk-send -l confirm -d 'Write to standard output what became of each message'
complete -c minitalk-send -l keep-going -d 'Report a message that fails, and go on to the next'
complete -c minitalk-send -l ignore-interrupts -d 'Ignore SIGINT (^C)'
complete -c minitalk-send -s t -l tag -x -d 'The identifier in the journal'
complete -c minitalk-send -s F -l field -x -d 'Another field of the entry, NAME=VALUE'
complete -c minitalk-send -s i -l id -d 'Log the PID of the sender as SYSLOG_PID'
complete -c minitalk-send -l pid -x -a '(pgrep -x minitalkd 2> /dev/null)' -d 'Send to the daemon with this PID'
complete -c minitalk-send -l pidfile -r -F -d 'Send to the daemon of this pidfile'
complete -c minitalk-send -l user -d 'Send to your own daemon'
complete -c minitalk-send -l daemon-user -x -a '(__fish_complete_users)' -d 'Accept a daemon of this user, too'
complete -c minitalk-send -l wait -d 'Wait for a daemon to start'
complete -c minitalk-send -l retry -d 'Send again what cannot be in the log'
complete -c minitalk-send -l timeout -x -d 'Give up after this long without progress'
complete -c minitalk-send -l dry-run -d 'Find the daemon and read the input, but send nothing'
complete -c minitalk-send -l trace -a 'text json' -d 'Print each signal on standard error'
complete -c minitalk-send -s q -l quiet -d 'Print only errors on standard error'
complete -c minitalk-send -s s -l stderr -d 'Also write each message to standard error'
complete -c minitalk-send -s v -l verbose -d 'Print a summary at the end'
complete -c minitalk-send -s h -l help -d 'Show the help and exit'
complete -c minitalk-send -s V -l version -d 'Show the version and exit'
