#!/bin/bash
# SPDX-License-Identifier: MIT
# check-frame.sh - proves the contracts of frame.h, fields.h, text.h, crc32c.h and leb128.h
# shellcheck source=tests/proof/prove.sh
. "$(dirname "$0")/prove.sh"

# What is read for the decoder, and for the functions that read fields or build them.
readonly RECEIVED='tests/proof/received.h tests/proof/heap.h tests/proof/received.c'
readonly FIELDS='tests/proof/fields.c leb128.c text.c'
readonly READING="tests/proof/strings.h $FIELDS"
readonly BUILDING="tests/proof/strings.h tests/proof/buffer.h $FIELDS"
modules=(
    "tests/proof/digits.h leb128.c|leb128_put leb128_take||$KNOW_DIVISION"
    "tests/proof/quotients.h leb128.c tests/proof/inverse.c word.c
        |leb128_there_and_back||$KNOW_DIVISION"
    "tests/proof/polynomial.h crc32c.c|crc32c_octet||$KNOW_INTEGERS"
    "tests/proof/characters.h tests/proof/text.c
        |text_printable text_begins_as length_of is_printable is_valid small
        ||-wp-split $KNOW_INTEGERS"
    "tests/proof/symbols.h tests/proof/heap.h tests/proof/frame.c
        |frame_is_wide frame_symbols frame_symbol frame_octets bit_of block_of
        |blocks_of symbol_bit symbol_block|$KNOW_INTEGERS"
    "tests/proof/heap.h tests/proof/frame.c
        |frame_decoder_init frame_decoder_done frame_decoder_length frame_decoder_received
        frame_decoder_kind frame_decoder_take take_bit take_block take_octet
        take_flags take_fields_length take_payload_length make_room append take_content take_checksum
        judge take_length content_length enter
        |block_flag|-wp-model Typed+Ref $KNOW_INTEGERS"
    "$RECEIVED
        |take_length take_flags take_fields_length take_payload_length make_room append
        take_content judge
        |block_flag|-wp-model Typed+Ref $KNOW_INTEGERS"
    "$RECEIVED
        |take_checksum take_octet take_bit take_symbol receive send deliver
        |block_flag|-wp-model Typed+Ref $KNOW_INTEGERS"
    "tests/proof/blocks.h $RECEIVED
        |take_block|block_flag|-wp-model Typed+Ref $KNOW_INTEGERS"
    "tests/proof/octets.h tests/proof/heap.h tests/proof/frame.c
        |frame_make_narrow frame_free put put_checksum|block_flag|$KNOW_INTEGERS"
    "tests/proof/octets.h tests/proof/heap.h tests/proof/frame.c
        |frame_encode|block_flag|-wp-no-pruning $PATIENT_INTEGERS"
    "$READING
        |fields_are_valid fields_next next_text check_own is_name is_tag is_of_word is_tag_of_daemon
        is_short_value is_reserved is_equal begins_with
        ||-wp-literals $KNOW_INTEGERS"
    "$READING
        |is_number||-wp-literals $KNOW_DIVISION"
    "$READING
        |read_text||-wp-literals -wp-split -wp-model Typed+cast $KNOW_DIVISION"
    "$BUILDING|put_length append_text remove_short set_short||-wp-literals -wp-split $KNOW_DIVISION"
    "$BUILDING|fields_add set_number fields_set_tag fields_set_facility fields_set_pid fields_free
        ||-wp-literals -wp-model Typed+cast $KNOW_DIVISION"
)

