(* Between which two numbers a closed number lies, by counting: what a counterexample needs. *)
Require Export Symkl.Theory.
Require Import ZArith Lia Lra.

(* A number as it is written. *)
Inductive written : Type :=
| Whole (z : Z) | Plus (a b : written) | Less (a b : written) | Times (a b : written) | Opposite (a : written)
| Inverse (a : written) | Power (a : written) (n : nat) | Exponential (a : written) | Logarithm (a : written)
| Size (a : written) | Larger (a b : written) | Smaller (a b : written) | Choice (g a b : written).

Fixpoint means (w : written) : R :=
  match w with
  | Whole z => IZR z
  | Plus a b => means a + means b
  | Less a b => means a - means b
  | Times a b => means a * means b
  | Opposite a => - means a
  | Inverse a => / means a
  | Power a n => means a ^ n
  | Exponential a => exp (means a)
  | Logarithm a => ln (means a)
  | Size a => Rabs (means a)
  | Larger a b => Rmax (means a) (means b)
  | Smaller a b => Rmin (means a) (means b)
  | Choice g a b => choose (means g) (means a) (means b)
  end.

Section Counted.
Variable steps : nat. (* how often an exponential is a square, and a logarithm twice that of a root *)
Variable s : Z. (* all is counted in parts of 1 / s *)

Definition down (a b : Z) : Z := (a / b)%Z.
Definition up_to (a b : Z) : Z := (- (- a / b))%Z.

Fixpoint exp_below (k : nat) (a : Z) : Z :=
  match k with
  | O => Z.max 0 (s + a)
  | S k => let r := exp_below k (a / 2)%Z in down (r * r)%Z s
  end.
Fixpoint ln_below (k : nat) (a : Z) : Z :=
  match k with
  | O => (s - up_to (s * s) a)%Z
  | S k => (2 * ln_below k (Z.sqrt (a * s)))%Z
  end.
Fixpoint ln_above (k : nat) (b : Z) : Z :=
  match k with
  | O => (b - s)%Z
  | S k => (2 * ln_above k (Z.sqrt (b * s) + 1))%Z
  end.

Definition times (i j : Z * Z) : Z * Z :=
  let '(a, b) := i in let '(c, d) := j in
  let low := Z.min (Z.min (a * c) (a * d)) (Z.min (b * c) (b * d)) in
  let high := Z.max (Z.max (a * c) (a * d)) (Z.max (b * c) (b * d)) in
  (down low s, up_to high s).
Fixpoint power (i : Z * Z) (n : nat) : Z * Z := match n with O => (s, s) | S n => times i (power i n) end.

Fixpoint enclosed (w : written) : option (Z * Z) :=
  match w with
  | Whole z => Some (z * s, z * s)%Z
  | Plus a b =>
      match enclosed a, enclosed b with Some (a, b), Some (c, d) => Some (a + c, b + d)%Z | _, _ => None end
  | Less a b =>
      match enclosed a, enclosed b with Some (a, b), Some (c, d) => Some (a - d, b - c)%Z | _, _ => None end
  | Times a b => match enclosed a, enclosed b with Some i, Some j => Some (times i j) | _, _ => None end
  | Opposite a => match enclosed a with Some (a, b) => Some (- b, - a)%Z | None => None end
  | Inverse a =>
      match enclosed a with
      | Some (a, b) => if ((0 <? a) || (b <? 0))%Z%bool then Some (down (s * s) b, up_to (s * s) a) else None
      | None => None
      end
  | Power a n => match enclosed a with Some i => Some (power i n) | None => None end
  | Exponential a =>
      match enclosed a with
      | Some (a, b) =>
          let r := exp_below steps (- b) in
          if (0 <? r)%Z then Some (exp_below steps a, up_to (s * s) r) else None
      | None => None
      end
  | Logarithm a =>
      match enclosed a with
      | Some (a, b) => if (0 <? a)%Z then Some (ln_below steps a, ln_above steps b) else None
      | None => None
      end
  | Size a =>
      match enclosed a with
      | Some (a, b) => Some (Z.max 0 (Z.max a (- b)), Z.max (- a) b)
      | None => None
      end
  | Larger a b =>
      match enclosed a, enclosed b with Some (a, b), Some (c, d) => Some (Z.max a c, Z.max b d) | _, _ => None end
  | Smaller a b =>
      match enclosed a, enclosed b with Some (a, b), Some (c, d) => Some (Z.min a c, Z.min b d) | _, _ => None end
  | Choice g a b =>
      match enclosed g with
      | Some (l, h) =>
          if (0 <=? l)%Z then enclosed a else if (h <? 0)%Z then enclosed b else
          match enclosed a, enclosed b with Some (a, b), Some (c, d) => Some (Z.min a c, Z.max b d) | _, _ => None end
      | None => None
      end
  end.

