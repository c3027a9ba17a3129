/-! ### Whole files: what a text may hold, judged by the syntax that Lean itself reads, every fault with its place -/

structure Rules where
  words : Array String
  options : Array String
  attributes : Array String
  commands : Array String

def rules (j : Json) : Rules :=
  let p := field j "rules"
  { words := texts (items (field p "words")) 0 #[], options := texts (items (field p "options")) 0 #[],
    attributes := texts (items (field p "attributes")) 0 #[], commands := texts (items (field p "commands")) 0 #[] }

def faultAt (ictx : Parser.InputContext) (stx : Syntax) (s : String) : Json :=
  let p := ictx.fileMap.toPosition (stx.getPos?.getD 0)
  Json.mkObj [("line", nat p.line), ("column", nat p.column), ("text", Json.str s)]

def joined {α : Type} (acc a : Array α) (i : Nat) : Array α :=
  if h : i < a.size then joined (acc.push a[i]) a (i+1) else acc
termination_by a.size - i

mutual
/-- The first word of a piece of syntax. -/
partial def leaf (stx : Syntax) : String :=
  match stx with
  | .atom _ s => s
  | .ident _ _ n _ => n.toString
  | .node _ _ args => leafFrom args 0
  | .missing => ""
partial def leafFrom (args : Array Syntax) (i : Nat) : String :=
  if h : i < args.size then
    let s := leaf args[i]
    if s == "" then leafFrom args (i+1) else s
  else ""
end

/-- `+native` and `(native := true)`, as tactics have it. -/
def native (k : SyntaxNodeKind) (stx : Syntax) : Bool :=
  (lastOf k == "posConfigItem" || lastOf k == "valConfigItem") && (stx.getArgs.getD 1 Syntax.missing).getId == `native

/-- Words and options that the rules refuse. -/
partial def refusedAt (r : Rules) (ictx : Parser.InputContext) (stx : Syntax) (acc : Array Json) : Array Json :=
  match stx with
  | .atom _ s => one s s acc
  | .ident _ _ n _ => one n.toString (lastOf n) acc
  | .node _ k args =>
    let option := k == ``Parser.Command.set_option || k == ``Parser.Term.set_option || k == ``Parser.Tactic.set_option
    let name := (args.getD 1 Syntax.missing).getId
    let acc := if option && !holds r.options 0 (firstOf name)
      then acc.push (faultAt ictx stx s!"the option {name.toString} is not one that a proof may set") else acc
    let acc := if native k stx then acc.push (faultAt ictx stx "`native` has no place in a proof") else acc
    children args 0 acc
  | .missing => acc
where
  one (whole last : String) (acc : Array Json) : Array Json :=
    if holds r.words 0 whole || holds r.words 0 last
    then acc.push (faultAt ictx stx s!"`{whole}` has no place in a proof") else acc
  children (args : Array Syntax) (i : Nat) (acc : Array Json) : Array Json :=
    if h : i < args.size then children args (i+1) (refusedAt r ictx args[i] acc) else acc

/-- Attributes outside the list of those that a file may give or take away. -/
partial def attributesOutside (r : Rules) (ictx : Parser.InputContext) (stx : Syntax) (acc : Array Json) : Array Json :=
  match stx with
  | .node _ k args =>
    let word := if k == ``Parser.Term.attrInstance || k == ``Parser.Command.eraseAttr
      then leaf (args.getD 1 Syntax.missing) else ""
    let acc := if word == "" || holds r.attributes 0 word then acc
      else acc.push (faultAt ictx stx s!"the attribute `{word}` has no place in a proof")
    children args 0 acc
  | _ => acc
where
  children (args : Array Syntax) (i : Nat) (acc : Array Json) : Array Json :=
    if h : i < args.size then children args (i+1) (attributesOutside r ictx args[i] acc) else acc

/-- Commands, and kinds of declarations, outside the list of those that a file may hold. -/
partial def commandsOutside (r : Rules) (ictx : Parser.InputContext) (stx : Syntax) (acc : Array Json) : Array Json :=
  let k := stx.getKind
  if k == ``Parser.Command.in then commandsOutside r ictx stx[2] (commandsOutside r ictx stx[0] acc)
  else if k == ``Parser.Command.mutual then inside stx[1].getArgs 0 acc
  else
    let inner := if k == ``Parser.Command.declaration then stx[1] else stx
    if holds r.commands 0 inner.getKind.toString then acc
    else acc.push (faultAt ictx inner s!"the command `{word inner}` has no place in a proof")
where
  word (stx : Syntax) : String :=
    let w := leaf stx
    if w == "local" || w == "scoped" then w ++ " " ++ lastOf stx.getKind else w
  inside (args : Array Syntax) (i : Nat) (acc : Array Json) : Array Json :=
    if h : i < args.size then inside args (i+1) (commandsOutside r ictx args[i] acc) else acc

/-- The text of a piece of syntax, without what stands around it. -/
def written (ictx : Parser.InputContext) (stx : Syntax) : String :=
  match stx.getPos?, stx.getTailPos? with
  | some a, some b => String.Pos.Raw.extract ictx.inputString a b
  | _, _ => ""

def startOf (j : Json) (env : Environment) : Command.State :=
  freshState env `Main false (flag j "strict") (number j "heartbeats" 200000)

/-- Whether a text occurs in another. -/
def occurs (part whole : String) : Bool :=
  part != "" && match whole.splitOn part with
    | _ :: _ :: _ => true
    | _ => false

abbrev Constants := PersistentHashMap.Node Name ConstantInfo

mutual
partial def keysOf (n : Constants) (acc : Array Name) : Array Name :=
  match n with
  | .entries es => keysIn es 0 acc
  | .collision ks _ _ => joined acc ks 0
partial def keysIn (es : Array (PersistentHashMap.Entry Name ConstantInfo Constants))
    (i : Nat) (acc : Array Name) : Array Name :=
  if h : i < es.size then
    keysIn es (i+1) (match es[i] with
      | .entry k _ => acc.push k
      | .ref n => keysOf n acc
      | .null => acc)
  else acc
end

def holdsName (a : Array Name) (i : Nat) (n : Name) : Bool :=
  if h : i < a.size then a[i] == n || holdsName a (i+1) n else false

partial def hasKey (t : Constants) (h : USize) (n : Name) : Bool :=
  match t with
  | .entries es => match es[(h % 32).toNat]? with
    | some (.entry k _) => k == n
    | some (.ref t) => hasKey t (h / 32) n
    | _ => false
  | .collision ks _ _ => holdsName ks 0 n

/-- What is known behind a command that begins there. -/
structure Mark where
  position : Position
  known : Constants

structure Reading where
  marks : IO.Ref (Array Mark)
  rules : Rules
  statement : String
  faults : IO.Ref (Array Json)
  messages : IO.Ref (Array Message)

/-- What the rules refuse in a command. The statement's own commands may be repeated, as long as they run no code. -/
def Reading.wrongIn (r : Reading) (ictx : Parser.InputContext) (stx : Syntax) : Array Json :=
  let words := refusedAt r.rules ictx stx #[]
  let commands := commandsOutside r.rules ictx stx #[]
  let attributes := attributesOutside r.rules ictx stx #[]
  if commands.size + attributes.size == 0 || occurs (written ictx stx) r.statement then words else
  if commands.size > 0 then commands else joined attributes words 0

/-- Elaborates the commands that the rules allow, and collects what they refuse. -/
partial def Reading.elabFrom (r : Reading) (ictx : Parser.InputContext) (ps : Parser.ModuleParserState)
    (st : IO.Ref Command.State) : IO Unit := do
  let s ← st.get
  let (stx, ps', msgs) := Parser.parseCommand ictx (parserScope s) ps {}
  addMsgs r.messages msgs.toList
  st.set { s with messages := {}, infoState := { enabled := false }, snapshotTasks := #[] }
  let wrong := r.wrongIn ictx stx
  r.faults.modify (fun a => joined a wrong 0)
  if Parser.isTerminalCommand stx then return ()
  if wrong.size == 0 then
    elabOne ictx ps.pos stx st r.messages
    let known := (← st.get).env.constants.map₂.root
    r.marks.modify (·.push { position := ictx.fileMap.toPosition (stx.getPos?.getD ps.pos), known := known })
  r.elabFrom ictx ps' st

/-! ### All declarations of a file as plain data -/

structure Export where
  pool : Pool
  base : Environment
  env : Environment
  seen : IO.Ref NameSet
  out : IO.Ref (Array Json)
  left : IO.Ref (Array Json)

/-- Notes a declaration that is not handed out, and why. -/
def Export.leave (x : Export) (n : Name) (what : String) : IO Unit := do
  x.seen.modify (·.insert n)
  x.left.modify (·.push (Json.mkObj [("name", nameJson n), ("text", Json.str s!"{n.toString} is {what}")]))

/-- A declaration, behind all those that it uses; what Lean adds for its compiler only is passed over. -/
partial def Export.put (x : Export) (reached : Bool) (n : Name) : IO Unit := do
  if x.base.contains n || (← x.seen.get).contains n then return ()
  match x.env.find? n with
  | some (.thmInfo c) => value n "theorem" c.levelParams c.type c.value 0
  | some (.defnInfo c) =>
    if c.safety != .safe then
      if reached then x.leave n "unsafe or partial"
    else match c.hints with
      | ReducibilityHints.abbrev => value n "abbrev" c.levelParams c.type c.value 0
      | ReducibilityHints.opaque => value n "definition" c.levelParams c.type c.value 0
      | .regular h => value n "regular" c.levelParams c.type c.value h.toNat
  | some (.opaqueInfo c) =>
    if !c.isUnsafe then value n "opaque" c.levelParams c.type c.value 0
    else if reached then x.leave n "unsafe or partial"
  | some (.inductInfo c) =>
    if !c.isUnsafe then group c else if reached then x.leave n "unsafe"
  | some (.ctorInfo c) => x.put reached c.induct
  | some (.recInfo c) => x.put reached (match c.all with | a :: _ => a | [] => n)
  | some (.axiomInfo c) =>
    if c.isUnsafe then x.leave n "an unsafe axiom" else
    stated n c.levelParams c.type
  | some _ => x.leave n "of a kind that is not audited"
  | none => x.leave n "not there"
where
  mark (n : Name) : IO Unit := x.seen.modify (·.insert n)
  used (a : Array Name) (i : Nat) : IO Unit := do
    if h : i < a.size then
      x.put true a[i]
      used a (i+1)
  stated (n : Name) (params : List Name) (type : Expr) : IO Unit := do
    mark n
    used type.getUsedConstants 0
    let t ← putExpr x.pool type
    let i ← putName x.pool n
    let ps ← putNames x.pool #[] params
    x.out.modify (·.push (Json.mkObj [("name", nat i), ("kind", Json.str "axiom"), ("params", Json.arr ps), ("type", nat t)]))
  value (n : Name) (kind : String) (params : List Name) (type val : Expr) (height : Nat) : IO Unit := do
    mark n
    used type.getUsedConstants 0
    used val.getUsedConstants 0
    let t ← putExpr x.pool type
    let v ← putExpr x.pool val
    let i ← putName x.pool n
    let ps ← putNames x.pool #[] params
    x.out.modify (·.push (Json.mkObj [("name", nat i), ("kind", Json.str kind), ("height", nat height),
      ("params", Json.arr ps), ("type", nat t), ("value", nat v)]))
  markAll : List Name → IO Unit
    | [] => return ()
    | n :: r => do
      mark n
      markAll r
  useTypes : List Name → IO Unit
    | [] => return ()
    | n :: r => do
      match x.env.find? n with
      | some c => used c.type.getUsedConstants 0
      | none => throw (IO.userError s!"there is no {n.toString}")
      match x.env.find? n with
      | some (.inductInfo c) => useTypes c.ctors
      | _ => pure ()
      useTypes r
  ctors (acc : Array Json) : List Name → IO (Array Json)
    | [] => return acc
    | n :: r => do
      let some c := x.env.find? n | throw (IO.userError s!"there is no {n.toString}")
      let t ← putExpr x.pool c.type
      let i ← putName x.pool n
      ctors (acc.push (Json.arr #[nat i, nat t])) r
  types (acc : Array Json) : List Name → IO (Array Json)
    | [] => return acc
    | n :: r => do
      let some (.inductInfo c) := x.env.find? n | throw (IO.userError s!"there is no {n.toString}")
      let t ← putExpr x.pool c.type
      let i ← putName x.pool n
      let cs ← ctors #[] c.ctors
      types (acc.push (Json.mkObj [("name", nat i), ("type", nat t), ("ctors", Json.arr cs)])) r
  group (c : InductiveVal) : IO Unit := do
    markAll c.all
    useTypes c.all
    let ts ← types #[] c.all
    let ps ← putNames x.pool #[] c.levelParams
    x.out.modify (·.push (Json.mkObj [("kind", Json.str "inductive"), ("size", nat c.numParams),
      ("params", Json.arr ps), ("types", Json.arr ts)]))

def putEach (x : Export) (a : Array Name) (i : Nat) : IO Unit := do
  if h : i < a.size then
    match ← EIO.toBaseIO (x.put false a[i]) with
    | .ok _ => pure ()
    | .error e => x.leave a[i] s!"not fit to be audited: {e.toString}"
    putEach x a (i+1)

/-- The first of these marks that knows a name. -/
partial def firstWith (marks : Array Mark) (n : Name) (low high : Nat) : Option Mark :=
  if low ≥ high then marks[low]? else
  let middle := (low + high) / 2
  match marks[middle]? with
  | some m => if hasKey m.known n.hash.toUSize n then firstWith marks n low middle else firstWith marks n (middle+1) high
  | none => none

/-- The commands that made these names. -/
def placesOf (marks : Array Mark) (a : Array Name) (i : Nat) (acc : Array Json) : Array Json :=
  if h : i < a.size then
    placesOf marks a (i+1) (if a[i].isInternalDetail then acc else match firstWith marks a[i] 0 marks.size with
      | some m => acc.push (Json.mkObj [("name", nameJson a[i]), ("line", nat m.position.line),
          ("column", nat m.position.column)])
      | none => acc)
  else acc

/-- All declarations that a file added, each behind those it uses, and those that can't be handed out. -/
def exportFile (base env : Environment) (added : Array Name) : IO (Json × Array Json) := do
  let p ← emptyPool
  let x : Export :=
    { pool := p, base := base, env := env, seen := ← IO.mkRef {}, out := ← IO.mkRef #[], left := ← IO.mkRef #[] }
  putEach x added 0
  let data := Json.mkObj [("names", Json.arr (← p.names.get)), ("levels", Json.arr (← p.levels.get)),
    ("exprs", Json.arr (← p.exprs.get)), ("decls", Json.arr (← x.out.get))]
  return (data, ← x.left.get)

/-! ### Imports -/

/-- Whether a module is one of those, or inside one. -/
def among (a : Array String) : Name → Bool
  | .anonymous => false
  | n@(.str q _) => holds a 0 n.toString || among a q
  | .num q _ => among a q

/-- The modules in the header that are not among those of the statement, and words that make the file another kind
of module. -/
partial def wrongImports (allowed : Array String) (ictx : Parser.InputContext) (stx : Syntax) (acc : Array Json) :
    Array Json :=
  match stx with
  | .ident _ _ n _ =>
    if among allowed n then acc
    else acc.push ((faultAt ictx stx "").setObjVal! "module" (Json.str n.toString))
  | .atom _ s => if s == "import" then acc else acc.push (faultAt ictx stx s!"`{s}` has no place before an import")
  | .node _ _ args => each args 0 acc
  | .missing => acc
where
  each (args : Array Syntax) (i : Nat) (acc : Array Json) : Array Json :=
    if h : i < args.size then each args (i+1) (wrongImports allowed ictx args[i] acc) else acc

def importsAmong (allowed : Array String) (a : Array Import) (i : Nat) (acc : Array Import) : Array Import :=
  if h : i < a.size then
    importsAmong allowed a (i+1) (if among allowed a[i].module && a[i].module != `Init then acc.push a[i] else acc)
  else acc
termination_by a.size - i

def oleansIn (a : Array IO.FS.DirEntry) (i : Nat) (acc : Array Json) : Array Json :=
  if h : i < a.size then
    let s := a[i].fileName
    oleansIn a (i+1) (if s.endsWith ".olean" then acc.push (Json.str s) else acc)
  else acc
termination_by a.size - i

def oleansUnder (acc : Array Json) : List System.FilePath → IO (Array Json)
  | [] => return acc
  | p :: r => do
    match ← EIO.toBaseIO p.readDir with
    | .ok a => oleansUnder (oleansIn a 0 acc) r
    | .error _ => oleansUnder acc r

/-- The files of the toolchain and its libraries that can be imported by one word. -/
def modules : IO Json := do
  return Json.mkObj [("modules", Json.arr (← oleansUnder #[] (← searchPathRef.get)))]

/-- Elaborates a whole file, as far as the rules allow, and hands out everything that it declares. -/
def file (st : IO.Ref Kept) (j : Json) : IO Json := do
  let ictx := input (text j "source")
  let (header, ps, msgs) ← Parser.parseHeader ictx
  let allowed := texts (items (field j "imports")) 0 #[]
  let base ← imported st (importsAmong allowed (headerToImports header) 0 #[{ module := `Init }])
  let sr ← IO.mkRef (startOf j base)
  let r : Reading :=
    { marks := ← IO.mkRef #[], rules := rules j, statement := text j "statement", faults := ← IO.mkRef #[], messages := ← IO.mkRef #[] }
  addMsgs r.messages msgs.toList
  r.elabFrom ictx ps sr
  let all := (← r.messages.get).toList
  let out ← IO.mkRef #[]
  msgsJson out all
  let env := (← sr.get).env
  let added := keysOf env.constants.map₂.root #[]
  let (data, left) ← exportFile base env added
  return Json.mkObj [("imports", Json.arr (wrongImports allowed ictx header #[])), ("refused", Json.arr (← r.faults.get)), ("messages", Json.arr (← out.get)), ("data", data),
    ("left", Json.arr left), ("places", Json.arr (placesOf (← r.marks.get) added 0 #[]))]
