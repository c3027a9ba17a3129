; Sixty questions for solvers, of many kinds and of mixed difficulty; each begins with its name behind ;;

;; bv.swap.8
(declare-const x (_ BitVec 8))
(declare-const y (_ BitVec 8))
(declare-const z (_ BitVec 8))
(assert (not (= (bvxor (bvxor x y) y) x)))

;; bv.average.8
(declare-const x (_ BitVec 8))
(declare-const y (_ BitVec 8))
(declare-const z (_ BitVec 8))
(assert (not (bvule (bvadd (bvand x y) (bvlshr (bvxor x y) (_ bv1 8))) (bvor x y))))

;; bv.square.8
(declare-const x (_ BitVec 8))
(declare-const y (_ BitVec 8))
(declare-const z (_ BitVec 8))
(assert (= (bvmul x x) (_ bv245 8)))

;; bv.swap.16
(declare-const x (_ BitVec 16))
(declare-const y (_ BitVec 16))
(declare-const z (_ BitVec 16))
(assert (not (= (bvxor (bvxor x y) y) x)))

;; bv.average.16
(declare-const x (_ BitVec 16))
(declare-const y (_ BitVec 16))
(declare-const z (_ BitVec 16))
(assert (not (bvule (bvadd (bvand x y) (bvlshr (bvxor x y) (_ bv1 16))) (bvor x y))))

;; bv.square.16
(declare-const x (_ BitVec 16))
(declare-const y (_ BitVec 16))
(declare-const z (_ BitVec 16))
(assert (= (bvmul x x) (_ bv65527 16)))

;; bv.swap.32
(declare-const x (_ BitVec 32))
(declare-const y (_ BitVec 32))
(declare-const z (_ BitVec 32))
(assert (not (= (bvxor (bvxor x y) y) x)))

;; bv.average.32
(declare-const x (_ BitVec 32))
(declare-const y (_ BitVec 32))
(declare-const z (_ BitVec 32))
(assert (not (bvule (bvadd (bvand x y) (bvlshr (bvxor x y) (_ bv1 32))) (bvor x y))))

;; bv.square.32
(declare-const x (_ BitVec 32))
(declare-const y (_ BitVec 32))
(declare-const z (_ BitVec 32))
(assert (= (bvmul x x) (_ bv4294967285 32)))

;; bv.distribute.8
(declare-const x (_ BitVec 8))
(declare-const y (_ BitVec 8))
(declare-const z (_ BitVec 8))
(assert (not (= (bvmul x (bvadd y z)) (bvadd (bvmul x y) (bvmul x z)))))

;; bv.factor.24
(declare-const x (_ BitVec 24))
(declare-const y (_ BitVec 24))
(assert (= (bvmul x y) (_ bv2012021 24)))
(assert (bvult (_ bv1 24) x))
(assert (bvult x (_ bv4096 24)))
(assert (bvult (_ bv1 24) y))
(assert (bvult y (_ bv4096 24)))

;; bv.divide.12
(declare-const x (_ BitVec 12))
(declare-const y (_ BitVec 12))
(assert (not (= y (_ bv0 12))))
(assert (not (= x (bvadd (bvmul (bvudiv x y) y) (bvurem x y)))))

;; lia.between
(declare-const x Int)
(declare-const y Int)
(assert (< x y))
(assert (< y (+ x 1)))

;; lia.coins
(declare-const a Int)
(declare-const b Int)
(declare-const c Int)
(assert (>= a 0))
(assert (>= b 0))
(assert (>= c 0))
(assert (= (+ (* 6 a) (* 9 b) (* 20 c)) 43))

;; lia.coins.44
(declare-const a Int)
(declare-const b Int)
(declare-const c Int)
(assert (>= a 0))
(assert (>= b 0))
(assert (>= c 0))
(assert (= (+ (* 6 a) (* 9 b) (* 20 c)) 44))

;; lia.parity
(declare-const x Int)
(declare-const y Int)
(assert (= (+ (* 4 x) (* 6 y)) 101))

