; SPDX-License-Identifier: MIT
; The statements of bits.h about vectors of 64 bits. z3 answers unsat if no x and y break a statement.
;
; Nothing here is as large as 2^64, so the arithmetic of vectors is that of numbers.

(set-logic QF_BV)
(define-sort word () (_ BitVec 64))
(define-fun is_u32 ((x word)) Bool (bvule x #x00000000ffffffff))
(declare-const x word)
(declare-const y word)
(assert (is_u32 x))
(assert (is_u32 y))

(echo "shift_left_16")
(push)
(assert (not
    (= (bvshl x #x0000000000000010) (bvmul x #x0000000000010000))))
(check-sat)
(pop)

(echo "shift_left_24")
(push)
(assert (not
    (= (bvshl x #x0000000000000018) (bvmul x #x0000000001000000))))
(check-sat)
(pop)

(echo "shift_left_28")
(push)
(assert (not
    (= (bvshl x #x000000000000001c) (bvmul x #x0000000010000000))))
(check-sat)
(pop)

(echo "shift_2_left")
(push)
(assert (not
    (=> (bvule x #x0000000000000003) (= (bvshl #x0000000000000002 x)
        (ite (= x #x0000000000000000) #x0000000000000002 (ite (= x #x0000000000000001) #x0000000000000004 (ite (= x #x0000000000000002) #x0000000000000008 #x0000000000000010)))))))
(check-sat)
(pop)

(echo "shift_right_16")
(push)
(assert (not
    (= (bvlshr x #x0000000000000010) (bvudiv x #x0000000000010000))))
(check-sat)
(pop)

(echo "shift_right_24")
(push)
(assert (not
    (= (bvlshr x #x0000000000000018) (bvudiv x #x0000000001000000))))
(check-sat)
(pop)

(echo "shift_right_28")
(push)
(assert (not
    (= (bvlshr x #x000000000000001c) (bvudiv x #x0000000010000000))))
(check-sat)
(pop)

(echo "mask_4")
(push)
(assert (not
    (= (bvand x #x000000000000000f) (bvurem x #x0000000000000010))))
(check-sat)
(pop)

(echo "mask_8")
(push)
(assert (not
    (= (bvand x #x00000000000000ff) (bvurem x #x0000000000000100))))
(check-sat)
(pop)

(echo "mask_high")
(push)
(assert (not
    (= (bvand x #x00000000f0000000) (bvsub x (bvurem x #x0000000010000000)))))
(check-sat)
(pop)

(echo "cast_16")
(push)
(assert (not
    (= ((_ zero_extend 48) ((_ extract 15 0) x)) (bvurem x #x0000000000010000))))
(check-sat)
(pop)

(echo "low_or_high_16")
(push)
(assert (not
    (=> (and (bvult x #x0000000000010000) (= (bvurem y #x0000000000010000) #x0000000000000000))
        (= (bvor x y) (bvadd x y)))))
(check-sat)
(pop)

(echo "low_or_high_24")
(push)
(assert (not
    (=> (and (bvult x #x0000000001000000) (= (bvurem y #x0000000001000000) #x0000000000000000))
        (= (bvor x y) (bvadd x y)))))
(check-sat)
(pop)

(echo "low_or_high_28")
(push)
(assert (not
    (=> (and (bvult x #x0000000010000000) (= (bvurem y #x0000000010000000) #x0000000000000000))
        (= (bvor x y) (bvadd x y)))))
(check-sat)
(pop)

(echo "high_or_low_16")
(push)
(assert (not
    (=> (and (bvult y #x0000000000010000) (= (bvurem x #x0000000000010000) #x0000000000000000))
        (= (bvor x y) (bvadd x y)))))
(check-sat)
(pop)

(echo "high_or_low_24")
(push)
(assert (not
    (=> (and (bvult y #x0000000001000000) (= (bvurem x #x0000000001000000) #x0000000000000000))
        (= (bvor x y) (bvadd x y)))))
(check-sat)
(pop)

(echo "high_or_low_28")
(push)
(assert (not
    (=> (and (bvult y #x0000000010000000) (= (bvurem x #x0000000010000000) #x0000000000000000))
        (= (bvor x y) (bvadd x y)))))
(check-sat)
(pop)
