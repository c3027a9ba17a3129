theorem t : 1 = 2 := by sorry
--- sorry
theorem t : 1 = 2 := sorry
--- admit
theorem t : 1 = 2 := by admit
--- hidden in a helper
theorem helper : 1 = 2 := by sorry
theorem t : 1 = 2 := helper
--- warnings off
set_option warn.sorry false in
theorem t : 1 = 2 := by sorry
--- sorryAx
theorem t : 1 = 2 := sorryAx _ false
--- axiom
axiom cheat : 1 = 2
theorem t : 1 = 2 := cheat
--- attributed axiom
@[simp] axiom cheat : 1 = 2
theorem t : 1 = 2 := by simp
--- axiom of another name
axiom t : 1 = 2
--- axiom in a namespace
namespace A
protected axiom cheat : False
end A
theorem t : 1 = 2 := A.cheat.elim
--- axiom behind a prefix
open Nat in
private axiom cheat : 1 = 2
theorem t : 1 = 2 := cheat
--- opaque
opaque cheat : 1 = 2
theorem t : 1 = 2 := cheat
--- opaque with a value
opaque cheat : 1 = 2 := by sorry
theorem t : 1 = 2 := cheat
--- unsafe theorem
unsafe def t : 1 = 2 := t
--- unsafe helper
unsafe def helper : 1 = 2 := helper
theorem t : 1 = 2 := helper
--- partial
partial def helper (n : Nat) : 1 = 2 := helper (n + 1)
theorem t : 1 = 2 := helper 0
--- implemented_by
def no : Bool := false
@[implemented_by no] def yes : Bool := true
theorem t : 1 = 2 := by native_decide
--- native_decide
theorem t : 1 = 2 := by native_decide
--- decide +native
theorem t : 1 = 2 := by decide +native
--- extern
@[extern "lean_nat_add"] def sub (a b : Nat) : Nat := a - b
theorem t : 1 = 2 := by native_decide
--- csimp
def a := 1
def b := 2
@[csimp] theorem ab : @a = @b := sorry
theorem t : 1 = 2 := by native_decide
--- export
@[export lean_nat_dec_eq] def eq (a b : Nat) : Bool := true
theorem t : 1 = 2 := by decide
--- skipKernelTC
set_option debug.skipKernelTC true in
theorem t : 1 = 2 := by decide +kernel
--- skipKernelTC for the rest
set_option debug.skipKernelTC true
theorem t : 1 = 2 := by decide +kernel
--- skipKernelTC inside
theorem t : 1 = 2 := by
  set_option debug.skipKernelTC true in
  decide +kernel
