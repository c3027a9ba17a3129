; expected: proved
; The average of two numbers, rounded down, lies between them.
(set-logic QF_LIA)
(set-info :status unsat)
(declare-const low Int)
(declare-const high Int)
(define-fun middle () Int (div (+ low high) 2))
(assert (! (< low high) :named ordered))
(assert (! (not (and (<= low middle) (< middle high))) :named goal))
(check-sat)
