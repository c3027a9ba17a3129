/-! Proofs of our own in core Lean, without Mathlib, in various styles: what benchmarks/lean_repair.py breaks. -/

def sumTo : Nat → Nat
  | 0 => 0
  | n + 1 => (n + 1) + sumTo n

def double : Nat → Nat
  | 0 => 0
  | n + 1 => double n + 2

def fact : Nat → Nat
  | 0 => 1
  | n + 1 => (n + 1) * fact n

def total : List Nat → Nat
  | [] => 0
  | x :: xs => x + total xs

def flip2 : List α → List α
  | [] => []
  | [x] => [x]
  | x :: y :: rest => y :: x :: flip2 rest

def countDown (acc : List Nat) : Nat → List Nat
  | 0 => acc
  | n + 1 => countDown (n :: acc) n

def insertSorted (x : Nat) : List Nat → List Nat
  | [] => [x]
  | y :: ys => if x ≤ y then x :: y :: ys else y :: insertSorted x ys

def power (b : Nat) : Nat → Nat
  | 0 => 1
  | n + 1 => power b n * b

def isEven : Nat → Bool
  | 0 => true
  | 1 => false
  | n + 2 => isEven n

inductive Tree where
  | leaf : Tree
  | node : Tree → Nat → Tree → Tree

def Tree.size : Tree → Nat
  | .leaf => 0
  | .node l _ r => l.size + 1 + r.size

def Tree.mirror : Tree → Tree
  | .leaf => .leaf
  | .node l x r => .node r.mirror x l.mirror

def Tree.depth : Tree → Nat
  | .leaf => 0
  | .node l _ r => max l.depth r.depth + 1

structure Point where
  x : Int
  y : Int

def Point.add (p q : Point) : Point := ⟨p.x + q.x, p.y + q.y⟩

def Point.swap (p : Point) : Point := ⟨p.y, p.x⟩

theorem double_eq (n : Nat) : double n = 2 * n := by
  induction n with
  | zero => rfl
  | succ k ih =>
    unfold double
    rw [ih]
    omega

theorem total_append (xs ys : List Nat) : total (xs ++ ys) = total xs + total ys := by
  induction xs with
  | nil => simp [total]
  | cons x rest ih =>
    rw [List.cons_append]
    rw [total, total]
    rw [ih]
    rw [Nat.add_assoc]

theorem sumTo_closed (n : Nat) : 2 * sumTo n = n * (n + 1) := by
  induction n with
  | zero => rfl
  | succ k ih =>
    rw [sumTo, Nat.mul_add, ih]
    rw [← Nat.add_mul]
    rw [Nat.mul_comm]
    rw [Nat.add_comm 2 k]

theorem double_add (m n : Nat) : double (m + n) = double m + double n := by
  have hm : double m = 2 * m := double_eq m
  have hn : double n = 2 * n := double_eq n
  have hmn : double (m + n) = 2 * (m + n) := double_eq (m + n)
  rw [hm, hn, hmn]
  exact Nat.mul_add 2 m n

theorem fact_pos (n : Nat) : 0 < fact n := by
  induction n with
  | zero => decide
  | succ k ih =>
    rw [fact]
    apply Nat.mul_pos
    · exact Nat.succ_pos k
    · exact ih

theorem fact_le (n : Nat) : fact n ≤ fact (n + 1) := by
  have h : fact (n + 1) = (n + 1) * fact n := rfl
  rw [h, Nat.add_mul, Nat.one_mul]
  exact Nat.le_add_left (fact n) (n * fact n)

theorem total_reverse (xs : List Nat) : total xs.reverse = total xs := by
  induction xs with
  | nil => rfl
  | cons x rest ih =>
    rw [List.reverse_cons, total_append, ih]
    simp only [total]
    omega

theorem total_replicate (n k : Nat) : total (List.replicate n k) = n * k := by
  induction n with
  | zero => simp [total]
  | succ m ih =>
    rw [List.replicate_succ, total, ih]
    rw [Nat.succ_mul]
    exact Nat.add_comm k (m * k)

theorem flip2_flip2 (xs : List α) : flip2 (flip2 xs) = xs := by
  fun_induction flip2 xs with
  | case1 => rfl
  | case2 x => rfl
  | case3 x y rest ih =>
    rw [flip2]
    rw [ih]