--- skipKernelTC in a term
theorem t : 1 = 2 := set_option debug.skipKernelTC true in by decide +kernel
--- byAsSorry
set_option debug.byAsSorry true in
theorem t : 1 = 2 := by rfl
--- proofAsSorry
set_option debug.proofAsSorry true
theorem t : 1 = 2 := by rfl
--- terminalTacticsAsSorry
set_option debug.terminalTacticsAsSorry true
theorem t : 1 = 2 := by omega
--- notation
notation:max "1" => (2 : Nat)
theorem t : 1 = 2 := rfl
--- local notation
local notation "One" => 2
theorem t : One = 2 := rfl
--- infix
local infix:50 " = " => fun (_ _ : Nat) => True
theorem t : 1 = 2 := trivial
--- macro
macro "theorem" n:ident ":" t:term ":=" "rfl" : command => `(theorem $n : True := trivial)
theorem t : 1 = 2 := rfl
--- term macro
macro "P" rest:term* : term => `(True)
theorem t : P 1 = 2 := trivial
--- macro_rules
macro_rules | `($a = $b) => `(True)
theorem t : 1 = 2 := trivial
--- syntax
syntax "cheat" : tactic
macro_rules | `(tactic| cheat) => `(tactic| sorry)
theorem t : 1 = 2 := by cheat
--- elab
open Lean Elab Tactic in
elab "cheat" : tactic => admitGoal (← getMainGoal)
theorem t : 1 = 2 := by cheat
--- run_cmd
run_cmd Lean.Elab.Command.elabCommand (← `(axiom cheat : 1 = 2))
theorem t : 1 = 2 := cheat
--- eval
#eval IO.println "{\"ok\": true}"
theorem t : 1 = 2 := by rfl
--- initialize
initialize IO.println "ok"
theorem t : 1 = 2 := rfl
--- builtin_initialize
builtin_initialize IO.println "ok"
theorem t : 1 = 2 := rfl
--- run_tac
theorem t : 1 = 2 := by run_tac Lean.Elab.Tactic.admitGoal (← Lean.Elab.Tactic.getMainGoal)
--- by_elab
theorem t : 1 = 2 := by_elab Lean.Meta.mkSorry (Lean.mkConst `False) false
--- exit
#exit
theorem t : 1 = 2 := rfl
--- exit behind
theorem t : 1 = 2 := by decide
#exit
--- guard_msgs
#guard_msgs (drop all) in
theorem t : 1 = 2 := by rfl
--- missing
theorem u : 1 = 1 := rfl
--- only mentioned
theorem u : 1 = 1 := rfl
-- theorem t : 1 = 2 := by decide
--- in another namespace
namespace A
theorem t : 1 = 1 := rfl
end A
--- weaker
theorem t : 1 = 1 := rfl
--- a disjunct
theorem t : 1 = 2 ∨ True := .inr trivial
--- implication
theorem t : False → 1 = 2 := False.elim
--- extra hypothesis
theorem t (h : 1 = 2) : 1 = 2 := h
--- hypothesis by variable
variable (h : 1 = 2)
include h
theorem t : 1 = 2 := h
--- instance hypothesis
class Bad : Prop where h : 1 = 2
theorem t [Bad] : 1 = 2 := Bad.h
--- automatic hypothesis
set_option autoImplicit true
theorem t : h → h := id
--- other numbers
instance (priority := high) : OfNat Nat 2 := ⟨1⟩
theorem t : 1 = 2 := rfl
--- another type
structure Unit' where
instance : OfNat Unit' n := ⟨⟨⟩⟩
theorem t : (1 : Unit') = 2 := rfl
--- default instance
structure Unit' where
@[default_instance 2000] instance : OfNat Unit' n := ⟨⟨⟩⟩
theorem t : 1 = 2 := rfl
--- equality of one's own
namespace A
def Eq (_ _ : Nat) : Prop := True
theorem _root_.t : Eq 1 2 := trivial
end A
--- coercion
theorem t : (1 : Fin 1) = 2 := rfl
--- definition instead of proof
def t : Prop := 1 = 2
--- structure of that name
structure t where h : 1 = 1
--- inductive of that name
inductive t : Prop where | h
--- constructor of that name
inductive T where | t
open T
--- inconsistent hypotheses in the type
theorem t : (∀ n : Nat, n = 0) → 1 = 2 := fun h => absurd (h 1) (by decide)
--- nonpositive type
inductive Bad where | mk : (Bad → False) → Bad
theorem t : 1 = 2 := rfl
--- large universe
inductive Bad : Prop where | a | b
theorem t : 1 = 2 := (nomatch (show Bad.a ≠ Bad.b from by decide) : False).elim
--- endless recursion
def helper (n : Nat) : 1 = 2 := helper (n + 1)
theorem t : 1 = 2 := helper 0
--- false termination
def helper (n : Nat) : 1 = 2 := helper (n + 1)
termination_by n
decreasing_by sorry
theorem t : 1 = 2 := helper 0
--- partial_fixpoint
def helper (n : Nat) : Option (PLift (1 = 2)) := helper n
partial_fixpoint
theorem t : 1 = 2 := ((helper 0).get rfl).down
--- error passed over
theorem helper : 1 = 2 := by rfl
theorem t : 1 = 2 := helper
--- first alternative fails
theorem t : 1 = 2 := by first | rfl | sorry
--- try
theorem t : 1 = 2 := by try rfl
--- stop
theorem t : 1 = 2 := by
  stop
  rfl
--- case left open
theorem t : 1 = 2 := by
  rcases Nat.lt_or_ge 1 2 with h | h
  · exact absurd h (by decide)
--- parse error between
theorem u : 1 = 1 := rfl
) end end
theorem t : 1 = 2 := rfl
--- attribute that runs
@[simp, tactic Lean.Parser.Tactic.omega] def cheat : Nat := 1
theorem t : 1 = 2 := by omega
--- simproc
simproc cheat (1 = 2) := fun _ => return .done { expr := Lean.mkConst `True }
theorem t : 1 = 2 := by simp
--- include_str
def s := include_str "/etc/passwd"
theorem t : 1 = 2 := rfl
--- look-alike
theorem t : 1 ＝ 2 := rfl
--- import of a cheat
import Cheat
theorem t : 1 = 2 := Cheat.t
--- prelude
prelude
theorem t : 1 = 2 := rfl
--- module
module
public theorem t : 1 = 2 := rfl
--- twice
theorem t : 1 = 2 := by decide
theorem t : 1 = 1 := rfl
--- private and public
private theorem t : 1 = 1 := rfl
--- reserved names
theorem lemmata_audited : 1 = 2 := sorry
theorem t : 1 = 2 := lemmata_audited
--- bv_decide
theorem helper : (1#8) = 2#8 := by bv_decide
theorem t : 1 = 2 := absurd helper (by decide)
--- unicode escape in a name
theorem t : 1 = 2 := «sorryAx» _ false
--- declaration in a proof
theorem t : 1 = 2 := by
  axiom cheat : 1 = 2
  exact cheat
--- end tricks
namespace t
end t
section t
end t
example : 1 = 2 := by rfl
--- sorryAx from characters
open Lean in
elab "zip" : tactic => Elab.Tactic.closeMainGoal `zip (← Meta.mkAppOptM (.mkSimple ("sor" ++ "ryAx")) #[none, mkConst ``Bool.false])
theorem t : 1 = 2 := by zip
--- sorryAx from characters in a term
theorem t : 1 = 2 := by_elab return Lean.mkConst (.mkSimple (String.ofList ['s', 'o', 'r', 'r', 'y', 'A', 'x']))
--- option from fragments
open Lean in
elab "quick" t:tactic : tactic => withOptions (fun o => o.setBool (.str `debug ("skip" ++ "KernelTC")) true) (Elab.Tactic.evalTactic t)
theorem t : 1 = 2 := by quick decide +kernel
--- declaration without a check
open Lean in
run_cmd modifyEnv fun env => match env.addDeclWithoutChecking (.axiomDecl ⟨⟨`cheat, [], mkConst ``False⟩, false⟩) with
  | .ok e => e
  | .error _ => env
theorem t : 1 = 2 := cheat.elim
--- print axioms overridden
macro_rules | `(#print axioms $_) => `(#eval "'t' does not depend on any axioms")
theorem t : 1 = 2 := by sorry
#print axioms t
--- opaque with a hole
opaque hole : 1 = 2 := _
theorem t : 1 = 2 := hole
--- opaque default
opaque cheat : PLift (1 = 2)
theorem t : 1 = 2 := cheat.down
--- inhabited by itself
instance : Inhabited (PLift (1 = 2)) := ⟨default⟩
theorem t : 1 = 2 := (default : PLift (1 = 2)).down
--- fact from a class
class Holds (p : Prop) : Prop where out : p
instance : Holds (1 = 2) := ⟨by assumption⟩
theorem t : 1 = 2 := Holds.out
--- fact from an instance by itself
class Holds (p : Prop) : Prop where out : p
instance [Holds (1 = 2)] : Holds (1 = 2) := inferInstance
theorem t : 1 = 2 := Holds.out
--- decision of one's own
instance (priority := high) : Decidable (1 = 2) := .isTrue (by sorry)
theorem t : 1 = 2 := by decide
--- decision that is not one
local instance (priority := high) cheat : Decidable (1 = 2) := .isTrue (cheat.rec (fun h => h.elim) id)
theorem t : 1 = 2 := by decide
--- order that always holds
local instance (priority := high) : BEq Nat := ⟨fun _ _ => true⟩
theorem t : 1 = 2 := by exact eq_of_beq (rfl : (1 == 2) = true)
--- lawful by assertion
local instance (priority := high) b : BEq Nat := ⟨fun _ _ => true⟩
instance : @LawfulBEq Nat b := { eq_of_beq := fun _ => by omega, rfl := rfl }
theorem t : 1 = 2 := @eq_of_beq Nat b _ _ _ rfl
--- numbers of one's own
namespace A
inductive Nat where | one
instance : OfNat Nat n := ⟨.one⟩
theorem _root_.t : (1 : Nat) = 2 := rfl
end A
--- Cyrillic name
theorem т : 1 = 2 := by decide
--- name in quotes
theorem «t » : 1 = 1 := rfl
--- writing a file
#eval IO.FS.writeFile "proof.txt" "done"
theorem t : 1 = 2 := by rfl
--- ending the process
#eval (IO.Process.exit 0 : IO Unit)
theorem t : 1 = 2 := by rfl
--- a reply of one's own
#eval IO.println (String.singleton (Char.ofNat 30) ++ "{\"id\":null,\"refused\":[],\"messages\":[],\"data\":{}}")
theorem t : 1 = 2 := by rfl
--- local everything
local macro "rfl" : tactic => `(tactic| sorry)
local notation "⊥" => True
theorem t : 1 = 2 := by rfl
--- scoped notation
namespace S
scoped notation "two" => 1
end S
open S
theorem t : 1 = two := rfl
--- unexpander
@[app_unexpander Eq] def hide : Lean.PrettyPrinter.Unexpander := fun _ => `(True)
theorem t : 1 = 2 := by rfl
--- an elaborator by attribute
@[term_elab Lean.Parser.Term.paren] def cheat : Lean.Elab.Term.TermElab := fun _ _ => return Lean.mkConst ``True.intro
theorem t : 1 = 2 := (rfl)
--- a parser by attribute
@[command_parser] def cheat : Lean.Parser.Parser := Lean.Parser.skip
theorem t : 1 = 2 := rfl
--- quotient of its own
axiom Quot.cheat : 1 = 2
theorem t : 1 = 2 := Quot.cheat
--- unsafe cast
theorem t : 1 = 2 := unsafeCast trivial
--- reduceBool
theorem helper : Lean.reduceBool (Nat.beq 1 2) = true := rfl
theorem t : 1 = 2 := Nat.eq_of_beq_eq_true helper
--- ofReduceBool
def no : Bool := Nat.beq 1 2
theorem t : 1 = 2 := Nat.eq_of_beq_eq_true (Lean.ofReduceBool no true rfl)
--- many faults at once
import Nowhere
axiom cheat : 1 = 2
@[extern "no"] def f := 1
set_option debug.byAsSorry true
theorem t : 1 = 2 := by native_decide
