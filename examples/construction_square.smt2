; expected: proved
; Find all natural numbers n for which n² + n + 7 is a square, with the root.
(set-info :find all)
(set-logic QF_NIA)
(declare-const n Int)
(declare-const root Int)
(assert (>= n 0))
(assert (>= root 0))
(assert (= (+ (* n n) n 7) (* root root)))
(check-sat)