theorem flip2_length (xs : List α) : (flip2 xs).length = xs.length := by
  fun_induction flip2 xs with
  | case1 => rfl
  | case2 x => rfl
  | case3 x y rest ih =>
    simp only [List.length_cons]
    rw [ih]

theorem countDown_length (acc : List Nat) (n : Nat) : (countDown acc n).length = acc.length + n := by
  induction n generalizing acc with
  | zero => rfl
  | succ k ih =>
    rw [countDown]
    rw [ih (k :: acc)]
    rw [List.length_cons]
    omega

theorem insertSorted_length (x : Nat) (ys : List Nat) : (insertSorted x ys).length = ys.length + 1 := by
  induction ys with
  | nil => rfl
  | cons y rest ih =>
    unfold insertSorted
    split
    · rfl
    · rw [List.length_cons, ih, List.length_cons]

theorem mem_insertSorted (x : Nat) (ys : List Nat) : x ∈ insertSorted x ys := by
  induction ys with
  | nil => exact List.mem_singleton.mpr rfl
  | cons y rest ih =>
    unfold insertSorted
    split
    · exact List.mem_cons_self
    · exact List.mem_cons_of_mem y ih

theorem power_add (b m n : Nat) : power b (m + n) = power b m * power b n := by
  induction n with
  | zero =>
    rw [Nat.add_zero, power, Nat.mul_one]
  | succ k ih =>
    have h : m + (k + 1) = (m + k) + 1 := rfl
    rw [h, power, ih]
    rw [power, Nat.mul_assoc]

theorem power_pos (b n : Nat) (hb : 0 < b) : 0 < power b n := by
  induction n with
  | zero => exact Nat.one_pos
  | succ k ih =>
    unfold power
    exact Nat.mul_pos ih hb

theorem power_one (n : Nat) : power 1 n = 1 := by
  induction n with
  | zero => rfl
  | succ k ih => rw [power, ih]

theorem isEven_double (n : Nat) : isEven (2 * n) = true := by
  induction n with
  | zero => rfl
  | succ k ih =>
    have h : 2 * (k + 1) = 2 * k + 2 := by omega
    rw [h]
    rw [isEven]
    exact ih

theorem isEven_iff (n : Nat) : isEven n = true ↔ n % 2 = 0 := by
  fun_induction isEven n with
  | case1 => simp
  | case2 => simp
  | case3 m ih =>
    rw [ih]
    omega

theorem mirror_mirror (t : Tree) : t.mirror.mirror = t := by
  induction t with
  | leaf => rfl
  | node l x r ihl ihr =>
    simp only [Tree.mirror]
    rw [ihl, ihr]

theorem mirror_size (t : Tree) : t.mirror.size = t.size := by
  induction t with
  | leaf => rfl
  | node l x r ihl ihr =>
    unfold Tree.mirror Tree.size
    rw [ihl, ihr]
    omega

theorem depth_le_size (t : Tree) : t.depth ≤ t.size := by
  induction t with
  | leaf => exact Nat.le_refl 0
  | node l x r ihl ihr =>
    simp only [Tree.depth, Tree.size]
    have h1 : l.depth ≤ l.size + r.size := Nat.le_trans ihl (Nat.le_add_right _ _)
    have h2 : r.depth ≤ l.size + r.size := Nat.le_trans ihr (Nat.le_add_left _ _)
    have h3 : max l.depth r.depth ≤ l.size + r.size := Nat.max_le.mpr ⟨h1, h2⟩
    omega

theorem mirror_depth (t : Tree) : t.mirror.depth = t.depth := by
  induction t with
  | leaf => rfl
  | node l x r ihl ihr =>
    rw [Tree.mirror, Tree.depth, Tree.depth]
    rw [ihl, ihr, Nat.max_comm]

theorem swap_swap (p : Point) : p.swap.swap = p := by
  cases p with
  | mk a b => rfl

theorem add_comm_point (p q : Point) : p.add q = q.add p := by
  unfold Point.add
  rw [Int.add_comm p.x q.x]
  rw [Int.add_comm p.y q.y]

theorem swap_add (p q : Point) : (p.add q).swap = p.swap.add q.swap := by
  cases p
  cases q
  rfl

theorem and_swap (p q r : Prop) (h : p ∧ q ∧ r) : r ∧ q ∧ p := by
  obtain ⟨hp, hq, hr⟩ := h
  constructor
  · exact hr
  · constructor
    · exact hq
    · exact hp

