theorem t (x y : Nat) (h : x < y) : x + 1 ≤ y := by sorry
--- term
theorem t (x y : Nat) (h : x < y) : x + 1 ≤ y := h
--- show from
theorem t (x y : Nat) (h : x < y) : x + 1 ≤ y := show Nat.succ x ≤ y from h
--- calc
theorem helper (a b c : Nat) (h : a = b) (k : b = c) : a = c := calc
  a = b := h
  _ = c := k
theorem t (x y : Nat) (h : x < y) : x + 1 ≤ y := by
  calc x + 1 = Nat.succ x := rfl
    _ ≤ y := h
--- words in comments and strings
/- sorry, axiom, native_decide, #eval, unsafe -/
def admitted : String := "axiom sorry : False -- macro \"theorem\""
-- theorem t : False := sorry
/-- No `sorry` and no `axiom` here. -/
theorem t (x y : Nat) (h : x < y) : x + 1 ≤ y := h
--- words in identifiers
theorem sorry_free (axiom_ sorry' : Nat) (h : axiom_ < sorry') : axiom_ + 1 ≤ sorry' := h
theorem t (x y : Nat) (h : x < y) : x + 1 ≤ y := sorry_free x y h
--- structural recursion
def len : List Nat → Nat
  | [] => 0
  | _ :: xs => len xs + 1
theorem len_append (xs ys : List Nat) : len (xs ++ ys) = len xs + len ys := by
  induction xs with
  | nil => simp [len]
  | cons x xs ih => simp [len, ih]; omega
theorem t (x y : Nat) (h : x < y) : x + 1 ≤ y := h
--- well-founded recursion
def gcd' (a b : Nat) : Nat := if h : b = 0 then a else gcd' b (a % b)
termination_by b
decreasing_by exact Nat.mod_lt _ (Nat.pos_of_ne_zero h)
theorem gcd'_zero (a : Nat) : gcd' a 0 = a := by unfold gcd'; simp
theorem t (x y : Nat) (h : x < y) : x + 1 ≤ y := h
--- mutual definitions
mutual
def ev : Nat → Bool | 0 => true | n+1 => od n
def od : Nat → Bool | 0 => false | n+1 => ev n
end
theorem t (x y : Nat) (h : x < y) : x + 1 ≤ y := h
--- mutual inductive types
mutual
inductive Ev : Nat → Prop | zero : Ev 0 | succ : Od n → Ev (n+1)
inductive Od : Nat → Prop | succ : Ev n → Od (n+1)
end
theorem two : Ev 2 := .succ (.succ .zero)
theorem t (x y : Nat) (h : x < y) : x + 1 ≤ y := h
--- nested inductive type
inductive Rose (α : Type) where | node (value : α) (children : List (Rose α))
def Rose.value : Rose α → α | .node v _ => v
theorem t (x y : Nat) (h : x < y) : x + 1 ≤ y := h
--- structure with extension
structure A where x : Nat
structure B extends A where
  y : Nat
  small : x < y
theorem B.le (b : B) : b.x + 1 ≤ b.y := b.small
theorem t (x y : Nat) (h : x < y) : x + 1 ≤ y := B.le { x, y, small := h }
--- class and instance
class Below (α : Type) where
  lt : α → α → Prop
instance : Below Nat := ⟨(· < ·)⟩
theorem t (x y : Nat) (h : x < y) : x + 1 ≤ y := h
--- deriving
inductive Colour where | red | green (n : Nat) | blue
  deriving Repr, DecidableEq, BEq, Hashable, Inhabited, Ord
structure Point where (x : Nat) (y : Nat)
  deriving Repr, DecidableEq, BEq, Hashable, Inhabited
theorem t (x y : Nat) (h : x < y) : x + 1 ≤ y := h
--- deriving instance
inductive Two where | a | b
deriving instance DecidableEq for Two
theorem two_ne : Two.a ≠ Two.b := by decide
theorem t (x y : Nat) (h : x < y) : x + 1 ≤ y := h
--- namespace and section
namespace Work
section Inner
variable (x y : Nat)
theorem step (h : x < y) : x + 1 ≤ y := h
end Inner
end Work
theorem t (x y : Nat) (h : x < y) : x + 1 ≤ y := Work.step x y h
--- open in
namespace Work theorem step {x y : Nat} (h : x < y) : x + 1 ≤ y := h end Work
open Work in
theorem t (x y : Nat) (h : x < y) : x + 1 ≤ y := step h
--- set_option in
set_option maxHeartbeats 400000 in
set_option maxRecDepth 2000 in
theorem t (x y : Nat) (h : x < y) : x + 1 ≤ y := by omega
--- where helpers
def total (xs : List Nat) : Nat := go xs 0
where
  go : List Nat → Nat → Nat
    | [], acc => acc
    | x :: xs, acc => go xs (acc + x)