Definition negative_for_sure (w : written) : bool :=
  match enclosed w with Some (_, b) => (b <? 0)%Z | None => false end.

Hypothesis counted : (0 < s)%Z.

Let S0 : 0 < IZR s. Proof. apply IZR_lt. exact counted. Qed.

Definition within (x : R) (i : Z * Z) : Prop := IZR (fst i) <= x * IZR s <= IZR (snd i).

Lemma down_le : forall a b, (0 < b)%Z -> IZR (down a b) * IZR b <= IZR a.
Proof. intros a b B. unfold down. rewrite <- mult_IZR. apply IZR_le. rewrite Z.mul_comm. apply Z.mul_div_le. exact B. Qed.
Lemma up_le : forall a b, (0 < b)%Z -> IZR a <= IZR (up_to a b) * IZR b.
Proof.
  intros a b B. unfold up_to. rewrite <- mult_IZR. apply IZR_le. pose proof (Z.mul_div_le (- a) b B). lia.
Qed.
Lemma half_le : forall a, IZR (a / 2)%Z * 2 <= IZR a. Proof. intro a. exact (down_le a 2 eq_refl). Qed.

Lemma exp_half : forall x, exp x = exp (x / 2) * exp (x / 2).
Proof. intro x. rewrite <- exp_plus. f_equal. field. Qed.

Lemma exp_below_le : forall k a x, IZR a <= x * IZR s ->
  0 <= IZR (exp_below k a) /\ IZR (exp_below k a) <= exp x * IZR s.
Proof.
  induction k as [|k IH]; intros a x H; cbn [exp_below].
  - split; [apply IZR_le; lia|]. destruct (Z.max_spec 0 (s + a)) as [[_ ->]|[_ ->]].
    + rewrite plus_IZR. pose proof (exp_ineq1_le x). apply (Rmult_le_compat_r (IZR s)) in H0; lra.
    + apply Rmult_le_pos; [apply Rlt_le, exp_pos | lra].
  - assert (H2 : IZR (a / 2) <= x / 2 * IZR s) by (pose proof (half_le a); lra).
    destruct (IH (a / 2)%Z (x / 2) H2) as [P L]. set (r := exp_below k (a / 2)) in *. cbv zeta. split.
    + apply IZR_le. apply Z.div_pos; [|exact counted]. apply le_IZR in P. apply Z.mul_nonneg_nonneg; exact P.
    + apply (Rmult_le_reg_r (IZR s)); [exact S0|].
      apply (Rle_trans _ _ _ (down_le _ _ counted)). rewrite mult_IZR, (exp_half x).
      replace (exp (x / 2) * exp (x / 2) * IZR s * IZR s) with ((exp (x / 2) * IZR s) * (exp (x / 2) * IZR s)) by ring.
      apply Rmult_le_compat; assumption.
Qed.

