# SPDX-License-Identifier: MIT
# fish completion of minitalk-doctor

complete -c minitalk-doctor -f

complete -c minitalk-doctor -l serve -d 'Be a server of the exercise'
complete -c minitalk-doctor -l send -d 'Send a string to a server of the exercise'
complete -c minitalk-doctor -s h -l help -d 'Show the help and exit'
complete -c minitalk-doctor -s V -l version -d 'Show the version and exit'
