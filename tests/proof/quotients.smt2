; SPDX-License-Identifier: MIT
; The statements of quotients.h about vectors of 128 bits. z3 answers unsat if nothing breaks one.
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

(declare-const x word)
(declare-const n word)
(assert (bvule x size_max))
(assert (bvule n (_ bv9 128)))

(echo "next_digit")
(push)
(assert (not
    (let ((digit (bvurem (divided x n) (_ bv128 128))))
        (and (= (bvadd (rest x n) (worth digit n)) (rest x (bvadd n (_ bv1 128))))
            (bvule (worth digit n) size_max)))))
(check-sat)
(pop)

(echo "last_digit")
(push)
(assert (not
    (=> (bvult (divided x n) (_ bv128 128)) (= (rest x (bvadd n (_ bv1 128))) x))))
(check-sat)
(pop)
