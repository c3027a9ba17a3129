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
      | 0 => do
        let k ← natAt a 1
        if k > 100000 then bad "a variable" else pure (mkBVar k)
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
