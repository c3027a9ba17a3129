/-! ### Judging a file's declarations, in a process that never saw the file

Everything that the file declares is given to the kernel on top of its imports alone. What came of that is compared, as
terms, with what this process made of the statement's own text. -/

/-- What the kernel has under a name. -/
def known (env : Environment) (n : Name) : Option ConstantInfo := env.checked.get.find? n

def isLocal (env : Environment) (n : Name) : Bool := (env.getModuleIdxFor? n).isNone

/-- The term without notes, with the auxiliary definitions that Lean made for it (matchers and the like) put in, and
with the statement of each auxiliary theorem in the place of its name. -/
partial def opened (env : Environment) (e : Expr) : Expr :=
  e.replace fun
    | .const n us => if !(n.isInternalDetail && isLocal env n) then none else
      match known env n with
      | some (.defnInfo c) => some (opened env (c.value.instantiateLevelParams c.levelParams us))
      | some (.thmInfo c) =>
        some (mkApp (mkConst `lemmata_proof) (opened env (c.type.instantiateLevelParams c.levelParams us)))
      | _ => none
    | .mdata _ b => some (opened env b)
    | _ => none

/-! #### To the kernel -/

structure Trial where
  ours : Environment
  names : Array Name
  exprs : Array Expr
  env : IO.Ref Environment
  broken : IO.Ref NameSet
  refused : IO.Ref (Array Json)

def Trial.refuse (x : Trial) (n : Name) (what : String) : IO Unit := do
  x.broken.modify (·.insert n)
  x.refused.modify (·.push (Json.mkObj [("name", nameJson n), ("text", Json.str what)]))

/-- Whether all constants are there; what rests on a refused one is not refused once more. -/
def Trial.hasAll (x : Trial) (n : Name) (own : List Name) (a : Array Name) (i : Nat) : IO Bool := do
  if h : i < a.size then
    let c := a[i]
    if trustsCompiler c then
      x.refuse n s!"{n.toString} trusts compiled code ({c.toString})"
      return false
    if (← x.broken.get).contains c then
      x.broken.modify (·.insert n)
      return false
    if own.contains c || (known (← x.env.get) c).isSome then x.hasAll n own a (i+1) else
    x.refuse n s!"{n.toString} uses {c.toString}, which it does not declare before"
    return false
  else return true

def Trial.add (x : Trial) (n : Name) (d : Declaration) : IO Unit := do
  match ← EIO.toBaseIO (kernelAdd (← x.env.get) d n) with
  | .ok env => x.env.set env
  | .error e => x.refuse n e.toString

def paramsOf (names : Array Name) (d : Json) : IO (List Name) := do
  let ps := items (field d "params")
  readNameList names ps 0 ps.size

def valueOf (d : Json) (n : Name) (ps : List Name) (t v : Expr) : IO Declaration :=
  let hinted (h : ReducibilityHints) : Declaration :=
    .defnDecl { name := n, levelParams := ps, type := t, value := v, hints := h, safety := .safe, all := [n] }
  match text d "kind" with
  | "theorem" => return .thmDecl { name := n, levelParams := ps, type := t, value := v, all := [n] }
  | "opaque" =>
    return .opaqueDecl { name := n, levelParams := ps, type := t, value := v, isUnsafe := false, all := [n] }
  | "abbrev" => return hinted ReducibilityHints.abbrev
  | "definition" => return hinted ReducibilityHints.opaque
  | "regular" => return hinted (.regular (number d "height" 0).toUInt32)
  | _ => bad "a kind of declaration"

def Trial.addValue (x : Trial) (d : Json) : IO Unit := do
  let n ← pick x.names (number d "name" x.names.size) "a name"
  let ps ← paramsOf x.names d
  let t ← pick x.exprs (number d "type" x.exprs.size) "a term"
  if !(← x.hasAll n [] t.getUsedConstants 0) then return ()
  if text d "kind" == "axiom" then
    match known x.ours n with
    | some (.axiomInfo _) => pure ()
    | _ => return ← x.refuse n s!"{n.toString} is left as an axiom, which the statement's file does not have"
    x.add n (.axiomDecl { name := n, levelParams := ps, type := t, isUnsafe := false })
  else
    let v ← pick x.exprs (number d "value" x.exprs.size) "a term"
    if ← x.hasAll n [] v.getUsedConstants 0 then x.add n (← valueOf d n ps t v)

def Trial.ctorsOf (x : Trial) (a : Array Json) (i : Nat) : Nat → IO (List Constructor)
  | 0 => return []
  | k+1 => do
    let c := items (a.getD i Json.null)
    let n ← pick x.names (← natAt c 0) "a name"
    let t ← pick x.exprs (← natAt c 1) "a term"
    return { name := n, type := t } :: (← x.ctorsOf a (i+1) k)

def Trial.typesOf (x : Trial) (a : Array Json) (i : Nat) : Nat → IO (List InductiveType)
  | 0 => return []
  | k+1 => do
    let d := a.getD i Json.null
    let n ← pick x.names (number d "name" x.names.size) "a name"
    let t ← pick x.exprs (number d "type" x.exprs.size) "a term"
    let cs := items (field d "ctors")
    let cs ← x.ctorsOf cs 0 cs.size
    return { name := n, type := t, ctors := cs } :: (← x.typesOf a (i+1) k)

def typeNames : List InductiveType → List Name
  | [] => []
  | t :: r => t.name :: typeNames r

def Trial.hasCtors (x : Trial) (n : Name) (own : List Name) : List Constructor → IO Bool
  | [] => return true
  | c :: r => do
    if ← x.hasAll n own c.type.getUsedConstants 0 then x.hasCtors n own r else return false

def Trial.hasTypes (x : Trial) (own : List Name) : List InductiveType → IO Bool
  | [] => return true
  | t :: r => do
    if !(← x.hasAll t.name [] t.type.getUsedConstants 0) then return false
    if !(← x.hasCtors t.name own t.ctors) then return false
    x.hasTypes own r

def Trial.breakAll (x : Trial) : List Name → IO Unit
  | [] => return ()
  | n :: r => do
    x.broken.modify (·.insert n)
    x.breakAll r

def ctorNames : List Constructor → List Name
  | [] => []
  | c :: r => c.name :: ctorNames r

/-- What rests on a refused group of types rests on their constructors and recursors as well. -/
def Trial.breakTypes (x : Trial) : List InductiveType → IO Unit
  | [] => return ()
  | t :: r => do
    x.breakAll (t.name :: mkRecName t.name :: ctorNames t.ctors)
    x.breakTypes r

def Trial.addTypes (x : Trial) (d : Json) : IO Unit := do
  let ps ← paramsOf x.names d
  let ts := items (field d "types")
  match ← x.typesOf ts 0 ts.size with
  | [] => bad "a type"
  | types@(t :: _) =>
    if ← x.hasTypes (typeNames types) types then
      x.add t.name (.inductDecl ps (number d "size" 0) types false)
    if (← x.broken.get).contains t.name || (known (← x.env.get) t.name).isNone then x.breakTypes types

partial def Trial.addAll (x : Trial) (decls : Array Json) (i : Nat) : IO Unit := do
  if i ≥ decls.size then return () else
  let d := decls.getD i Json.null
  if text d "kind" == "inductive" then x.addTypes d else x.addValue d
  x.addAll decls (i+1)

/-! #### Against the statement -/

structure Twins where
  ours : Environment
  theirs : Environment
  seen : IO.Ref NameSet
  changed : IO.Ref (Array Name)

def asMany : List Name → List Name → Bool
  | [], [] => true
  | _ :: r, _ :: s => asMany r s
  | _, _ => false

/-- Whether two terms are the same but for the names of universe variables and of auxiliary declarations. -/
def Twins.same (x : Twins) (ps qs : List Name) (a b : Expr) : Bool :=
  asMany ps qs && opened x.ours a == (opened x.theirs b).instantiateLevelParams qs (levelsOf ps)

def Twins.sameCtors (x : Twins) (ps qs : List Name) : List Name → Bool
  | [] => true
  | n :: r => match known x.ours n, known x.theirs n with
    | some (.ctorInfo a), some (.ctorInfo b) => x.same ps qs a.type b.type && x.sameCtors ps qs r
    | _, _ => false

/-- Whether a declaration of the statement's own text means the same in the file, as far as its own terms go. -/
def Twins.alike (x : Twins) (a b : ConstantInfo) : Bool :=
  let same := x.same a.levelParams b.levelParams
  same a.type b.type && match a, b with
  | .thmInfo _, .thmInfo _ => true
  | .axiomInfo _, .axiomInfo _ => true
  | .defnInfo c, .defnInfo d => same c.value d.value
  | .opaqueInfo c, .opaqueInfo d => same c.value d.value
  | .inductInfo c, .inductInfo d => c.all == d.all && c.numParams == d.numParams && c.ctors == d.ctors &&
      x.sameCtors a.levelParams b.levelParams c.ctors
  | .ctorInfo c, .ctorInfo d => c.induct == d.induct
  | .recInfo c, .recInfo d => c.all == d.all
  | _, _ => false

/-- Follows everything of our own that a constant rests on, and notes what is not the same there. -/
partial def Twins.follow (x : Twins) (n : Name) : IO Unit := do
  if !isLocal x.ours n || (← x.seen.get).contains n then return ()
  x.seen.modify (·.insert n)
  match known x.ours n with
  | none => return ()
  | some a =>
    match known x.theirs n with
    | some b => unless x.alike a b do x.changed.modify (·.push n)
    | none => x.changed.modify (·.push n)
    within a.type
    match a with
    | .defnInfo c => within c.value
    | .opaqueInfo c => within c.value
    | .inductInfo c =>
      each c.all
      each c.ctors
    | .ctorInfo c => x.follow c.induct
    | .recInfo c => each c.all
    | _ => return ()
where
  within (e : Expr) : IO Unit := names (opened x.ours e).getUsedConstants 0
  names (a : Array Name) (i : Nat) : IO Unit := do
    if h : i < a.size then
      x.follow a[i]
      names a (i+1)
  each : List Name → IO Unit
    | [] => return ()
    | n :: r => do
      x.follow n
      each r

/-- What the file declares under a name of the statement's own text, but not in the same way. -/
def Twins.redefined (x : Twins) (asked : Array String) (a : Array Name) (i : Nat) (acc : Array Name) : Array Name :=
  if h : i < a.size then
    let n := a[i]
    let other := !n.isInternalDetail && !holds asked 0 n.toString && match known x.ours n, known x.theirs n with
      | some c, some d => !x.alike c d
      | _, _ => false
    x.redefined asked a (i+1) (if other then acc.push n else acc)
  else acc

/-- The axioms of the statement's own text among these, the same in the file. -/
def Twins.declared (x : Twins) (a : Array Name) (i : Nat) (acc : Array Name) : IO (Array Name) := do
  if h : i < a.size then
    let n := a[i]
    match known x.ours n with
    | some (.axiomInfo _) =>
      if isLocal x.ours n then
        let before := (← x.changed.get).size
        x.follow n
        x.declared a (i+1) (if (← x.changed.get).size == before then acc.push n else acc)
      else x.declared a (i+1) acc
    | _ => x.declared a (i+1) acc
  else return acc

/-- The name as that text has it: a private one is another name. -/
def asThere (env : Environment) (n : Name) : Name :=
  if (known env n).isSome then n else
  let hidden := mkPrivateName env n
  if (known env hidden).isSome then hidden else n

/-- What the file has to say about one theorem of the statement's text. -/
def verdictOn (ours theirs : Environment) (broken : NameSet) (name : String) : IO Json := do
  let x : Twins := { ours := ours, theirs := theirs, seen := ← IO.mkRef {}, changed := ← IO.mkRef #[] }
  let n := asThere ours name.toName
  let m := asThere theirs name.toName
  let some (.thmInfo asked) := known ours n | throw (IO.userError s!"the statement declares no theorem {name}")
  let reply (met differs : Bool) (axioms declared : Array Name) (library : Nat) : IO Json := do
    return Json.mkObj [("name", Json.str name), ("met", Json.bool met), ("differs", Json.bool differs),
      ("changed", Json.arr (namesJson (← x.changed.get) 0 #[])), ("axioms", Json.arr (namesJson axioms 0 #[])),
      ("declared", Json.arr (namesJson declared 0 #[])), ("library", nat library),
      ("refused", Json.bool (broken.contains name.toName || broken.contains (mkPrivateName theirs name.toName)))]
  match known theirs m with
  | some (.thmInfo found) =>
    x.same asked.levelParams found.levelParams asked.type found.type |> fun same => do
      statement x asked.type
      let all := (CollectAxioms.collect m theirs {}).2.axioms
      let (ax, lib) := split theirs all 0 #[] #[]
      reply true (!same) ax (← x.declared ax 0 #[]) lib.size
  | some _ => reply true true #[] #[] 0
  | none => reply false false #[] #[] 0
where
  statement (x : Twins) (e : Expr) : IO Unit := names x (opened x.ours e).getUsedConstants 0
  names (x : Twins) (a : Array Name) (i : Nat) : IO Unit := do
    if h : i < a.size then
      x.follow a[i]
      names x a (i+1)

def verdicts (ours theirs : Environment) (broken : NameSet) (a : Array String) (i : Nat) (acc : Array Json) :
    IO (Array Json) := do
  if h : i < a.size then verdicts ours theirs broken a (i+1) (acc.push (← verdictOn ours theirs broken a[i]))
  else return acc

/-- Gives the declarations of a file to the kernel, and compares what it proved with the statement's text. -/
def judge (st : IO.Ref Kept) (j : Json) : IO Json := do
  let (s, errors) ← contextState st j
  if errors.size > 0 then return Json.mkObj [("context", Json.arr errors)]
  let data := field j "data"
  let names ← readNames (items (field data "names")) 0 #[]
  let levels ← readLevels names (items (field data "levels")) 0 #[]
  let exprs ← readExprs names levels (items (field data "exprs")) 0 #[]
  let (header, _, _) ← Parser.parseHeader (input (text j "context"))
  let base := (← imported st (headerToImports header)).setMainModule `Main
  let x : Trial :=
    { ours := s.env, names := names, exprs := exprs, env := ← IO.mkRef base, broken := ← IO.mkRef {}, refused := ← IO.mkRef #[] }
  x.addAll (items (field data "decls")) 0
  let theirs ← x.env.get
  let asked := texts (items (field j "names")) 0 #[]
  let found ← verdicts s.env theirs (← x.broken.get) asked 0 #[]
  let twins : Twins := { ours := s.env, theirs := theirs, seen := ← IO.mkRef {}, changed := ← IO.mkRef #[] }
  let other := twins.redefined asked (keysOf s.env.constants.map₂.root #[]) 0 #[]
  return Json.mkObj [("refused", Json.arr (← x.refused.get)), ("theorems", Json.arr found),
    ("redefined", Json.arr (namesJson other 0 #[]))]
