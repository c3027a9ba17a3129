-- expected: proved
/-!
Reversing a list by moving its items one by one keeps its length.
-/

def moveAll {α : Type} : List α → List α → List α
  | [], done => done
  | x :: rest, done => moveAll rest (x :: done)

theorem length_of_moveAll {α : Type} (xs done : List α) :
    (moveAll xs done).length = xs.length + done.length := by sorry
