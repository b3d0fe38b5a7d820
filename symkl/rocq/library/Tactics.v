(* What the scripts of rows call: signs, polynomial arithmetic, logarithms. None is trusted; what fails is refused. *)
Require Export Symkl.Theory Symkl.Enclosure.
Require Export Lra Field.

Lemma nonzero_of_pos : forall a, 0 < a -> a <> 0. Proof. intros. lra. Qed.
Lemma nonzero_of_neg : forall a, a < 0 -> a <> 0. Proof. intros. lra. Qed.

(* that a function can be integrated: as it is a hypothesis, or is one times a number *)
Ltac integrates :=
  cbv beta;
  first
    [ assumption
    | solve [ auto ]
    | solve [ unfold Rdiv in *; auto ]
    | lazymatch goal with
      | |- integrable ?S (fun a => @?f a + @?g a) => solve [ apply (integrable_add S f g); integrates ]
      | |- integrable ?S (fun a => @?f a - @?g a) => solve [ apply (integrable_add S f (fun a => - g a)); integrates ]
      | |- integrable ?S (fun a => - @?g a) => solve [ apply (integrable_by S _ g (-1)); [ intro; cbv beta; ring | integrates ] ]
      | |- integrable ?S (fun a => ?k * @?g a) => solve [ apply (integrable_scale S k g); integrates ]
      end
    | match goal with
      | H : integrable ?S ?g |- integrable ?S ?f =>
          apply (integrable_by S f g 1); [ intro; cbv beta; unfold Rdiv; solve [ ring ] | exact H ]
      | H : forall _ : ?A, integrable ?S _, x : ?A |- integrable ?S ?f =>
          let T := type of (H x) in
          lazymatch eval cbv beta in T with
          | integrable _ ?g =>
              apply (integrable_by S f g 1); [ intro; cbv beta; unfold Rdiv; solve [ ring ] | exact (H x) ]
          end
      end ].

(* 0 < a, by the shape of a *)
Ltac pos :=
  cbv beta;
  lazymatch goal with
  | |- 0 < _ * _ => first [ apply Rmult_lt_0_compat; pos | fallback ]
  | |- 0 < / _ => first [ apply Rinv_0_lt_compat; pos | fallback ]
  | |- 0 < _ / _ => first [ apply Rdiv_lt_0_compat; pos | fallback ]
  | |- 0 < _ ^ _ => first [ apply pow_lt; pos | fallback ]
  | |- 0 < exp _ => apply exp_pos
  | |- 0 < Rpower _ _ => apply exp_pos
  | |- 0 < integral _ _ => first [ apply integral_pos; [ integrates | intro; pos ] | fallback ]
  | |- 0 < sum _ _ => first [ apply sum_pos; intro; pos | weighted | peaks | fallback ]
  | |- 0 < _ + _ => first [ plus_pos | fallback ]
  | |- 0 < _ => fallback
  end
with plus_pos :=
  first [ apply Rplus_lt_0_compat; pos | apply Rplus_le_lt_0_compat; [nonneg | pos] | apply Rplus_lt_le_0_compat; [pos | nonneg] ]
with peaks := (* where a largest value is attained there is a term that is > 0 *)
  lazymatch goal with
  | |- 0 < sum ?A ?h =>
      lazymatch goal with
      | |- context [largest A ?f] =>
          let a := fresh "a" in
          let at_a := constr:(fun a : A => ltac:(let b := eval cbv beta in (h a) in
            lazymatch b with context [choose ?g 1 0] => exact g end)) in
          let w := constr:(fun a : A => ltac:(let b := eval cbv beta in (h a) in
            lazymatch b with context [choose ?g 1 0] =>
              let c := eval pattern (choose g 1 0) in b in lazymatch c with ?k _ => exact (k 1) end end)) in
          rewrite (sum_ext A h (fun a => w a * choose (at_a a) 1 0)) by (intro; cbv beta; ring);
          apply (peaks_pos A f at_a w); [ intro; cbv beta; ring | intro; pos ]
      end
  end
