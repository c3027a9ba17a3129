/-! ### Proof states: the goals at every `sorry`, and tactics on a state that is kept

For search and repair, never for a verdict: whatever is found here becomes a text that is judged like any other. -/

structure Proof where
  env : Environment
  ngen : NameGenerator
  mctx : MetavarContext
  goals : List MVarId
  options : Options
  currNamespace : Name
  openDecls : List OpenDecl

structure Proofs where
  next : Nat := 1
  all : List (String × Proof) := []

mutual
partial def nodeItems {α : Type} (t : PersistentArrayNode α) (acc : List α) : List α :=
  match t with
  | .node cs => nodesItems cs cs.size acc
  | .leaf cs => leafItems cs cs.size acc
partial def nodesItems {α : Type} (a : Array (PersistentArrayNode α)) (i : Nat) (acc : List α) : List α :=
  match i with
  | 0 => acc
  | i+1 => match a[i]? with
    | some t => nodesItems a i (nodeItems t acc)
    | none => nodesItems a i acc
partial def leafItems {α : Type} (a : Array α) (i : Nat) (acc : List α) : List α :=
  match i with
  | 0 => acc
  | i+1 => match a[i]? with
    | some t => leafItems a i (t :: acc)
    | none => leafItems a i acc
end

def listed {α : Type} (t : PersistentArray α) : List α := nodeItems t.root (leafItems t.tail t.tail.size [])