;; lia.remainders
(declare-const n Int)
(assert (= (mod n 3) 2))
(assert (= (mod n 5) 3))
(assert (= (mod n 7) 2))
(assert (< 0 n 100))

;; lia.market
(declare-const a Int)
(declare-const b Int)
(declare-const c Int)
(declare-const d Int)
(assert (>= a 0))
(assert (>= b 0))
(assert (>= c 0))
(assert (>= d 0))
(assert (= (+ (* 31 a) (* 47 b) (* 59 c) (* 83 d)) 4001))
(assert (= (+ a b c d) 91))

;; lia.queens.6
(declare-const q0 Int)
(declare-const q1 Int)
(declare-const q2 Int)
(declare-const q3 Int)
(declare-const q4 Int)
(declare-const q5 Int)
(assert (< 0 q0 7))
(assert (< 0 q1 7))
(assert (< 0 q2 7))
(assert (< 0 q3 7))
(assert (< 0 q4 7))
(assert (< 0 q5 7))
(assert (and (distinct q0 q1) (distinct (+ q0 0) (+ q1 1)) (distinct (- q0 0) (- q1 1))))
(assert (and (distinct q0 q2) (distinct (+ q0 0) (+ q2 2)) (distinct (- q0 0) (- q2 2))))
(assert (and (distinct q0 q3) (distinct (+ q0 0) (+ q3 3)) (distinct (- q0 0) (- q3 3))))
(assert (and (distinct q0 q4) (distinct (+ q0 0) (+ q4 4)) (distinct (- q0 0) (- q4 4))))
(assert (and (distinct q0 q5) (distinct (+ q0 0) (+ q5 5)) (distinct (- q0 0) (- q5 5))))
(assert (and (distinct q1 q2) (distinct (+ q1 1) (+ q2 2)) (distinct (- q1 1) (- q2 2))))
(assert (and (distinct q1 q3) (distinct (+ q1 1) (+ q3 3)) (distinct (- q1 1) (- q3 3))))
(assert (and (distinct q1 q4) (distinct (+ q1 1) (+ q4 4)) (distinct (- q1 1) (- q4 4))))
(assert (and (distinct q1 q5) (distinct (+ q1 1) (+ q5 5)) (distinct (- q1 1) (- q5 5))))
(assert (and (distinct q2 q3) (distinct (+ q2 2) (+ q3 3)) (distinct (- q2 2) (- q3 3))))
(assert (and (distinct q2 q4) (distinct (+ q2 2) (+ q4 4)) (distinct (- q2 2) (- q4 4))))
(assert (and (distinct q2 q5) (distinct (+ q2 2) (+ q5 5)) (distinct (- q2 2) (- q5 5))))
(assert (and (distinct q3 q4) (distinct (+ q3 3) (+ q4 4)) (distinct (- q3 3) (- q4 4))))
(assert (and (distinct q3 q5) (distinct (+ q3 3) (+ q5 5)) (distinct (- q3 3) (- q5 5))))
(assert (and (distinct q4 q5) (distinct (+ q4 4) (+ q5 5)) (distinct (- q4 4) (- q5 5))))

