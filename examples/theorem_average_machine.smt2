; expected: refuted
; The same in machine words of 32 bits: the sum may overflow, the bug that binary searches had for decades.
(set-logic QF_BV)
(declare-const low (_ BitVec 32))
(declare-const high (_ BitVec 32))
(define-fun middle () (_ BitVec 32) (bvsdiv (bvadd low high) #x00000002))
(assert (! (bvsle #x00000000 low) :named natural))
(assert (! (bvslt low high) :named ordered))
(assert (! (not (bvsle low middle)) :named goal))
(check-sat)
