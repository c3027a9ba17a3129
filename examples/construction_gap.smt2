; expected: proved
; Find all pairs of integers whose squares differ by 21.
(set-info :find all)
(set-logic QF_NIA)
(declare-const x Int)
(declare-const y Int)
(assert (= (- (* x x) (* y y)) 21))
(check-sat)
