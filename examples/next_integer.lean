-- expected: proved
/-!
Two statements about whole numbers: there is no integer between `x` and `x + 1`, and squares are 0 or 1 modulo 4.
-/

theorem nothing_between (x y : Int) (h : x < y) : x + 1 ≤ y := by sorry

theorem square_mod_four (a : Nat) : a ^ 2 % 4 = 0 ∨ a ^ 2 % 4 = 1 := by sorry