with weighted := apply sum_weighted_pos; [ intro; nonneg | solve [ pos ] | intro; pos ]
with fallback := first [ assumption | solve [ auto ] | lra | known_pos ]
with known_pos := (* a hypothesis about the same number, or about 1 over it *)
  match goal with
  | H : 0 < _ |- _ => from_pos H
  | H : forall _ : ?A, 0 < _, x : ?A |- _ => from_pos (H x)
  | H : forall (_ : ?A) (_ : ?B), 0 < _, x : ?A, y : ?B |- _ => from_pos (H x y)
  end
with from_pos H :=
  let T := type of H in let T := eval cbv beta in T in
  lazymatch T with
  | 0 < ?b =>
      lazymatch b with _ + _ => idtac | _ - _ => idtac | - _ => idtac | / _ => idtac | _ * _ => idtac | _ / _ => idtac end;
      first
        [ solve [ apply (lt_by _ b); [ field; plain_nonzeros | exact H ] ]
        | solve [ apply (lt_by _ (/ b)); [ field; plain_nonzeros | apply Rinv_0_lt_compat; exact H ] ] ]
  end
with plain_pos := first [ assumption | solve [ auto ] | lra | apply sum_pos; intro; plain_pos ]
with plain_nonzeros := repeat match goal with |- _ /\ _ => split end; plain_nonzero
with plain_nonzero := (* without a search among the hypotheses for what is the same number, which would not end *)
  first [ assumption | solve [ auto ] | lra | solve [ apply nonzero_of_pos; plain_pos ] | same_nonzero ]
with same_nonzero :=
  match goal with
  | H : _ <> 0 |- _ => exact_nonzero H
  | H : forall _ : ?A, _ <> 0, x : ?A |- _ => exact_nonzero (H x)
  | H : forall (_ : ?A) (_ : ?B), _ <> 0, x : ?A, y : ?B |- _ => exact_nonzero (H x y)
  end
with exact_nonzero H :=
  let K := fresh in let N := fresh in
  intro K; pose proof H as N; cbv beta in N; apply N; clear N;
  solve [ lra | field_simplify_eq; [ lra | repeat split; first [ assumption | solve [ auto ] | solve [ apply nonzero_of_pos; plain_pos ] ] ] | field_simplify_eq; lra ]
with nonneg :=
  cbv beta;
  lazymatch goal with
  | |- 0 <= _ * _ => first [ apply Rmult_le_pos; nonneg | square | nonneg_leaf ]
  | |- 0 <= _ + _ => first [ apply Rplus_le_le_0_compat; nonneg | nonneg_leaf ]
  | |- 0 <= _ ^ 2 => apply pow2_ge_0
  | |- 0 <= _ ^ 4 => replace 4%nat with (2 * 2)%nat by reflexivity; rewrite pow_mult; apply pow2_ge_0
  | |- 0 <= _ ^ _ => first [ apply pow_le; nonneg | nonneg_leaf ]
  | |- 0 <= / _ => first [ apply Rlt_le; pos | nonneg_leaf ]
  | |- 0 <= _ / _ => first [ apply Rmult_le_pos; nonneg | nonneg_leaf ]
  | |- 0 <= sum _ _ => first [ apply sum_nonneg; intro; nonneg | nonneg_leaf ]
  | |- 0 <= Rabs _ => apply Rabs_pos
  | |- 0 <= choose _ 1 0 => apply step_nonneg
  | |- 0 <= 0 => apply Rle_refl
  | |- 0 <= _ => nonneg_leaf
  end
with square := match goal with |- 0 <= ?a * ?a => apply Rle_0_sqr end
with nonneg_leaf := first [ assumption | solve [ auto ] | solve [ apply Rlt_le; pos ] | lra ].