theorem or_assoc_right (p q r : Prop) (h : (p ∨ q) ∨ r) : p ∨ q ∨ r := by
  rcases h with hpq | hr
  · rcases hpq with hp | hq
    · left
      exact hp
    · right
      left
      exact hq
  · right
    right
    exact hr

theorem and_or_distrib (p q r : Prop) : p ∧ (q ∨ r) ↔ (p ∧ q) ∨ (p ∧ r) := by
  constructor
  · intro h
    obtain ⟨hp, hqr⟩ := h
    cases hqr with
    | inl hq => exact Or.inl ⟨hp, hq⟩
    | inr hr => exact Or.inr ⟨hp, hr⟩
  · intro h
    cases h with
    | inl hpq => exact ⟨hpq.1, Or.inl hpq.2⟩
    | inr hpr => exact ⟨hpr.1, Or.inr hpr.2⟩

theorem not_or_iff (p q : Prop) : ¬(p ∨ q) ↔ ¬p ∧ ¬q := by
  constructor
  · intro h
    constructor
    · intro hp
      exact h (Or.inl hp)
    · intro hq
      exact h (Or.inr hq)
  · intro ⟨hnp, hnq⟩ h
    cases h with
    | inl hp => exact hnp hp
    | inr hq => exact hnq hq

theorem contrapose (p q : Prop) (h : p → q) : ¬q → ¬p :=
  fun hnq hp => hnq (h hp)

theorem curry (p q r : Prop) : (p ∧ q → r) ↔ (p → q → r) :=
  ⟨fun h hp hq => h ⟨hp, hq⟩, fun h hpq => h hpq.1 hpq.2⟩

theorem exists_and_pull (p : Nat → Prop) (q : Prop) (h : ∃ x, p x ∧ q) : q ∧ ∃ x, p x :=
  match h with
  | ⟨x, hx, hq⟩ => ⟨hq, ⟨x, hx⟩⟩

theorem exists_or_split (p q : Nat → Prop) : (∃ x, p x ∨ q x) ↔ (∃ x, p x) ∨ (∃ x, q x) := by
  constructor
  · intro h
    obtain ⟨x, hx⟩ := h
    rcases hx with hp | hq
    · exact Or.inl ⟨x, hp⟩
    · exact Or.inr ⟨x, hq⟩
  · intro h
    rcases h with hp | hq
    · obtain ⟨x, hx⟩ := hp
      exact ⟨x, Or.inl hx⟩
    · obtain ⟨x, hx⟩ := hq
      exact ⟨x, Or.inr hx⟩

theorem forall_imp_exists (p q : Nat → Prop) (h : ∀ x, p x → q x) (hp : ∃ x, p x) : ∃ x, q x := by
  obtain ⟨a, ha⟩ := hp
  refine ⟨a, ?_⟩
  apply h
  exact ha

theorem not_exists_of_forall (p : Nat → Prop) (h : ∀ x, ¬p x) : ¬∃ x, p x := by
  intro hex
  cases hex with
  | intro x hx =>
    exact h x hx

theorem exists_between (a b : Nat) (h : a + 1 < b) : ∃ c, a < c ∧ c < b := by
  refine ⟨a + 1, ?_, ?_⟩
  · exact Nat.lt_succ_self a
  · exact h

theorem exists_square_gap : ∃ n : Nat, n * n = 49 ∧ 5 < n := by
  refine ⟨7, ?_, ?_⟩
  · decide
  · decide

theorem exists_sum_product : ∃ x y : Nat, x + y = 10 ∧ x * y = 21 := by
  exists 3, 7

theorem exists_bound (f : Nat → Nat) (h : ∀ n, f n < n + 5) : ∃ b, ∀ n, n < 3 → f n < b := by
  refine ⟨8, ?_⟩
  intro n hn
  have h1 := h n
  omega

theorem even_or_odd (n : Nat) : (∃ k, n = 2 * k) ∨ (∃ k, n = 2 * k + 1) := by
  by_cases h : n % 2 = 0
  · left
    refine ⟨n / 2, ?_⟩
    omega
  · right
    refine ⟨n / 2, ?_⟩
    omega

theorem even_sq (n : Nat) (h : n % 2 = 0) : n * n % 2 = 0 := by
  have h1 : n = 2 * (n / 2) := by omega
  rw [h1]
  rw [Nat.mul_assoc]
  exact Nat.mul_mod_right 2 _