def contextOf (p : Proof) (heartbeats : Nat) : IO Core.Context := do
  let start ← IO.getNumHeartbeats
  return { fileName := "<state>", fileMap := FileMap.ofString "", currNamespace := p.currNamespace, openDecls := p.openDecls,
           initHeartbeats := start, maxHeartbeats := heartbeats * 1000,
           options := ((p.options.setNat `maxHeartbeats heartbeats).setBool `Elab.async false) }

def inMeta {α : Type} (p : Proof) (heartbeats : Nat) (x : MetaM α) : IO (α × Meta.State × Core.State) := do
  let ((a, m), c) ← (x.run {} { mctx := p.mctx }).toIO (← contextOf p heartbeats) { env := p.env, ngen := p.ngen }
  return (a, m, c)

def inTerm {α : Type} (x : Term.TermElabM α) : MetaM α := do
  x { errToSorry := false } (← IO.mkRef {})

def hypotheses (out : IO.Ref (Array Json)) : List (Option LocalDecl) → MetaM Unit
  | [] => return ()
  | none :: r => hypotheses out r
  | some d :: r => do
    unless d.isImplementationDetail do
      let t ← Meta.ppExpr (← instantiateMVars d.type)
      let prop ← Meta.isProp d.type
      let name := d.userName.eraseMacroScopes.toString ++ (if d.userName.hasMacroScopes then "✝" else "")
      out.modify (·.push (Json.mkObj [("name", Json.str name), ("type", Json.str t.pretty), ("prop", Json.bool prop)]))
    hypotheses out r

def within {α : Type} (d : MetavarDecl) (x : MetaM α) : MetaM α := fun context state =>
  x { context with lctx := d.lctx, localInstances := d.localInstances } state

def goalJson (g : MVarId) : MetaM Json := do
  let d ← g.getDecl
  within d do
  let out ← IO.mkRef #[]
  hypotheses out (listed d.lctx.decls)
  let target ← Meta.ppExpr (← instantiateMVars d.type)
  return Json.mkObj [("tag", Json.str d.userName.toString), ("hypotheses", Json.arr (← out.get)),
    ("target", Json.str target.pretty)]

def goalsJson (out : IO.Ref (Array Json)) : List MVarId → MetaM Unit
  | [] => return ()
  | g :: r => do
    out.modify (·.push (← goalJson g))
    goalsJson out r

def keepProof (ps : IO.Ref Proofs) (p : Proof) : IO (Nat × Array Json) := do
  let out ← IO.mkRef #[]
  let _ ← inMeta p 200000 (goalsJson out p.goals)
  let q ← ps.get
  ps.set { next := q.next + 1, all := (toString q.next, p) :: q.all }
  return (q.next, ← out.get)

def stateJson (ps : IO.Ref Proofs) (p : Proof) : IO Json := do
  let (k, goals) ← keepProof ps p
  return Json.mkObj [("state", nat k), ("goals", Json.arr goals)]

/-- Keeps a state without printing its goals. -/
def keepUnseen (ps : IO.Ref Proofs) (p : Proof) : IO Nat := do
  let q ← ps.get
  ps.set { next := q.next + 1, all := (toString q.next, p) :: q.all }
  return q.next

/-! What stands at each `sorry` -/

def knows (env : Environment) (a : Array Name) (i : Nat) : Bool :=
  if h : i < a.size then env.contains a[i] && knows env a (i+1) else true
termination_by a.size - i

def knowsAll (env : Environment) : List (Option LocalDecl) → MetaM Bool
  | [] => return true
  | none :: r => knowsAll env r
  | some d :: r => do
    if knows env (← instantiateMVars d.type).getUsedConstants 0 then knowsAll env r else return false

/-- Whether the goals speak only of what an environment has. -/
def knowsGoals (env : Environment) : List MVarId → MetaM Bool
  | [] => return true
  | g :: r => do
    let d ← g.getDecl
    let target := knows env (← instantiateMVars d.type).getUsedConstants 0
    if target && (← knowsAll env (listed d.lctx.decls)) then knowsGoals env r else return false

/-- Lean shows the environment behind the command, in which the theorem itself would serve as a lemma for its proof:
the one before the command is used wherever it has all that the goals speak of. -/
def proofAt (before : Environment) (ctx : ContextInfo) (mctx : MetavarContext) (goals : List MVarId) : IO Proof := do
  let p : Proof := { env := ctx.env, ngen := ctx.ngen, mctx := mctx, goals := goals, options := ctx.options,
                     currNamespace := ctx.currNamespace, openDecls := ctx.openDecls }
  let (known, _, _) ← inMeta p 200000 (knowsGoals before goals)
  return if known then { p with env := before } else p

def atSorry (ps : IO.Ref Proofs) (before : Environment) (ictx : Parser.InputContext) (acc : IO.Ref (Array Json)) (ctx : ContextInfo)
    (stx : Syntax) (mctx : MetavarContext) (goals : List MVarId) : IO Unit := do
  let j ← stateJson ps (← proofAt before ctx mctx goals)
  let at_ := ictx.fileMap.toPosition (stx.getPos?.getD 0)
  let term := stx.getKind == ``Parser.Term.sorry
  acc.modify (·.push (((j.setObjVal! "line" (nat at_.line)).setObjVal! "column" (nat at_.column)).setObjVal! "term" (Json.bool term)))

def atTermSorry (ps : IO.Ref Proofs) (before : Environment) (ictx : Parser.InputContext) (acc : IO.Ref (Array Json)) (ctx : ContextInfo)
    (ti : TermInfo) : IO Unit :=
  match ti.expectedType? with
  | none => return ()
  | some type =>
    let g : MVarId := { name := `lemmata_goal }
    atSorry ps before ictx acc ctx ti.stx (ctx.mctx.addExprMVarDecl g .anonymous ti.lctx #[] type) [g]

mutual
partial def sorriesIn (ps : IO.Ref Proofs) (before : Environment) (ictx : Parser.InputContext) (acc : IO.Ref (Array Json))
    (ctx? : Option ContextInfo) (t : InfoTree) : IO Unit :=
  match t with
  | .context c t => sorriesIn ps before ictx acc (c.mergeIntoOuter? ctx?) t
  | .hole _ => return ()
  | .node i cs =>
    let below := sorriesInAll ps before ictx acc (i.updateContext? ctx?)
    match ctx?, i with
    | some ctx, .ofTacticInfo ti =>
      if ti.stx.getKind == ``Parser.Tactic.tacticSorry then
        atSorry ps before ictx acc ctx ti.stx ti.mctxBefore ti.goalsBefore
      else below (listed cs)
    | some ctx, .ofTermInfo ti =>
      if ti.stx.getKind == ``Parser.Term.sorry then atTermSorry ps before ictx acc ctx ti else below (listed cs)
    | _, _ => below (listed cs)
partial def sorriesInAll (ps : IO.Ref Proofs) (before : Environment) (ictx : Parser.InputContext) (acc : IO.Ref (Array Json))
    (ctx? : Option ContextInfo) : List InfoTree → IO Unit
  | [] => return ()
  | t :: r => do
    sorriesIn ps before ictx acc ctx? t
    sorriesInAll ps before ictx acc ctx? r
end

/-! The steps that were played -/

def countOf {α : Type} : List α → Nat
  | [] => 0
  | _ :: r => countOf r + 1

def stepAt (ps : IO.Ref Proofs) (before : Environment) (ictx : Parser.InputContext) (acc : IO.Ref (Array Json)) (ctx : ContextInfo)
    (ti : TacticInfo) : IO Unit :=
  match ti.stx.getPos? true, ti.stx.getTailPos? true with
  | some a, some b => do
    let k ← keepUnseen ps (← proofAt before ctx ti.mctxBefore ti.goalsBefore)
    let a := ictx.fileMap.toPosition a
    let b := ictx.fileMap.toPosition b
    acc.modify (·.push (Json.mkObj [("state", nat k), ("kind", nameJson ti.stx.getKind), ("count", nat (countOf ti.goalsBefore)),
      ("line", nat a.line), ("column", nat a.column), ("endLine", nat b.line), ("endColumn", nat b.column)]))
  | _, _ => return ()

mutual
partial def stepsIn (ps : IO.Ref Proofs) (before : Environment) (ictx : Parser.InputContext) (acc : IO.Ref (Array Json))
    (ctx? : Option ContextInfo) (t : InfoTree) : IO Unit :=
  match t with
  | .context c t => stepsIn ps before ictx acc (c.mergeIntoOuter? ctx?) t
  | .hole _ => return ()
  | .node i cs => do
    match ctx?, i with
    | some ctx, .ofTacticInfo ti => if (← acc.get).size < 500 then stepAt ps before ictx acc ctx ti
    | _, _ => pure ()
    stepsInAll ps before ictx acc (i.updateContext? ctx?) (listed cs)
partial def stepsInAll (ps : IO.Ref Proofs) (before : Environment) (ictx : Parser.InputContext) (acc : IO.Ref (Array Json))
    (ctx? : Option ContextInfo) : List InfoTree → IO Unit
  | [] => return ()
  | t :: r => do
    stepsIn ps before ictx acc ctx? t
    stepsInAll ps before ictx acc ctx? r
end

/-- The goals of a kept state. -/
def showState (ps : IO.Ref Proofs) (j : Json) : IO Json := do
  match look (toString (number j "state" 0)) (← ps.get).all with
  | none => return Json.mkObj [("gone", Json.bool true)]
  | some p =>
    let out ← IO.mkRef #[]
    let _ ← inMeta p 200000 (goalsJson out p.goals)
    return Json.mkObj [("state", field j "state"), ("goals", Json.arr (← out.get))]

/-- The goals at every `sorry` of a body, each kept as a state, and what Lean says of the body; with `steps`, also every
step that was played, each with the state before it. -/
def goals (st : IO.Ref Kept) (ps : IO.Ref Proofs) (j : Json) : IO Json := do
  let (s, errors) ← contextState st j
  if errors.size > 0 then return Json.mkObj [("context", Json.arr errors)]
  let src := text j "command" ++ " " ++ text j "body"
  let sr ← IO.mkRef { s with scopes := capped (number j "heartbeats" 200000) s.scopes }
  let acc ← IO.mkRef #[]
  let fault ← elabSingle (policy j) src sr acc (infos := true)
  let out ← IO.mkRef #[]
  msgsJson out (← acc.get).toList
  let found ← IO.mkRef #[]
  let all := (← sr.get).infoState.trees
  let trees := listed all
  sorriesInAll ps s.env (input src) found none trees
  let steps ← IO.mkRef #[]
  if flag j "steps" then stepsInAll ps s.env (input src) steps none trees
  return Json.mkObj [("messages", Json.arr (← out.get)), ("sorries", Json.arr (← found.get)),
    ("steps", Json.arr (← steps.get)), ("parsed", Json.bool (all.size > 0)),
    ("fault", match fault with | some f => Json.str f | none => Json.null)]

/-! A tactic on a state -/

def unsolved : List MVarId → MetaM (List MVarId)
  | [] => return []
  | g :: r => do
    let rest ← unsolved r
    if ← g.isAssigned then return rest else return g :: rest

partial def leavesHole (stx : Syntax) : Bool :=
  match stx with
  | .node _ k args => k == ``Parser.Tactic.tacticSorry || k == ``Parser.Term.sorry || anyHole args 0
  | _ => false
where
  anyHole (args : Array Syntax) (i : Nat) : Bool :=
    if h : i < args.size then leavesHole args[i] || anyHole args (i+1) else false

def firstError : List Message → Option Message
  | [] => none
  | m :: r => match m.severity with
    | .error => some m
    | _ => firstError r

/-- The state behind a tactic, and what the tactic said. -/
def runTactic (p : Proof) (stx : Syntax) (heartbeats : Nat) : IO (Proof × Array Json) := do
  let act : Term.TermElabM (List MVarId) := do
    let (_, s) ← (Tactic.evalTactic stx { elaborator := .anonymous, recover := false }).run { goals := p.goals }
    Term.synthesizeSyntheticMVarsNoPostponing
    unsolved s.goals
  let (gs, m, c) ← inMeta p heartbeats (inTerm act)
  match firstError c.messages.toList with
  | some e => throw (IO.userError (← e.data.toString))
  | none =>
    let said ← IO.mkRef #[]
    msgsJson said c.messages.toList
    return ({ p with env := c.env, ngen := c.ngen, mctx := m.mctx, goals := gs }, ← said.get)

def nth : Nat → List MVarId → List MVarId
  | _, [] => []
  | 0, g :: _ => [g]
  | n+1, _ :: r => nth n r

/-- One goal of a state alone, where the request names one. -/
def focused (j : Json) (p : Proof) : Proof :=
  match field j "goal" with
  | .null => p
  | _ => { p with goals := nth (number j "goal" 0) p.goals }

def step (ps : IO.Ref Proofs) (j : Json) : IO Json := do
  match look (toString (number j "state" 0)) (← ps.get).all with
  | none => return Json.mkObj [("gone", Json.bool true)]
  | some p =>
    let p := focused j p
    match Parser.runParserCategory p.env `tactic (text j "tactic") with
    | .error e => return Json.mkObj [("error", Json.str e)]
    | .ok stx =>
      refuse (policy j) stx
      if leavesHole stx then return Json.mkObj [("error", Json.str "the tactic leaves a hole")]
      match ← EIO.toBaseIO (runTactic p stx (number j "heartbeats" 200000)) with
      | .ok (q, said) => return (← stateJson ps q).setObjVal! "messages" (Json.arr said)
      | .error e => return Json.mkObj [("error", Json.str e.toString)]

def without (gone : Array String) : List (String × Proof) → List (String × Proof)
  | [] => []
  | (k, p) :: r => if holds gone 0 k then without gone r else (k, p) :: without gone r

/-- Forgets the states named, or all. -/
def drop (ps : IO.Ref Proofs) (j : Json) : IO Json := do
  ps.modify fun q => { q with all := if flag j "all" then [] else without (texts (items (field j "states")) 0 #[]) q.all }
  return Json.mkObj []

/-! ### What an environment holds -/

def proofIn (s : Command.State) : Proof :=
  let (opts, ns, opened) := match s.scopes with
    | sc :: _ => (sc.opts, sc.currNamespace, sc.openDecls)
    | [] => ({}, .anonymous, [])
  { env := s.env, ngen := s.ngen, mctx := {}, goals := [], options := opts, currNamespace := ns, openDecls := opened }

/-- The type of a term, both as Lean prints them. -/
def typeOf (st : IO.Ref Kept) (j : Json) : IO Json := do
  let (s, errors) ← contextState st j
  if errors.size > 0 then return Json.mkObj [("context", Json.arr errors)]
  match Parser.runParserCategory s.env `term (text j "term") with
  | .error e => return Json.mkObj [("error", Json.str e)]
  | .ok stx =>
    refuse (policy j) stx
    let act : Term.TermElabM (Format × Format) := do
      let e ← Term.elabTerm stx none
      Term.synthesizeSyntheticMVarsNoPostponing
      let e ← instantiateMVars e
      let t ← instantiateMVars (← Meta.inferType e)
      return (← Meta.ppExpr e, ← Meta.ppExpr t)
    match ← EIO.toBaseIO (inMeta (proofIn s) (number j "heartbeats" 200000) (inTerm act)) with
    | .ok ((e, t), _, _) => return Json.mkObj [("term", Json.str e.pretty), ("type", Json.str t.pretty)]
    | .error e => return Json.mkObj [("error", Json.str e.toString)]

def kindOf (env : Environment) (n : Name) : String :=
  match getOriginalConstKind? env n with
  | some .thm => "theorem"
  | some .defn => "definition"
  | some .axiom => "axiom"
  | some .opaque => "opaque"
  | some .induct => "inductive"
  | some .ctor => "constructor"
  | some .recursor => "recursor"
  | some .quot => "quotient"
  | none => "unknown"

def describe (p : Proof) (n : Name) (c : ConstantInfo) : IO Json := do
  let (t, _, _) ← inMeta p 200000 (do return (← Meta.ppExpr c.type).pretty)
  return Json.mkObj [("name", nameJson n), ("kind", Json.str (kindOf p.env n)), ("type", Json.str t)]

def describeAll (p : Proof) (out : IO.Ref (Array Json)) (a : Array Json) (i : Nat) : IO Unit := do
  if h : i < a.size then
    match a[i] with
    | .str s => match p.env.find? s.toName with
      | some c => out.modify (·.push (← describe p s.toName c))
      | none => pure ()
    | _ => pure ()
    describeAll p out a (i+1)

/-- Kind and type of each name that there is. -/
def named (st : IO.Ref Kept) (j : Json) : IO Json := do
  let (s, errors) ← contextState st j
  if errors.size > 0 then return Json.mkObj [("context", Json.arr errors)]
  let out ← IO.mkRef #[]
  describeAll (proofIn s) out (items (field j "names")) 0
  return Json.mkObj [("declarations", Json.arr (← out.get))]

/-- The axioms behind each name. -/
def axiomsBehind (st : IO.Ref Kept) (j : Json) : IO Json := do
  let (s, errors) ← contextState st j
  if errors.size > 0 then return Json.mkObj [("context", Json.arr errors)]
  let n := (text j "name").toName
  if (s.env.find? n).isNone then return Json.mkObj [("error", Json.str s!"there is no {n.toString}")]
  let (ax, lib) := split s.env (CollectAxioms.collect n s.env {}).2.axioms 0 #[] #[]
  return Json.mkObj [("axioms", Json.arr (namesJson ax 0 #[])), ("library", nat lib.size)]

def isPremise (env : Environment) (n : Name) : Bool :=
  !n.isInternalDetail && !n.hasMacroScopes && match getOriginalConstKind? env n with
    | some .thm => true
    | _ => false

def premisesIn (env : Environment) (names : Array Name) (infos : Array ConstantInfo) (i stop : Nat) (acc : Array Json) :
    Array Json :=
  if h : i < names.size ∧ i < stop then
    have := h.1
    premisesIn env names infos (i+1) stop <|
      if isPremise env names[i] then
        match infos[i]? with
        | some c => acc.push (Json.arr (namesJson c.type.getUsedConstants 0 #[nameJson names[i]]))
        | none => acc
      else acc
  else acc
termination_by names.size - i

/-- The theorems among some constants of one imported module, each with the constants of its statement. -/
def premises (st : IO.Ref Kept) (j : Json) : IO Json := do
  let (s, errors) ← contextState st j
  if errors.size > 0 then return Json.mkObj [("context", Json.arr errors)]
  let data := s.env.header.moduleData
  let from_ := number j "from" 0
  match data[number j "module" 0]? with
  | none => return Json.mkObj [("modules", nat data.size), ("size", nat 0), ("premises", Json.arr #[])]
  | some m =>
    let found := premisesIn s.env m.constNames m.constants from_ (from_ + number j "count" 200) #[]
    return Json.mkObj [("modules", nat data.size), ("size", nat m.constNames.size), ("premises", Json.arr found)]