theorem t (x y : Nat) (h : x < y) : x + 1 ≤ y := proof
where proof := h
--- let rec
theorem helper (n : Nat) : 0 ≤ n := by
  let rec go : (m : Nat) → 0 ≤ m
    | 0 => Nat.le_refl 0
    | m + 1 => Nat.le_trans (go m) (Nat.le_succ m)
  exact go n
theorem t (x y : Nat) (h : x < y) : x + 1 ≤ y := h
--- match
theorem pred (n : Nat) (h : 0 < n) : ∃ m, n = m + 1 := match n, h with
  | m + 1, _ => ⟨m, rfl⟩
theorem t (x y : Nat) (h : x < y) : x + 1 ≤ y := h
--- equations as proofs
theorem le_self : (n : Nat) → n ≤ n
  | 0 => Nat.le.refl
  | n + 1 => Nat.succ_le_succ (le_self n)
theorem t (x y : Nat) (h : x < y) : x + 1 ≤ y := h
--- anonymous constructors
theorem both (p q : Prop) (hp : p) (hq : q) : p ∧ q ∧ p := ⟨hp, hq, hp⟩
theorem t (x y : Nat) (h : x < y) : x + 1 ≤ y := h
--- private
private theorem hidden {x y : Nat} (h : x < y) : x + 1 ≤ y := h
theorem t (x y : Nat) (h : x < y) : x + 1 ≤ y := hidden h
--- protected, noncomputable, abbrev
noncomputable def pick (h : ∃ n : Nat, n > 3) : Nat := Classical.choose h
protected theorem Nat.my_step {x y : Nat} (h : x < y) : x + 1 ≤ y := h
abbrev N := Nat
theorem t (x y : Nat) (h : x < y) : x + 1 ≤ y := Nat.my_step h
--- simp attribute
def double (n : Nat) := n + n
@[simp] theorem double_eq (n : Nat) : double n = 2 * n := by unfold double; omega
theorem four : double 2 = 4 := by simp
theorem t (x y : Nat) (h : x < y) : x + 1 ≤ y := by simpa using h
--- local and scoped instances
namespace M
scoped instance one : Inhabited Nat := ⟨1⟩
local instance two : Inhabited Nat := ⟨2⟩
end M
theorem t (x y : Nat) (h : x < y) : x + 1 ≤ y := h
--- attribute command
theorem step {x y : Nat} (h : x < y) : x + 1 ≤ y := h
attribute [local simp] Nat.succ_le_iff
attribute [local grind →] step
theorem t (x y : Nat) (h : x < y) : x + 1 ≤ y := by grind
--- decide
theorem small : ∀ n : Fin 5, n.val < 5 := by decide
theorem t (x y : Nat) (h : x < y) : x + 1 ≤ y := h
--- decide +kernel
theorem prime : ∀ n : Fin 30, 1 < n.val → 29 % n.val ≠ 0 ∨ n.val = 29 := by decide +kernel
theorem t (x y : Nat) (h : x < y) : x + 1 ≤ y := h
--- grind
theorem t (x y : Nat) (h : x < y) : x + 1 ≤ y := by grind
--- classical
open Classical in
theorem em' (p : Prop) : p ∨ ¬ p := if h : p then .inl h else .inr h
theorem t (x y : Nat) (h : x < y) : x + 1 ≤ y := by
  by_cases k : x = y
  · omega
  · rcases Nat.lt_or_ge x y with h' | h'
    · exact h'
    · exact absurd h (Nat.not_lt.mpr h')
--- unicode
theorem αβγ₁ (ξ : Nat) («a b» : Nat) (h : ξ < «a b») : ξ + 1 ≤ «a b» := h
theorem t (x y : Nat) (h : x < y) : x + 1 ≤ y := αβγ₁ x y h
--- universes
universe u v
theorem comp {α : Sort u} {β : Sort v} (f : α → β) (a b : α) (h : a = b) : f a = f b := h ▸ rfl
theorem t (x y : Nat) (h : x < y) : x + 1 ≤ y := h
--- quotients
def mod2 : Setoid Nat := ⟨fun a b => a % 2 = b % 2, ⟨fun _ => rfl, Eq.symm, Eq.trans⟩⟩
theorem mod2_eq : (Quotient.mk mod2 1) = Quotient.mk mod2 3 := Quotient.sound rfl
theorem t (x y : Nat) (h : x < y) : x + 1 ≤ y := h
--- checks and prints
#check Nat.succ_le_iff
theorem t (x y : Nat) (h : x < y) : x + 1 ≤ y := h
#print axioms t
example : 1 + 1 ≤ 2 := t 1 2 (by decide)
--- section left open
section
theorem t (x y : Nat) (h : x < y) : x + 1 ≤ y := h
--- module doc
/-! # A file
with `axiom` in its text -/
theorem t (x y : Nat) (h : x < y) : x + 1 ≤ y := h
--- obtain and exists
theorem ex (n : Nat) (h : ∃ k, n = 2 * k) : ∃ k, n + 2 = 2 * k := by
  obtain ⟨k, rfl⟩ := h
  exact ⟨k + 1, by omega⟩
theorem t (x y : Nat) (h : x < y) : x + 1 ≤ y := h
--- fun_induction
def half : Nat → Nat | 0 => 0 | 1 => 0 | n + 2 => half n + 1
theorem half_le (n : Nat) : half n ≤ n := by
  fun_induction half n <;> omega
theorem t (x y : Nat) (h : x < y) : x + 1 ≤ y := h
--- inductive families
inductive Vec (α : Type u) : Nat → Type u where
  | nil : Vec α 0
  | cons : α → Vec α n → Vec α (n + 1)
def Vec.toList : Vec α n → List α | .nil => [] | .cons a v => a :: v.toList
theorem Vec.length (v : Vec α n) : v.toList.length = n := by
  induction v with
  | nil => rfl
  | cons a v ih => simp [toList, ih]
theorem t (x y : Nat) (h : x < y) : x + 1 ≤ y := h
--- used afterwards
theorem t (x y : Nat) (h : x < y) : x + 1 ≤ y := h
theorem after : 3 ≤ 4 := t 2 4 (by decide)
--- unused have and suffices
theorem t (x y : Nat) (h : x < y) : x + 1 ≤ y := by
  suffices k : Nat.succ x ≤ y from k
  have : x ≤ y := Nat.le_of_lt h
  exact h
--- do notation
def sum (xs : List Nat) : Nat := Id.run do
  let mut s := 0
  for x in xs do s := s + x
  return s
theorem t (x y : Nat) (h : x < y) : x + 1 ≤ y := h
--- trailing tactic blocks
theorem t (x y : Nat) (h : x < y) : x + 1 ≤ y := by
  have h₁ : x + 1 ≤ y := by
    apply Nat.succ_le_of_lt
    assumption
  first
    | exact h₁
    | omega
--- opaque names hidden by a namespace of one's own
namespace Nat
theorem step_of_mine {x y : Nat} (h : x < y) : x + 1 ≤ y := h
end Nat
theorem t (x y : Nat) (h : x < y) : x + 1 ≤ y := Nat.step_of_mine h
--- conv, rw, exacts
theorem swap (a b c : Nat) : a + b + c = c + (b + a) := by
  conv => lhs; rw [Nat.add_comm a b]
  rw [Nat.add_comm]
theorem t (x y : Nat) (h : x < y) : x + 1 ≤ y := by refine ?_; exact h
--- bit vectors
theorem bv (x : BitVec 8) : x &&& x = x := by simp
theorem t (x y : Nat) (h : x < y) : x + 1 ≤ y := h
--- partial order by structure instance
structure Box (α : Type) where val : α
instance [LT α] : LT (Box α) where lt a b := a.val < b.val
theorem Box.lt_def {a b : Box Nat} (h : a < b) : a.val + 1 ≤ b.val := h
theorem t (x y : Nat) (h : x < y) : x + 1 ≤ y := Box.lt_def (a := ⟨x⟩) (b := ⟨y⟩) h
--- coercions and function application
instance : Coe Bool Nat := ⟨fun b => if b then 1 else 0⟩
theorem c : ((true : Nat) : Nat) = 1 := rfl
theorem t (x y : Nat) (h : x < y) : x + 1 ≤ y := h |> id
--- noncomputable section
noncomputable section
def least (p : Nat → Prop) (h : ∃ n, p n) : Nat := Classical.choose h
end
theorem t (x y : Nat) (h : x < y) : x + 1 ≤ y := h
--- unseal
def twice (n : Nat) : Nat := n + n
attribute [irreducible] twice
unseal twice in
theorem twice_one : twice 1 = 2 := rfl
theorem t (x y : Nat) (h : x < y) : x + 1 ≤ y := h
--- erased attribute
attribute [-simp] Nat.lt_irrefl
theorem t (x y : Nat) (h : x < y) : x + 1 ≤ y := h
--- export and open
namespace Far theorem near {x y : Nat} (h : x < y) : x + 1 ≤ y := h end Far
export Far (near)
theorem t (x y : Nat) (h : x < y) : x + 1 ≤ y := near h
--- grind pattern
def g (n : Nat) : Nat := n + 1
theorem g_gt (n : Nat) : g n > n := Nat.lt_succ_self n
grind_pattern g_gt => g n
theorem t (x y : Nat) (h : x < y) : x + 1 ≤ y := h
--- class hierarchy
class Mul' (α : Type) where
  mul : α → α → α
class Monoid' (α : Type) extends Mul' α where
  one : α
  one_mul : ∀ a, mul one a = a
  assoc : ∀ a b c, mul (mul a b) c = mul a (mul b c)
instance : Monoid' Nat where
  mul := (· * ·)
  one := 1
  one_mul := Nat.one_mul
  assoc := Nat.mul_assoc
theorem Monoid'.one_one [Monoid' α] : Mul'.mul (Monoid'.one : α) Monoid'.one = Monoid'.one := Monoid'.one_mul _
theorem t (x y : Nat) (h : x < y) : x + 1 ≤ y := h
--- structural recursion by hand
def fact : Nat → Nat
  | 0 => 1
  | n + 1 => (n + 1) * fact n