(* a <> 0 *)
Ltac nonzero :=
  cbv beta;
  first
    [ assumption
    | solve [ auto ]
    | solve [ apply nonzero_of_pos; pos ]
    | lazymatch goal with
      | |- _ * _ <> 0 => apply Rmult_integral_contrapositive_currified; nonzero
      | |- / _ <> 0 => apply Rinv_neq_0_compat; nonzero
      | |- _ / _ <> 0 => apply Rmult_integral_contrapositive_currified; [nonzero | apply Rinv_neq_0_compat; nonzero]
      | |- - _ <> 0 => apply Ropp_neq_0_compat; nonzero
      | |- _ ^ _ <> 0 => apply pow_nonzero; nonzero
      | |- Rabs _ <> 0 => apply Rabs_no_R0; nonzero
      end
    | lra
    | solve [ match goal with |- ?a <> 0 => progress ring_simplify a end; apply nonzero_of_pos; pos ]
    | known_nonzero ]
with known_nonzero := (* a hypothesis about the same number up to a factor that is > 0 *)
  match goal with
  | H : ?b <> 0 |- ?a <> 0 => from_nonzero H
  | H : forall _ : ?A, _ <> 0, x : ?A |- ?a <> 0 => from_nonzero (H x)
  | H : forall (_ : ?A) (_ : ?B), _ <> 0, x : ?A, y : ?B |- ?a <> 0 => from_nonzero (H x y)
  | H : 0 < ?b |- ?a <> 0 => from_nonzero (nonzero_of_pos _ H)
  | H : forall _ : ?A, 0 < _, x : ?A |- ?a <> 0 => from_nonzero (nonzero_of_pos _ (H x))
  | H : forall (_ : ?A) (_ : ?B), 0 < _, x : ?A, y : ?B |- ?a <> 0 => from_nonzero (nonzero_of_pos _ (H x y))
  end
with from_nonzero H :=
  let K := fresh in let N := fresh in
  intro K; pose proof H as N; cbv beta in N; apply N; clear N;
  solve [ lra | field_simplify_eq; [ lra | repeat split; first [ plain_nonzero | apply nonzero_of_pos; pos ] ] | field_simplify_eq; lra ]
with nonzeros := cbv beta; repeat match goal with |- _ /\ _ => split end; nonzero.

(* |u|^2 = u^2, for each size that the goal names *)
Ltac size_squares :=
  repeat match goal with
  | |- context [Rabs ?u] =>
      lazymatch goal with _ : Rabs u ^ 2 = u ^ 2 |- _ => fail | _ => pose proof (size_squared u) end
  end.
Ltac arith_of_sizes :=
  lazymatch goal with |- context [Rabs _] => rewrite ?Rabs_inv; size_squares end;
  unfold Rdiv in *; rewrite <- ?pow_inv in *;
  match goal with
  | H : Rabs _ ^ 2 = _, K : Rabs _ ^ 2 = _, L : Rabs _ ^ 2 = _ |- _ =>
      first [ ring [H K L] | field_simplify_eq; [ ring [H K L] | nonzeros ] ]
  | H : Rabs _ ^ 2 = _, K : Rabs _ ^ 2 = _ |- _ => first [ ring [H K] | field_simplify_eq; [ ring [H K] | nonzeros ] ]
  | H : Rabs _ ^ 2 = _ |- _ => first [ ring [H] | field_simplify_eq; [ ring [H] | nonzeros ] ]
  end.
(* both sides as quadratic functions of |u|: what they differ by is a multiple of |u|^2 - u^2 *)
Ltac arith_of_square :=
  match goal with
  | |- ?l = ?r =>
      match goal with
      | |- context [Rabs ?u] =>
          let F := eval pattern (Rabs u) in (l - r) in
          lazymatch F with
          | ?f _ =>
              apply Rminus_diag_uniq;
              transitivity ((f 1 + f (-1) - 2 * f 0) / 2 * (Rabs u ^ 2 - u ^ 2));
              [ cbv beta; field; nonzeros | rewrite (size_squared u); ring ]
          end
      end
  end.
