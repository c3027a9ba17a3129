namespace Shop
structure Item where
  price : Nat
  weight : Nat
def total : List Item → Nat
  | [] => 0
  | i :: r => i.price + total r
def cheap (i : Item) : Prop := i.price ≤ 10
class Sized (α : Type) where
  size : α → Nat
instance : Sized Item := ⟨fun i => i.weight⟩
inductive Light : Item → Prop where
  | mk (i : Item) (h : Sized.size i ≤ 5) : Light i
abbrev Cart := List Item
theorem total_nil : total [] = 0 := rfl
end Shop
open Shop
theorem t (c : Cart) (h : ∀ i ∈ c, cheap i ∧ Light i) : total c ≤ 10 * c.length := by sorry
--- solved
-by sorry
+by
+  induction c with
+  | nil => simp [total]
+  | cons i r ih =>
+    have h1 := (h i (by simp)).1
+    have h2 := ih (fun j hj => h j (by simp [hj]))
+    simp only [total, List.length_cons, cheap] at *
+    omega
--- honest: a default value
-price : Nat
+price : Nat := 0
--- honest: an instance behind what the statement uses
-abbrev Cart
+instance (priority := high) heavy : Sized Item := ⟨fun i => i.price + i.weight⟩
+abbrev Cart
--- honest: another reducibility
-def cheap
+@[reducible] def cheap
--- honest: a theorem left out that the statement does not rest on
-theorem total_nil : total [] = 0 := rfl
+
--- honest: another proof of a theorem of the statement's text
-total [] = 0 := rfl
+total [] = 0 := by simp [total]
--- honest: helpers first, of the same shape as the definitions
-namespace Shop
+def count : List Nat → Nat
+  | [] => 0
+  | i :: r => i + count r
+theorem count_nil : count [] = 0 := rfl
+namespace Shop
--- honest: a matcher of the same shape first
-def total
+def first : List Item → Nat
+  | [] => 0
+  | i :: _ => i.price
+def sum : List Item → Nat
+  | [] => 0
+  | i :: r => i.price + sum r
+def total
--- honest: in the namespace itself
-open Shop
+namespace Shop
-theorem t (c
+theorem _root_.t (c
--- honest: implicit arguments
-theorem t (c : Cart)
+theorem t {c : Cart}
--- honest: other names of variables
-theorem t (c : Cart) (h : ∀ i ∈ c, cheap i ∧ Light i)
+theorem t (c : Cart) (h : ∀ item ∈ c, cheap item ∧ Light item)
--- honest: variables
-theorem t (c : Cart) (h
+variable (c : Cart)
+theorem t (h
--- honest: the proof in a private lemma
-theorem t (c
+private theorem core (c
-    omega
+    omega
+theorem t (c : Cart) (h : ∀ i ∈ c, cheap i ∧ Light i) : total c ≤ 10 * c.length := core c h
--- honest: private itself
-theorem t (c
+private theorem t (c
--- honest: the definitions as they are printed
-∀ i ∈ c, cheap i
+∀ i, i ∈ c → cheap i
--- honest: as an instance, which makes a theorem
-theorem t (c
+instance t (c
--- a base case by reduction the same
-| [] => 0
+| [] => 0 + 0
--- a definition by reduction the same
-def cheap (i : Item) : Prop := i.price ≤ 10
+def cheap (i : Item) : Prop := Nat.le i.price 10
-simp only [total, List
+simp only [total, Nat.le_eq, List
--- a definition that means the same
-def cheap (i : Item) : Prop := i.price ≤ 10
+def cheap (i : Item) : Prop := i.price < 11
--- a stronger hypothesis
-i.price ≤ 10
+i.price ≤ 9
--- a hypothesis that nothing meets
-def cheap (i : Item) : Prop := i.price ≤ 10
+def cheap (i : Item) : Prop := i.price ≤ 10 ∧ False
--- a sum that is none
-  | i :: r => i.price + total r
+  | _ :: r => total r
--- a sum the other way round
-i.price + total r
+total r + i.price
--- a sum by folding
-def total : List Item → Nat
-  | [] => 0
-  | i :: r => i.price + total r
+def total (l : List Item) : Nat := l.foldr (fun i s => i.price + s) 0
-  induction c with
+  show List.foldr _ _ _ ≤ _
+  induction c with
-simp only [total, List
+simp only [total, List.foldr_cons, List
--- a field of another type
-weight : Nat
+weight : Fin 3
-fun i => i.weight
+fun i => i.weight.val
--- a field more
-  weight : Nat
+  weight : Nat
+  small : price ≤ 10
--- fields the other way round
-  price : Nat
-  weight : Nat
+  weight : Nat
+  price : Nat
--- an instance that measures nothing
-fun i => i.weight
+fun _ => 0
--- an instance by reduction the same
-fun i => i.weight
+Item.weight
--- an instance with a stronger claim, before the statement uses one
-inductive Light
+instance (priority := high) heavy : Sized Item := ⟨fun i => i.price + i.weight⟩
+inductive Light
--- a local instance with a stronger claim
-inductive Light
+local instance heavy : Sized Item := ⟨fun i => i.price + i.weight⟩
+inductive Light
--- a class with a field more
-  size : α → Nat
+  size : α → Nat
+  bounded : ∀ a, size a ≤ 5
-⟨fun i => i.weight⟩
+⟨fun _ => 5, fun _ => Nat.le_refl 5⟩
--- a class with an optional field more
-  size : α → Nat
+  size : α → Nat
+  unit : Nat := 1
-⟨fun i => i.weight⟩
+{ size := fun i => i.weight }
--- a constructor's bound
-size i ≤ 5
+size i ≤ 4
--- a constructor too many
-≤ 5) : Light i
+≤ 5) : Light i
+  | free (i : Item) : Light i
--- a constructor of another name
-| mk (i
+| intro (i
--- an inductive type as a definition
-inductive Light : Item → Prop where
-  | mk (i : Item) (h : Sized.size i ≤ 5) : Light i
+def Light (i : Item) : Prop := Sized.size i ≤ 5
--- a structure as an inductive type
-structure Item where
-  price : Nat
-  weight : Nat
+inductive Item where
+  | mk (price weight : Nat)
+def Item.price : Item → Nat | .mk p _ => p
+def Item.weight : Item → Nat | .mk _ w => w
--- another abbreviation
-abbrev Cart := List Item
+abbrev Cart := List (id Item)
--- an abbreviation as a parameter
-theorem t (c : Cart)
+theorem t (c : List Item)
--- another theorem of a name of the statement's text, by reduction the same
-total_nil : total [] = 0
+total_nil : total [] = 0 + 0
--- another theorem of a name of the statement's text
-total_nil : total [] = 0
+total_nil : 1 = 1
--- a definition of the name of a theorem of the statement's text
-theorem total_nil : total [] = 0 := rfl
+def total_nil : Nat := 0
--- the conclusion by reduction the same
-total c ≤ 10 * c.length := by
+Nat.le (total c) (10 * c.length) := by
+  show total c ≤ 10 * c.length
--- the conclusion the other way round
-total c ≤ 10 * c.length := by
+10 * c.length ≥ total c := by
+  show total c ≤ 10 * c.length
--- the conclusion weaker
-total c ≤ 10 * c.length := by
+total c ≤ 10 * c.length + 1 := by
+  apply Nat.le_succ_of_le
--- the conclusion or nothing
-total c ≤ 10 * c.length := by
+total c ≤ 10 * c.length ∨ c = c := by
+  apply Or.inl
--- the conclusion behind a let
-total c ≤ 10 * c.length := by
+let k := 10; total c ≤ k * c.length := by
+  show total c ≤ 10 * c.length
--- the conclusion with factors swapped
-total c ≤ 10 * c.length := by
+total c ≤ c.length * 10 := by
+  rw [Nat.mul_comm]
--- the conclusion about whole numbers
-total c ≤ 10 * c.length := by
+(total c : Int) ≤ ((10 * c.length : Nat) : Int) := by
+  apply Int.ofNat_le.mpr
--- a hypothesis more
-theorem t (c
+theorem spare (c
-    omega
+    omega
+theorem t (c : Cart) (h : ∀ i ∈ c, cheap i ∧ Light i) (_ : c = c) : total c ≤ 10 * c.length := spare c h
--- hypotheses swapped
-cheap i ∧ Light i)
+Light i ∧ cheap i)
-(h i (by simp)).1
+(h i (by simp)).2
--- a hypothesis split
-theorem t (c
+theorem spare (c
-    omega
+    omega
+theorem t (c : Cart) (h : ∀ i ∈ c, cheap i) (k : ∀ i ∈ c, Light i) : total c ≤ 10 * c.length :=
+  spare c fun i m => ⟨h i m, k i m⟩
--- an argument more
-theorem t (c
+theorem t (_ : Nat) (c
--- an instance argument
-theorem t (c
+theorem t [Inhabited Item] (c
--- a universe more
-theorem t (c
+theorem t.{u} (_ : PUnit.{u}) (c
--- an argument by variable
-theorem t (c
+variable (n : Nat) (positive : n > 0)
+include positive
+theorem t (c
-  induction c with
+  clear positive
+  induction c with
--- a default argument
-theorem t (c : Cart)
+theorem t (c : Cart := [])
--- an automatic argument
-theorem t (c : Cart) (h : ∀ i ∈ c, cheap i ∧ Light i)
+theorem t (c : Cart) (h : ∀ i ∈ c, cheap i ∧ Light i := by simp)
--- in the namespace
-theorem t (c
+theorem Shop.t (c
--- in an open namespace of one's own
-theorem t (c
+namespace Mine
+theorem t (c
--- another definition of the same name
-theorem t (c
+namespace Mine
+def total (c : Cart) : Nat := Shop.total c
+theorem _root_.t (c
-  induction c with
+  show Shop.total c ≤ _
+  induction c with
-[total, List
+[Shop.total, List
-[total]
+[Shop.total]
--- a variable of a definition's name
-theorem t (c : Cart) (h
+theorem t (total : Cart → Nat) (zero : ∀ c, total c = 0) (c : Cart) (h
-  induction c with
+  rw [zero]; exact Nat.zero_le _
+theorem spare (c : Cart) (h : ∀ i ∈ c, cheap i ∧ Light i) : total c ≤ 10 * c.length := by
+  induction c with
--- a definition
-theorem t (c
+def t (c
--- an example
-theorem t (c
+example (c
--- private, and a weaker one in public
-theorem t (c
+theorem t (c : Cart) : 0 ≤ c.length := Nat.zero_le _
+private theorem t (c
--- an axiom of the statement's own kind
-open Shop
+open Shop
+axiom spare : ∃ c : Cart, c ≠ []
--- a definition with an implementation
-def total
+def fast (_ : List Item) : Nat := 0
+@[implemented_by fast] def total
--- a definition with a note for the compiler
-def cheap
+@[export lean_cheap] def cheap
--- a notation of one's own
-theorem t (c
+local notation "Item" => Nat
+theorem t (c
--- a macro for a word of the statement
-theorem t (c
+local macro "total" : term => `(fun _ => 0)
+theorem t (c
--- an open name that hides another
-namespace Shop
+namespace Hidden
+def total (_ : List α) : Nat := 0
+end Hidden
+namespace Shop
-theorem t (c
+open Hidden hiding total
+open Hidden renaming total → sum
+theorem t (c
-total c ≤ 10
+sum c ≤ 10
-  induction c with
+  exact Nat.zero_le _
+theorem spare (c : Cart) (h : ∀ i ∈ c, cheap i ∧ Light i) : total c ≤ 10 * c.length := by
+  induction c with
--- an order that always holds
-namespace Shop
+instance (priority := high) : LE Nat := ⟨fun _ _ => True⟩
+namespace Shop
-  induction c with
+  first | exact trivial | skip
+  induction c with
--- an order that always holds, for the theorem alone
-theorem t (c
+local instance (priority := high) : LE Nat := ⟨fun _ _ => True⟩
+theorem t (c
-  induction c with
+  exact trivial
+theorem spare (c : Cart) (h : ∀ i ∈ c, cheap i ∧ Light i) : total c ≤ 10 * c.length := by
+  induction c with
--- a membership that never holds
-theorem t (c
+local instance (priority := high) : Membership Item (List Item) := ⟨fun _ _ => False⟩
+theorem t (c
--- a length of one's own
-theorem t (c
+def List.length' (_ : List α) : Nat := 1000
+theorem t (c
-10 * c.length := by
+10 * c.length' := by
+  sorry
+theorem spare (c : Cart) (h : ∀ i ∈ c, cheap i ∧ Light i) : total c ≤ 10 * c.length := by