termination_by structural n => n
theorem fact_pos : ∀ n, 0 < fact n
  | 0 => Nat.one_pos
  | n + 1 => Nat.mul_pos n.succ_pos (fact_pos n)
theorem t (x y : Nat) (h : x < y) : x + 1 ≤ y := h
--- mutual well-founded recursion
mutual
def ping (n : Nat) : Nat := if n = 0 then 0 else pong (n - 1)
termination_by n
def pong (n : Nat) : Nat := if n = 0 then 1 else ping (n - 1)
termination_by n
end
theorem ping_zero : ping 0 = 0 := by unfold ping; rfl
theorem t (x y : Nat) (h : x < y) : x + 1 ≤ y := h
--- accumulator and its invariant
def rev (xs ys : List α) : List α := match xs with
  | [] => ys
  | x :: xs => rev xs (x :: ys)
theorem rev_eq (xs ys : List α) : rev xs ys = xs.reverse ++ ys := by
  induction xs generalizing ys with
  | nil => rfl
  | cons x xs ih => simp [rev, ih]
theorem t (x y : Nat) (h : x < y) : x + 1 ≤ y := h
--- existential structure
structure Bounded (n : Nat) where
  val : Nat
  property : val < n
def Bounded.up {n : Nat} (b : Bounded n) : Bounded (n + 1) := { b with property := Nat.lt_succ_of_lt b.property }
@[ext] structure Point where (x y : Nat)
theorem Point.same (p q : Point) (h : p.x = q.x) (k : p.y = q.y) : p = q := Point.ext h k
theorem t (x y : Nat) (h : x < y) : x + 1 ≤ y := h
--- subtypes and sigma types
def Even := { n : Nat // n % 2 = 0 }
def Even.add (a b : Even) : Even := ⟨a.1 + b.1, by have := a.2; have := b.2; omega⟩
theorem t (x y : Nat) (h : x < y) : x + 1 ≤ y := (⟨x, h⟩ : { k : Nat // k < y }).property
--- no-confusion and nomatch
inductive Shade where | dark | light
theorem dark_light : Shade.dark ≠ Shade.light := nofun
theorem none (h : Shade.dark = Shade.light) : False := nomatch h
theorem t (x y : Nat) (h : x < y) : x + 1 ≤ y := h
--- inductive predicate with induction on it
inductive Reach : Nat → Nat → Prop
  | here (n) : Reach n n
  | next {m n} : Reach m n → Reach m (n + 1)
theorem Reach.le {m n : Nat} (h : Reach m n) : m ≤ n := by
  induction h with
  | here => exact Nat.le_refl _
  | next _ ih => exact Nat.le_succ_of_le ih
theorem t (x y : Nat) (h : x < y) : x + 1 ≤ y := h
--- function extensionality and propositional extensionality
theorem fe (f g : Nat → Nat) (h : ∀ n, f n = g n) : f = g := funext h
theorem pe (p q : Prop) (h : p ↔ q) : p = q := propext h
theorem t (x y : Nat) (h : x < y) : x + 1 ≤ y := h
--- arrays and loops with proofs
def sumTo (n : Nat) : Nat := go n 0
where go (n acc : Nat) : Nat := match n with
  | 0 => acc
  | n + 1 => go n (acc + n + 1)
theorem sumTo.go_le (n acc : Nat) : acc ≤ sumTo.go n acc := by
  induction n generalizing acc with
  | zero => exact Nat.le_refl _
  | succ n ih => exact Nat.le_trans (by omega) (ih _)
theorem t (x y : Nat) (h : x < y) : x + 1 ≤ y := h
--- instance arguments and outParam
class Into (α : Type) (β : outParam Type) where
  into : α → β
instance : Into Bool Nat := ⟨fun b => if b then 1 else 0⟩
theorem into_true : Into.into true = 1 := rfl
theorem t (x y : Nat) (h : x < y) : x + 1 ≤ y := h
