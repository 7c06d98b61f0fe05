; SPDX-License-Identifier: MIT
; The statements of digits.h about vectors of 128 bits. z3 answers unsat if nothing breaks one.
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
(define-fun uint8 ((x word)) word ((_ zero_extend 120) ((_ extract 7 0) x)))
(define-fun uint64 ((x word)) word ((_ zero_extend 64) ((_ extract 63 0) x)))

(define-fun leb128_size ((x word)) word
    (ite (bvult x (power_of_128 (_ bv1 128))) (_ bv1 128)
    (ite (bvult x (power_of_128 (_ bv2 128))) (_ bv2 128)
    (ite (bvult x (power_of_128 (_ bv3 128))) (_ bv3 128)
    (ite (bvult x (power_of_128 (_ bv4 128))) (_ bv4 128)
    (ite (bvult x (power_of_128 (_ bv5 128))) (_ bv5 128)
    (ite (bvult x (power_of_128 (_ bv6 128))) (_ bv6 128)
    (ite (bvult x (power_of_128 (_ bv7 128))) (_ bv7 128)
    (ite (bvult x (power_of_128 (_ bv8 128))) (_ bv8 128)
    (ite (bvult x (power_of_128 (_ bv9 128))) (_ bv9 128)
    (_ bv10 128)))))))))))

(declare-const x word)
(declare-const s word)
(declare-const a word)
(declare-const b word)
(define-fun n () word (bvudiv s (_ bv7 128)))
(define-fun is_digit () Bool
    (and (bvule x (_ bv127 128)) (bvule s (_ bv63 128)) (= (bvurem s (_ bv7 128)) (_ bv0 128))))

(echo "shift_right_7")
(push)
(assert (not
    (=> (bvule x size_max) (= (bvlshr x (_ bv7 128)) (bvudiv x (_ bv128 128))))))
(check-sat)
(pop)

(echo "more_bit")
(push)
(assert (not
    (=> (bvule x size_max)
        (= (uint8 (bvor x (_ bv128 128))) (bvadd (bvurem x (_ bv128 128)) (_ bv128 128))))))
(check-sat)
(pop)

(echo "low_octet")
(push)
(assert (not
    (=> (bvule x (_ bv127 128)) (= (uint8 x) x))))
(check-sat)
(pop)

(echo "mask_digit")
(push)
(assert (not
    (=> (bvule x (_ bv255 128)) (= (bvand x (_ bv127 128)) (bvurem x (_ bv128 128))))))
(check-sat)
(pop)

(echo "mask_more")
(push)
(assert (not
    (=> (bvule x (_ bv255 128)) (= (= (bvand x (_ bv128 128)) (_ bv0 128)) (bvult x (_ bv128 128))))))
(check-sat)
(pop)

(echo "digit_there_and_back")
(push)
(assert (not
    (=> is_digit
        (= (= (bvlshr (uint64 (bvshl x s)) s) x) (bvule (worth x n) size_max)))))
(check-sat)
(pop)

(echo "low_or_digit")
(push)
(assert (not
    (=> (and is_digit (bvule (worth x n) size_max) (= b (uint64 (bvshl x s)))
            (bvult a (power_of_128 n)))
        (= (bvor a b) (bvadd a (worth x n))))))
(check-sat)
(pop)

(echo "digit_or_low")
(push)
(assert (not
    (=> (and is_digit (bvule (worth x n) size_max) (= a (uint64 (bvshl x s)))
            (bvult b (power_of_128 n)))
        (= (bvor a b) (bvadd b (worth x n))))))
(check-sat)
(pop)

(declare-const m word)

(echo "last_of_size")
(define-fun last_octet () word (bvudiv x (power_of_128 m)))
(push)
(assert (not
    (=> (and (bvule x size_max) (bvule m (_ bv9 128)) (bvult last_octet (_ bv128 128))
            (=> (bvugt m (_ bv0 128)) (bvugt last_octet (_ bv0 128))))
        (= (leb128_size x) (bvadd m (_ bv1 128))))))
(check-sat)
(pop)
