; SPDX-License-Identifier: MIT
; The statements of characters.h about vectors of 64 bits. z3 answers unsat if nothing breaks one.
;
; Nothing here is as large as 2^64, so the arithmetic of vectors is that of numbers.

(set-logic QF_BV)
(define-sort word () (_ BitVec 64))
(define-fun uint32 ((x word)) word ((_ zero_extend 32) ((_ extract 31 0) x)))
(declare-const c word)
(declare-const x word)
(define-fun is_in ((low word) (high word)) Bool (and (bvule low x) (bvule x high)))

(echo "first_of_more")
(push)
(assert (not
    (=> (bvule x #x00000000000000ff)
        (and (=> (is_in #x00000000000000c0 #x00000000000000df) (= (bvand x #x000000000000001f) (bvsub x #x00000000000000c0)))
             (=> (is_in #x00000000000000e0 #x00000000000000ef) (= (bvand x #x000000000000000f) (bvsub x #x00000000000000e0)))
             (=> (is_in #x00000000000000f0 #x00000000000000f7) (= (bvand x #x0000000000000007) (bvsub x #x00000000000000f0)))))))
(check-sat)
(pop)

(echo "goes_on")
(push)
(assert (not
    (=> (bvule x #x00000000000000ff)
        (and (= (= (bvand x #x00000000000000c0) #x0000000000000080) (is_in #x0000000000000080 #x00000000000000bf))
             (=> (is_in #x0000000000000080 #x00000000000000bf) (= (bvand x #x000000000000003f) (bvsub x #x0000000000000080)))))))
(check-sat)
(pop)

(echo "next_six_bits")
(push)
(assert (not
    (=> (and (bvult c #x0000000000200000) (is_in #x0000000000000080 #x00000000000000bf))
        (= (bvor (uint32 (bvshl c #x0000000000000006)) (bvand x #x000000000000003f))
           (bvsub (bvadd (bvmul c #x0000000000000040) x) #x0000000000000080)))))
(check-sat)
(pop)

(echo "last_of_plane")
(push)
(assert (not
    (=> (bvule c #x00000000ffffffff)
        (= (= (bvand c #x000000000000fffe) #x000000000000fffe)
           (bvuge (bvurem c #x0000000000010000) #x000000000000fffe)))))
(check-sat)
(pop)
