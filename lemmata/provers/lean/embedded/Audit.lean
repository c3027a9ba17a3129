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

/-- Constants by which the kernel would believe what compiled code answers. -/
def trustsCompiler (n : Name) : Bool :=
  n == `Lean.reduceBool || n == `Lean.reduceNat || n == `Lean.ofReduceBool || n == `Lean.ofReduceNat ||
  n == `Lean.trustCompiler

def refuseTrusting (n : Name) (a : Array Name) (i : Nat) : IO Unit := do
  if h : i < a.size then
    if trustsCompiler a[i] then throw (IO.userError s!"{n.toString} trusts compiled code ({a[i].toString})")
    refuseTrusting n a (i+1)
termination_by a.size - i

/-- The term without the notes (source positions and the like) that elaboration leaves in it. -/
partial def bare (e : Expr) : Expr :=
  e.replace fun
    | .mdata _ b => some (bare b)
    | _ => none

/-- Gives every declaration of the data to the kernel; the theorem asked for must have the type that this process
found for it by itself, and is added under a name of its own. -/
partial def addDecls (names : Array Name) (exprs : Array Expr) (asked : ConstantInfo) (src : Array Json) (i : Nat)
    (env : Environment) : IO Environment := do
  if i ≥ src.size then bad "the theorem asked for is not in it" else
  let j := src.getD i Json.null
  let n ← pick names (number j "name" names.size) "a name"
  let t ← pick exprs (number j "type" exprs.size) "a term"
  let v ← pick exprs (number j "value" exprs.size) "a term"
  refuseTrusting n t.getUsedConstants 0
  refuseTrusting n v.getUsedConstants 0
  let ps := items (src.getD (i+1) Json.null)
  let ps ← readNameList names ps 0 ps.size
  if n == asked.name then
    if i + 2 != src.size then bad "something follows the theorem asked for" else
    if ps != asked.levelParams || t != bare asked.type then
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

def levelsOf : List Name → List Level
  | [] => []
  | n :: r => mkLevelParam n :: levelsOf r

/-- Whether a statement of our own came out as it was meant, whatever notation the text has: the one that is derived
for vacuity, or `¬ C` where `lemmata_case : C` follows from the theorem. -/
def meant (env : Environment) (j : Json) (asked : ConstantInfo) : Bool :=
  if text j "vacuity" != "" then asked.type.isConstOf `lemmata_vacuity else
  if text j "of" == "" then true else
  match env.find? `lemmata_case with
  | some c =>
    let type := c.type.instantiateLevelParams c.levelParams (levelsOf asked.levelParams)
    bare asked.type == bare (mkApp (mkConst ``Not) type)
  | none => false

def collectAll (env : Environment) (but : Name) (a : Array Name) (i : Nat) (s : CollectAxioms.State) :
    CollectAxioms.State :=
  if h : i < a.size then
    collectAll env but a (i+1) (if a[i] == but then s else (CollectAxioms.collect a[i] env s).2)
  else s
termination_by a.size - i

/-- The axioms behind the proof, and behind the step from the theorem to the case of it that was refuted. -/
def axiomsOf (env : Environment) (j : Json) : Array Name :=
  let s := (CollectAxioms.collect `lemmata_audited env {}).2
  if text j "of" == "" then s.axioms else
  match env.find? `lemmata_case with
  | some (.defnInfo c) => (collectAll env (text j "of").toName c.value.getUsedConstants 0 s).axioms
  | _ => s.axioms.push ``sorryAx

/-- The environment that holds the statement, its proof left open, and what it elaborates to. -/
def statement (st : IO.Ref Kept) (j : Json) : IO (Environment × Array Json) := do
  let (s, errors) ← contextState st j
  if errors.size > 0 then return (s.env, errors)
  if s.env.contains (text j "name").toName then throw (IO.userError "the name is taken before the statement")
  let sr ← IO.mkRef { s with scopes := capped (number j "heartbeats" 200000) s.scopes }
  let acc ← IO.mkRef #[]
  let fault ← elabSingle (policy j) (text j "command" ++ " sorry") sr acc
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
    if !meant env j asked then throw (IO.userError "the statement does not mean what its words say")
    let data := field j "proof"
    let names ← readNames (items (field data "names")) 0 #[]
    let levels ← readLevels names (items (field data "levels")) 0 #[]
    let exprs ← readExprs names levels (items (field data "exprs")) 0 #[]
    let env ← addDecls names exprs asked (items (field data "decls")) 0 env
    let (ax, lib) := split env (axiomsOf env j) 0 #[] #[]
    return Json.mkObj [("axioms", Json.arr (namesJson ax 0 #[])), ("declared", Json.arr (localsOf env ax 0 #[])),
      ("library", nat lib.size)]
