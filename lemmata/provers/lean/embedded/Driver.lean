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
      acc.modify (·.push (Json.mkObj [("severity", Json.str kind), ("line", nat m.pos.line), ("column", nat m.pos.column),
        ("text", Json.str s)]))
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

/-- Elaborates all commands. `elabCommandTopLevel` does not hand back the messages of earlier commands, so that they are
taken out (and the log emptied) after every single one. -/
partial def elabAll (ictx : Parser.InputContext) (ps : Parser.ModuleParserState) (st : IO.Ref Command.State)
    (acc : IO.Ref (Array Message)) : IO Unit := do
  let s ← st.get
  let (stx, ps', msgs) := Parser.parseCommand ictx (parserScope s) ps {}
  addMsgs acc msgs.toList
  st.set { s with messages := {}, infoState := { enabled := false }, snapshotTasks := #[] }
  if Parser.isTerminalCommand stx then return ()
  elabOne ictx ps.pos stx st acc
  elabAll ictx ps' st acc

/-- Elaborates text that must hold exactly one command; says what is wrong where it does not. -/
def elabSingle (src : String) (st : IO.Ref Command.State) (acc : IO.Ref (Array Message)) : IO (Option String) := do
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
  st.set { s with messages := {}, infoState := { enabled := false }, snapshotTasks := #[] }
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
  | .mdata _ e => conclusion e
  | e => e

/-- `∀ …, C` with `False` in place of C. -/
def hollow : Expr → Expr
  | .forallE n t b i => .forallE n t (hollow b) i
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

/-- The state behind the text before a theorem, and the errors in that text. -/
def contextState (st : IO.Ref Kept) (j : Json) : IO (Command.State × Array Json) := do
  let src := text j "context"
  let k := (if flag j "strict" then "strict " else "") ++ text j "vacuity" ++ "\n" ++ src
  match look k (← st.get).states with
  | some s => return s
  | none =>
    let ictx := input src
    let (header, ps, msgs) ← Parser.parseHeader ictx
    let env ← imported st (headerToImports header)
    let main := match field j "module" with | .str m => m.toName | _ => `Main
    let sr ← IO.mkRef (freshState env main (flag j "computable") (flag j "strict") (number j "heartbeats" 200000))
    let acc ← IO.mkRef #[]
    addMsgs acc msgs.toList
    elabAll ictx ps sr acc
    let all := (← acc.get).toList
    let errors ← IO.mkRef #[]
    if anyError all then msgsJson errors all
    let s ← sr.get
    let s ← match text j "vacuity" with
      | "" => pure s
      | n => match addVacuity s n.toName with
        | .ok s => pure s
        | .error e => throw (IO.userError e)
    let made := (s, ← errors.get)
    st.modify fun q => { q with states := (k, made) :: firsts 5 q.states }
    return made

/-! ### Declarations as plain data -/

abbrev Buckets (α : Type) := Array (List (α × Nat))

structure Pool where
  names : IO.Ref (Array Json)
  nameAt : IO.Ref (Buckets Name)
  levels : IO.Ref (Array Json)
  levelAt : IO.Ref (Buckets Level)
  exprs : IO.Ref (Array Json)
  exprAt : IO.Ref (Buckets Expr)

def emptyPool : IO Pool := do
  let n ← IO.mkRef #[]
  let na ← IO.mkRef (Array.replicate 1024 [])
  let l ← IO.mkRef #[]
  let la ← IO.mkRef (Array.replicate 1024 [])
  let e ← IO.mkRef #[]
  let ea ← IO.mkRef (Array.replicate 32768 [])
  return { names := n, nameAt := na, levels := l, levelAt := la, exprs := e, exprAt := ea }

def findIn {α : Type} [BEq α] (x : α) : List (α × Nat) → Option Nat
  | [] => none
  | (y, i) :: r => if y == x then some i else findIn x r

def found {α : Type} [BEq α] (at_ : IO.Ref (Buckets α)) (h : UInt64) (x : α) : IO (Option Nat) := do
  let t ← at_.get
  return findIn x (t.getD (h.toNat % t.size) [])

def enter {α : Type} (out : IO.Ref (Array Json)) (at_ : IO.Ref (Buckets α)) (h : UInt64) (x : α) (j : Array Json) :
    IO Nat := do
  let i := (← out.get).size
  out.modify (·.push (Json.arr j))
  at_.modify fun t => let k := h.toNat % t.size; t.set! k ((x, i) :: t.getD k [])
  return i

def putName (p : Pool) (n : Name) : IO Nat := do
  match ← found p.nameAt n.hash n with
  | some i => return i
  | none =>
    let j ← match n with
      | .anonymous => pure #[]
      | .str q s => do pure #[nat (← putName p q), Json.str s]
      | .num q k => do pure #[nat (← putName p q), nat k]
    enter p.names p.nameAt n.hash n j

def putLevel (p : Pool) (l : Level) : IO Nat := do
  match ← found p.levelAt l.hash l with
  | some i => return i
  | none =>
    let j ← match l with
      | .zero => pure #[nat 0]
      | .succ a => do pure #[nat 1, nat (← putLevel p a)]
      | .max a b => do pure #[nat 2, nat (← putLevel p a), nat (← putLevel p b)]
      | .imax a b => do pure #[nat 3, nat (← putLevel p a), nat (← putLevel p b)]
      | .param n => do pure #[nat 4, nat (← putName p n)]
      | .mvar _ => throw (IO.userError "the proof holds an unassigned universe")
    enter p.levels p.levelAt l.hash l j

def putLevels (p : Pool) (acc : Array Json) : List Level → IO (Array Json)
  | [] => return acc
  | l :: r => do putLevels p (acc.push (nat (← putLevel p l))) r

def largest : Nat := 2000000

partial def putExpr (p : Pool) (e : Expr) : IO Nat := do
  match e with
  | .mdata _ b => putExpr p b
  | _ =>
  match ← found p.exprAt e.hash e with
  | some i => return i
  | none =>
    let j ← match e with
      | .bvar i => pure #[nat 0, nat i]
      | .sort l => do pure #[nat 1, nat (← putLevel p l)]
      | .const n ls => do putLevels p #[nat 2, nat (← putName p n)] ls
      | .app f a => do
        let f ← putExpr p f
        pure #[nat 3, nat f, nat (← putExpr p a)]
      | .lam _ t b _ => do
        let t ← putExpr p t
        pure #[nat 4, nat t, nat (← putExpr p b)]
      | .forallE _ t b _ => do
        let t ← putExpr p t
        pure #[nat 5, nat t, nat (← putExpr p b)]
      | .letE _ t v b nd => do
        let t ← putExpr p t
        let v ← putExpr p v
        pure #[nat 6, nat t, nat v, nat (← putExpr p b), Json.bool nd]
      | .lit (.natVal n) => pure #[nat 7, nat n]
      | .lit (.strVal s) => pure #[nat 8, Json.str s]
      | .proj n i b => do
        let n ← putName p n
        pure #[nat 9, nat n, nat i, nat (← putExpr p b)]
      | _ => throw (IO.userError "the proof holds a metavariable or a free variable")
    if (← p.exprs.get).size > largest then throw (IO.userError "the proof is too large to be audited")
    enter p.exprs p.exprAt e.hash e j

def putNames (p : Pool) (acc : Array Json) : List Name → IO (Array Json)
  | [] => return acc
  | n :: r => do putNames p (acc.push (nat (← putName p n))) r

/-- The declarations that the value of `n` reaches and that `base` lacks, each behind those it uses. -/
partial def putDecls (p : Pool) (base env : Environment) (seen : IO.Ref NameSet) (out : IO.Ref (Array Json))
    (n : Name) : IO Unit := do
  if base.contains n || (← seen.get).contains n then return ()
  seen.modify (·.insert n)
  match env.find? n with
  | some (.thmInfo c) => put c.levelParams c.type c.value (Json.str "theorem")
  | some (.defnInfo c) =>
    if c.safety != .safe then throw (IO.userError s!"the proof uses {n.toString}, which is unsafe or partial")
    put c.levelParams c.type c.value (match c.hints with
      | ReducibilityHints.abbrev => Json.str "abbrev"
      | ReducibilityHints.opaque => Json.str "opaque"
      | .regular h => nat h.toNat)
  | some _ => throw (IO.userError s!"the proof adds {n.toString}, which is neither a theorem nor a definition")
  | none => throw (IO.userError s!"there is no {n.toString}")
where
  put (params : List Name) (type value : Expr) (kind : Json) : IO Unit := do
    used type.getUsedConstants 0
    used value.getUsedConstants 0
    let t ← putExpr p type
    let v ← putExpr p value
    let i ← putName p n
    out.modify (·.push (Json.mkObj [("name", nat i), ("kind", kind), ("type", nat t), ("value", nat v)]))
    let ps ← putNames p #[] params
    out.modify fun a => a.push (Json.arr ps)
  used (a : Array Name) (i : Nat) : IO Unit := do
    if h : i < a.size then
      putDecls p base env seen out a[i]
      used a (i+1)

def exportProof (base env : Environment) (n : Name) : IO Json := do
  let p ← emptyPool
  let seen ← IO.mkRef ({} : NameSet)
  let out ← IO.mkRef #[]
  putDecls p base env seen out n
  return Json.mkObj [("names", Json.arr (← p.names.get)), ("levels", Json.arr (← p.levels.get)),
    ("exprs", Json.arr (← p.exprs.get)), ("decls", Json.arr (← out.get))]

/-! ### Reading that data: every index must point backwards -/

def bad {α : Type} (what : String) : IO α := throw (IO.userError s!"malformed proof data: {what}")

def natAt (a : Array Json) (i : Nat) : IO Nat :=
  match a[i]? with
  | some (.num ⟨.ofNat n, 0⟩) => return n
  | _ => bad "a number"

def pick {α : Type} (a : Array α) (i : Nat) (what : String) : IO α :=
  match a[i]? with
  | some x => return x
  | none => bad what

partial def readNames (src : Array Json) (i : Nat) (out : Array Name) : IO (Array Name) := do
  if h : i < src.size then
    let a := items src[i]
    if a.size == 0 then readNames src (i+1) (out.push .anonymous) else
    let q ← pick out (← natAt a 0) "a name"
    match a[1]? with
    | some (Json.str s) => readNames src (i+1) (out.push (.str q s))
    | _ => do readNames src (i+1) (out.push (.num q (← natAt a 1)))
  else return out

partial def readLevels (names : Array Name) (src : Array Json) (i : Nat) (out : Array Level) : IO (Array Level) := do
  if h : i < src.size then
    let a := items src[i]
    let l ← match ← natAt a 0 with
      | 0 => pure Level.zero
      | 1 => do pure (mkLevelSucc (← pick out (← natAt a 1) "a level"))
      | 2 => do pure (mkLevelMax (← pick out (← natAt a 1) "a level") (← pick out (← natAt a 2) "a level"))
      | 3 => do pure (mkLevelIMax (← pick out (← natAt a 1) "a level") (← pick out (← natAt a 2) "a level"))
      | 4 => do pure (mkLevelParam (← pick names (← natAt a 1) "a name"))
      | _ => bad "a level"
    readLevels names src (i+1) (out.push l)
  else return out

def readLevelList (levels : Array Level) (a : Array Json) (i : Nat) : Nat → IO (List Level)
  | 0 => return []
  | n+1 => do
    let l ← pick levels (← natAt a i) "a level"
    return l :: (← readLevelList levels a (i+1) n)

partial def readExprs (names : Array Name) (levels : Array Level) (src : Array Json) (i : Nat) (out : Array Expr) :
    IO (Array Expr) := do
  if h : i < src.size then
    let a := items src[i]
    let e ← match ← natAt a 0 with
      | 0 => do pure (mkBVar (← natAt a 1))
      | 1 => do pure (mkSort (← pick levels (← natAt a 1) "a level"))
      | 2 => do pure (mkConst (← pick names (← natAt a 1) "a name") (← readLevelList levels a 2 (a.size - 2)))
      | 3 => do pure (mkApp (← pick out (← natAt a 1) "a term") (← pick out (← natAt a 2) "a term"))
      | 4 => do pure (mkLambda `x .default (← pick out (← natAt a 1) "a term") (← pick out (← natAt a 2) "a term"))
      | 5 => do pure (mkForall `x .default (← pick out (← natAt a 1) "a term") (← pick out (← natAt a 2) "a term"))
      | 6 => do pure (mkLet `x (← pick out (← natAt a 1) "a term") (← pick out (← natAt a 2) "a term")
                (← pick out (← natAt a 3) "a term") (a[4]? == some (Json.bool true)))
      | 7 => do pure (mkRawNatLit (← natAt a 1))
      | 8 => match a[1]? with
        | some (Json.str s) => pure (mkStrLit s)
        | _ => bad "a string"
      | 9 => do pure (mkProj (← pick names (← natAt a 1) "a name") (← natAt a 2) (← pick out (← natAt a 3) "a term"))
      | _ => bad "a term"
    readExprs names levels src (i+1) (out.push e)
  else return out

def readNameList (names : Array Name) (a : Array Json) (i : Nat) : Nat → IO (List Name)
  | 0 => return []
  | n+1 => do
    let x ← pick names (← natAt a i) "a name"
    return x :: (← readNameList names a (i+1) n)

/-! ### The audit -/

/-- Real axioms on the left, imported statements whose proofs the library data leaves out on the right. -/
def split (env : Environment) (a : Array Name) (i : Nat) (ax lib : Array Name) : Array Name × Array Name :=
  if h : i < a.size then
    let n := a[i]
    let isLib := match env.getModuleIdxFor? n with
      | none => false
      | some _ => match getOriginalConstKind? env n with
        | some .axiom => false
        | some _ => true
        | none => false
    if isLib then split env a (i+1) ax (lib.push n) else split env a (i+1) (ax.push n) lib
  else (ax, lib)
termination_by a.size - i

def localsOf (env : Environment) (a : Array Name) (i : Nat) (acc : Array Json) : Array Json :=
  if h : i < a.size then
    localsOf env a (i+1) (if (env.getModuleIdxFor? a[i]).isNone then acc.push (nameJson a[i]) else acc)
  else acc
termination_by a.size - i

def kernelAdd (env : Environment) (d : Declaration) (n : Name) : IO Environment :=
  match env.addDeclCore 0 d none with
  | .ok env => return env
  | .error e => do
    let s ← (e.toMessageData {}).toString
    throw (IO.userError s!"the kernel refuses {n.toString}: {s}")

/-- Gives every declaration of the data to the kernel; the theorem asked for must have the type that this process
found for it by itself, and is added under a name of its own. -/
partial def addDecls (names : Array Name) (exprs : Array Expr) (asked : ConstantInfo) (src : Array Json) (i : Nat)
    (env : Environment) : IO Environment := do
  if i ≥ src.size then bad "the theorem asked for is not in it" else
  let j := src.getD i Json.null
  let n ← pick names (number j "name" names.size) "a name"
  let t ← pick exprs (number j "type" exprs.size) "a term"
  let v ← pick exprs (number j "value" exprs.size) "a term"
  let ps := items (src.getD (i+1) Json.null)
  let ps ← readNameList names ps 0 ps.size
  if n == asked.name then
    if i + 2 != src.size then bad "something follows the theorem asked for" else
    if ps != asked.levelParams || t != asked.type then
      throw (IO.userError s!"what was proved is not the statement asked for")
    let c : TheoremVal :=
      { name := `lemmata_audited, levelParams := ps, type := asked.type, value := v, all := [`lemmata_audited] }
    kernelAdd env (.thmDecl c) n
  else
    let env ← if env.contains n then pure env else
      match field j "kind" with
      | .str "theorem" =>
        kernelAdd env (.thmDecl { name := n, levelParams := ps, type := t, value := v, all := [n] }) n
      | k =>
        let hints := match k with
          | .str "abbrev" => ReducibilityHints.abbrev
          | .num ⟨.ofNat h, 0⟩ => .regular h.toUInt32
          | _ => ReducibilityHints.opaque
        let d : DefinitionVal :=
          { name := n, levelParams := ps, type := t, value := v, hints := hints, safety := .safe, all := [n] }
        kernelAdd env (.defnDecl d) n
    addDecls names exprs asked src (i+2) env

/-- The environment that holds the statement, its proof left open, and what it elaborates to. -/
def statement (st : IO.Ref Kept) (j : Json) : IO (Environment × Array Json) := do
  let (s, errors) ← contextState st j
  if errors.size > 0 then return (s.env, errors)
  let sr ← IO.mkRef { s with scopes := capped (number j "heartbeats" 200000) s.scopes }
  let acc ← IO.mkRef #[]
  let fault ← elabSingle (text j "command" ++ " sorry") sr acc
  if let some f := fault then throw (IO.userError f)
  let all := (← acc.get).toList
  let out ← IO.mkRef #[]
  if anyError all then msgsJson out all
  return ((← sr.get).env, ← out.get)

def audit (st : IO.Ref Kept) (j : Json) : IO Json := do
  let (env, errors) ← statement st j
  if errors.size > 0 then throw (IO.userError "the statement does not elaborate")
  match env.find? (text j "name").toName with
  | none => throw (IO.userError "the statement declares no theorem of that name")
  | some asked =>
    let data := field j "proof"
    let names ← readNames (items (field data "names")) 0 #[]
    let levels ← readLevels names (items (field data "levels")) 0 #[]
    let exprs ← readExprs names levels (items (field data "exprs")) 0 #[]
    let env ← addDecls names exprs asked (items (field data "decls")) 0 env
    let (_, s) := CollectAxioms.collect `lemmata_audited env {}
    let (ax, lib) := split env s.axioms 0 #[] #[]
    return Json.mkObj [("axioms", Json.arr (namesJson ax 0 #[])), ("declared", Json.arr (localsOf env ax 0 #[])),
      ("library", nat lib.size)]

/-! ### The other requests -/

def isTerm (env : Environment) (body : String) : Option String :=
  match Parser.runParserCategory env `term body with
  | .ok _ => none
  | .error e => some e

def prove (st : IO.Ref Kept) (j : Json) : IO Json := do
  let (s, errors) ← contextState st j
  if errors.size > 0 then return Json.mkObj [("ok", Json.bool false), ("context", Json.arr errors)]
  match isTerm s.env (text j "body") with
  | some e => return Json.mkObj [("ok", Json.bool false), ("fault", Json.str s!"the body is not one term: {e}")]
  | none =>
    let sr ← IO.mkRef { s with scopes := capped (number j "heartbeats" 200000) s.scopes }
    let acc ← IO.mkRef #[]
    let fault ← elabSingle (text j "command" ++ " " ++ text j "body") sr acc
    let all := (← acc.get).toList
    let out ← IO.mkRef #[]
    msgsJson out all
    let ok := fault.isNone && !anyError all
    let proof ← if ok && flag j "export" then exportProof s.env (← sr.get).env (text j "name").toName
      else pure Json.null
    return Json.mkObj [("ok", Json.bool ok), ("messages", Json.arr (← out.get)), ("proof", proof),
      ("fault", match fault with | some f => Json.str f | none => Json.null)]

def inspect (st : IO.Ref Kept) (j : Json) : IO Json := do
  let (s, errors) ← contextState st j
  if errors.size > 0 then return Json.mkObj [("context", Json.arr errors), ("messages", Json.arr #[])]
  if text j "command" == "" then return Json.mkObj [("context", Json.arr #[]), ("messages", Json.arr #[])]
  let (env, errors) ← statement st j
  let known := (env.find? (text j "name").toName).isSome && (s.env.find? (text j "name").toName).isNone
  return Json.mkObj [("context", Json.arr #[]), ("messages", Json.arr errors), ("known", Json.bool known)]

def save (st : IO.Ref Kept) (j : Json) : IO Json := do
  let (s, errors) ← contextState st j
  if errors.size == 0 then
    let d ← mkModuleData s.env
    saveModuleData (text j "save") s.env.mainModule { d with isModule := true }
  return Json.mkObj [("context", Json.arr errors)]

def handle (st : IO.Ref Kept) (j : Json) : IO Json :=
  match text j "op" with
  | "prove" => prove st j
  | "audit" => audit st j
  | "inspect" => inspect st j
  | "save" => save st j
  | op => throw (IO.userError s!"unknown request {op}")

def send (o : IO.FS.Stream) (j : Json) : IO Unit := do
  o.putStr ("\x1e" ++ j.compress ++ "\n")
  o.flush

partial def loop (st : IO.Ref Kept) (i o : IO.FS.Stream) : IO Unit := do
  let line ← i.getLine
  if line.isEmpty then return ()
  match Json.parse line with
  | .error e => send o (Json.mkObj [("id", Json.null), ("fault", Json.str e)])
  | .ok j =>
    match ← EIO.toBaseIO (handle st j) with
    | .ok r => send o (r.setObjVal! "id" (field j "id"))
    | .error e => send o (Json.mkObj [("id", field j "id"), ("fault", Json.str e.toString)])
  loop st i o

end Lemmata

public def main : IO Unit := do
  let o ← IO.getStdout
  Lemmata.send o (Json.mkObj [("ready", Json.str Lean.versionString)])
  let st ← IO.mkRef {}
  Lemmata.loop st (← IO.getStdin) o
  IO.Process.exit 0
