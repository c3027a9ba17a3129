; expected: proved
; Swapping two cells of an array twice gives back the array.
(set-logic QF_ALIA)
(declare-const a (Array Int Int))
(declare-const i Int)
(declare-const j Int)
(define-fun swapped ((b (Array Int Int))) (Array Int Int)
  (store (store b i (select b j)) j (select b i)))
(assert (not (= (swapped (swapped a)) a)))
(check-sat)
