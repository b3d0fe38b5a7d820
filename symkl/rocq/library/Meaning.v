(* What the statements mean. Everything that a theorem says is said with these words and the real numbers of the
   standard library; the other files of this library are needed for proofs alone. *)
Require Export Reals List.
Open Scope R_scope.

(* ---- finite alphabets, and sums over them ---- *)

(* A finite, non-empty set: a type whose elements are all listed, each once, and can be told apart. *)
Record alphabet : Type := Alphabet {
  carrier :> Type;
  elements : list carrier;
  all_listed : forall a : carrier, In a elements;
  listed_once : NoDup elements;
  not_empty : elements <> nil;
  same_or_not : forall a b : carrier, {a = b} + {a <> b}
}.

Definition sum (A : alphabet) (f : A -> R) : R := fold_right (fun a rest => f a + rest) 0 (elements A).
Definition product (A : alphabet) (f : A -> R) : R := fold_right (fun a rest => f a * rest) 1 (elements A).

(* The largest value: it is attained, and none is larger. *)
Definition is_largest (A : alphabet) (f : A -> R) (m : R) : Prop := (exists a, f a = m) /\ forall a, f a <= m.
Definition largest (A : alphabet) (f : A -> R) : R :=
  match elements A with nil => 0 | a :: rest => fold_right (fun b m => Rmax (f b) m) (f a) rest end.

(* 1 where two elements are the same, else 0. *)
Definition same {A : alphabet} (a b : A) : R := if same_or_not A a b then 1 else 0.

(* A function with another value at one place. *)
Definition at_place {A : alphabet} {B : Type} (f : A -> B) (a : A) (g : B -> B) (b : A) : B :=
  if same_or_not A a b then g (f b) else f b.

(* ---- integrals over any space with a measure ---- *)

(* Points, which functions of them can be integrated, and what their integrals are: whatever is linear, and > 0 where the
   function is. Integrals over a space with any measure that is not 0 are, as are sums over an alphabet. *)
Record space : Type := Space {
  point :> Type;
  integrable : (point -> R) -> Prop;
  integral : (point -> R) -> R;
  integrable_add : forall f g, integrable f -> integrable g -> integrable (fun a => f a + g a);
  integrable_scale : forall k f, integrable f -> integrable (fun a => k * f a);
  integral_add : forall f g, integrable f -> integrable g -> integral (fun a => f a + g a) = integral f + integral g;
  integral_scale : forall k f, integrable f -> integral (fun a => k * f a) = k * integral f;
  integral_nonneg : forall f, integrable f -> (forall a, 0 <= f a) -> 0 <= integral f;
  integral_pos : forall f, integrable f -> (forall a, 0 < f a) -> 0 < integral f
}.

(* ---- functions of numbers ---- *)

Definition logistic (u : R) : R := / (1 + exp (- u)).
Definition choose (guard above below : R) : R := if Rle_dec 0 guard then above else below.

(* ---- problems ---- *)

(* [ok] says which policies compete. *)
Definition maximiser {P : Type} (ok : P -> Prop) (f : P -> R) (p : P) : Prop := ok p /\ forall q, ok q -> f q <= f p.
Definition minimiser {P : Type} (ok : P -> Prop) (f : P -> R) (p : P) : Prop := ok p /\ forall q, ok q -> f p <= f q.
Definition maximum {P : Type} (ok : P -> Prop) (f : P -> R) (m : R) : Prop := exists p, maximiser ok f p /\ f p = m.
Definition minimum {P : Type} (ok : P -> Prop) (f : P -> R) (m : R) : Prop := exists p, minimiser ok f p /\ f p = m.

(* ---- derivatives and limits ---- *)

(* f has a derivative at t, and it is d. *)
Definition slope (f : R -> R) (t d : R) : Prop := derivable_pt_lim f t d.

(* What f tends to where its argument is positive and goes to 0, or beyond every bound. *)
Definition tends_at_zero (f : R -> R) (m : R) : Prop :=
  forall e, 0 < e -> exists d, 0 < d /\ forall s, 0 < s < d -> Rabs (f s - m) < e.
Definition tends_at_infinity (f : R -> R) (m : R) : Prop :=
  forall e, 0 < e -> exists b, 0 < b /\ forall s, b < s -> Rabs (f s - m) < e.
