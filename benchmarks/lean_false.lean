/-! False statements, each close to a true one: none may be proved. -/

theorem sum_bound (a b : Nat) (h : a ≤ b) : a + a < b + b := by sorry
theorem square_even (n : Nat) : n ^ 2 % 2 = 0 := by sorry
theorem cube_residue (n : Nat) : n ^ 3 % 7 = 0 ∨ n ^ 3 % 7 = 1 := by sorry
theorem subtraction (a b : Nat) : a - b + b = a := by sorry
theorem division (n : Nat) : n / 2 * 2 = n := by sorry
theorem divides_sum (a b c : Nat) (h : c ∣ a + b) : c ∣ a := by sorry
theorem gcd_self (a b : Nat) : Nat.gcd a b = a := by sorry
theorem square_positive (x : Int) : 0 < x * x := by sorry
theorem order (x y : Int) (h : x * x < y * y) : x < y := by sorry
theorem cancel (x y z : Int) (h : x * z = y * z) : x = y := by sorry
theorem difference_of_squares (x y : Int) : (x - y) ^ 2 = x ^ 2 - y ^ 2 := by sorry
theorem emod_sign (x : Int) : x % 3 = x - 3 * (x / 3) + 1 := by sorry
theorem power_grows (n : Nat) : n ^ 2 < 2 ^ n := by sorry
theorem prime_formula (n : Nat) (h : 1 < Nat.gcd (n ^ 2 + n + 41) ((n + 1) ^ 2 + n + 1 + 41)) : 42 ≤ n := by sorry
theorem witness : ∃ n : Nat, n * n = 2 := by sorry
theorem unique (x : Int) (h : x ^ 2 = 4) : x = 2 := by sorry
theorem bound_from_lcm (m n : Nat) (h₀ : Nat.gcd m n = 6) (h₁ : Nat.lcm m n = 126) : 61 ≤ m + n := by sorry
theorem triple (x : Int) (h : (x - 1) * x * (x + 1) = 720) : x = 8 := by sorry
theorem two_powers (x y : Nat) (h : 2 ^ x * 3 ^ y = 1296) : x + y = 7 := by sorry
theorem divides_cubes (x y z : Int) (h : (x - y) ^ 2 + (y - z) ^ 2 + (z - x) ^ 2 = x * y * z) :
    x + y + z + 7 ∣ x ^ 3 + y ^ 3 + z ^ 3 := by sorry
theorem reverse_twice (l : List Nat) : l.reverse = l := by sorry
theorem append_comm (l m : List Nat) : l ++ m = m ++ l := by sorry
theorem length_filter (l : List Nat) : (l.filter (· > 0)).length = l.length := by sorry
theorem nodup_append (l : List Nat) : (l ++ l).Nodup := by sorry
theorem member (l : List Nat) (h : l ≠ []) : 0 ∈ l := by sorry
theorem demorgan (p q : Prop) : ¬(p ∧ q) ↔ ¬p ∧ ¬q := by sorry
theorem converse (p q : Prop) (h : p → q) : q → p := by sorry
theorem all_or (p q : Nat → Prop) (h : ∀ n, p n ∨ q n) : (∀ n, p n) ∨ (∀ n, q n) := by sorry
theorem exchange (p : Nat → Nat → Prop) (h : ∀ x, ∃ y, p x y) : ∃ y, ∀ x, p x y := by sorry
theorem bits (x : BitVec 8) : x + x = x <<< 2 := by sorry
theorem no_overflow (x y : BitVec 8) : x.toNat + y.toNat = (x + y).toNat := by sorry

def total : List Nat → Nat
  | [] => 0
  | x :: xs => x + total xs

theorem total_bound (l : List Nat) : total l ≤ l.length := by sorry
theorem total_append (l m : List Nat) : total (l ++ m) = total l := by sorry

def count_up (a : Array Int) (i acc : Nat) : Nat :=
  if i < a.size then count_up a (i + 1) (if a[i]! > 0 then acc + 1 else acc) else acc

theorem counts_all (a : Array Int) : count_up a 0 0 = a.size := by sorry
theorem counts_none (a : Array Int) : count_up a 0 0 = 0 := by sorry

def search (a : Array Int) (e : Int) (n : Nat) : Nat :=
  if n < a.size then if a[n]! = e then n else search a e (n + 1) else 0

theorem search_right (a : Array Int) (e : Int) : search a e 0 < a.size ∧ a[search a e 0]! = e := by sorry
theorem search_last (a : Array Int) (e : Int) (h : ∃ i, i < a.size ∧ a[i]! = e) :
    ∀ k, search a e 0 < k → k < a.size → a[k]! ≠ e := by sorry

def largest (a : Array Int) (i : Nat) (m : Int) : Int :=
  if i < a.size then largest a (i + 1) (if m < a[i]! then a[i]! else m) else m

theorem largest_zero (a : Array Int) : ∀ k, k < a.size → largest a 0 0 = a[k]! := by sorry
theorem largest_member (a : Array Int) : ∃ k, k < a.size ∧ largest a 0 0 = a[k]! := by sorry
