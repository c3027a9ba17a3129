-- expected: proved
/-!
After Sun Zi: there are things whose number is not known. Counted by threes, two are left; counted by fives, three.
What is the smallest number of things? Find it, and prove that no smaller one will do.
-/

abbrev things : Nat := sorry

theorem smallest_number_of_things :
    (things % 3 = 2 ∧ things % 5 = 3) ∧ ∀ n : Nat, n % 3 = 2 → n % 5 = 3 → things ≤ n := by sorry
