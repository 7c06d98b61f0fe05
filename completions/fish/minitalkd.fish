# SPDX-License-Identifier: MIT
# fish completion of minitalkd

complete -c minitalkd -f

complete -c minitalkd -l foreground -d 'Stay in the foreground'
# Offers the paths behind the colon of 'file:', 'json:' and 'export:'. No word is expanded: 'complete -C' executes no command.
function __minitalkd_log_files
    set -l word (commandline --current-token)
    string match --quiet --regex '(?:^|=)(?<log>file|json|export):(?<path>.*)$' -- $word
    and printf "$log:%s\\n" (complete -C "true $path")
end

complete -c minitalkd -l output -x -a 'journal stdout raw file: json json: export export: (__minitalkd_log_files)' \
    -d 'Where messages go'
complete -c minitalkd -l pidfile -r -F -d 'Use this pidfile'
complete -c minitalkd -l max-message -x -d 'Refuse larger messages'
complete -c minitalkd -l rate-limit -x -a 'none' -d 'Limit the messages of each user'
complete -c minitalkd -l trace -a 'text json' -d 'Print each signal on standard error'
complete -c minitalkd -s h -l help -d 'Show the help and exit'
complete -c minitalkd -s V -l version -d 'Show the version and exit'
