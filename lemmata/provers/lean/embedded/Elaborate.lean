import Lean
open Lean Elab

/-! Line protocol: one JSON request per line on standard input, one JSON reply per line, behind the byte 0x1E, on
standard output. `prove` elaborates a theorem and hands out its proof as plain data; `audit`, asked in a process that
never saw the candidate, elaborates the same statement by itself, gives that data to the kernel and reads the axioms.

Written without `for`, `List.map` and the like: the embedded build has no code for the helpers they specialise to. -/

namespace Lemmata

/-! ### Small pieces -/

def nat (n : Nat) : Json := Json.num (JsonNumber.fromNat n)
def field (j : Json) (k : String) : Json := match j.getObjVal? k with | .ok v => v | .error _ => Json.null
def text (j : Json) (k : String) : String := match field j k with | .str s => s | _ => ""
def flag (j : Json) (k : String) : Bool := match field j k with | .bool b => b | _ => false
def number (j : Json) (k : String) (d : Nat) : Nat := match (field j k).getNat? with | .ok v => v | .error _ => d
def items (j : Json) : Array Json := match j with | .arr a => a | _ => #[]

def nameJson (n : Name) : Json := Json.str n.toString

def namesJson (a : Array Name) (i : Nat) (acc : Array Json) : Array Json :=
  if h : i < a.size then namesJson a (i+1) (acc.push (nameJson a[i])) else acc
termination_by a.size - i

/-! ### Elaborating, command by command -/

def addMsgs (acc : IO.Ref (Array Message)) : List Message → IO Unit
  | [] => return ()
  | m :: ms => do
    acc.modify (·.push m)
    addMsgs acc ms

def addSnaps (acc : IO.Ref (Array Message)) (a : Array Language.Snapshot) (i : Nat) : IO Unit := do
  if h : i < a.size then
    addMsgs acc a[i].diagnostics.msgLog.toList
    addSnaps acc a (i+1)
termination_by a.size - i

def addTasks (acc : IO.Ref (Array Message)) (a : Array (Language.SnapshotTask Language.SnapshotTree)) (i : Nat) :
    IO Unit := do
  if h : i < a.size then
    addSnaps acc (a[i].task.get.getAll) 0
    addTasks acc a (i+1)
termination_by a.size - i

def anyError : List Message → Bool
  | [] => false
  | m :: ms => match m.severity with
    | .error => true
    | _ => anyError ms

def msgsJson (acc : IO.Ref (Array Json)) : List Message → IO Unit
  | [] => return ()
  | m :: ms => do
    unless m.isSilent do
      let s ← m.data.toString
      let kind := match m.severity with | .error => "error" | .warning => "warning" | .information => "information"
      let stop := m.endPos.getD m.pos
      acc.modify (·.push (Json.mkObj [("severity", Json.str kind), ("line", nat m.pos.line), ("column", nat m.pos.column),
        ("endLine", nat stop.line), ("endColumn", nat stop.column), ("text", Json.str s)]))
    msgsJson acc ms

def input (src : String) : Parser.InputContext :=
  { inputString := src, fileName := "<input>", fileMap := FileMap.ofString src, endPos := src.rawEndPos,
    endPos_valid := by simp }

def parserScope (s : Command.State) : Parser.ParserModuleContext :=
  match s.scopes with
  | scope :: _ =>
    { env := s.env, options := scope.opts, currNamespace := scope.currNamespace, openDecls := scope.openDecls }
  | [] => { env := s.env, options := {} }

def elabOne (ictx : Parser.InputContext) (pos : String.Pos.Raw) (stx : Syntax) (st : IO.Ref Command.State)
    (acc : IO.Ref (Array Message)) : IO Unit := do
  let ctx : Command.Context :=
    { fileName := ictx.fileName, fileMap := ictx.fileMap, cmdPos := pos, snap? := none, cancelTk? := none }
  match ← EIO.toBaseIO (Command.elabCommandTopLevel stx ctx st) with
  | .ok _ => pure ()
  | .error e =>
    acc.modify (·.push { fileName := ictx.fileName, pos := ictx.fileMap.toPosition pos, data := e.toMessageData })
  let s ← st.get
  addMsgs acc s.messages.toList
  addTasks acc s.snapshotTasks 0

/-! ### What a text must not hold, judged by the syntax that Lean itself reads -/

structure Policy where
  words : Array String
  attributes : Array String
  options : Array String

def texts (a : Array Json) (i : Nat) (acc : Array String) : Array String :=
  if h : i < a.size then
    texts a (i+1) (match a[i] with | .str s => acc.push s | _ => acc)
  else acc
termination_by a.size - i

