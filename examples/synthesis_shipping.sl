; expected: proved
; The price of a parcel: 5 for the first two kilograms, 3 for each further one, never more than 26; from a given grammar.
(set-logic LIA)
(synth-fun price ((weight Int)) Int
  ((Amount Int) (Condition Bool))
  ((Amount Int (weight 1 2 5 26 (+ Amount Amount) (- Amount Amount) (* 3 Amount) (ite Condition Amount Amount)))
   (Condition Bool ((<= Amount Amount) (< Amount Amount)))))
(declare-var w Int)
(constraint (=> (<= w 2) (= (price w) 5)))
(constraint (=> (and (< 2 w) (<= w 9)) (= (price w) (+ 5 (* 3 (- w 2))))))
(constraint (=> (< 9 w) (= (price w) 26)))
(check-synth)
