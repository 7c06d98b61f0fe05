# SPDX-License-Identifier: MIT
# session.sed - lets the predicates of session.h take a pointer: see check-exchange.sh
/^\/\*@ \/\/ No message is open/,/\*\//{
    s/(struct session s)/(struct session *s)/
    s/\<s\./s->/g
    s/predicate session_is_sound(.*) = /&\\valid(s) \&\& /
}
s/\(session_[a-z_]*\)(\*session)/\1(session)/g
