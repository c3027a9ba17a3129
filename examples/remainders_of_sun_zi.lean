-- expected: proved
/-!
Sun Zi asked: there are things whose number is not known. Counted by threes, two are left; by fives, three; by sevens, two.
What is the smallest number of things? Find it, and prove that no smaller one will do.
-/

abbrev things : Nat := sorry

theorem smallest_number_of_things :
    (things % 3 = 2 ∧ things % 5 = 3 ∧ things % 7 = 2) ∧
      ∀ n : Nat, n % 3 = 2 → n % 5 = 3 → n % 7 = 2 → things ≤ n := by sorry
