# SPDX-License-Identifier: MIT
# fish completion of minitalk-doctor; the commands of a server and a client are mostly files

complete -c minitalk-doctor -l json -d 'Print the report of an examination as JSON'
complete -c minitalk-doctor -l svg -r -F -d 'Draw the signals of an examination'
complete -c minitalk-doctor -l serve -d 'Be a server of the exercise'
complete -c minitalk-doctor -l send -d 'Send a string to a server of the exercise'
complete -c minitalk-doctor -s h -l help -d 'Show the help and exit'
complete -c minitalk-doctor -s V -l version -d 'Show the version and exit'
