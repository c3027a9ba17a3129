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
    let fault ← elabSingle (policy j) (text j "command" ++ " " ++ text j "body") sr acc
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

def handle (st : IO.Ref Kept) (ps : IO.Ref Proofs) (j : Json) : IO Json :=
  match text j "op" with
  | "goals" => goals st ps j
  | "step" => step ps j
  | "drop" => drop ps j
  | "show" => showState ps j
  | "type" => typeOf st j
  | "named" => named st j
  | "axioms" => axiomsBehind st j
  | "premises" => premises st j
  | "prove" => prove st j
  | "audit" => audit st j
  | "inspect" => inspect st j
  | "file" => file st j
  | "judge" => judge st j
  | "modules" => modules
  | "save" => save st j
  | op => throw (IO.userError s!"unknown request {op}")

def send (o : IO.FS.Stream) (j : Json) : IO Unit := do
  o.putStr ("\x1e" ++ j.compress ++ "\n")
  o.flush

partial def loop (st : IO.Ref Kept) (ps : IO.Ref Proofs) (i o : IO.FS.Stream) : IO Unit := do
  let line ← i.getLine
  if line.isEmpty then return ()
  match Json.parse line with
  | .error e => send o (Json.mkObj [("id", Json.null), ("fault", Json.str e)])
  | .ok j =>
    match ← EIO.toBaseIO (handle st ps j) with
    | .ok r => send o (r.setObjVal! "id" (field j "id"))
    | .error e => send o (Json.mkObj [("id", field j "id"), ("fault", Json.str e.toString)])
  loop st ps i o

end Lemmata

public def main : IO Unit := do
  let o ← IO.getStdout
  Lemmata.send o (Json.mkObj [("ready", Json.str Lean.versionString)])
  let st ← IO.mkRef {}
  Lemmata.loop st (← IO.mkRef {}) (← IO.getStdin) o
  IO.Process.exit 0