theorem dvd_sum (a b c : Nat) (h1 : a ∣ b) (h2 : a ∣ c) : a ∣ b + c := by
  obtain ⟨k, hk⟩ := h1
  obtain ⟨m, hm⟩ := h2
  refine ⟨k + m, ?_⟩
  rw [hk, hm]
  rw [Nat.mul_add]

theorem dvd_chain (a b c : Nat) (h1 : a ∣ b) (h2 : b ∣ c) : a ∣ c := by
  obtain ⟨k, hk⟩ := h1
  obtain ⟨m, hm⟩ := h2
  exists k * m
  rw [hm, hk, Nat.mul_assoc]

theorem dvd_mul_both (a b c d : Nat) (h1 : a ∣ b) (h2 : c ∣ d) : a * c ∣ b * d :=
  Nat.mul_dvd_mul h1 h2

theorem le_chain (a b c d : Nat) (h1 : a ≤ b) (h2 : b ≤ c) (h3 : c ≤ d) : a ≤ d := by
  have h4 : a ≤ c := Nat.le_trans h1 h2
  exact Nat.le_trans h4 h3

theorem lt_of_two_steps (a b c : Nat) (h1 : a < b) (h2 : b < c) : a + 1 < c := by
  have h3 : a + 1 ≤ b := h1
  exact Nat.lt_of_le_of_lt h3 h2

theorem calc_chain (a b c d : Nat) (h1 : a = b + 1) (h2 : b = c * 2) (h3 : c = d) : a = d * 2 + 1 := by
  calc a = b + 1 := h1
    _ = c * 2 + 1 := by rw [h2]
    _ = d * 2 + 1 := by rw [h3]

theorem calc_le (a b c : Nat) (h1 : a ≤ b) (h2 : b < c) : a + a < c + c := by
  calc a + a ≤ b + b := Nat.add_le_add h1 h1
    _ < c + c := Nat.add_lt_add h2 h2

theorem square_expand (a b : Nat) : (a + b) * (a + b) = a * a + 2 * (a * b) + b * b := by
  rw [Nat.mul_add, Nat.add_mul, Nat.add_mul]
  rw [Nat.mul_comm b a]
  rw [Nat.two_mul]
  omega

theorem mul_swap_middle (a b c : Nat) : a * b * c = a * c * b := by
  rw [Nat.mul_assoc]
  rw [Nat.mul_comm b c]
  rw [← Nat.mul_assoc]

theorem sub_add_cancel_both (a b c : Nat) (h : b ≤ a) (hc : c ≤ b) : a - b + (b - c) = a - c := by
  have h1 : a - b + b = a := Nat.sub_add_cancel h
  have h2 : b - c + c = b := Nat.sub_add_cancel hc
  omega

theorem min_le_sum (a b : Nat) : min a b ≤ a + b := by
  have h : min a b ≤ a := Nat.min_le_left a b
  exact Nat.le_trans h (Nat.le_add_right a b)

theorem max_eq_of_le (a b : Nat) (h : a ≤ b) : max a b = b := by
  apply Nat.le_antisymm
  · exact Nat.max_le.mpr ⟨h, Nat.le_refl b⟩
  · exact Nat.le_max_right a b

theorem pos_of_mul_pos (a b : Nat) (h : 0 < a * b) : 0 < a := by
  cases a with
  | zero =>
    rw [Nat.zero_mul] at h
    exact absurd h (Nat.lt_irrefl 0)
  | succ k => exact Nat.succ_pos k

theorem eq_zero_of_double (n : Nat) (h : n + n = 0) : n = 0 := by
  cases n with
  | zero => rfl
  | succ k =>
    exfalso
    omega

theorem int_sub_self_add (a b : Int) : a - b + b = a := by
  rw [Int.sub_eq_add_neg]
  rw [Int.add_assoc]
  rw [Int.add_left_neg]
  rw [Int.add_zero]

theorem int_neg_lt (a b : Int) (h : a < b) : -b < -a := by
  have h1 : 0 < b - a := Int.sub_pos_of_lt h
  omega

theorem int_square_nonneg (a : Int) : 0 ≤ a * a := by
  rcases Int.le_total 0 a with h | h
  · exact Int.mul_nonneg h h
  · have h1 : 0 ≤ -a := Int.neg_nonneg_of_nonpos h
    have h2 : 0 ≤ -a * -a := Int.mul_nonneg h1 h1
    rw [Int.neg_mul_neg] at h2
    exact h2

