; SPDX-License-Identifier: MIT
; The statements of octets.h about vectors of 64 bits. z3 answers unsat if nothing breaks one.
;
; Nothing here is as large as 2^64, so the arithmetic of vectors is that of numbers.

(set-logic QF_BV)
(define-sort word () (_ BitVec 64))
(define-fun uint8 ((x word)) word ((_ zero_extend 56) ((_ extract 7 0) x)))
(define-fun uint32 ((x word)) word ((_ zero_extend 32) ((_ extract 31 0) x)))
(define-fun checksum_octet ((crc word) (i word)) word
    (ite (= i #x0000000000000000) (bvurem crc #x0000000000000100)
    (ite (= i #x0000000000000001) (bvurem (bvudiv crc #x0000000000000100) #x0000000000000100)
    (ite (= i #x0000000000000002) (bvurem (bvudiv crc #x0000000000010000) #x0000000000000100)
    (bvudiv crc #x0000000001000000)))))
(define-fun has_blocks ((x word)) Bool (= (bvurem (bvudiv x #x0000000000000010) #x0000000000000002) #x0000000000000001))

(declare-const x word)
(declare-const s word)
(declare-const f word)
(declare-const b word)

(echo "checksum_shift")
(push)
(assert (not
    (=> (and (bvule x #x00000000ffffffff) (bvule s #x0000000000000018) (= (bvurem s #x0000000000000008) #x0000000000000000))
        (= (uint8 (bvlshr x s)) (checksum_octet x (bvudiv s #x0000000000000008))))))
(check-sat)
(pop)

(echo "flag_of_blocks")
(push)
(assert (not
    (=> (bvule x #x00000000000000ff)
        (= (uint8 (bvand x #x00000000000000ef)) (bvsub x (ite (has_blocks x) #x0000000000000010 #x0000000000000000))))))
(check-sat)
(pop)

(echo "two_flags")
(push)
(assert (not
    (=> (and (or (= f #x0000000000000000) (= f #x0000000000000008))
            (or (= b #x0000000000000000) (= b #x0000000000000010)))
        (= (bvor f b) (bvadd f b)))))
(check-sat)
(pop)

(echo "priority")
(push)
(assert (not
    (=> (bvule x #x0000000000000007)
        (= (bvand x #x0000000000000007) x))))
(check-sat)
(pop)

(define-fun is_flags ((y word)) Bool
    (or (= y #x0000000000000000) (= y #x0000000000000008) (= y #x0000000000000010)
        (= y #x0000000000000018)))

(echo "flags_and_priority")
(push)
(assert (not
    (=> (or (and (bvule x #x0000000000000007) (is_flags f))
            (and (bvule f #x0000000000000007) (is_flags x)))
        (= (bvor x f) (bvadd x f)))))
(check-sat)
(pop)
