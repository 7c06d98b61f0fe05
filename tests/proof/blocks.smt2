; SPDX-License-Identifier: MIT
; The statements of blocks.h about vectors of 128 bits. z3 answers unsat if nothing breaks one.
;
; Nothing here is as large as 2^128, so the arithmetic of vectors is that of numbers.

(set-logic QF_BV)
(define-sort word () (_ BitVec 128))
(define-fun uint64_max () word (_ bv18446744073709551615 128))

; The definitions of octet_at and rest_of, of which frame.h has only the names.
(define-fun octet_at ((octets word) (n word)) word
    ((_ zero_extend 120) ((_ extract 7 0) (bvlshr octets (bvmul (_ bv8 128) n)))))
(define-fun rest_of ((octets word) (n word)) word
    (ite (bvsle n (_ bv0 128)) octets (bvlshr octets (bvmul (_ bv8 128) n))))

(declare-const x word)
(declare-const n word)
(declare-const m word)

(echo "whole_block")
(push)
(assert (not
    (=> (bvsle n (_ bv0 128)) (= (rest_of x n) x))))
(check-sat)
(pop)

(echo "octet_of_block")
(push)
(assert (not
    (=> (and (bvule x uint64_max) (bvule n (_ bv7 128)))
        (= ((_ zero_extend 120) ((_ extract 7 0) (rest_of x n))) (octet_at x n)))))
(check-sat)
(pop)

(echo "next_rest")
(push)
(assert (not
    (=> (and (bvule x uint64_max) (bvule n (_ bv7 128)) (= m (bvadd n (_ bv1 128))))
        (= (bvlshr (rest_of x n) (_ bv8 128)) (rest_of x m)))))
(check-sat)
(pop)

; Octet i of the block is 0, if it is not one of the first n.
(define-fun is_filling ((i word)) Bool (=> (bvsle n i) (= (octet_at x i) (_ bv0 128))))

(echo "end_of_block")
(push)
(assert (not
    (=> (and (bvule x uint64_max) (bvule n (_ bv8 128))
            (is_filling (_ bv0 128)) (is_filling (_ bv1 128)) (is_filling (_ bv2 128))
            (is_filling (_ bv3 128)) (is_filling (_ bv4 128)) (is_filling (_ bv5 128))
            (is_filling (_ bv6 128)) (is_filling (_ bv7 128)))
        (= (rest_of x n) (_ bv0 128)))))
(check-sat)
(pop)