;; lia.queens.8
(declare-const q0 Int)
(declare-const q1 Int)
(declare-const q2 Int)
(declare-const q3 Int)
(declare-const q4 Int)
(declare-const q5 Int)
(declare-const q6 Int)
(declare-const q7 Int)
(assert (< 0 q0 9))
(assert (< 0 q1 9))
(assert (< 0 q2 9))
(assert (< 0 q3 9))
(assert (< 0 q4 9))
(assert (< 0 q5 9))
(assert (< 0 q6 9))
(assert (< 0 q7 9))
(assert (and (distinct q0 q1) (distinct (+ q0 0) (+ q1 1)) (distinct (- q0 0) (- q1 1))))
(assert (and (distinct q0 q2) (distinct (+ q0 0) (+ q2 2)) (distinct (- q0 0) (- q2 2))))
(assert (and (distinct q0 q3) (distinct (+ q0 0) (+ q3 3)) (distinct (- q0 0) (- q3 3))))
(assert (and (distinct q0 q4) (distinct (+ q0 0) (+ q4 4)) (distinct (- q0 0) (- q4 4))))
(assert (and (distinct q0 q5) (distinct (+ q0 0) (+ q5 5)) (distinct (- q0 0) (- q5 5))))
(assert (and (distinct q0 q6) (distinct (+ q0 0) (+ q6 6)) (distinct (- q0 0) (- q6 6))))
(assert (and (distinct q0 q7) (distinct (+ q0 0) (+ q7 7)) (distinct (- q0 0) (- q7 7))))
(assert (and (distinct q1 q2) (distinct (+ q1 1) (+ q2 2)) (distinct (- q1 1) (- q2 2))))
(assert (and (distinct q1 q3) (distinct (+ q1 1) (+ q3 3)) (distinct (- q1 1) (- q3 3))))
(assert (and (distinct q1 q4) (distinct (+ q1 1) (+ q4 4)) (distinct (- q1 1) (- q4 4))))
(assert (and (distinct q1 q5) (distinct (+ q1 1) (+ q5 5)) (distinct (- q1 1) (- q5 5))))
(assert (and (distinct q1 q6) (distinct (+ q1 1) (+ q6 6)) (distinct (- q1 1) (- q6 6))))
(assert (and (distinct q1 q7) (distinct (+ q1 1) (+ q7 7)) (distinct (- q1 1) (- q7 7))))
(assert (and (distinct q2 q3) (distinct (+ q2 2) (+ q3 3)) (distinct (- q2 2) (- q3 3))))
(assert (and (distinct q2 q4) (distinct (+ q2 2) (+ q4 4)) (distinct (- q2 2) (- q4 4))))
(assert (and (distinct q2 q5) (distinct (+ q2 2) (+ q5 5)) (distinct (- q2 2) (- q5 5))))
(assert (and (distinct q2 q6) (distinct (+ q2 2) (+ q6 6)) (distinct (- q2 2) (- q6 6))))
(assert (and (distinct q2 q7) (distinct (+ q2 2) (+ q7 7)) (distinct (- q2 2) (- q7 7))))
(assert (and (distinct q3 q4) (distinct (+ q3 3) (+ q4 4)) (distinct (- q3 3) (- q4 4))))
(assert (and (distinct q3 q5) (distinct (+ q3 3) (+ q5 5)) (distinct (- q3 3) (- q5 5))))
(assert (and (distinct q3 q6) (distinct (+ q3 3) (+ q6 6)) (distinct (- q3 3) (- q6 6))))
(assert (and (distinct q3 q7) (distinct (+ q3 3) (+ q7 7)) (distinct (- q3 3) (- q7 7))))
(assert (and (distinct q4 q5) (distinct (+ q4 4) (+ q5 5)) (distinct (- q4 4) (- q5 5))))
(assert (and (distinct q4 q6) (distinct (+ q4 4) (+ q6 6)) (distinct (- q4 4) (- q6 6))))
(assert (and (distinct q4 q7) (distinct (+ q4 4) (+ q7 7)) (distinct (- q4 4) (- q7 7))))
(assert (and (distinct q5 q6) (distinct (+ q5 5) (+ q6 6)) (distinct (- q5 5) (- q6 6))))
(assert (and (distinct q5 q7) (distinct (+ q5 5) (+ q7 7)) (distinct (- q5 5) (- q7 7))))
(assert (and (distinct q6 q7) (distinct (+ q6 6) (+ q7 7)) (distinct (- q6 6) (- q7 7))))

;; lia.pigeons
(declare-const p0 Int)
(declare-const p1 Int)
(declare-const p2 Int)
(declare-const p3 Int)
(declare-const p4 Int)
(declare-const p5 Int)
(declare-const p6 Int)
(declare-const p7 Int)
(assert (<= 1 p0 7))
(assert (<= 1 p1 7))
(assert (<= 1 p2 7))
(assert (<= 1 p3 7))
(assert (<= 1 p4 7))
(assert (<= 1 p5 7))
(assert (<= 1 p6 7))
(assert (<= 1 p7 7))
(assert (distinct p0 p1 p2 p3 p4 p5 p6 p7))

