; SPDX-License-Identifier: MIT
; The statements of symbols.h about vectors of 128 bits. z3 answers unsat if nothing breaks one.
;
; Nothing here is as large as 2^128, so the arithmetic of vectors is that of numbers.

(set-logic QF_BV)
(define-sort word () (_ BitVec 128))
(define-fun uint64_max () word (_ bv18446744073709551615 128))
(define-fun uint64 ((x word)) word ((_ zero_extend 64) ((_ extract 63 0) x)))

; The definitions of bit_at and octet_at, of which frame.h has only the names.
(define-fun bit_at ((octet word) (n word)) word
    (bvand (bvlshr octet (bvsub (_ bv7 128) n)) (_ bv1 128)))
(define-fun octet_at ((octets word) (n word)) word
    ((_ zero_extend 120) ((_ extract 7 0) (bvlshr octets (bvmul (_ bv8 128) n)))))

(declare-const x word)
(declare-const y word)
(declare-const octet word)
(declare-const n word)
(declare-const s word)
(declare-const k word)

(echo "bit_of_octet")
(push)
(assert (not
    (=> (and (bvule octet (_ bv255 128)) (bvule n (_ bv7 128)) (= s (bvsub (_ bv7 128) n)))
        (= (bit_at octet n)
            (ite (= (bvand octet (bvshl (_ bv1 128) s)) (_ bv0 128)) (_ bv0 128) (_ bv1 128))))))
(check-sat)
(pop)

(echo "no_octets")
(push)
(assert (not
    (=> (bvule n (_ bv7 128)) (= (octet_at (_ bv0 128) n) (_ bv0 128)))))
(check-sat)
(pop)

(define-fun shifted () word (uint64 (bvshl octet s)))

(echo "next_octet")
(push)
(assert (not
    (=> (and (bvule x uint64_max) (bvule octet (_ bv255 128)) (bvule s (_ bv56 128))
            (= (bvurem s (_ bv8 128)) (_ bv0 128)) (bvule k (_ bv7 128))
            (= (octet_at x (bvudiv s (_ bv8 128))) (_ bv0 128))
            (or (= y shifted) (= y (bvadd shifted uint64_max (_ bv1 128)))))
        (= (octet_at (bvor x y) k)
            (ite (= (bvmul (_ bv8 128) k) s) octet (octet_at x k))))))
(check-sat)
(pop)
