; SPDX-License-Identifier: MIT
; The statements of received.h about vectors of 128 bits. z3 answers unsat if nothing breaks one.
;
; Nothing here is as large as 2^128, so the arithmetic of vectors is that of numbers.

(set-logic QF_BV)
(define-sort word () (_ BitVec 128))
(define-fun size_max () word (_ bv18446744073709551615 128))
(define-fun worth ((bits word) (n word)) word
    (ite (= n (_ bv0 128)) (bvmul bits (_ bv1 128))
    (ite (= n (_ bv1 128)) (bvmul bits (_ bv128 128))
    (ite (= n (_ bv2 128)) (bvmul bits (_ bv16384 128))
    (ite (= n (_ bv3 128)) (bvmul bits (_ bv2097152 128))
    (ite (= n (_ bv4 128)) (bvmul bits (_ bv268435456 128))
    (ite (= n (_ bv5 128)) (bvmul bits (_ bv34359738368 128))
    (ite (= n (_ bv6 128)) (bvmul bits (_ bv4398046511104 128))
    (ite (= n (_ bv7 128)) (bvmul bits (_ bv562949953421312 128))
    (ite (= n (_ bv8 128)) (bvmul bits (_ bv72057594037927936 128))
    (ite (= n (_ bv9 128)) (bvmul bits (_ bv9223372036854775808 128))
    (bvmul bits (_ bv1180591620717411303424 128)))))))))))))
(define-fun power_of_128 ((n word)) word (worth (_ bv1 128) n))
; x divided by a power of 128.
(define-fun divided ((x word) (n word)) word
    (ite (= n (_ bv0 128)) (bvudiv x (_ bv1 128))
    (ite (= n (_ bv1 128)) (bvudiv x (_ bv128 128))
    (ite (= n (_ bv2 128)) (bvudiv x (_ bv16384 128))
    (ite (= n (_ bv3 128)) (bvudiv x (_ bv2097152 128))
    (ite (= n (_ bv4 128)) (bvudiv x (_ bv268435456 128))
    (ite (= n (_ bv5 128)) (bvudiv x (_ bv34359738368 128))
    (ite (= n (_ bv6 128)) (bvudiv x (_ bv4398046511104 128))
    (ite (= n (_ bv7 128)) (bvudiv x (_ bv562949953421312 128))
    (ite (= n (_ bv8 128)) (bvudiv x (_ bv72057594037927936 128))
    (ite (= n (_ bv9 128)) (bvudiv x (_ bv9223372036854775808 128))
    (bvudiv x (_ bv1180591620717411303424 128)))))))))))))
; What remains.
(define-fun rest ((x word) (n word)) word
    (ite (= n (_ bv0 128)) (bvurem x (_ bv1 128))
    (ite (= n (_ bv1 128)) (bvurem x (_ bv128 128))
    (ite (= n (_ bv2 128)) (bvurem x (_ bv16384 128))
    (ite (= n (_ bv3 128)) (bvurem x (_ bv2097152 128))
    (ite (= n (_ bv4 128)) (bvurem x (_ bv268435456 128))
    (ite (= n (_ bv5 128)) (bvurem x (_ bv34359738368 128))
    (ite (= n (_ bv6 128)) (bvurem x (_ bv4398046511104 128))
    (ite (= n (_ bv7 128)) (bvurem x (_ bv562949953421312 128))
    (ite (= n (_ bv8 128)) (bvurem x (_ bv72057594037927936 128))
    (ite (= n (_ bv9 128)) (bvurem x (_ bv9223372036854775808 128))
    (bvurem x (_ bv1180591620717411303424 128)))))))))))))

(define-fun leb128_size ((x word)) word
    (ite (bvult x (_ bv128 128)) (_ bv1 128)
    (ite (bvult x (_ bv16384 128)) (_ bv2 128)
    (ite (bvult x (_ bv2097152 128)) (_ bv3 128)
    (ite (bvult x (_ bv268435456 128)) (_ bv4 128)
    (ite (bvult x (_ bv34359738368 128)) (_ bv5 128)
    (ite (bvult x (_ bv4398046511104 128)) (_ bv6 128)
    (ite (bvult x (_ bv562949953421312 128)) (_ bv7 128)
    (ite (bvult x (_ bv72057594037927936 128)) (_ bv8 128)
    (ite (bvult x (_ bv9223372036854775808 128)) (_ bv9 128)
    (_ bv10 128)))))))))))

(define-fun uint32 ((x word)) word ((_ zero_extend 96) ((_ extract 31 0) x)))
(define-fun length_octet ((x word) (n word)) word
    (ite (bvult (bvadd n (_ bv1 128)) (leb128_size x))
        (bvadd (bvurem (divided x n) (_ bv128 128)) (_ bv128 128))
        (divided x n)))
(define-fun checksum_octet ((crc word) (i word)) word
    (ite (= i (_ bv0 128)) (bvurem crc (_ bv256 128))
    (ite (= i (_ bv1 128)) (bvurem (bvudiv crc (_ bv256 128)) (_ bv256 128))
    (ite (= i (_ bv2 128)) (bvurem (bvudiv crc (_ bv65536 128)) (_ bv256 128))
    (bvudiv crc (_ bv16777216 128))))))