Lemma over : forall a x, (0 < a)%Z -> IZR a <= x * IZR s -> / x * IZR s <= IZR (up_to (s * s) a).
Proof.
  intros a x A H. apply IZR_lt in A as A'. assert (X : 0 < x) by (apply (Rmult_lt_reg_r (IZR s)); lra).
  apply (Rmult_le_reg_r (IZR a)); [exact A'|]. apply (Rle_trans _ (IZR (s * s))); [|apply up_le; exact A].
  rewrite mult_IZR. apply (Rmult_le_compat_l (/ x * IZR s)) in H;
    [|apply Rmult_le_pos; [apply Rlt_le, Rinv_0_lt_compat; exact X | lra]].
  replace (/ x * IZR s * (x * IZR s)) with (IZR s * IZR s) in H by (field; lra). exact H.
Qed.
Lemma under_it : forall b x, 0 < x -> x * IZR s <= IZR b -> IZR (down (s * s) b) <= / x * IZR s.
Proof.
  intros b x X H. assert (B : 0 < IZR b) by (pose proof (Rmult_lt_0_compat _ _ X S0); lra).
  apply (Rmult_le_reg_r (IZR b)); [exact B|]. apply (Rle_trans _ (IZR (s * s))); [apply down_le; apply lt_IZR; exact B|].
  rewrite mult_IZR. apply (Rmult_le_compat_l (/ x * IZR s)) in H;
    [|apply Rmult_le_pos; [apply Rlt_le, Rinv_0_lt_compat; exact X | lra]].
  replace (/ x * IZR s * (x * IZR s)) with (IZR s * IZR s) in H by (field; lra). exact H.
Qed.

Lemma ln_half : forall x, 0 < x -> ln x = 2 * ln (sqrt x).
Proof.
  intros x X. rewrite <- (sqrt_sqrt x) at 1 by lra. rewrite ln_mult by (apply sqrt_lt_R0; exact X). ring.
Qed.
Lemma ln_monotone : forall x y, 0 < x -> x <= y -> ln x <= ln y.
Proof. intros x y X [H| <-]; [apply Rlt_le, ln_increasing; assumption | apply Rle_refl]. Qed.

Lemma ln_below_le : forall k a x, (0 < a)%Z -> IZR a <= x * IZR s -> IZR (ln_below k a) <= ln x * IZR s.
Proof.
  induction k as [|k IH]; intros a x A H; cbn [ln_below]; apply IZR_lt in A as A';
    assert (X : 0 < x) by (apply (Rmult_lt_reg_r (IZR s)); lra).
  - rewrite minus_IZR. pose proof (over a x A H) as O. assert (I : 0 < / x) by (apply Rinv_0_lt_compat; exact X).
    pose proof (log_bound (/ x) I) as L. rewrite ln_Rinv in L by exact X.
    apply (Rmult_le_pos _ (IZR s)) in L; lra.
  - rewrite mult_IZR, (ln_half x X), Rmult_assoc. apply Rmult_le_compat_l; [lra|]. apply IH.
    + apply Z.sqrt_pos. apply Z.mul_pos_pos; assumption.
    + assert (N : (0 <= a * s)%Z) by lia. pose proof (proj1 (Z.sqrt_spec (a * s) N)) as Q. apply IZR_le in Q.
      rewrite !mult_IZR in Q. apply Rsqr_incr_0.
      * unfold Rsqr. replace (sqrt x * IZR s * (sqrt x * IZR s)) with (sqrt x * sqrt x * IZR s * IZR s) by ring.
        rewrite sqrt_sqrt by lra. apply (Rle_trans _ _ _ Q). apply Rmult_le_compat_r; lra.
      * apply IZR_le, Z.sqrt_nonneg.
      * apply Rmult_le_pos; [apply sqrt_pos | lra].
Qed.
Lemma ln_above_le : forall k b x, 0 < x -> x * IZR s <= IZR b -> ln x * IZR s <= IZR (ln_above k b).
Proof.
  induction k as [|k IH]; intros b x X H; cbn [ln_above].
  - rewrite minus_IZR. pose proof (log_bound x X) as L. apply (Rmult_le_pos _ (IZR s)) in L; lra.
  - rewrite mult_IZR, (ln_half x X), Rmult_assoc. apply Rmult_le_compat_l; [lra|]. apply IH; [apply sqrt_lt_R0; exact X|].
    assert (P : 0 < x * IZR s) by (apply Rmult_lt_0_compat; [exact X | exact S0]).
    assert (B : (0 < b)%Z) by (apply lt_IZR; lra).
    assert (N : (0 <= b * s)%Z) by (apply Z.lt_le_incl, Z.mul_pos_pos; assumption).
    pose proof (proj2 (Z.sqrt_spec (b * s) N)) as Q. apply IZR_lt in Q. rewrite <- Z.add_1_r, !mult_IZR in Q.
    pose proof (Z.sqrt_nonneg (b * s)) as M. apply Rsqr_incr_0.
    + unfold Rsqr. replace (sqrt x * IZR s * (sqrt x * IZR s)) with (sqrt x * sqrt x * IZR s * IZR s) by ring.
      rewrite sqrt_sqrt by lra. apply (Rle_trans _ (IZR b * IZR s)); [apply Rmult_le_compat_r; lra | lra].
    + apply Rmult_le_pos; [apply sqrt_pos | lra].
    + apply IZR_le. lia.
Qed.

Lemma between_products : forall a b c d x y : R, a <= x <= b -> c <= y <= d ->
  (a * c <= x * y \/ a * d <= x * y \/ b * c <= x * y \/ b * d <= x * y) /\
  (x * y <= a * c \/ x * y <= a * d \/ x * y <= b * c \/ x * y <= b * d).
Proof.
  intros a b c d x y [A B] [C D].
  destruct (Rle_or_lt 0 y) as [Y|Y].
  - assert (L : a * y <= x * y) by (apply Rmult_le_compat_r; assumption).
    assert (H : x * y <= b * y) by (apply Rmult_le_compat_r; assumption).
    split; [destruct (Rle_or_lt 0 a)|destruct (Rle_or_lt 0 b)].
    + left. apply (Rmult_le_compat_l a) in C; lra.
    + right; left. apply (Rmult_le_compat_neg_l a) in D; lra.
    + right; right; right. apply (Rmult_le_compat_l b) in D; lra.
    + right; right; left. apply (Rmult_le_compat_neg_l b) in C; lra.
  - assert (L : b * y <= x * y) by (rewrite (Rmult_comm b), (Rmult_comm x); apply Rmult_le_compat_neg_l; lra).
    assert (H : x * y <= a * y) by (rewrite (Rmult_comm x), (Rmult_comm a); apply Rmult_le_compat_neg_l; lra).
    split; [destruct (Rle_or_lt 0 b)|destruct (Rle_or_lt 0 a)].
    + right; right; left. apply (Rmult_le_compat_l b) in C; lra.
    + right; right; right. apply (Rmult_le_compat_neg_l b) in D; lra.
    + right; left. apply (Rmult_le_compat_l a) in D; lra.
    + left. apply (Rmult_le_compat_neg_l a) in C; lra.
Qed.

Lemma times_within : forall x y i j, within x i -> within y j -> within (x * y) (times i j).
Proof.
  intros x y [a b] [c d] X Y. unfold within, times in *. cbn [fst snd] in *.
  destruct (between_products _ _ _ _ _ _ X Y) as [L H]. rewrite <- !mult_IZR in L, H.
  replace (x * IZR s * (y * IZR s)) with (x * y * IZR s * IZR s) in L, H by ring.
  split; (apply (Rmult_le_reg_r (IZR s)); [exact S0|]).
  - eapply Rle_trans; [apply down_le; exact counted|].
    assert (M : forall z, In z (a * c :: a * d :: b * c :: b * d :: nil)%Z ->
      IZR (Z.min (Z.min (a * c) (a * d)) (Z.min (b * c) (b * d))) <= IZR z)
      by (intros z I; apply IZR_le; cbn in I; lia).
    destruct L as [L|[L|[L|L]]]; (eapply Rle_trans; [apply M|exact L]; cbn; tauto).
  - eapply Rle_trans; [|apply up_le; exact counted].
    assert (M : forall z, In z (a * c :: a * d :: b * c :: b * d :: nil)%Z ->
      IZR z <= IZR (Z.max (Z.max (a * c) (a * d)) (Z.max (b * c) (b * d))))
      by (intros z I; apply IZR_le; cbn in I; lia).
    destruct H as [H|[H|[H|H]]]; (eapply Rle_trans; [exact H|apply M]; cbn; tauto).
Qed.
Lemma power_within : forall x i n, within x i -> within (x ^ n) (power i n).
Proof.
  intros x i n X. induction n as [|n IH]; cbn [power pow]; [unfold within; cbn [fst snd]; lra|].
  apply times_within; assumption.
Qed.

Ltac opened := repeat match goal with
  | IH : forall i, enclosed ?w = Some i -> _, H : match enclosed ?w with _ => _ end = Some _ |- _ =>
      destruct (enclosed w) as [[? ?]|]; [specialize (IH _ eq_refl); unfold within in IH; cbn [fst snd] in IH | discriminate H]
  end.

Theorem enclosed_means : forall w i, enclosed w = Some i -> within (means w) i.
Proof.
  assert (Zmax : forall a b, IZR (Z.max a b) = Rmax (IZR a) (IZR b)).
  { intros a b. destruct (Z.max_spec a b) as [[H ->]|[H ->]]; [apply IZR_lt in H; rewrite Rmax_right; lra|].
    apply IZR_le in H. rewrite Rmax_left; lra. }
  assert (Zmin : forall a b, IZR (Z.min a b) = Rmin (IZR a) (IZR b)).
  { intros a b. destruct (Z.min_spec a b) as [[H ->]|[H ->]]; [apply IZR_lt in H; rewrite Rmin_left; lra|].
    apply IZR_le in H. rewrite Rmin_right; lra. }
  induction w as [z|a IHa b IHb|a IHa b IHb|a IHa b IHb|a IHa|a IHa|a IHa n|a IHa|a IHa|a IHa|a IHa b IHb|a IHa b IHb|g IHg a IHa b IHb];
    intros i H; cbn [enclosed means] in *.
  - injection H as <-. unfold within. cbn [fst snd]. rewrite mult_IZR. lra.
  - opened. injection H as <-. unfold within. cbn [fst snd]. rewrite !plus_IZR. lra.
  - opened. injection H as <-. unfold within. cbn [fst snd]. rewrite !minus_IZR. lra.
  - opened. injection H as <-. apply (times_within _ _ (_, _) (_, _)); assumption.
  - opened. injection H as <-. unfold within. cbn [fst snd]. rewrite !opp_IZR. lra.
  - opened. rename z into l, z0 into h. destruct (0 <? l)%Z eqn:L; [|destruct (h <? 0)%Z eqn:K; [|discriminate H]]; cbn [orb] in H;
      injection H as <-; unfold within; cbn [fst snd].
    + apply Z.ltb_lt in L. apply IZR_lt in L as L'. assert (0 < means a) by (apply (Rmult_lt_reg_r (IZR s)); lra).
      split; [apply under_it | apply over]; tauto.
    + apply Z.ltb_lt in K. apply IZR_lt in K as K'. assert (P : 0 < - means a) by (apply (Rmult_lt_reg_r (IZR s)); lra).
      assert (N : means a <> 0) by lra. split.
      * pose proof (over (- h) (- means a)) as O. rewrite opp_IZR in O. specialize (O ltac:(lia) ltac:(lra)).
        rewrite Rinv_opp in O. unfold up_to, down in *. rewrite Z.div_opp_opp in O by lia.
        rewrite opp_IZR in O. lra.
      * pose proof (under_it (- l) (- means a) P) as O. rewrite opp_IZR in O. specialize (O ltac:(lra)).
        rewrite Rinv_opp in O. unfold up_to, down in *.
        assert (Hl : (l < 0)%Z) by (apply lt_IZR; lra). rewrite opp_IZR.
        replace (- (s * s) / l)%Z with (s * s / - l)%Z by (rewrite <- (Z.div_opp_opp (s * s) (- l)) by lia; f_equal; lia). lra.
  - opened. injection H as <-. apply (power_within _ (_, _)); assumption.
  - opened. rename z into l, z0 into h. cbv zeta in H. destruct (0 <? exp_below steps (- h))%Z eqn:P; [|discriminate H]. injection H as <-.
    apply Z.ltb_lt in P. unfold within. cbn [fst snd]. split; [apply exp_below_le; tauto|].
    rewrite <- (Rinv_inv (exp (means a))), <- exp_Ropp. apply over; [exact P|]. apply exp_below_le. rewrite opp_IZR. lra.
  - opened. rename z into l, z0 into h. destruct (0 <? l)%Z eqn:P; [|discriminate H]. injection H as <-. apply Z.ltb_lt in P.
    apply IZR_lt in P as P'. assert (0 < means a) by (apply (Rmult_lt_reg_r (IZR s)); lra).
    unfold within. cbn [fst snd]. split; [apply ln_below_le | apply ln_above_le]; tauto.
  - opened. injection H as <-. unfold within. cbn [fst snd]. rewrite !Zmax, !opp_IZR.
    assert (E : Rabs (means a) * IZR s = Rabs (means a * IZR s)) by (rewrite Rabs_mult, (Rabs_pos_eq (IZR s)); lra).
    rewrite E. unfold Rmax, Rabs. repeat destruct (Rle_dec _ _); destruct (Rcase_abs _); lra.
  - opened. injection H as <-. unfold within. cbn [fst snd]. rewrite !Zmax.
    assert (E : Rmax (means a) (means b) * IZR s = Rmax (means a * IZR s) (means b * IZR s))
      by (rewrite <- !(Rmult_comm (IZR s)); symmetry; apply RmaxRmult; lra).
    rewrite E. unfold Rmax. repeat destruct (Rle_dec _ _); lra.
  - opened. injection H as <-. unfold within. cbn [fst snd]. rewrite !Zmin.
    assert (E : Rmin (means a) (means b) * IZR s = Rmin (means a * IZR s) (means b * IZR s)).
    { rewrite <- !(Rmult_comm (IZR s)). unfold Rmin. destruct (Rle_dec (means a) (means b)) as [L|L];
        destruct (Rle_dec (IZR s * means a) (IZR s * means b)) as [M|M]; try reflexivity.
      - destruct M. apply Rmult_le_compat_l; lra.
      - destruct L. apply (Rmult_le_reg_l (IZR s)); lra. }
    rewrite E. unfold Rmin. repeat destruct (Rle_dec _ _); lra.
  - destruct (enclosed g) as [[l h]|]; [|discriminate H]. specialize (IHg _ eq_refl). unfold within in IHg. cbn [fst snd] in IHg.
    unfold choose. destruct (0 <=? l)%Z eqn:L.
    + apply Z.leb_le, IZR_le in L. destruct (Rle_dec 0 (means g)) as [_|N]; [apply IHa; exact H|].
      destruct N. apply (Rmult_le_reg_r (IZR s)); lra.
    + destruct (h <? 0)%Z eqn:K.
      * apply Z.ltb_lt, IZR_lt in K. destruct (Rle_dec 0 (means g)) as [N|_]; [|apply IHb; exact H].
        apply (Rmult_le_compat_r (IZR s)) in N; lra.
      * opened. injection H as <-. unfold within. cbn [fst snd]. rewrite Zmin, Zmax.
        pose proof (Rmin_l (IZR z) (IZR z1)). pose proof (Rmin_r (IZR z) (IZR z1)).
        pose proof (Rmax_l (IZR z0) (IZR z2)). pose proof (Rmax_r (IZR z0) (IZR z2)).
        destruct (Rle_dec 0 (means g)); lra.
Qed.

Lemma below_0 : forall w, negative_for_sure w = true -> means w < 0.
Proof.
  intros w. unfold negative_for_sure. destruct (enclosed w) as [[a b]|] eqn:E; [|discriminate]. intro B.
  apply enclosed_means in E. unfold within in E. cbn [fst snd] in E. apply Z.ltb_lt, IZR_lt in B.
  apply (Rmult_lt_reg_r (IZR s)); lra.
Qed.
End Counted.

Lemma less_for_sure : forall k s a b, ((0 <? s)%Z && negative_for_sure k s (Less a b))%bool = true -> means a < means b.
Proof.
  intros k s a b H. apply Bool.andb_true_iff in H as [P N]. apply Z.ltb_lt in P. apply below_0 in N; [|exact P]. cbn [means] in N. lra.
Qed.

(* a number as it is written *)
Ltac read t :=
  lazymatch t with
  | IZR ?z => constr:(Whole z)
  | ?a + ?b => let a := read a in let b := read b in constr:(Plus a b)
  | ?a - ?b => let a := read a in let b := read b in constr:(Less a b)
  | ?a * ?b => let a := read a in let b := read b in constr:(Times a b)
  | ?a / ?b => let a := read a in let b := read b in constr:(Times a (Inverse b))
  | - ?a => let a := read a in constr:(Opposite a)
  | / ?a => let a := read a in constr:(Inverse a)
  | ?a ^ ?n => let a := read a in constr:(Power a n)
  | exp ?a => let a := read a in constr:(Exponential a)
  | ln ?a => let a := read a in constr:(Logarithm a)
  | Rpower ?a ?b => let a := read a in let b := read b in constr:(Exponential (Times b (Logarithm a)))
  | Rabs ?a => let a := read a in constr:(Size a)
  | Rmax ?a ?b => let a := read a in let b := read b in constr:(Larger a b)
  | Rmin ?a ?b => let a := read a in let b := read b in constr:(Smaller a b)
  | choose ?g ?a ?b => let g := read g in let a := read a in let b := read b in constr:(Choice g a b)
  end.
Lemma apart_for_sure : forall k s a b,
  ((0 <? s)%Z && (negative_for_sure k s (Less a b) || negative_for_sure k s (Less b a)))%bool = true -> means a <> means b.
Proof.
  intros k s a b H. apply Bool.andb_true_iff in H as [P N]. apply Z.ltb_lt in P.
  apply Bool.orb_prop in N as [N|N]; apply below_0 in N; try exact P; cbn [means] in N; lra.
Qed.
Ltac counted_by k s :=
  lazymatch goal with
  | |- ?a < ?b => let x := read a in let y := read b in refine (less_for_sure k s x y _); vm_compute; reflexivity
  | |- ?a <> ?b => let x := read a in let y := read b in refine (apart_for_sure k s x y _); vm_compute; reflexivity
  end.
(* a < b, a <> b *)
Ltac counted := first [ counted_by 16%nat (2 ^ 48)%Z | counted_by 40%nat (2 ^ 120)%Z | counted_by 100%nat (2 ^ 300)%Z ].

(* a closed number, where everything is finite, is a number of numbers *)
Ltac each_element :=
  repeat match goal with
  | x : point _ |- _ => progress cbv beta iota delta [point as_space] in x
  | x : carrier _ |- _ => progress cbv beta iota delta [carrier single one_more two] in x
  | x : bool |- _ => destruct x
  | x : option _ |- _ => destruct x
  | x : unit |- _ => destruct x
  end.
Ltac spelled_out :=
  cbv beta iota zeta delta [sum product largest fold_right elements carrier single one_more two map tilted logistic same
    at_place integral integrable point as_space same_or_not option_same_or_not Bool.bool_dec bool_rec bool_rect gibbs].
Ltac in_each_case := (* between numbers that may be equal: a largest one, a size *)
  lazymatch goal with |- _ <> _ => fail | _ => idtac end;
  lazymatch goal with |- context [ln _] => fail | |- context [exp _] => fail | _ => idtac end;
  progress unfold Rmax, Rmin, Rabs, choose;
  repeat match goal with
  | |- context [Rle_dec ?a ?b] => destruct (Rle_dec a b)
  | |- context [Rcase_abs ?a] => destruct (Rcase_abs a)
  end; lra.
Ltac plain_logarithms := (* of 1, and of an exponential *)
  repeat match goal with
  | |- context [ln ?a] =>
      first
        [ replace (ln a) with 0 by (symmetry; transitivity (ln 1); [ apply f_equal; field; lra | apply ln_1 ])
        | match a with context [exp ?b] =>
            replace (ln a) with b by (symmetry; transitivity (ln (exp b)); [ apply f_equal; field; lra | apply ln_exp ]) end ]
  end.
Ltac closed :=
  intros; each_element; spelled_out; repeat match goal with |- _ /\ _ => split end;
  first
    [ exact I
    | lra
    | in_each_case
    | lazymatch goal with
      | |- _ < _ => counted
      | |- _ <> _ => counted
      | |- _ > _ => unfold Rgt; counted
      | |- _ <= _ => apply Rlt_le; counted
      | |- _ >= _ => apply Rle_ge, Rlt_le; counted
      | |- _ = _ => plain_logarithms; first [ lra | field; repeat split; first [ lra | counted ] ]
      end ].

Lemma no_factor : forall c a b d e : R, a = c * b -> d = c * e -> a * e <> d * b -> False.
Proof. intros c a b d e -> -> N. apply N. ring. Qed.

(* what is beaten is no maximum *)
Lemma beaten : forall (P : Type) (ok : P -> Prop) f (p : P) v m, ok p -> v < f p -> maximum ok f m -> v < m.
Proof. intros P ok f p v m O B (q & [_ M] & <-). specialize (M p O). lra. Qed.
Lemma beaten_below : forall (P : Type) (ok : P -> Prop) f (p : P) v m, ok p -> f p < v -> minimum ok f m -> m < v.
Proof. intros P ok f p v m O B (q & [_ M] & <-). specialize (M p O). lra. Qed.
Lemma maximum_is : forall (P : Type) (ok : P -> Prop) f m n, maximum ok f n -> maximum ok f m -> m = n.
Proof. intros P ok f m n N M. exact (maximum_unique ok f m n M N). Qed.
Lemma minimum_is : forall (P : Type) (ok : P -> Prop) f m n, maximum ok (fun p => - f p) n -> minimum ok f m -> m = - n.
Proof.
  intros P ok f m n N M. apply minimum_opp in M. pose proof (maximum_unique ok _ _ _ M N). lra.
Qed.