theorem int_mul_sub (a b c : Int) : a * (b - c) = a * b - a * c := by
  rw [Int.sub_eq_add_neg, Int.mul_add]
  rw [Int.mul_neg]
  rw [← Int.sub_eq_add_neg]

theorem map_length_add (f : Nat → Nat) (xs ys : List Nat) :
    ((xs ++ ys).map f).length = xs.length + ys.length := by
  rw [List.length_map]
  rw [List.length_append]

theorem map_map_append (f : Nat → Nat) (xs ys : List Nat) :
    (xs ++ ys).map f = xs.map f ++ ys.map f := by
  induction xs with
  | nil => rfl
  | cons x rest ih =>
    rw [List.cons_append, List.map_cons, ih]
    rw [List.map_cons, List.cons_append]

theorem reverse_append_pair (xs ys : List Nat) (a : Nat) :
    (xs ++ a :: ys).reverse = ys.reverse ++ a :: xs.reverse := by
  rw [List.reverse_append]
  rw [List.reverse_cons]
  rw [List.append_assoc]
  rfl

theorem filter_length_le (p : Nat → Bool) (xs : List Nat) : (xs.filter p).length ≤ xs.length := by
  induction xs with
  | nil => exact Nat.le_refl 0
  | cons x rest ih =>
    rw [List.filter_cons]
    split
    · simp only [List.length_cons]
      exact Nat.succ_le_succ ih
    · rw [List.length_cons]
      exact Nat.le_succ_of_le ih

theorem length_pos_of_mem (x : Nat) (xs : List Nat) (h : x ∈ xs) : 0 < xs.length := by
  cases xs with
  | nil => cases h
  | cons y rest =>
    rw [List.length_cons]
    exact Nat.succ_pos rest.length

theorem option_map_some (f : Nat → Nat) (o : Option Nat) (h : o ≠ none) : ∃ y, o.map f = some y := by
  cases o with
  | none => exact absurd rfl h
  | some x =>
    exists f x

theorem bool_de_morgan (a b : Bool) : (!(a && b)) = (!a || !b) := by
  cases a with
  | true => cases b <;> rfl
  | false => rfl

theorem comp_injective (f g : Nat → Nat) (hf : ∀ a b, f a = f b → a = b) (hg : ∀ a b, g a = g b → a = b) :
    ∀ a b, f (g a) = f (g b) → a = b := by
  intro a b h
  apply hg
  apply hf
  exact h

theorem strictly_increasing_ge (f : Nat → Nat) (h : ∀ n, f n < f (n + 1)) (n : Nat) : n ≤ f n := by
  induction n with
  | zero => exact Nat.zero_le (f 0)
  | succ k ih =>
    have h1 : f k < f (k + 1) := h k
    have h2 : k < f (k + 1) := Nat.lt_of_le_of_lt ih h1
    exact h2

theorem add_cases (n : Nat) (h : n < 3) : n = 0 ∨ n = 1 ∨ n = 2 := by
  match n, h with
  | 0, _ => exact Or.inl rfl
  | 1, _ => exact Or.inr (Or.inl rfl)
  | 2, _ => exact Or.inr (Or.inr rfl)

theorem ite_max (a b : Nat) : (if a ≤ b then b else a) = max a b := by
  split
  · next h =>
    rw [Nat.max_eq_right h]
  · next h =>
    have h1 : b ≤ a := by omega
    rw [Nat.max_eq_left h1]

theorem sum_first_odds (n : Nat) (f : Nat → Nat) (h0 : f 0 = 0) (hs : ∀ k, f (k + 1) = f k + (2 * k + 1)) :
    f n = n * n := by
  induction n with
  | zero => exact h0
  | succ k ih =>
    rw [hs, ih]
    rw [Nat.mul_add, Nat.add_mul, Nat.mul_one, Nat.one_mul]
    omega

theorem bounded_product (a b : Nat) (ha : a ≤ 3) (hb : b ≤ 4) : a * b ≤ 12 := by
  have h : a * b ≤ 3 * 4 := Nat.mul_le_mul ha hb
  simpa using h

theorem mod_cycle (n : Nat) : (n + 7) % 7 = n % 7 := by
  rw [Nat.add_mod_right]

theorem lt_pow (n : Nat) : n < 2 ^ n := by
  induction n with
  | zero => decide
  | succ k ih =>
    rw [Nat.pow_succ]
    have h : 0 < 2 ^ k := Nat.pow_pos (by decide)
    omega
