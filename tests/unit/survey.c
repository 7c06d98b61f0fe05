/* SPDX-License-Identifier: MIT */
/* survey.c - see survey.h */

#include "survey.h"

/*
 * The survey tells that a program has a handshake or a type, and not its bits: a handshake is one
 * bit here, and a type one octet.
 */
const char *const survey[] = {
    "msb,usr1=1,nul,ack=bit/usr1+message/usr2",
    "lsb,usr2=1,newline+nul,ack=bit/usr1+message/usr2",
    "msb,usr2=1,nothing,ack=none",
    "msb,usr1=1,pid31,nul,ack=bit/usr1+message/usr2",
    "msb,usr2=1,nul,ack=message/usr1",
    "msb,usr2=1,nul,ack=bit/usr1+message/usr2",
    "msb,usr2=1,nothing,ack=bit/usr1",
    "msb,usr1=1,hello=1,nul+one,ack=bit/usr2+message/usr1",
    "lsb,usr1=1,nul,ack=octet/usr1+message/usr2",
    "lsb,usr1=1,nul,ack=message/usr1",
    "msb,usr1=1,nul,ack=bit/usr1",
    "msb,usr1=1,nothing,ack=bit/usr1+octet/usr2",
    "msb,usr2=1,len32be,nul,ack=bit/usr1+message/usr2",
    "lsb,usr2=1,nul,ack=bit/usr1",
    "lsb,usr2=1,nul,ack=none",
    "msb,usr1=1,len32be,nul,ack=bit/usr1+message/usr2",
    "msb,usr1=1,nothing,ack=none",
    "lsb,usr1=1,newline+nul,ack=message/usr1",
    "msb,usr1=1,nul,ack=none",
    "msb,usr1=1,nul,ack=octet/usr2+message/usr1",
    "msb,usr2=1,nul,ack=bit/usr1",
    "msb,usr2=1,len64le,nul,ack=bit/usr1",
    "lsb,usr2=1,asc10,nul,ack=bit/usr2+message/usr1",
    "msb,usr2=1,nul,ack=octet/usr1+message/usr2",
    "msb,usr1=1,nothing,ack=bit/usr2+octet/usr1",
    "msb,usr2=1,7bit,nul,ack=bit/usr2+message/usr1",
    "lsb,usr1=1,hello=100000001,len32le,nul,ack=bit/usr1+message/usr2",
    "msb,usr2=1,nul,ack=none",
    "msb,usr2=1,len64be,ack=bit/usr1",
    "msb,usr1=1,hello=00000000,pid32,ff+ff,ack=bit/usr2+message/usr1",
    "lsb,usr2=1,hello=1,asc10,nul,ack=bit/usr2+message/usr1",
    "msb,usr1=1,len32be,ack=message/usr1",
    "lsb,usr2=1,len64le,ack=bit/usr2",
    "msb,usr1=1,len32be,ack=message/usr2",
    "lsb,usr1=1,7bit,pid31,len32le,eot,ack=bit/usr1",
    /* Other public programs, read later. */
    "lsb,usr1=1,dec+nul,nul,ack=none",
    "lsb,usr1=1,hello=11,len32le,counted,nul,ack=bit/usr1",
    "lsb,usr2=1,len32le,ack=bit/usr1+message/usr2",
    "msb,usr2=1,hello=0,len32be,ack=bit/usr2+message/usr1",
    "msb,usr2=1,hello=1,len32be,ack=bit/usr2",
    "msb,usr2=1,hello=0,nul,ack=bit/usr2",
};

const size_t survey_count = sizeof survey / sizeof survey[0];