;; lra.centre
(declare-const x Real)
(declare-const y Real)
(declare-const z Real)
(assert (> (+ x y) (* 2.0 z)))
(assert (< x z))
(assert (< y z))

;; lra.order
(declare-const a Real)
(declare-const b Real)
(declare-const c Real)
(declare-const d Real)
(assert (< a b))
(assert (< c d))
(assert (> (+ a c) (- (+ b d) 0.001)))

;; nia.pythagoras
(declare-const x Int)
(declare-const y Int)
(declare-const z Int)
(assert (> x 20))
(assert (> y x))
(assert (> z 0))
(assert (= (+ (* x x) (* y y)) (* z z)))

;; nia.square.mod
(declare-const n Int)
(assert (= (mod (* n n) 4) 2))

;; nia.square.mod8
(declare-const n Int)
(assert (= (mod n 2) 1))
(assert (not (= (mod (* n n) 8) 1)))

;; nia.product
(declare-const x Int)
(declare-const y Int)
(assert (> x 1))
(assert (> y 1))
(assert (= (* x y) 10403))

;; nia.prime
(declare-const x Int)
(declare-const y Int)
(assert (> x 1))
(assert (> y 1))
(assert (= (* x y) 1009))

;; nia.cubes
(declare-const x Int)
(declare-const y Int)
(declare-const z Int)
(assert (= (+ (* x x x) (* y y y) (* z z z)) 29))

;; nia.monotone
(declare-const a Int)
(declare-const b Int)
(declare-const c Int)
(assert (> a b 0))
(assert (> c 0))
(assert (<= (* a c) (* b c)))

;; nia.consecutive
(declare-const n Int)
(assert (not (= (mod (* n (+ n 1)) 2) 0)))

;; nia.three
(declare-const n Int)
(assert (not (= (mod (* n (+ n 1) (+ n 2)) 3) 0)))

;; nia.pell
(declare-const x Int)
(declare-const y Int)
(assert (> x 1))
(assert (> y 0))
(assert (= (- (* x x) (* 7 (* y y))) 1))

;; nia.divides
(declare-const n Int)
(assert (> n 1))
(assert (= (mod (+ (* n n n) 3) (+ (* n n) 1)) 0))

;; nia.factor.big
(declare-const x Int)
(declare-const y Int)
(assert (> x 1))
(assert (> y x))
(assert (= (* x y) 999919))

;; nra.am_gm
(declare-const x Real)
(declare-const y Real)
(assert (< (* (+ x y) (+ x y)) (* 4.0 (* x y))))

;; nra.three
(declare-const a Real)
(declare-const b Real)
(declare-const c Real)
(assert (< (+ (* a a) (* b b) (* c c)) (+ (* a b) (* b c) (* c a))))

;; nra.cubic
(declare-const x Real)
(assert (= (+ (* x x x) (* 3.0 x)) 5.0))

;; nra.circle
(declare-const x Real)
(declare-const y Real)
(assert (= (+ (* x x) (* y y)) 1.0))
(assert (> (+ x y) 1.5))

;; nra.circle.in
(declare-const x Real)
(declare-const y Real)
(assert (= (+ (* x x) (* y y)) 1.0))
(assert (> (+ x y) 1.4))

;; nra.cauchy
(declare-const a Real)
(declare-const b Real)
(declare-const c Real)
(declare-const d Real)
(assert (> (* (+ (* a c) (* b d)) (+ (* a c) (* b d))) (* (+ (* a a) (* b b)) (+ (* c c) (* d d)))))

;; nra.nesbitt
(declare-const a Real)
(declare-const b Real)
(declare-const c Real)
(assert (> a 0.0))
(assert (> b 0.0))
(assert (> c 0.0))
(assert (< (+ (/ a (+ b c)) (/ b (+ c a)) (/ c (+ a b))) 1.5))