(* the power of a root is what it is the root of, for each root that the goal names *)
Ltac root_powers :=
  repeat match goal with
  | |- context [exp (1 / IZR (Zpos ?p) * ln ?a)] =>
      lazymatch goal with
      | _ : exp (1 / IZR (Zpos p) * ln a) ^ _ = a |- _ => fail
      | _ =>
          let k := eval compute in (Pos.to_nat p) in
          let H := fresh "root" in
          assert (H : exp (1 / IZR (Zpos p) * ln a) ^ k = a) by (exact (root_power a p ltac:(pos)))
      end
  end.
(* what roots are of is a number like others, if the goal says no more of it *)
Ltac opaque_roots :=
  repeat match goal with
  | |- context [exp (1 / IZR (Zpos _) * ln ?a)] =>
      lazymatch a with _ + _ => idtac | _ - _ => idtac | _ * _ => idtac end;
      let P := fresh "P" in let p := fresh "p" in
      assert (P : 0 < a) by pos; set (p := a) in *; clearbody p
  end.
Ltac ring_of_roots :=
  unfold Rdiv in *; rewrite <- ?pow_inv in *;
  match goal with
  | H : exp _ ^ _ = _, K : exp _ ^ _ = _, L : exp _ ^ _ = _ |- _ =>
      first [ ring [H K L] | field_simplify_eq; [ ring [H K L] | nonzeros ] ]
  | H : exp _ ^ _ = _, K : exp _ ^ _ = _ |- _ => first [ ring [H K] | field_simplify_eq; [ ring [H K] | nonzeros ] ]
  | H : exp _ ^ _ = _ |- _ => first [ ring [H] | field_simplify_eq; [ ring [H] | nonzeros ] ]
  end.
Ltac arith_of_roots :=
  lazymatch goal with |- context [exp (1 / _ * ln _)] => idtac end;
  solve [ root_powers; ring_of_roots | opaque_roots; root_powers; ring_of_roots ].
(* a number as Rocq unfolds it is that number *)
Ltac plain_numbers := repeat match goal with |- context [IPR ?p] => change (IPR p) with (IZR (Zpos p)) end.
(* a step is its own square, and beside the opposite one it is what it is *)
Ltac arith_of_steps :=
  lazymatch goal with |- context [choose _ 1 0] => idtac end;
  repeat match goal with
  | |- context [choose ?g 1 0] =>
      lazymatch goal with _ : choose g 1 0 ^ 2 = _ |- _ => fail | _ => pose proof (step_squared g) end
  end;
  repeat match goal with
  | _ : choose ?g 1 0 ^ 2 = _, _ : choose ?h 1 0 ^ 2 = _ |- _ =>
      lazymatch goal with
      | _ : choose g 1 0 * choose h 1 0 = _ |- _ => fail
      | _ : choose h 1 0 * choose g 1 0 = _ |- _ => fail
      | _ => assert (choose g 1 0 * choose h 1 0 = choose g 1 0 + choose h 1 0 - 1) by (apply step_opposite; cbv beta; ring)
      end
  end;
  match goal with
  | H : choose _ _ _ ^ 2 = _, K : choose _ _ _ ^ 2 = _, L : choose _ _ _ * choose _ _ _ = _ |- _ =>
      first [ ring [H K L] | field_simplify_eq; [ ring [H K L] | nonzeros ] ]
  | H : choose _ _ _ ^ 2 = _, K : choose _ _ _ ^ 2 = _, L : choose _ _ _ ^ 2 = _ |- _ =>
      first [ ring [H K L] | field_simplify_eq; [ ring [H K L] | nonzeros ] ]
  | H : choose _ _ _ ^ 2 = _, K : choose _ _ _ ^ 2 = _ |- _ =>
      first [ ring [H K] | field_simplify_eq; [ ring [H K] | nonzeros ] ]
  | H : choose _ _ _ ^ 2 = _ |- _ => first [ ring [H] | field_simplify_eq; [ ring [H] | nonzeros ] ]
  end.
(* beside a step that says where a largest value is attained, what is there is the largest value *)
Ltac arith_of_peaks :=
  repeat match goal with
  | |- context [choose ?g 1 0] =>
      match goal with
      | y : carrier ?A |- context [largest ?A ?f] =>
          let L := fresh "L" in let C := fresh "C" in
          destruct (peak_or_not A f y g ltac:(cbv beta; ring)) as [[L C] | C]; cbv beta in *;
          rewrite C; [ rewrite ?L | ]
      end
  end;
  unfold Rdiv; ring.
