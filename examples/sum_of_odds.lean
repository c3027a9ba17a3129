-- expected: proved
/-!
The sum of the first n odd numbers is n².
-/

/-- `1 + 3 + … + (2n - 1)`. -/
def sumOfOdds : Nat → Nat
  | 0 => 0
  | n + 1 => sumOfOdds n + (2 * n + 1)

theorem sum_of_odds_is_a_square (n : Nat) : sumOfOdds n = n * n := by sorry