faults=(
    'text_printable|text.c|s/need > length/0/|a character is read behind the end'
    'text_printable|text.c|s/<< 6/<< 5/|a character loses a bit'
    'text_printable|text.c|s/0xc0) != 0x80/0x80) != 0x80/|any octet above 0x7f goes on'
    'length_of|text.c|s/first > 0xf4/first > 0xf5/|a character may begin with 0xf5'
    'is_valid|text.c|s/\[3\] = 0x800/[3] = 0x80/|a character has more octets than it needs'
    'is_printable|text.c|s/character >= 0x7f/character > 0x7f/|DEL may be shown'
    'is_printable|text.c|s/character <= 0x202e/character <= 0x202d/|text may go from right to left'
    'text_begins_as|text.c|s/ = at;/ = at + 1;/|the name ends behind the octets'
    'text_begins_as|text.c|s/if (!\*rest)/if (false)/|the name is read behind its end'
    'small|text.c|s/<= .Z./< 0x5a/|Z is not a letter'
    'frame_symbols|frame.c|s/frame->length - frame->content/frame->length/|blocks count as bits'
    'frame_symbol|frame.c|s/index < frame->first/index <= frame->first/|a bit in place of a block'
    'block_of|frame.c|s/ \&\& at + i < frame->content//|a block is read behind the end'
    'frame_octets|frame.c|s/(symbols - blocks) . 8/symbols \/ 8/|a block counts as 8 bits'
    'leb128_put|leb128.c|s/value . 0x80/value/|no octet says that more follow'
    'leb128_put|leb128.c|s/value > 0x7f/value > 0xff/|the last octet says that more follow'
    'leb128_put|leb128.c|s/value >>= 7/value >>= 8/|a bit of the number is lost'
    'leb128_take|leb128.c|s/value .= digit/value = digit/|the digits before are lost'
    'leb128_take|leb128.c|s/digit << shift >> shift != digit/0/|a number may be too large'
    'leb128_take|leb128.c|s/octet == 0 \&\& shift > 0/0/|a number may be padded with octets'
    'leb128_take|leb128.c|s/shift >= sizeof(size_t) . 8/0/|a number may have 11 octets'
    'crc32c_octet|crc32c.c|s/crc \& 0xf/crc \& 0x1f/|the table is read behind its end'
    'crc32c_octet|crc32c.c|s/0x61c69362/0x61c69363/|an entry of the table is wrong'
    'take_flags|frame.c|s/FLAG_BLOCKS_OF_8 ? 8 :/FLAG_BLOCKS_OF_8 ? 16 :/|a block has 16 octets'
    'take_fields_length|frame.c|s/1, FIELDS_SIZE_MAX/1, SIZE_MAX/|fields have no limit'
    'take_payload_length|frame.c|s/0, d->limit/0, SIZE_MAX/|the payload has no limit'
    'make_room|frame.c|s/size = content_length(d);/;/|memory is not bounded by the announced length'
    'make_room|frame.c|s/d->got < d->allocated/d->got <= d->allocated/|memory is used behind it'
    'take_content|frame.c|s/d->got == content_length(d)/0/|the content does not end'
    'judge|frame.c|s/d->checksum != d->crc/0/|a wrong checksum is accepted'
    'take_bit|frame.c|s/    d->bits = 0;/;/|an octet does not end'
    'take_block|frame.c|s/ \&\& status == FRAME_MORE; i++/; i++/|a block goes on after a refusal'
    'put|frame.c|s/mempcpy(at, octets, length) : at/at : at/|nothing is copied'
    'put_checksum|frame.c|s/at < end)/at < end - 1)/|the checksum leaves an octet out'
    'put_checksum|frame.c|s/crc >> 8 . i/crc >> 4 * i/|the checksum has only half of its bits'
    'frame_encode|frame.c|s/    put_checksum(ret);//|the frame has no checksum'
    'frame_encode|frame.c|s/OCTETS + message->length +/OCTETS +/|there is no room for the payload'
    'frame_encode|frame.c|s/8 . (uint64_t)head/8 * (uint64_t)(head + 1)/|blocks begin too late'
    'frame_encode|frame.c|s/MAGIC << 4 . FORMAT_VERSION/MAGIC << 4/|the frame has no version'
    'frame_encode|frame.c|s/PRIORITY_MASK) . flags/PRIORITY_MASK)/|the flags are left out'
    'frame_encode|frame.c|s/(at, message->length);/(at, message->length + 1);/|the length is wrong'
    'frame_encode|frame.c|s/put(at, message->bytes,/put(at, message->bytes + 1,/|octets are shifted'
    'frame_make_narrow|frame.c|s/    frame->content = 0;//|a narrow frame has blocks'
    'frame_make_narrow|frame.c|s/~block_flag/~1u * block_flag/|the flag of blocks stays'
    'frame_free|frame.c|s/\*frame = (struct frame){0}/frame->length = 0/|octets are kept'
    'frame_decoder_done|frame.c|s/_init(d, d->limit)/_init(d, 0)/|the limit is lost'
    'take_length|frame.c|s/d->number.value > most/0/|a length may be too large'
    'enter|frame.c|s/^    d->got = 0;//|the octets of the part before count'
    'frame_decoder_length|frame.c|s/ ? content_length(d) : 0/ ? d->got : 0/|only what came counts'
    'frame_decoder_received|frame.c|s/d->got > d->message.length/false/|fields count as payload'
    'next_text|fields.c|s/number.value > length - at/0/|a field is longer than what is there'
    'is_name|fields.c|s/length > FIELD_NAME_MAX/0/|a name may have any length'
    'is_number|fields.c|s/if (number > most)/if (0)/|a number may overflow'
    'is_tag|fields.c|s/length > TAG_LENGTH_MAX/0/|a tag may have any length'
    'is_of_word|fields.c|s/octet == .-./octet == 0x3d/|a minus ends a word'
    'is_short_value|fields.c|s/is_tag(value, length) \&\& //|a tag may be empty'
    'fields_are_valid|fields.c|s/seen .= 1u << field/seen += 1u << 16 * field/|a shift is too wide'
    'fields_are_valid|fields.c|s/(offset < length)/(offset <= length)/|no octet at all is invalid'
    'fields_next|fields.c|s/    \*offset = next;/    *offset = length;/|fields are left out'
    'read_text|fields.c|s/length = length - 1}/length = length}/|a value is too long'
    'read_text|fields.c|s/(equals - name) - 1}/(equals - name)}/|the value of a name is too long'
    'check_own|fields.c|s/!equals .. //|a name may lack its ='
    'is_equal|fields.c|s/length == strlen(other) \&\& //|a name is read behind its end'
    'begins_with|fields.c|s/length >= strlen(prefix) \&\& //|a name is read too far'
    'is_reserved|fields.c|s/prefixes . sizeof prefixes.0.;/prefixes;/|a table is read too far'
    'is_number|fields.c|s/10 . number/8 * number/|a number is octal'
    'put_length|fields.c|s/head, length) - head/head, length) - head - 1/|a head lacks its end'
    'append_text|fields.c|s/fields->count >= F/fields->count > F/|there is a 65th field'
    'append_text|fields.c|s/X .. length > FIELDS_SIZE_MAX/X/|the sum of lengths overflows'
    'append_text|fields.c|s/fields->length + head_length + length >/length >/|fields have no limit'
    'append_text|fields.c|s/fields->length + head_length + length);/length);/|memory is too small'
    'append_text|fields.c|s/if (!octets)/if (false)/|memory that is not there is written'
    'append_text|fields.c|s/mempcpy(octets + fields->length/mempcpy(octets/|a field is lost'
    'append_text|fields.c|s/length), text, l/length), head, l/|the text is not written'
    'append_text|fields.c|s/    fields->octets = octets;//|the octets freed stay in use'
    'append_text|fields.c|s/    fields->count++;//|a field is not counted'
    'fields_add|fields.c|s/result == F/result >= F/|a bad name is added'
    'remove_short|fields.c|s/-= behind - before/-= behind/|octets are lost'
    'remove_short|fields.c|s/octets + behind, f/octets + behind + 1, f/|octets behind the end move'
    'remove_short|fields.c|s/    fields->count--;//|a field that is gone counts'
    'remove_short|fields.c|s/        before = behind;//|the fields before go, too'
    'set_short|fields.c|s/^    remove_short(fields, kind);/    fields_free(fields);/|all fields go'
    'set_number|fields.c|s/number);$/1);/|another number is added'
    'set_number|fields.c|s/!is_short_value(kind, text.*/false)/|a bad number is added'
    'fields_set_tag|fields.c|s/if (!is_tag(/if (is_tag(/|a tag is too long'
    'fields_set_facility|fields.c|s/fields, FIELD_FACILITY, f/fields, FIELD_PID, f/|it is a PID'
    'fields_set_pid|fields.c|s/fields, FIELD_PID, p/fields, FIELD_FACILITY, p/|it is a facility'
    'fields_free|fields.c|s/.fields = (struct fields).*/fields->count = 0;/|freed octets are used'
    'is_tag_of_daemon|fields.c|s/behind == length .. //|a tag is read behind its end'
    'received.c:take_length|frame.c|s/value > most/value >= most/|the limit is too large'
    'received.c:take_flags|frame.c|s/= octet \& PRIORITY_MASK/= octet \& 3/|a priority loses a bit'
    'received.c:take_flags|frame.c|s/BLOCKS_OF_8 ? 8 :/BLOCKS_OF_8 ? 4 :/|a block has 4 octets'
    'received.c:take_fields_length|frame.c|s/= d->number.value/= 1/|fields have one octet'
    'received.c:take_payload_length|frame.c|s/(d) > 0 ?/(d) > 1 ?/|one octet is no content'
    'received.c:make_room|frame.c|s/realloc(d->message.bytes/realloc(NULL/|octets are lost'
    'received.c:append|frame.c|s/got++\] = octet/got++] = 0/|each octet is 0'
    'received.c:take_content|frame.c|s/d->got == c/d->got + 1 == c/|the last octet is left out'
    'received.c:take_checksum|frame.c|s/checksum .= (u/checksum = (u/|one octet is compared'
    'received.c:judge|frame.c|s/bytes + d->message.length;/bytes;/|the payload counts as fields'
    'received.c:take_octet|frame.c|s/_octet(d->crc, octet)/_octet(0, octet)/|one octet counts'
    'received.c:take_octet|frame.c|s/!= PART_CHECKSUM)/!= PART_CONTENT)/|the content does not count'
    'received.c:take_bit|frame.c|s/octet << 1 . bit/octet << 1/|each bit is 0'
    'received.c:take_bit|frame.c|s/++d->bits < 8/++d->bits < 7/|an octet has 7 bits'
    'take_symbol|frame.c|s/? take_block(d, symbol.value)/? take_bit(d, symbol.value)/|blocks are bits'
    'received.c:take_block|frame.c|s/octets >>= 8/octets >>= 4/|octets of a block overlap'
    'received.c:take_block|frame.c|s/status == FRAME_MORE \&\& octets/octets/|a block may not end'
    'bit_of|frame.c|s/(7 - index % 8)/(index % 8)/|the least significant bit is the first'
    'block_of|frame.c|s/content\[at + i\]/content[i]/|each block is the first one'
    'block_of|frame.c|s/<< 8 . i;/<< 4 * i;/|octets of a block overlap'
    'frame_symbol|frame.c|s/index - frame->first_block)/index)/|blocks are counted from the head on'
    'frame_symbol|frame.c|s/index - blocks + 8 . (u/index + 8 * (u/|blocks count as bits, too'
)

plan
check_modules
check_faults
exit $failed