Ltac arith :=
  cbv beta; plain_numbers;
  solve [ reflexivity | ring | field; nonzeros | arith_of_sizes | arith_of_square | arith_of_roots | arith_of_steps
        | arith_of_peaks ].

(* ln of a product of what is > 0 *)
Ltac open_logs :=
  repeat first
    [ rewrite ln_mult by pos | rewrite ln_Rinv by pos | rewrite ln_pow by pos | rewrite ln_exp | rewrite ln_1 ];
  simpl INR.
Ltac logs := cbv beta; unfold Rdiv; open_logs; arith.
(* a whole power of a number, where it is an exponential *)
Ltac numeral_powers :=
  repeat match goal with
  | |- context [exp (IZR (Zpos ?p) * ln (IZR (Zpos ?q)))] =>
      let k := eval compute in (Pos.to_nat p) in
      replace (exp (IZR (Zpos p) * ln (IZR (Zpos q)))) with (IZR (Zpos q) ^ k) by (symmetry; apply (exp_log_power (IZR (Zpos q)) p); lra)
  end.
Ltac same_exp :=
  cbv beta; plain_numbers;
  first [ reflexivity | unfold Rpower; apply ln_inv; [ pos | pos | logs ] | unfold Rpower; numeral_powers; arith ].

(* e^(-c/s), however it is spelled *)
Ltac vanishing := cbv beta; first [ reflexivity | same_exp | apply exp_eq; arith | rewrite exp_Ropp; same_exp ].

(* both sides are sums over the same alphabets *)
Ltac under := apply sum_ext; let a := fresh "a" in intro a; cbv beta.

(* sums of sums of 0 *)
Ltac zeros := first [ reflexivity | apply sum_zero | etransitivity; [ apply sum_ext; intro; zeros | apply sum_zero ] ].

(* n nested sums of a sum are the sum of the nested sums *)
Ltac integrals :=
  lazymatch goal with
  | |- integral ?S (fun a => @?f a + @?g a) = _ =>
      etransitivity; [ apply (integral_add S f g); integrates | apply add_eq; [ integrals | reflexivity ] ]
  | |- integral ?S (fun a => @?f a - @?g a) = _ =>
      etransitivity; [ apply (integral_add S f (fun a => - g a)); integrates | apply add_eq; [ integrals | reflexivity ] ]
  | |- _ => reflexivity
  end.
Ltac linear n :=
  lazymatch goal with
  | |- integral _ _ = _ => integrals
  | |- _ =>
      lazymatch n with
      | O => reflexivity
      | S ?k => rewrite <- ?sum_add; apply sum_ext; let a := fresh "a" in intro a; cbv beta; linear k
      end
  end.

(* k times n nested sums is the nested sums of k times *)
Ltac factor n :=
  lazymatch goal with
  | |- _ * integral _ _ = _ => symmetry; apply integral_scale; integrates
  | |- _ =>
      lazymatch n with
      | O => reflexivity
      | S ?k => rewrite <- sum_scale; apply sum_ext; let a := fresh "a" in intro a; cbv beta; factor k
      end
  end.

(* sizes of products; what is not negative is its own size *)
Ltac size_step :=
  match goal with
  | |- context [Rabs ?u] =>
      first
        [ rewrite (Rabs_pos_eq u) by nonneg
        | lazymatch u with
          | ?a * ?b => rewrite (Rabs_mult a b)
          | ?a / ?b => change (Rabs (a / b)) with (Rabs (a * / b)); rewrite (Rabs_mult a (/ b))
          | - ?a => rewrite (Rabs_Ropp a)
          | IZR (Zneg _) => rewrite (Rabs_left1 u) by lra
          end ]
  end.