def policy (j : Json) : Policy :=
  let p := field j "refused"
  { words := texts (items (field p "words")) 0 #[], attributes := texts (items (field p "attributes")) 0 #[],
    options := texts (items (field p "options")) 0 #[] }

def holds (a : Array String) (i : Nat) (x : String) : Bool :=
  if h : i < a.size then a[i] == x || holds a (i+1) x else false
termination_by a.size - i

/-- The first part of a name, as text. -/
def firstOf : Name → String
  | .str .anonymous s => s
  | .str q _ => firstOf q
  | .num q _ => firstOf q
  | .anonymous => ""

/-- The last part of a name, as text. -/
def lastOf : Name → String
  | .str _ s => s
  | _ => ""

/-- The words, names and attributes of a piece of syntax that the policy refuses. -/
partial def refusedIn (p : Policy) (inside : Bool) (stx : Syntax) (acc : Array String) : Array String :=
  match stx with
  | .atom _ s => one s s acc
  | .ident _ _ n _ => one n.toString (lastOf n) acc
  | .node _ k args =>
    let option := k == ``Parser.Command.set_option || k == ``Parser.Term.set_option || k == ``Parser.Tactic.set_option
    let name := (args.getD 1 Syntax.missing).getId
    let acc := if option && !holds p.options 0 (firstOf name) then acc.push ("set_option " ++ name.toString) else acc
    children (inside || k == ``Parser.Term.attrInstance || k == ``Parser.Command.eraseAttr) args 0 acc
  | .missing => acc
where
  one (whole last : String) (acc : Array String) : Array String :=
    if holds p.words 0 whole || holds p.words 0 last || (inside && holds p.attributes 0 last) then acc.push whole else acc
  children (inside : Bool) (args : Array Syntax) (i : Nat) (acc : Array String) : Array String :=
    if h : i < args.size then children inside args (i+1) (refusedIn p inside args[i] acc) else acc

def refuse (p : Policy) (stx : Syntax) : IO Unit :=
  match (refusedIn p false stx #[])[0]? with
  | some w => throw (IO.userError s!"`{w}` runs code, or skips checks, while Lean reads it")
  | none => return ()

/-- Elaborates all commands. `elabCommandTopLevel` does not hand back the messages of earlier commands, so that they are
taken out (and the log emptied) after every single one. -/
partial def elabAll (p : Policy) (ictx : Parser.InputContext) (ps : Parser.ModuleParserState) (st : IO.Ref Command.State)
    (acc : IO.Ref (Array Message)) : IO Unit := do
  let s ← st.get
  let (stx, ps', msgs) := Parser.parseCommand ictx (parserScope s) ps {}
  addMsgs acc msgs.toList
  st.set { s with messages := {}, infoState := { enabled := false }, snapshotTasks := #[] }
  refuse p stx
  if Parser.isTerminalCommand stx then return ()
  elabOne ictx ps.pos stx st acc
  elabAll p ictx ps' st acc

/-- Elaborates text that must hold exactly one command; says what is wrong where it does not. -/
def elabSingle (p : Policy) (src : String) (st : IO.Ref Command.State) (acc : IO.Ref (Array Message)) (infos : Bool := false) :
    IO (Option String) := do
  let ictx := input src
  let s ← st.get
  let scope := parserScope s
  let (stx, ps, msgs) := Parser.parseCommand ictx scope {} {}
  addMsgs acc msgs.toList
  if anyError msgs.toList then return none
  let (rest, _, msgs') := Parser.parseCommand ictx scope ps {}
  if anyError msgs'.toList || rest.getKind != ``Parser.Command.eoi then
    let p := ictx.fileMap.toPosition ps.pos
    return some s!"expected one proof and nothing after it, but a command ends at line {p.line}, column {p.column}"
  refuse p stx
  st.set { s with messages := {}, infoState := { enabled := infos }, snapshotTasks := #[] }
  elabOne ictx 0 stx st acc
  return none

/-! ### States that are kept -/

structure Kept where
  imports : List (String × Environment) := []
  states : List (String × (Command.State × Array Json)) := []

def look {α : Type} (k : String) : List (String × α) → Option α
  | [] => none
  | (a, v) :: r => if a == k then some v else look k r

def firsts {α : Type} : Nat → List α → List α
  | 0, _ => []
  | _, [] => []
  | n+1, x :: r => x :: firsts n r

--BEGIN import
def importing (imports : Array Import) : IO Environment := do
  let (_, s) ← ImportStateM.run (importModulesCore imports (globalLevel := .exported))
  finalizeImport s imports {} 0 (leakEnv := true) (loadExts := true) (level := .exported) (isModule := false)
--END import

def importKey (a : Array Import) (i : Nat) (acc : String) : String :=
  if h : i < a.size then importKey a (i+1) (acc ++ "," ++ a[i].module.toString) else acc
termination_by a.size - i

def imported (st : IO.Ref Kept) (imports : Array Import) : IO Environment := do
  let k := importKey imports 0 ""
  match look k (← st.get).imports with
  | some e => return e
  | none =>
    let e ← importing imports
    st.modify fun s => { s with imports := (k, e) :: s.imports }
    return e

/-- Caps of our own on every scope, whatever options the text has set. -/
def capped (heartbeats : Nat) : List Command.Scope → List Command.Scope
  | [] => []
  | s :: r =>
    let opts := ((s.opts.setNat `maxHeartbeats heartbeats).setBool `debug.skipKernelTC false).setBool `Elab.async false
    { s with opts := opts } :: capped heartbeats r

/-- No name that nobody declared becomes a variable by itself, beyond `α` and the like; none at all if `strict`. -/
def freshState (env : Environment) (main : Name) (computable strict : Bool) (heartbeats : Nat) : Command.State :=
  let opts := (({} : Options).setBool `relaxedAutoImplicit false).setBool `autoImplicit (!strict)
  let s := Command.mkState (env.setMainModule main) {} opts
  let s := { s with infoState := { enabled := false } }
  match s.scopes with
  | sc :: r => { s with scopes := capped heartbeats ({ sc with isNoncomputable := !computable } :: r) }
  | [] => s

/-- The conclusion of `∀ …, C`. -/
def conclusion : Expr → Expr
  | .forallE _ _ b _ => conclusion b
  | .letE _ _ _ b _ => conclusion b
  | .mdata _ e => conclusion e
  | e => e

/-- `∀ …, C` with `False` in place of C. -/
def hollow : Expr → Expr
  | .forallE n t b i => .forallE n t (hollow b) i
  | .letE n t v b d => .letE n t v (hollow b) d
  | .mdata _ e => hollow e
  | _ => mkConst ``False

/-- Defines `lemmata_vacuity`: the statement of a theorem with `False` in place of its conclusion. -/
def addVacuity (s : Command.State) (n : Name) : Except String Command.State :=
  match s.env.find? n with
  | none => .error "unknown theorem"
  | some c =>
    let e := c.type
    if !e.isForall || (conclusion e).isConstOf ``False then .error "no hypotheses" else
    let d : DefinitionVal :=
      { name := `lemmata_vacuity, levelParams := c.levelParams, type := mkSort .zero, value := hollow e,
        hints := ReducibilityHints.abbrev, safety := .safe, all := [`lemmata_vacuity] }
    match s.env.addDeclCore 0 (.defnDecl d) none with
    | .ok env => .ok { s with env := env }
    | .error _ => .error "the kernel refuses the statement with False in place of its conclusion"

/-- Every scope without the variables of the text, so that a statement of our own gains no hypotheses by them. -/
def alone : List Command.Scope → List Command.Scope
  | [] => []
  | s :: r => { s with varDecls := #[], varUIds := #[], includedVars := [], omittedVars := [] } :: alone r

/-- The state behind the text before a theorem, and the errors in that text. -/
def contextState (st : IO.Ref Kept) (j : Json) : IO (Command.State × Array Json) := do
  let src := text j "context"
  let k := (if flag j "strict" then "strict " else "") ++ (if flag j "alone" then "alone " else "") ++ text j "vacuity" ++ "\n" ++ src
  match look k (← st.get).states with
  | some s => return s
  | none =>
    let ictx := input src
    let (header, ps, msgs) ← Parser.parseHeader ictx
    let env ← imported st (headerToImports header)
    let main := match field j "module" with | .str m => m.toName | _ => `Main
    -- What a request may spend on its own work is not what the text it builds on was written for.
    let heartbeats := Nat.max 200000 (number j "heartbeats" 200000)
    let sr ← IO.mkRef (freshState env main (flag j "computable") (flag j "strict") heartbeats)
    let acc ← IO.mkRef #[]
    addMsgs acc msgs.toList
    elabAll (policy j) ictx ps sr acc
    let all := (← acc.get).toList
    let errors ← IO.mkRef #[]
    if anyError all then msgsJson errors all
    let s ← sr.get
    let s := if flag j "alone" then { s with scopes := alone s.scopes } else s
    let s ← match text j "vacuity" with
      | "" => pure s
      | n => match addVacuity s n.toName with
        | .ok s => pure s
        | .error e => throw (IO.userError e)
    let made := (s, ← errors.get)
    st.modify fun q => { q with states := (k, made) :: firsts 5 q.states }
    return made