;; nra.positive
(declare-const a Real)
(declare-const b Real)
(declare-const c Real)
(assert (> a 0.0))
(assert (> b 0.0))
(assert (> c 0.0))
(assert (< (+ (* a a a) (* b b b) (* c c c)) (* 3.0 (* a b c))))

;; nra.quartic
(declare-const x Real)
(assert (< (+ (* x x x x) (- (* 3.0 (* x x x))) (* 4.0 (* x x)) (- (* 2.0 x)) 1.0) 0.0))

;; nra.surface
(declare-const x Real)
(declare-const y Real)
(declare-const z Real)
(assert (= (+ (* x y) (* y z) (* z x)) 3.0))
(assert (> x 0.0))
(assert (> y 0.0))
(assert (> z 0.0))
(assert (< (+ x y z) 3.0))

;; q.larger
(declare-const a Int)
(assert (not (forall ((x Int)) (exists ((y Int)) (> y (+ x a))))))

;; q.even
(declare-const a Int)
(assert (forall ((x Int)) (not (= a (* 2 x)))))
(assert (forall ((x Int)) (not (= a (+ 1 (* 2 x))))))

;; q.function
(declare-fun f (Int) Int)
(assert (forall ((x Int)) (= (f (+ x 1)) (+ (f x) 2))))
(assert (= (f 0) 1))
(assert (not (= (f 3) 7)))

;; q.monotone
(declare-fun f (Int) Int)
(assert (forall ((x Int) (y Int)) (=> (< x y) (< (f x) (f y)))))
(assert (< (f 5) (f 3)))

;; q.order
(declare-sort T 0)
(declare-fun r (T T) Bool)
(declare-const a T)
(declare-const b T)
(declare-const c T)
(assert (forall ((x T) (y T) (z T)) (=> (and (r x y) (r y z)) (r x z))))
(assert (forall ((x T)) (not (r x x))))
(assert (r a b))
(assert (r b c))
(assert (r c a))

;; q.model
(declare-fun f (Int) Int)
(assert (forall ((x Int)) (=> (<= 0 x 3) (> (f x) x))))
(assert (< (f 4) 0))

;; q.between
(declare-const a Real)
(declare-const b Real)
(assert (< a b))
(assert (forall ((x Real)) (or (<= x a) (<= b x))))

;; q.square
(declare-const a Int)
(assert (exists ((x Int)) (and (> x 0) (= (* x x) (+ a 1)))))
(assert (= a 624))

;; ax.store
(declare-const a (Array Int Int))
(declare-const i Int)
(declare-const j Int)
(assert (distinct i j))
(assert (not (= (select (store a i 3) j) (select a j))))

;; ax.swap
(declare-const a (Array Int Int))
(declare-const i Int)
(declare-const j Int)
(assert (distinct (select a i) (select a j)))
(assert (= (store (store a i (select a j)) j (select a i)) a))

;; ax.find
(declare-const a (Array Int Int))
(declare-const i Int)
(assert (> (select a i) 10))
(assert (< (select a (+ i 1)) 3))

;; ax.bits
(declare-const m (Array (_ BitVec 8) (_ BitVec 8)))
(declare-const p (_ BitVec 8))
(declare-const q (_ BitVec 8))
(assert (= (select (store m p #x07) q) #x08))
(assert (= p q))

;; uf.collapse
(declare-fun f (Int) Int)
(declare-const a Int)
(assert (= (f (f (f a))) a))
(assert (= (f (f (f (f (f a))))) a))
(assert (not (= (f a) a)))

;; uf.pick
(declare-fun f (Int) Int)
(declare-const a Int)
(assert (= (f a) (+ a 1)))
(assert (= (f 3) 9))

;; bv.rotate.16
(declare-const x (_ BitVec 16))
(assert (not (= ((_ rotate_left 5) ((_ rotate_right 5) x)) x)))
