; expected: proved
; The middle one of three numbers.
(set-logic LIA)
(synth-fun median ((a Int) (b Int) (c Int)) Int)
(declare-var x Int)
(declare-var y Int)
(declare-var z Int)
(define-fun between ((low Int) (n Int) (high Int)) Bool (and (<= low n) (<= n high)))
(constraint (or (= (median x y z) x) (= (median x y z) y) (= (median x y z) z)))
(constraint (or (between x (median x y z) y) (between y (median x y z) x)))
(constraint (or (between x (median x y z) z) (between z (median x y z) x)))
(constraint (or (between y (median x y z) z) (between z (median x y z) y)))
(check-synth)