; The definition of checksum_of, of which received.h has only the name.
(define-fun checksum_of ((crc word) (octets word)) word
    (ite (bvsle octets (_ bv0 128)) (_ bv0 128)
    (ite (= octets (_ bv1 128)) (bvurem crc (_ bv256 128))
    (ite (= octets (_ bv2 128)) (bvurem crc (_ bv65536 128))
    (ite (= octets (_ bv3 128)) (bvurem crc (_ bv16777216 128))
    crc)))))

(declare-const a word)
(declare-const b word)
(declare-const x word)
(declare-const y word)
(declare-const m word)
(declare-const n word)
(declare-const s word)
(declare-const octet word)

(echo "known_flags")
(push)
(assert (not
    (=> (bvule x (_ bv31 128))
        (and (= (bvand x (_ bv192 128)) (_ bv0 128)) (= (bvand x (_ bv32 128)) (_ bv0 128))
            (= (bvand x (_ bv7 128)) (bvurem x (_ bv8 128)))
            (= x
                (bvadd (bvurem x (_ bv8 128))
                    (ite (= (bvand x (_ bv8 128)) (_ bv0 128)) (_ bv0 128) (_ bv8 128))
                    (ite (= (bvand x (_ bv16 128)) (_ bv0 128)) (_ bv0 128) (_ bv16 128))))))))
(check-sat)
(pop)

(echo "magic")
(push)
(assert (not
    (=> (and (bvule (_ bv80 128) x) (bvule x (_ bv95 128)) (= y (uint32 (bvlshr x (_ bv4 128)))))
        (and (= y (_ bv5 128)) (= (bvand x (_ bv15 128)) (bvsub x (_ bv80 128)))))))
(check-sat)
(pop)

(echo "no_checksum")
(push)
(assert (not
    (=> (bvsle n (_ bv0 128)) (= (checksum_of x n) (_ bv0 128)))))
(check-sat)
(pop)

(echo "whole_checksum")
(push)
(assert (not
    (=> (bvsle (_ bv4 128) n) (= (checksum_of x n) x))))
(check-sat)
(pop)

(define-fun shifted () word (uint32 (bvshl (checksum_octet x n) s)))
(define-fun received () word (checksum_of x n))

(echo "octet_or_checksum")
(push)
(assert (not
    (=> (and (bvule x (_ bv4294967295 128)) (bvule n (_ bv3 128)) (= s (bvmul (_ bv8 128) n))
            (or (and (= a shifted) (= b received)) (and (= b shifted) (= a received))))
        (= (bvor a b) (checksum_of x (bvadd n (_ bv1 128)))))))
(check-sat)
(pop)

; The definitions of bit_at and begins_as, of which frame.h and received.h have only the names.
(define-fun bit_at ((octet word) (n word)) word
    (bvand (bvlshr octet (bvsub (_ bv7 128) n)) (_ bv1 128)))
(define-fun begins_as ((x word) (octet word) (n word)) Bool
    (or (bvsle n (_ bv0 128))
        (= (bvurem x (bvshl (_ bv1 128) n)) (bvlshr octet (bvsub (_ bv8 128) n)))))
(define-fun are_octets () Bool (and (bvule x (_ bv255 128)) (bvule octet (_ bv255 128))))
(define-fun next () word
    ((_ zero_extend 120) ((_ extract 7 0) (bvor (bvshl x (_ bv1 128)) (bit_at octet n)))))

(echo "no_bits")
(push)
(assert (not
    (=> (and (bvule octet (_ bv255 128)) (bvsle n (_ bv0 128))) (begins_as x octet n))))
(check-sat)
(pop)

(echo "next_bit")
(push)
(assert (not
    (=> (and are_octets (bvule n (_ bv6 128)) (begins_as x octet n) (= m (bvadd n (_ bv1 128)))
            (or (= y next) (= y (bvadd next (_ bv256 128)))))
        (begins_as y octet m))))
(check-sat)
(pop)

(echo "last_bit")
(push)
(assert (not
    (=> (and are_octets (= n (_ bv7 128)) (begins_as x octet n)) (= next octet))))
(check-sat)
(pop)

(define-fun of_length () word (length_octet x n))
(define-fun is_middle () Bool (bvult (bvadd n (_ bv1 128)) (leb128_size x)))
(define-fun digit () word (worth (bvurem of_length (_ bv128 128)) n))

(echo "digits_of_length")
(push)
(assert (not
    (=> (and (bvule x size_max) (bvult n (leb128_size x)))
        (and (bvule of_length (_ bv255 128)) (= (bvuge of_length (_ bv128 128)) is_middle)
            (=> (= of_length (_ bv0 128)) (= n (_ bv0 128))) (bvule digit size_max)
            (bvult (rest x n) (power_of_128 n))
            (= (bvadd (rest x n) digit) (ite is_middle (rest x (bvadd n (_ bv1 128))) x))))))
(check-sat)
(pop)
