-- expected: refuted
/-!
Euler's polynomial n² + n + 41 gives primes for n = 0, 1, …, 39, so that one might think it always does.
-/

/-- No number from 2 up to the square root's neighbourhood divides it. -/
def looksPrime (n : Nat) : Bool :=
  n ≥ 2 && (List.range 42).all fun d => d < 2 || d == n || n % d != 0

theorem always_prime (n : Nat) : looksPrime (n * n + n + 41) = true := by sorry