Ltac size_split := (* products first: beside signs that contradict each other everything is >= 0 *)
  match goal with
  | |- context [Rabs (?a * ?b)] => rewrite (Rabs_mult a b)
  | |- context [Rabs (?a / ?b)] => change (Rabs (a / b)) with (Rabs (a * / b)); rewrite (Rabs_mult a (/ b))
  | |- context [Rabs (- ?a)] => rewrite (Rabs_Ropp a)
  | |- context [Rabs (IZR (Zneg ?p))] => rewrite (Rabs_left1 (IZR (Zneg p))) by lra
  | |- context [Rabs (IZR (Zpos ?p))] => rewrite (Rabs_pos_eq (IZR (Zpos p))) by lra
  end.
Ltac sizes :=
  cbv beta;
  first [ solve [ repeat size_step; arith ] | solve [ repeat size_split; first [ arith | repeat size_step; arith ] ] ].

(* |u| and steps where the sign of u is known *)
Ltac sign_of H := first [ exact H | lra | nonneg | pos ].
Ltac by_sign H :=
  first
    [ solve [ apply size_of; [ sign_of H | arith ] ]
    | solve [ apply size_of_opp; [ sign_of H | arith ] ]
    | solve [ apply choose_above; sign_of H ]
    | solve [ apply choose_below; sign_of H ]
    | solve [ apply choose_below; match type of H with 0 <= ?u => assert (u <> 0) by nonzero; lra end ] ].

(* the sign of a number by that of another one, which it is *)
Ltac transitivity_eq b := first [ apply (le_by _ b) | apply (lt_by _ b) ].

(* what a policy falls short of the best by *)
Ltac gap := apply Rmult_le_pos; [ nonneg | apply gibbs_nonneg; cbv beta; [ nonneg | pos ] ].
Ltac gaps := cbv beta; repeat (apply sum_nonneg; intro); first [ gap | apply Rplus_le_le_0_compat; gap ].
Ltac from_gap K :=
  first
    [ apply (from_gap _ _ _) in K; [ exact K | pos | nonneg | pos ]
    | apply (from_gap _ _ _) in K; [ symmetry; exact K | pos | nonneg | pos ] ].
Ltac from_gaps K :=
  first
    [ from_gap K
    | match type of K with ?a + ?b = 0 =>
        let L := fresh in
        assert (L : a = 0) by (assert (0 <= a) by gap; assert (0 <= b) by gap; lra); from_gap L end ].
Ltac no_gap E := cbv beta; rewrite ?E, ?gibbs_self; ring.

(* 1 as Rocq unfolds it is 1 *)
Ltac one := try change (IPR 1) with 1; ring.

(* hypotheses in a model: numbers, sums of two of them, what does not move *)
Ltac number_is_1 := first [ reflexivity | lra | field; lra ].
Ltac plain_model :=
  unfold sum, logistic, Rdiv; simpl;
  repeat match goal with
  | |- context [if ?a then _ else _] => destruct a
  | |- context [ln ?a] =>
      let H := fresh in
      assert (H : ln a = 0) by (replace a with 1 by number_is_1; apply ln_1);
      rewrite H; clear H
  | |- context [exp (ln ?a * 1)] => rewrite (Rmult_1_r (ln a)), (exp_ln a) by lra
  | |- context [exp (?a * ?b)] =>
      let H := fresh in
      assert (H : exp (a * b) = 1) by (replace (a * b) with 0 by lra; apply exp_0);
      rewrite H; clear H
  | |- context [exp ?a] => lazymatch goal with _ : 1 + a < exp a |- _ => fail | _ => pose proof (exp_ineq1 a ltac:(lra)) end
  end;
  first [ lra | field_simplify; lra | (let H := fresh in intro H; field_simplify in H; lra) | nra ].
Ltac model :=
  repeat match goal with |- _ /\ _ => split end; intros; cbv beta;
  first
    [ lra
    | unfold sum; simpl; lra
    | plain_model
    | exists 1; split; [ lra | intros; cbv beta; first [ lra | plain_model ] ]
    | apply slope_const
    | apply (slope_ext _ (fun _ => 0)); [ intro; cbv beta; lra | apply slope_const ] ].
