; SPDX-License-Identifier: MIT
; The statements of polynomial.h about vectors of 64 bits. z3 answers unsat if nothing breaks one.
;
; Nothing here is as large as 2^64, so the arithmetic of vectors is that of numbers.

(set-logic QF_BV)
(define-sort word () (_ BitVec 64))
(define-fun uint32_max () word #x00000000ffffffff)
(define-fun uint32 ((x word)) word ((_ zero_extend 32) ((_ extract 31 0) x)))
(define-fun is_u32 ((x word)) Bool (bvule x uint32_max))

(define-fun shifted_1 ((r word)) word
    (ite (= (bvurem r #x0000000000000002) #x0000000000000000)
        (bvudiv r #x0000000000000002)
        (bvxor (bvudiv r #x0000000000000002) #x0000000082f63b78)))
(define-fun shifted_2 ((r word)) word (shifted_1 (shifted_1 r)))
(define-fun shifted_4 ((r word)) word (shifted_2 (shifted_2 r)))
(define-fun shifted_8 ((r word)) word (shifted_4 (shifted_4 r)))
(define-fun crc32c_next ((crc word) (octet word)) word
    (bvsub uint32_max (shifted_8 (bvxor (bvsub uint32_max crc) octet))))

(declare-const x word)
(declare-const crc word)
(declare-const octet word)

(echo "half_octet")
(push)
(assert (not
    (=> (is_u32 x)
        (or
            (= (bvand x #x000000000000000f) #x0000000000000000)
            (= (bvand x #x000000000000000f) #x0000000000000001)
            (= (bvand x #x000000000000000f) #x0000000000000002)
            (= (bvand x #x000000000000000f) #x0000000000000003)
            (= (bvand x #x000000000000000f) #x0000000000000004)
            (= (bvand x #x000000000000000f) #x0000000000000005)
            (= (bvand x #x000000000000000f) #x0000000000000006)
            (= (bvand x #x000000000000000f) #x0000000000000007)
            (= (bvand x #x000000000000000f) #x0000000000000008)
            (= (bvand x #x000000000000000f) #x0000000000000009)
            (= (bvand x #x000000000000000f) #x000000000000000a)
            (= (bvand x #x000000000000000f) #x000000000000000b)
            (= (bvand x #x000000000000000f) #x000000000000000c)
            (= (bvand x #x000000000000000f) #x000000000000000d)
            (= (bvand x #x000000000000000f) #x000000000000000e)
            (= (bvand x #x000000000000000f) #x000000000000000f)))))
(check-sat)
(pop)

(echo "entries")
(push)
(assert (not
    (and
        (= (shifted_4 #x0000000000000000) #x0000000000000000)
        (= (shifted_4 #x0000000000000001) #x00000000105ec76f)
        (= (shifted_4 #x0000000000000002) #x0000000020bd8ede)
        (= (shifted_4 #x0000000000000003) #x0000000030e349b1)
        (= (shifted_4 #x0000000000000004) #x00000000417b1dbc)
        (= (shifted_4 #x0000000000000005) #x000000005125dad3)
        (= (shifted_4 #x0000000000000006) #x0000000061c69362)
        (= (shifted_4 #x0000000000000007) #x000000007198540d)
        (= (shifted_4 #x0000000000000008) #x0000000082f63b78)
        (= (shifted_4 #x0000000000000009) #x0000000092a8fc17)
        (= (shifted_4 #x000000000000000a) #x00000000a24bb5a6)
        (= (shifted_4 #x000000000000000b) #x00000000b21572c9)
        (= (shifted_4 #x000000000000000c) #x00000000c38d26c4)
        (= (shifted_4 #x000000000000000d) #x00000000d3d3e1ab)
        (= (shifted_4 #x000000000000000e) #x00000000e330a81a)
        (= (shifted_4 #x000000000000000f) #x00000000f36e6f75))))
(check-sat)
(pop)

(echo "octet_taken")
(define-fun start () word (uint32 (bvxor (uint32 (bvnot crc)) octet)))
(define-fun middle () word
    (uint32 (bvxor (bvlshr start #x0000000000000004) (shifted_4 (bvand start #x000000000000000f)))))
(push)
(assert (not
    (=> (and (is_u32 crc) (bvule octet #x00000000000000ff))
        (= (crc32c_next crc octet)
           (uint32 (bvnot (bvxor (bvlshr middle #x0000000000000004) (shifted_4 (bvand middle #x000000000000000f)))))))))
(check-sat)
(pop)
