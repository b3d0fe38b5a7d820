(* What is proved once: sums, logarithms, the one inequality, maxima, derivatives. *)
Require Export Symkl.Meaning.
Require Import Lra FunctionalExtensionality.

(* ---- sums ---- *)

Section Sums.
Variable A : alphabet.

Lemma sum_ext : forall f g : A -> R, (forall a, f a = g a) -> sum A f = sum A g.
Proof.
  intros f g H. unfold sum. induction (elements A) as [|a l IH]; simpl; [reflexivity|].
  rewrite H, IH. reflexivity.
Qed.

Lemma sum_add : forall f g : A -> R, sum A (fun a => f a + g a) = sum A f + sum A g.
Proof. intros f g. unfold sum. induction (elements A) as [|a l IH]; simpl; [ring | rewrite IH; ring]. Qed.

Lemma sum_scale : forall (k : R) (f : A -> R), sum A (fun a => k * f a) = k * sum A f.
Proof. intros k f. unfold sum. induction (elements A) as [|a l IH]; simpl; [ring | rewrite IH; ring]. Qed.

Lemma sum_opp : forall f : A -> R, sum A (fun a => - f a) = - sum A f.
Proof. intros f. unfold sum. induction (elements A) as [|a l IH]; simpl; [ring | rewrite IH; ring]. Qed.

Lemma sum_minus : forall f g : A -> R, sum A (fun a => f a - g a) = sum A f - sum A g.
Proof. intros f g. unfold sum. induction (elements A) as [|a l IH]; simpl; [ring | rewrite IH; ring]. Qed.

Lemma sum_zero : sum A (fun _ => 0) = 0.
Proof. unfold sum. induction (elements A) as [|a l IH]; simpl; [ring | rewrite IH; ring]. Qed.

Lemma sum_zero_if : forall f : A -> R, (forall a, f a = 0) -> sum A f = 0.
Proof. intros f H. rewrite (sum_ext f (fun _ => 0) H). apply sum_zero. Qed.

Lemma sum_le : forall f g : A -> R, (forall a, f a <= g a) -> sum A f <= sum A g.
Proof.
  intros f g H. unfold sum. induction (elements A) as [|a l IH]; simpl; [lra|]. specialize (H a). lra.
Qed.

Lemma sum_nonneg : forall f : A -> R, (forall a, 0 <= f a) -> 0 <= sum A f.
Proof. intros f H. rewrite <- sum_zero. apply sum_le. exact H. Qed.

Lemma sum_pos : forall f : A -> R, (forall a, 0 < f a) -> 0 < sum A f.
Proof.
  intros f H. unfold sum. destruct (elements A) as [|a l] eqn:E; [destruct (not_empty A); exact E|]. simpl.
  assert (0 <= fold_right (fun a rest => f a + rest) 0 l).
  { clear E. induction l as [|b l IH]; simpl; [lra|]. specialize (H b). lra. }
  specialize (H a). lra.
Qed.

Lemma sum_zero_each : forall f : A -> R, (forall a, 0 <= f a) -> sum A f = 0 -> forall a, f a = 0.
Proof.
  intros f H. unfold sum. intros S a. generalize (all_listed A a). revert S.
  induction (elements A) as [|b l IH]; simpl; [tauto|].
  assert (0 <= fold_right (fun a rest => f a + rest) 0 l).
  { clear IH. induction l as [|c l IH]; simpl; [lra|]. specialize (H c). lra. }
  intros S [<-|I]; specialize (H b); [lra | apply IH; [lra | exact I]].
Qed.

Lemma sum_one_le : forall f : A -> R, (forall a, 0 <= f a) -> forall a, f a <= sum A f.
Proof.
  intros f H a. unfold sum. generalize (all_listed A a). induction (elements A) as [|b l IH]; simpl; [tauto|].
  assert (0 <= fold_right (fun a rest => f a + rest) 0 l).
  { clear IH. induction l as [|c l IH]; simpl; [lra|]. specialize (H c). lra. }
  intros [<-|I]; [lra | specialize (IH I); specialize (H b); lra].
Qed.

(* of weights that sum to 1 one is > 0, whatever each is *)
Lemma sum_weighted_pos : forall w f : A -> R,
  (forall a, 0 <= w a) -> 0 < sum A w -> (forall a, 0 < f a) -> 0 < sum A (fun a => w a * f a).
Proof.
  intros w f W S F. assert (N : forall a, 0 <= w a * f a).
  { intro a. apply Rmult_le_pos; [apply W | apply Rlt_le, F]. }
  destruct (Rle_lt_or_eq_dec _ _ (sum_nonneg _ N)) as [H|H]; [exact H|]. exfalso.
  assert (Z : forall a, w a = 0).
  { intro a. pose proof (sum_zero_each _ N (eq_sym H) a) as E. cbv beta in E.
    apply Rmult_integral in E. specialize (F a). destruct E; lra. }
  rewrite (sum_ext w (fun _ => 0) Z), sum_zero in S. lra.
Qed.

Lemma sum_same : forall (f : A -> R) (b : A), sum A (fun a => f a * same a b) = f b.
Proof.
  intros f b. unfold sum, same. pose proof (all_listed A b) as I. pose proof (listed_once A) as N. revert I N.
  induction (elements A) as [|a l IH]; simpl; [tauto|]. intros I N. inversion N as [|? ? Na Nl]; subst.
  destruct (same_or_not A a b) as [<-|D].
  - assert (Z : fold_right (fun c rest => f c * (if same_or_not A c a then 1 else 0) + rest) 0 l = 0).
    { clear IH I N Nl. induction l as [|c l IH]; simpl; [reflexivity|].
      destruct (same_or_not A c a) as [->|]; [destruct Na; left; reflexivity|].
      rewrite IH; [ring | intro J; apply Na; right; exact J]. }
    rewrite Z. ring.
  - rewrite IH; [ring | | exact Nl]. destruct I as [->|J]; [destruct D; reflexivity | exact J].
Qed.

Lemma same_sym : forall a b : A, same a b = same b a.
Proof. intros a b. unfold same. destruct (same_or_not A a b), (same_or_not A b a); congruence. Qed.
End Sums.

Lemma sum_swap : forall (A B : alphabet) (f : A -> B -> R),
  sum A (fun a => sum B (fun b => f a b)) = sum B (fun b => sum A (fun a => f a b)).
Proof.
  intros A B f. unfold sum at 1 4. induction (elements A) as [|a l IH]; simpl; [symmetry; apply sum_zero|].
  rewrite IH, <- sum_add. reflexivity.
Qed.

(* ---- integrals ---- *)

Lemma integral_ext : forall (S : space) (f g : S -> R), (forall a, f a = g a) -> integral S f = integral S g.
Proof. intros S f g E. f_equal. apply functional_extensionality. exact E. Qed.
Lemma integrable_by : forall (S : space) (f g : S -> R) (k : R),
  (forall a, f a = k * g a) -> integrable S g -> integrable S f.
Proof.
  intros S f g k E I. replace f with (fun a => k * g a); [apply integrable_scale; exact I|].
  symmetry. apply functional_extensionality. exact E.
Qed.
Lemma integral_by : forall (S : space) (f g : S -> R) (k : R),
  (forall a, f a = k * g a) -> integrable S g -> integral S f = k * integral S g.
Proof. intros S f g k E I. rewrite (integral_ext S f (fun a => k * g a) E). apply integral_scale. exact I. Qed.

(* sums over an alphabet are integrals *)
Definition as_space (A : alphabet) : space.
Proof.
  refine (Space A (fun _ => True) (sum A) _ _ _ _ _ _); intros; try exact I.
  - apply sum_add.
  - apply sum_scale.
  - apply sum_nonneg. assumption.
  - apply sum_pos. assumption.
Defined.

(* ---- one step at a time ---- *)

Lemma add_eq : forall a b c d : R, a = c -> b = d -> a + b = c + d. Proof. congruence. Qed.
Lemma mul_eq : forall a b c d : R, a = c -> b = d -> a * b = c * d. Proof. congruence. Qed.
Lemma inv_eq : forall a b : R, a = b -> / a = / b. Proof. congruence. Qed.
Lemma opp_eq : forall a b : R, a = b -> - a = - b. Proof. congruence. Qed.
Lemma pow_eq : forall (a b : R) n, a = b -> a ^ n = b ^ n. Proof. congruence. Qed.
Lemma exp_eq : forall a b : R, a = b -> exp a = exp b. Proof. congruence. Qed.
Lemma ln_eq : forall a b : R, a = b -> ln a = ln b. Proof. congruence. Qed.
Lemma abs_eq : forall a b : R, a = b -> Rabs a = Rabs b. Proof. congruence. Qed.
Lemma power_eq : forall a b c d : R, a = c -> b = d -> Rpower a b = exp (d * ln c).
Proof. intros. subst. reflexivity. Qed.

Lemma ln_pow : forall (a : R) n, 0 < a -> ln (a ^ n) = INR n * ln a.
Proof.
  intros a n H. induction n as [|n IH]; [simpl; rewrite ln_1; ring|].
  rewrite S_INR. simpl pow. rewrite ln_mult; [rewrite IH; ring | exact H | apply pow_lt; exact H].
Qed.

Lemma exp_power : forall (u : R) n, exp u ^ n = exp (INR n * u).
Proof.
  intros u n. induction n as [|n IH]; [simpl; rewrite Rmult_0_l, exp_0; reflexivity|].
  simpl pow. rewrite IH, <- exp_plus. f_equal. rewrite S_INR. ring.
Qed.

(* the n-th power of an n-th root *)
Lemma exp_log_power : forall (a : R) (p : positive), 0 < a -> exp (IZR (Zpos p) * ln a) = a ^ Pos.to_nat p.
Proof.
  intros a p H. rewrite <- (exp_ln a H) at 2. rewrite exp_power, INR_IZR_INZ, positive_nat_Z. reflexivity.
Qed.
Lemma root_power : forall (a : R) (p : positive), 0 < a -> exp (1 / IZR (Zpos p) * ln a) ^ Pos.to_nat p = a.
Proof.
  intros a p H. rewrite exp_power, INR_IZR_INZ, positive_nat_Z.
  replace (IZR (Zpos p) * (1 / IZR (Zpos p) * ln a)) with (ln a); [apply exp_ln; exact H|].
  field. apply not_0_IZR. discriminate.
Qed.

Lemma zero_or_pos : forall u, 0 <= u -> u = 0 \/ 0 < u.
Proof. intros u H. destruct H; [right; assumption | left; symmetry; assumption]. Qed.

Lemma pos_of_nonzero : forall u, 0 <= u -> u <> 0 -> 0 < u.
Proof. intros u [H|H] N; [exact H | contradict N; symmetry; exact H]. Qed.

Lemma max_by_size : forall u v, Rmax u v = 1 / 2 * (u + v + Rabs (u - v)).
Proof. intros u v. unfold Rmax, Rabs. destruct (Rle_dec u v), (Rcase_abs (u - v)); lra. Qed.
Lemma min_by_size : forall u v, Rmin u v = 1 / 2 * (u + v - Rabs (u - v)).
Proof. intros u v. unfold Rmin, Rabs. destruct (Rle_dec u v), (Rcase_abs (u - v)); lra. Qed.

(* ---- cases ---- *)

Lemma choose_eq : forall a b c d e f : R, a = d -> b = e -> c = f -> choose a b c = choose d e f. Proof. congruence. Qed.
Lemma choose_above : forall g a b, 0 <= g -> choose g a b = a.
Proof. intros g a b H. unfold choose. destruct (Rle_dec 0 g); [reflexivity | contradiction]. Qed.
Lemma choose_below : forall g a b, g < 0 -> choose g a b = b.
Proof. intros g a b H. unfold choose. destruct (Rle_dec 0 g); [lra | reflexivity]. Qed.
Lemma negative : forall g h, 0 < h -> h = - g -> g < 0. Proof. intros. lra. Qed.
Lemma choose_linear : forall g a b k, a - b = 2 * k * g -> choose g a b = b + k * (g + Rabs g).
Proof. intros g a b k E. unfold choose, Rabs. destruct (Rle_dec 0 g), (Rcase_abs g); lra. Qed.
Lemma choose_scaled : forall g h k a b, g = k * h -> 0 < k -> choose g a b = b + choose h 1 0 * (a - b).
Proof.
  intros g h k a b E K. destruct (Rle_or_lt 0 h) as [H|H].
  - rewrite (choose_above h), choose_above; [ring | rewrite E; apply Rmult_le_pos; lra | exact H].
  - rewrite (choose_below h), choose_below; [ring | rewrite E; apply (Rmult_lt_compat_l k) in H; lra | exact H].
Qed.
Lemma step_nonneg : forall g, 0 <= choose g 1 0.
Proof. intro g. unfold choose. destruct (Rle_dec 0 g); lra. Qed.
Lemma step_squared : forall g, choose g 1 0 ^ 2 = choose g 1 0.
Proof. intro g. unfold choose. destruct (Rle_dec 0 g); ring. Qed.
Lemma step_opposite : forall g h, h = - g -> choose g 1 0 * choose h 1 0 = choose g 1 0 + choose h 1 0 - 1.
Proof. intros g h ->. unfold choose. destruct (Rle_dec 0 g), (Rle_dec 0 (- g)); lra. Qed.
Lemma size_of : forall a u, 0 <= u -> a = u -> Rabs a = u. Proof. intros a u H ->. apply Rabs_pos_eq, H. Qed.
Lemma size_of_opp : forall a u, 0 <= u -> a = - u -> Rabs a = u.
Proof. intros a u H ->. rewrite Rabs_Ropp. apply Rabs_pos_eq, H. Qed.

(* ---- largest values ---- *)

Section Largest.
Variable A : alphabet.

Lemma largest_is : forall f : A -> R, is_largest A f (largest A f).
Proof.
  intro f. unfold is_largest, largest. destruct (elements A) as [|a l] eqn:E; [destruct (not_empty A E)|].
  assert (I : (exists b, f b = fold_right (fun b m => Rmax (f b) m) (f a) l) /\
    forall b, In b (a :: l) -> f b <= fold_right (fun b m => Rmax (f b) m) (f a) l).
  { clear E. induction l as [|c l [[b B] L]]; simpl.
    - split; [exists a; reflexivity | intros b [<-|[]]; apply Rle_refl].
    - split.
      + apply (Rmax_case _ _ (fun m => exists b, f b = m)); [exists c; reflexivity | exists b; exact B].
      + intros d [<-|[<-|D]]; [eapply Rle_trans; [apply L; left; reflexivity | apply Rmax_r] | apply Rmax_l |].
        eapply Rle_trans; [apply L; right; exact D | apply Rmax_r]. }
  destruct I as [X L]. split; [exact X|]. intro b. apply L. rewrite <- E. apply all_listed.
Qed.
Lemma largest_at : forall f : A -> R, exists a, largest A f = f a.
Proof. intro f. destruct (largest_is f) as [[a E] _]. exists a. symmetry. exact E. Qed.
Lemma largest_gap : forall (f : A -> R) a, 0 <= largest A f - f a.
Proof. intros f a. destruct (largest_is f) as [_ L]. specialize (L a). lra. Qed.
Lemma largest_unique : forall (f : A -> R) m, is_largest A f m -> largest A f = m.
Proof.
  intros f m [[a E] L]. destruct (largest_is f) as [[b F] M]. specialize (L b). specialize (M a). lra.
Qed.
Lemma largest_ext : forall f g : A -> R, (forall a, f a = g a) -> largest A f = largest A g.
Proof.
  intros f g E. apply largest_unique. destruct (largest_is g) as [[a F] L]. split; [exists a; rewrite E; exact F|].
  intro b. rewrite E. apply L.
Qed.
(* a factor that is > 0, and what does not depend on the place, leave it *)
Lemma largest_affine : forall (f g : A -> R) c d, (forall a, f a = c * g a + d) -> 0 < c ->
  largest A f = c * largest A g + d.
Proof.
  intros f g c d E C. apply largest_unique. destruct (largest_is g) as [[a F] L]. split.
  - exists a. rewrite E, F. reflexivity.
  - intro b. rewrite E. specialize (L b). apply (Rmult_le_compat_l c) in L; lra.
Qed.
Lemma largest_const : forall (f : A -> R) c, (forall a, f a = c) -> largest A f = c.
Proof.
  intros f c E. destruct (largest_is f) as [[a F] _]. rewrite <- F. apply E.
Qed.
(* where a largest value is attained, and elsewhere *)
Lemma peak_or_not : forall (f : A -> R) a g, g = f a - largest A f ->
  (largest A f = f a /\ choose g 1 0 = 1) \/ choose g 1 0 = 0.
Proof.
  intros f a g ->. unfold choose. destruct (Rle_dec 0 (f a - largest A f)) as [H|H]; [left|right; reflexivity].
  split; [|reflexivity]. pose proof (largest_gap f a). lra.
Qed.
Lemma peaks_pos : forall (f g w : A -> R), (forall a, g a = f a - largest A f) -> (forall a, 0 < w a) ->
  0 < sum A (fun a => w a * choose (g a) 1 0).
Proof.
  intros f g w G W. destruct (largest_at f) as [a E].
  assert (N : forall b, 0 <= w b * choose (g b) 1 0)
    by (intro b; apply Rmult_le_pos; [apply Rlt_le, W | unfold choose; destruct (Rle_dec 0 (g b)); lra]).
  destruct (sum_nonneg A (fun b => w b * choose (g b) 1 0) N) as [P|Z]; [exact P|exfalso].
  assert (H : w a * choose (g a) 1 0 = 0)
    by (apply (sum_zero_each A (fun b => w b * choose (g b) 1 0)); [exact N | symmetry; exact Z]).
  rewrite (choose_above (g a)) in H by (rewrite G; lra). specialize (W a). lra.
Qed.
End Largest.

(* ---- the one inequality: ln t <= t - 1, with equality at t = 1 alone ---- *)

Lemma log_bound : forall t, 0 < t -> 0 <= t - 1 - ln t.
Proof.
  intros t H. destruct (Req_dec (ln t) 0) as [E|E].
  - assert (t = 1) by (rewrite <- (exp_ln t H), E; apply exp_0). subst. lra.
  - pose proof (exp_ineq1 (ln t) E) as K. rewrite (exp_ln t H) in K. lra.
Qed.

Lemma log_bound_equal : forall t, 0 < t -> t - 1 - ln t = 0 -> t = 1.
Proof.
  intros t H E0. destruct (Req_dec (ln t) 0) as [E|E]; [lra|].
  pose proof (exp_ineq1 (ln t) E) as K. rewrite (exp_ln t H) in K. lra.
Qed.

(* Gibbs' inequality at one outcome, p = 0 allowed: p (ln p - ln q) >= p - q. *)
Definition gibbs (p q : R) : R := p * (ln p - ln q) - (p - q).

Lemma gibbs_nonneg : forall p q, 0 <= p -> 0 < q -> 0 <= gibbs p q.
Proof.
  intros p q Hp Hq. unfold gibbs. destruct Hp as [Hp|<-]; [|rewrite Rmult_0_l; lra].
  pose proof (log_bound (q * / p)) as K. rewrite ln_mult, ln_Rinv in K; try assumption; try (apply Rinv_0_lt_compat; assumption).
  assert (0 < q * / p) as Q by (apply Rmult_lt_0_compat; [|apply Rinv_0_lt_compat]; assumption).
  specialize (K Q). apply (Rmult_le_compat_l p) in K; [|lra].
  replace (p * (q * / p - 1 - (ln q + - ln p))) with (p * (ln p - ln q) - (p - q)) in K by (field; lra). lra.
Qed.

Lemma gibbs_zero : forall p q, 0 <= p -> 0 < q -> gibbs p q = 0 -> p = q.
Proof.
  intros p q Hp Hq. unfold gibbs. destruct Hp as [Hp|<-]; [|rewrite Rmult_0_l; lra]. intro E.
  assert (0 < q * / p) as Q by (apply Rmult_lt_0_compat; [|apply Rinv_0_lt_compat]; assumption).
  assert (q * / p = 1) as T.
  { apply log_bound_equal; [exact Q|]. rewrite ln_mult, ln_Rinv; try assumption; try (apply Rinv_0_lt_compat; assumption).
    apply (Rmult_eq_reg_l p); [|lra]. transitivity (p * (ln p - ln q) - (p - q)); [field; lra | lra]. }
  apply (Rmult_eq_reg_r (/ p)); [|apply Rinv_neq_0_compat; lra]. rewrite T. apply Rinv_r. lra.
Qed.

Lemma from_gap : forall k p q, 0 < k -> 0 <= p -> 0 < q -> k * gibbs p q = 0 -> p = q.
Proof.
  intros k p q K P Q E. apply gibbs_zero; try assumption. apply Rmult_integral in E. destruct E; [lra | assumption].
Qed.

Lemma gibbs_self : forall q, gibbs q q = 0.
Proof. intro q. unfold gibbs. ring. Qed.

(* ---- inequalities ---- *)

Lemma gap_nonneg : forall w part : R, 0 <= w -> 0 <= part -> 0 <= w * part.
Proof. intros. apply Rmult_le_pos; assumption. Qed.
Lemma square_nonneg : forall u : R, 0 <= u * u. Proof. intro. apply Rle_0_sqr. Qed.
Lemma size_gap : forall u : R, 0 <= Rabs u - u. Proof. intro u. pose proof (Rle_abs u). lra. Qed.
Lemma size_gap_below : forall u : R, u < 0 -> 0 < Rabs u - u. Proof. intros u H. rewrite Rabs_left; lra. Qed.
Lemma part_gap : forall (A : alphabet) (f : A -> R), (forall a, 0 <= f a) -> forall a, 0 <= sum A f - f a.
Proof. intros A f H a. pose proof (sum_one_le A f H a). lra. Qed.
Lemma size_squared : forall u : R, Rabs u ^ 2 = u ^ 2. Proof. intro u. apply pow2_abs. Qed.
Lemma premise_gap : forall a b : R, a <= b -> 0 <= b - a. Proof. intros. lra. Qed.
Lemma sub_eq : forall a b c d : R, a = c -> b = d -> a - b = c - d. Proof. congruence. Qed.

Lemma at_most_by : forall A B a b : R, A = a -> B = b -> 0 <= b - a -> A <= B. Proof. intros. lra. Qed.
Lemma less_by : forall A B a b : R, A = a -> B = b -> 0 < b - a -> A < B. Proof. intros. lra. Qed.
Lemma add_nonneg : forall a b : R, 0 <= a -> 0 <= b -> 0 <= a + b. Proof. intros. lra. Qed.
Lemma add_pos : forall a b : R, 0 <= a -> 0 < b -> 0 < a + b. Proof. intros. lra. Qed.
Lemma le_by : forall a b : R, a = b -> 0 <= b -> 0 <= a. Proof. intros. lra. Qed.
Lemma lt_by : forall a b : R, a = b -> 0 < b -> 0 < a. Proof. intros. lra. Qed.

Lemma has_element : forall A : alphabet, exists a : A, True.
Proof.
  intro A. destruct (elements A) as [|a l] eqn:E; [destruct (not_empty A); exact E | exists a; exact I].
Qed.

(* ---- an equation solved for one symbol ---- *)

Lemma solved : forall A B k a v : R, A = B -> A - B = k * (a - v) -> k <> 0 -> a = v.
Proof. intros A B k a v E D K. apply Rminus_diag_uniq, (Rmult_eq_reg_l k); [lra | exact K]. Qed.

Lemma solved_by_logarithm : forall A B k a v : R,
  A = B -> A - B = k * (ln a - ln v) -> k <> 0 -> 0 < a -> 0 < v -> a = v.
Proof. intros A B k a v E D K Ha Hv. apply ln_inv; try assumption. apply (solved A B k); assumption. Qed.

(* the multiplier of a constraint, from what the constraint says of the solution *)
Lemma multiplier_solved : forall (k a w s : R), s = 1 -> ln s = k * (a - w) -> k <> 0 -> a = w.
Proof. intros k a w s S E K. rewrite S, ln_1 in E. apply Rminus_diag_uniq, (Rmult_eq_reg_l k); [lra | exact K]. Qed.

(* what does not depend on the outcome: a ratio, one over it, its logarithm *)
Lemma level : forall A B k p g c : R, A = B -> A - B = k * (p / g - c) -> k <> 0 -> 0 < g -> p = c * g.
Proof.
  intros A B k p g c E D K G. rewrite <- (solved A B k (p / g) c E D K). field. lra.
Qed.
Lemma level_below : forall A B k p g c : R, A = B -> A - B = k * (g / p - c) -> k <> 0 -> 0 < p -> 0 < g -> p = / c * g.
Proof.
  intros A B k p g c E D K P G. rewrite <- (solved A B k (g / p) c E D K). field. lra.
Qed.
Lemma level_of_logarithm : forall A B k p g c : R,
  A = B -> A - B = k * (ln p - ln g - c) -> k <> 0 -> 0 < p -> 0 < g -> p = exp c * g.
Proof.
  intros A B k p g c E D K P G. rewrite <- (solved A B k (ln p - ln g) c E D K). unfold Rminus.
  rewrite exp_plus, exp_Ropp, !exp_ln by assumption. field. lra.
Qed.

Lemma normalised : forall (A : alphabet) (p g : A -> R) (c : R),
  (forall a, p a = c * g a) -> sum A p = 1 -> forall a, p a = g a / sum A g.
Proof.
  intros A p g c E S a. rewrite (sum_ext A p (fun a => c * g a) E), sum_scale in S. rewrite E.
  assert (N : sum A g <> 0) by (intro Z; rewrite Z in S; lra).
  apply (Rmult_eq_reg_r (sum A g)); [|exact N]. field_simplify; [|exact N]. rewrite Rmult_comm, (Rmult_comm c).
  transitivity (g a * (c * sum A g)); [ring | rewrite S; ring].
Qed.

(* ---- maxima ---- *)

Section Maxima.
Context {P : Type} (ok : P -> Prop).

Lemma best_iff : forall (F gap : P -> R) (q : P) (m : R) (equal : P -> Prop),
  ok q -> (forall p, ok p -> F p = m - gap p) -> (forall p, ok p -> 0 <= gap p) ->
  (forall p, ok p -> (gap p = 0 <-> equal p)) -> equal q ->
  maximiser ok F q /\ (forall p, maximiser ok F p <-> ok p /\ equal p) /\ maximum ok F m.
Proof.
  intros F gap q m equal Hq E N Z Eq.
  assert (Fq : F q = m) by (rewrite (E q Hq), (proj2 (Z q Hq) Eq); ring).
  assert (M : maximiser ok F q).
  { split; [exact Hq|]. intros p Hp. rewrite Fq, (E p Hp). specialize (N p Hp). lra. }
  split; [exact M|]. split; [|exists q; split; assumption].
  intro p. split.
  - intros [Hp Mp]. split; [exact Hp|]. apply Z; [exact Hp|]. specialize (Mp q Hq). rewrite Fq, (E p Hp) in Mp.
    specialize (N p Hp). lra.
  - intros [Hp Ep]. split; [exact Hp|]. intros r Hr. rewrite (E p Hp), (proj2 (Z p Hp) Ep), (E r Hr).
    specialize (N r Hr). lra.
Qed.

Lemma attains : forall (F gap : P -> R) (q : P) (m : R),
  ok q -> F q = m -> (forall p, ok p -> F p = m - gap p) -> (forall p, ok p -> 0 <= gap p) -> maximum ok F m.
Proof.
  intros F gap q m Hq V E N. exists q. split; [|exact V]. split; [exact Hq|]. intros p Hp. rewrite V, (E p Hp).
  specialize (N p Hp). lra.
Qed.

Lemma same_maximum : forall F G, (forall p, ok p -> F p = G p) -> forall m, maximum ok F m <-> maximum ok G m.
Proof.
  intros F G E m. split; intros (p & (Hp & M) & V); exists p; repeat split; try assumption.
  - intros q Hq. rewrite <- !E by assumption. auto.
  - rewrite <- E; assumption.
  - intros q Hq. rewrite !E by assumption. auto.
  - rewrite E; assumption.
Qed.

Lemma same_minimum : forall F G, (forall p, ok p -> F p = G p) -> forall m, minimum ok F m <-> minimum ok G m.
Proof.
  intros F G E m. split; intros (p & (Hp & M) & V); exists p; repeat split; try assumption.
  - intros q Hq. rewrite <- !E by assumption. auto.
  - rewrite <- E; assumption.
  - intros q Hq. rewrite !E by assumption. auto.
  - rewrite E; assumption.
Qed.

Lemma same_maximiser : forall F G c d, 0 < c -> (forall p, ok p -> F p = c * G p + d) ->
  forall q, maximiser ok F q <-> maximiser ok G q.
Proof.
  intros F G c d C E q. split; intros [Hq M]; split; try assumption; intros p Hp; specialize (M p Hp).
  - rewrite !E in M by assumption. apply (Rmult_le_reg_l c); [exact C | lra].
  - rewrite !E by assumption. apply (Rmult_le_compat_l c) in M; lra.
Qed.

Lemma minimiser_opp : forall F q, minimiser ok F q <-> maximiser ok (fun p => - F p) q.
Proof. intros F q. split; intros [Hq M]; split; try assumption; intros p Hp; specialize (M p Hp); lra. Qed.

Lemma minimum_opp : forall F m, minimum ok F m <-> maximum ok (fun p => - F p) (- m).
Proof.
  intros F m. split; intros (p & M & V); exists p; split; try (apply minimiser_opp; exact M); lra.
Qed.

Lemma maximum_affine : forall F G k e m, 0 < k -> (forall p, ok p -> G p = k * F p + e) -> maximum ok F m ->
  maximum ok G (k * m + e).
Proof.
  intros F G k e m K E (p & [Hp M] & <-). exists p. split; [split; [exact Hp|]|apply E; exact Hp].
  intros q Hq. rewrite !E by assumption. specialize (M q Hq). apply (Rmult_le_compat_l k) in M; lra.
Qed.

Lemma maximum_unique : forall F m n, maximum ok F m -> maximum ok F n -> m = n.
Proof.
  intros F m n (p & [Hp M] & <-) (q & [Hq N] & <-). specialize (M q Hq). specialize (N p Hp). lra.
Qed.
End Maxima.

(* ---- derivatives ---- *)

Lemma slope_unique : forall f t a b, slope f t a -> slope f t b -> a = b.
Proof. intros f t a b. apply uniqueness_limite. Qed.
Lemma slope_eq : forall f t a b, slope f t a -> a = b -> slope f t b. Proof. intros. subst. assumption. Qed.
Lemma slope_ext : forall f g t a, (forall u, f u = g u) -> slope g t a -> slope f t a.
Proof. intros f g t a E H e He. destruct (H e He) as [d D]. exists d. intros h h0 hd. rewrite !E. auto. Qed.
Lemma slope_near : forall f g t a (e : R), 0 < e -> (forall u, Rabs (u - t) < e -> f u = g u) -> slope g t a -> slope f t a.
Proof.
  intros f g t a e He E H e' He'. destruct (H e' He') as [d D].
  assert (M : 0 < Rmin d e) by (apply Rmin_pos; [apply cond_pos | exact He]).
  exists (mkposreal _ M). simpl. intros h h0 hd. rewrite !E.
  - apply D; [exact h0 | eapply Rlt_le_trans; [exact hd | apply Rmin_l]].
  - rewrite Rminus_diag_eq by reflexivity. rewrite Rabs_R0. exact He.
  - replace (t + h - t) with h by ring. eapply Rlt_le_trans; [exact hd | apply Rmin_r].
Qed.
Lemma slope_const : forall c t, slope (fun _ => c) t 0. Proof. intros. apply derivable_pt_lim_const. Qed.
Lemma slope_id : forall t, slope (fun u => u) t 1. Proof. intros. apply derivable_pt_lim_id. Qed.
Lemma slope_add : forall f g t a b, slope f t a -> slope g t b -> slope (fun u => f u + g u) t (a + b).
Proof. intros. apply (derivable_pt_lim_plus f g); assumption. Qed.
Lemma slope_mul : forall f g t a b, slope f t a -> slope g t b -> slope (fun u => f u * g u) t (a * g t + f t * b).
Proof. intros. apply (derivable_pt_lim_mult f g); assumption. Qed.
Lemma slope_exp : forall f t a, slope f t a -> slope (fun u => exp (f u)) t (exp (f t) * a).
Proof. intros. apply (derivable_pt_lim_comp f exp); [assumption | apply derivable_pt_lim_exp]. Qed.
Lemma slope_ln : forall f t a, slope f t a -> 0 < f t -> slope (fun u => ln (f u)) t (/ f t * a).
Proof. intros. apply (derivable_pt_lim_comp f ln); [assumption | apply derivable_pt_lim_ln; assumption]. Qed.
Lemma slope_pow : forall f t a n, slope f t a -> slope (fun u => f u ^ n) t (INR n * f t ^ pred n * a).
Proof. intros. apply (derivable_pt_lim_comp f (fun y => y ^ n)); [assumption | apply derivable_pt_lim_pow]. Qed.
Lemma slope_inv : forall f t a, slope f t a -> f t <> 0 -> slope (fun u => / f u) t (- (/ f t) ^ 2 * a).
Proof.
  intros f t a H N. apply (slope_ext (fun u => / f u) (fun u => 1 / f u)); [intro; unfold Rdiv; ring|].
  apply (slope_eq _ t ((0 * f t - a * 1) / (f t)²)).
  - apply (derivable_pt_lim_div (fun _ => 1) f t 0 a); [apply slope_const | exact H | exact N].
  - unfold Rsqr. field. exact N.
Qed.
Lemma slope_sum : forall (A : alphabet) (f : R -> A -> R) (d : A -> R) t,
  (forall a, slope (fun u => f u a) t (d a)) -> slope (fun u => sum A (f u)) t (sum A d).
Proof.
  intros A f d t H. unfold sum. induction (elements A) as [|a l IH]; simpl; [apply slope_const|].
  apply (slope_add (fun u => f u a) (fun u => fold_right (fun a rest => f u a + rest) 0 l)); [apply H | exact IH].
Qed.

Lemma slope_of_constant : forall f c t d, (forall u, f u = c) -> slope f t d -> d = 0.
Proof.
  intros f c t d E H. apply (slope_unique f t); [exact H|].
  apply (slope_ext f (fun _ => c)); [exact E | apply slope_const].
Qed.

(* [f] is [v] at [t], and has the derivative [d] there. *)
Definition moves (f : R -> R) (t v d : R) : Prop := f t = v /\ slope f t d.

Lemma moves_slope : forall f t v d, moves f t v d -> slope f t d. Proof. intros f t v d [_ H]. exact H. Qed.
Lemma moves_to : forall f t v a b, moves f t v a -> a = b -> moves f t v b. Proof. intros. subst. assumption. Qed.
Lemma moves_const : forall c t, moves (fun _ => c) t c 0. Proof. intros. split; [reflexivity | apply slope_const]. Qed.
Lemma moves_id : forall t, moves (fun u => u) t t 1. Proof. intros. split; [reflexivity | apply slope_id]. Qed.
Lemma moves_add : forall f g t v w a b, moves f t v a -> moves g t w b -> moves (fun u => f u + g u) t (v + w) (a + b).
Proof. intros f g t v w a b [<- F] [<- G]. split; [reflexivity | apply slope_add; assumption]. Qed.
Lemma moves_mul : forall f g t v w a b, moves f t v a -> moves g t w b ->
  moves (fun u => f u * g u) t (v * w) (a * w + v * b).
Proof. intros f g t v w a b [<- F] [<- G]. split; [reflexivity | apply slope_mul; assumption]. Qed.
Lemma moves_opp : forall f t v a, moves f t v a -> moves (fun u => - f u) t (- v) (- a).
Proof.
  intros f t v a [<- F]. split; [reflexivity|].
  apply (slope_ext _ (fun u => -1 * f u)); [intro; ring|].
  apply (slope_eq _ t (0 * f t + -1 * a)); [apply slope_mul; [apply slope_const | exact F] | ring].
Qed.
Lemma moves_exp : forall f t v a, moves f t v a -> moves (fun u => exp (f u)) t (exp v) (exp v * a).
Proof. intros f t v a [<- F]. split; [reflexivity | apply slope_exp; assumption]. Qed.
Lemma moves_ln : forall f t v a, moves f t v a -> 0 < v -> moves (fun u => ln (f u)) t (ln v) (/ v * a).
Proof. intros f t v a [<- F] P. split; [reflexivity | apply slope_ln; assumption]. Qed.
Lemma moves_inv : forall f t v a, moves f t v a -> v <> 0 -> moves (fun u => / f u) t (/ v) (- (/ v) ^ 2 * a).
Proof. intros f t v a [<- F] P. split; [reflexivity | apply slope_inv; assumption]. Qed.
Lemma moves_pow : forall f t v a n k m, moves f t v a -> INR n = k -> pred n = m ->
  moves (fun u => f u ^ n) t (v ^ n) (k * v ^ m * a).
Proof. intros f t v a n k m [<- F] <- <-. split; [reflexivity | apply slope_pow; assumption]. Qed.
Lemma moves_sum : forall (A : alphabet) (f : R -> A -> R) (v d : A -> R) t,
  (forall a, moves (fun u => f u a) t (v a) (d a)) -> moves (fun u => sum A (f u)) t (sum A v) (sum A d).
Proof.
  intros A f v d t H. split.
  - apply sum_ext. intro a. apply H.
  - apply slope_sum. intro a. apply H.
Qed.

(* what has a logarithm that moves moves with it *)
Lemma moves_by_logarithm : forall f t s, (forall u, 0 < f u) -> slope (fun u => ln (f u)) t s -> moves f t (f t) (f t * s).
Proof.
  intros f t s P H. split; [reflexivity|]. apply (slope_ext _ (fun u => exp (ln (f u)))).
  - intro u. symmetry. apply exp_ln, P.
  - apply (slope_eq _ t (exp (ln (f t)) * s)); [apply (slope_exp (fun u => ln (f u))); exact H|].
    rewrite exp_ln by apply P. reflexivity.
Qed.

(* one value of a function moves, and no other *)
Lemma same_refl : forall (A : alphabet) (a : A), same a a = 1.
Proof. intros A a. unfold same. destruct (same_or_not A a a); [reflexivity | contradiction]. Qed.
Lemma entry_moves_1 : forall (A : alphabet) (f : A -> R) a a',
  moves (fun u => at_place f a (fun _ => u) a') (f a) (f a') (same a' a).
Proof.
  intros A f a a'. unfold at_place, same. destruct (same_or_not A a a') as [->|N].
  - destruct (same_or_not A a' a'); [apply moves_id | contradiction].
  - destruct (same_or_not A a' a) as [<-|]; [contradiction | apply moves_const].
Qed.
Lemma entry_moves_2 : forall (A B : alphabet) (f : A -> B -> R) a b a' b',
  moves (fun u => at_place f a (fun g => at_place g b (fun _ => u)) a' b') (f a b) (f a' b') (same a' a * same b' b).
Proof.
  intros A B f a b a' b'. unfold at_place, same.
  destruct (same_or_not A a a') as [->|N], (same_or_not B b b') as [->|M];
    repeat match goal with |- context [same_or_not ?T ?x ?y] => destruct (same_or_not T x y) as [?|?]; try congruence end.
  - apply (moves_to _ _ _ 1); [apply moves_id | ring].
  - apply (moves_to _ _ _ 0); [apply moves_const | ring].
  - apply (moves_to _ _ _ 0); [apply moves_const | ring].
  - apply (moves_to _ _ _ 0); [apply moves_const | ring].
Qed.

(* probabilities always sum to 1: so their slopes sum to 0 *)
Lemma moves_of_constant : forall f c t v d, (forall u, f u = c) -> moves f t v d -> d = 0.
Proof. intros f c t v d E [_ H]. exact (slope_of_constant f c t d E H). Qed.
Lemma nonzero_by : forall a b : R, a = b -> b <> 0 -> a <> 0. Proof. intros. subst. assumption. Qed.

(* ---- the sharp bound: 3 (t - 1)^2 <= (2 t + 4) (t ln t - t + 1), which Pinsker's inequality needs ---- *)

(* ln t less its Padé approximation at 1 has the slope (t - 1)^3 / (t (t + 2))^2: so it is least at 1, where it is 0 *)
Lemma log_above : forall t, 0 < t -> 0 <= ln t - (t - 1) * (5 * t + 1) / (2 * t * (t + 2)).
Proof.
  set (f := fun t => ln t - (t - 1) * (5 * t + 1) / (2 * t * (t + 2))).
  set (g := fun t => (t - 1) ^ 3 / (t * (t + 2)) ^ 2).
  assert (S : forall t, 0 < t -> slope f t (g t)).
  { intros t H. unfold f, g.
    assert (T : 0 < t + 2) by lra. assert (N : 2 * t * (t + 2) <> 0) by (apply Rmult_integral_contrapositive_currified; lra).
    apply (slope_eq _ t (/ t - ((10 * t - 4) * (2 * t * (t + 2)) - (4 * t + 4) * ((t - 1) * (5 * t + 1))) / (2 * t * (t + 2))²)).
    - apply (derivable_pt_lim_minus ln (fun u => (u - 1) * (5 * u + 1) / (2 * u * (u + 2))));
        [apply derivable_pt_lim_ln; exact H|].
      apply (derivable_pt_lim_div (fun u => (u - 1) * (5 * u + 1)) (fun u => 2 * u * (u + 2))); [| |exact N].
      + apply (slope_ext _ (fun u => 5 * (u ^ 2) + (-4 * u + -1))); [intro; ring|].
        apply (slope_eq _ t ((0 * t ^ 2 + 5 * (INR 2 * t ^ 1 * 1)) + ((0 * t + -4 * 1) + 0))); [|simpl; ring].
        apply (slope_add (fun u => 5 * u ^ 2) (fun u => -4 * u + -1));
          [apply (slope_mul (fun _ => 5) (fun u => u ^ 2)); [apply slope_const | apply (slope_pow (fun u => u)); apply slope_id]|].
        apply (slope_add (fun u => -4 * u) (fun _ => -1)); [|apply slope_const].
        apply (slope_mul (fun _ => -4) (fun u => u)); [apply slope_const | apply slope_id].
      + apply (slope_ext _ (fun u => 2 * (u ^ 2) + 4 * u)); [intro; ring|].
        apply (slope_eq _ t ((0 * t ^ 2 + 2 * (INR 2 * t ^ 1 * 1)) + (0 * t + 4 * 1))); [|simpl; ring].
        apply (slope_add (fun u => 2 * u ^ 2) (fun u => 4 * u)).
        * apply (slope_mul (fun _ => 2) (fun u => u ^ 2)); [apply slope_const | apply (slope_pow (fun u => u)); apply slope_id].
        * apply (slope_mul (fun _ => 4) (fun u => u)); [apply slope_const | apply slope_id].
    - unfold Rsqr. field. lra. }
  assert (Z : f 1 = 0) by (unfold f; rewrite ln_1; field).
  assert (D : forall c, 0 < c -> 0 < (c * (c + 2)) ^ 2) by (intros; apply pow_lt, Rmult_lt_0_compat; lra).
  intros t H. change (0 <= f t). destruct (Rtotal_order t 1) as [L|[->|L]]; [|lra|].
  - destruct (MVT_cor2 f g t 1 L) as [c [E [Hl Hr]]]; [intros; apply S; lra|]. rewrite Z in E.
    assert (0 <= - g c * (1 - t)); [|lra]. apply Rmult_le_pos; [|lra]. unfold g.
    replace (- ((c - 1) ^ 3 / (c * (c + 2)) ^ 2)) with ((1 - c) ^ 3 / (c * (c + 2)) ^ 2) by (field; lra).
    apply Rlt_le, Rdiv_lt_0_compat; [apply pow_lt; lra | apply D; lra].
  - destruct (MVT_cor2 f g 1 t L) as [c [E [Hl Hr]]]; [intros; apply S; lra|]. rewrite Z in E.
    assert (0 <= g c * (t - 1)); [|lra]. apply Rmult_le_pos; [|lra]. unfold g.
    apply Rlt_le, Rdiv_lt_0_compat; [apply pow_lt; lra | apply D; lra].
Qed.

Lemma sharp_bound : forall t, 0 < t -> 0 <= (2 * t + 4) * (t * ln t - (t - 1)) - 3 * (t - 1) ^ 2.
Proof.
  intros t H. pose proof (log_above t H) as K. apply (Rmult_le_pos (2 * t * (t + 2))) in K; [|apply Rmult_le_pos; lra].
  apply (Rle_trans _ _ _ K), Req_le. field. lra.
Qed.

(* ---- limits ---- *)

Lemma tends_by : forall f g m n, (forall s, 0 < s -> f s = g s) -> tends_at_zero g n -> n = m -> tends_at_zero f m.
Proof.
  intros f g m n E T <- e He. destruct (T e He) as [d [Hd D]]. exists d. split; [exact Hd|].
  intros s S. rewrite E by (apply S). apply D, S.
Qed.
Lemma at_infinity : forall f m, tends_at_zero (fun s => f (/ s)) m -> tends_at_infinity f m.
Proof.
  intros f m T e He. destruct (T e He) as [d [Hd D]]. exists (/ d). split; [apply Rinv_0_lt_compat; exact Hd|].
  intros s S. assert (P : 0 < / d) by (apply Rinv_0_lt_compat; exact Hd).
  rewrite <- (Rinv_inv s). apply D. split; [apply Rinv_0_lt_compat; lra|].
  rewrite <- (Rinv_inv d). apply Rinv_lt_contravar; [apply Rmult_lt_0_compat; lra | exact S].
Qed.
Lemma tends_const : forall c, tends_at_zero (fun _ => c) c.
Proof. intros c e He. exists 1. split; [lra|]. intros. rewrite Rminus_diag_eq, Rabs_R0 by reflexivity. exact He. Qed.
Lemma tends_id : tends_at_zero (fun s => s) 0.
Proof. intros e He. exists e. split; [exact He|]. intros s [S T]. rewrite Rminus_0_r, Rabs_pos_eq; lra. Qed.
Lemma tends_is_limit : forall f m, tends_at_zero f m <-> limit1_in f (fun s => 0 < s) m 0.
Proof.
  intros f m. split; intros T e He.
  - destruct (T e He) as [d [Hd D]]. exists d. split; [exact Hd|]. intros s [P S]. apply D. split; [exact P|].
    simpl in S. unfold R_dist in S. rewrite Rminus_0_r, Rabs_pos_eq in S by lra. exact S.
  - destruct (T e He) as [d [Hd D]]. exists d. split; [exact Hd|]. intros s [P S]. apply (D s). split; [exact P|].
    simpl. unfold R_dist. rewrite Rminus_0_r, Rabs_pos_eq by lra. exact S.
Qed.
Lemma tends_add : forall f g m n, tends_at_zero f m -> tends_at_zero g n -> tends_at_zero (fun s => f s + g s) (m + n).
Proof. intros f g m n F G. apply tends_is_limit. apply limit_plus; apply tends_is_limit; assumption. Qed.
Lemma tends_mul : forall f g m n, tends_at_zero f m -> tends_at_zero g n -> tends_at_zero (fun s => f s * g s) (m * n).
Proof. intros f g m n F G. apply tends_is_limit. apply limit_mul; apply tends_is_limit; assumption. Qed.
Lemma tends_opp : forall f m, tends_at_zero f m -> tends_at_zero (fun s => - f s) (- m).
Proof. intros f m F. apply tends_is_limit. apply limit_Ropp. apply tends_is_limit; assumption. Qed.
Lemma tends_inv : forall f m, tends_at_zero f m -> m <> 0 -> tends_at_zero (fun s => / f s) (/ m).
Proof. intros f m F N. apply tends_is_limit. apply limit_inv; [apply tends_is_limit; exact F | exact N]. Qed.
Lemma tends_through : forall h f m, continuity_pt h m -> tends_at_zero f m -> tends_at_zero (fun s => h (f s)) (h m).
Proof.
  intros h f m C T e He. destruct (C e He) as [a [Ha A]]. destruct (T a Ha) as [d [Hd D]]. exists d.
  split; [exact Hd|]. intros s S. destruct (Req_dec m (f s)) as [<-|N].
  - rewrite Rminus_diag_eq, Rabs_R0 by reflexivity. exact He.
  - apply (A (f s)). split; [split; [exact I | exact N] | apply D; exact S].
Qed.
Lemma tends_exp : forall f m, tends_at_zero f m -> tends_at_zero (fun s => exp (f s)) (exp m).
Proof. intros f m. apply (tends_through exp). apply derivable_continuous_pt, derivable_pt_exp. Qed.
Lemma tends_ln : forall f m, tends_at_zero f m -> 0 < m -> tends_at_zero (fun s => ln (f s)) (ln m).
Proof.
  intros f m F P. apply (tends_through ln); [|exact F]. apply derivable_continuous_pt. exists (/ m).
  apply derivable_pt_lim_ln; exact P.
Qed.
Lemma tends_pow : forall f m n, tends_at_zero f m -> tends_at_zero (fun s => f s ^ n) (m ^ n).
Proof.
  intros f m n F. induction n as [|n IH]; simpl; [apply tends_const|]. apply (tends_mul f (fun s => f s ^ n)); assumption.
Qed.
Lemma tends_sum : forall (A : alphabet) (f : R -> A -> R) (m : A -> R),
  (forall a, tends_at_zero (fun s => f s a) (m a)) -> tends_at_zero (fun s => sum A (f s)) (sum A m).
Proof.
  intros A f m H. unfold sum. induction (elements A) as [|a l IH]; simpl; [apply tends_const|].
  apply (tends_add (fun s => f s a) (fun s => fold_right (fun a rest => f s a + rest) 0 l)); [apply H | exact IH].
Qed.
(* what is 0 at 0, over s, tends to its slope there *)
Lemma tends_slope : forall f v d, moves f 0 v d -> v = 0 -> tends_at_zero (fun s => / s * f s) d.
Proof.
  intros f v d [V S] Z e He. destruct (S e He) as [a A]. exists a. split; [apply cond_pos|]. intros s [P Q].
  assert (N : s <> 0) by lra. specialize (A s N). rewrite Rplus_0_l, V, Z, Rminus_0_r in A.
  replace (/ s * f s) with (f s / s) by (unfold Rdiv; ring). apply A. rewrite Rabs_pos_eq; lra.
Qed.
(* l'Hopital's rule for what is over a power of s: the power goes down by one, and counts below the line *)
Lemma tends_slopes : forall f df v d n k m, moves f 0 v d -> v = 0 -> k = INR (S n) ->
  (forall s, 0 < s -> slope f s (df s)) -> tends_at_zero (fun s => / s ^ n * df s) m ->
  tends_at_zero (fun s => / s ^ S n * f s) (m / k).
Proof.
  intros f df v d n k m [V S0] Z K D T e He. destruct (T e He) as [r [Hr B]]. exists r. split; [exact Hr|].
  intros s [P Q].
  assert (K0 : k <> 0) by (rewrite K; apply not_0_INR; discriminate).
  assert (G : forall t, slope (fun t => m / k * t ^ S n) t (m * t ^ n)).
  { intro t. apply (slope_eq _ _ (m / k * (INR (S n) * t ^ pred (S n)))).
    - apply derivable_pt_lim_scal, derivable_pt_lim_pow.
    - rewrite <- K. simpl pred. field. exact K0. }
  destruct (MVT_cor2 (fun t => f t - m / k * t ^ S n) (fun t => (if Req_EM_T t 0 then d else df t) - m * t ^ n) 0 s P)
    as (c & E & C & C').
  { intros t [t0 ts]. apply derivable_pt_lim_minus; [|apply G].
    destruct (Req_EM_T t 0) as [->|N]; [exact S0 | apply D; lra]. }
  destruct (Req_EM_T c 0) as [->|N]; [lra|].
  assert (Bc := B c (conj C (Rlt_trans _ _ _ C' Q))).
  assert (Pc : 0 < c ^ n) by (apply pow_lt; exact C). assert (Ps : 0 < s ^ n) by (apply pow_lt; exact P).
  assert (L : c ^ n <= s ^ n) by (apply pow_incr; lra).
  rewrite V, Z in E. replace (0 ^ S n) with 0 in E by (simpl; ring).
  assert (F : / s ^ S n * f s - m / k = / s ^ n * (c ^ n * (/ c ^ n * df c - m))).
  { replace (f s) with ((df c - m * c ^ n) * s + m / k * s ^ S n) by lra. simpl. field. repeat split; lra. }
  rewrite F, !Rabs_mult, (Rabs_pos_eq (/ s ^ n)), (Rabs_pos_eq (c ^ n)) by (try apply Rlt_le, Rinv_0_lt_compat; lra).
  apply (Rle_lt_trans _ (1 * Rabs (/ c ^ n * df c - m))); [|lra].
  rewrite <- Rmult_assoc. apply Rmult_le_compat_r; [apply Rabs_pos|].
  apply (Rmult_le_reg_l (s ^ n)); [exact Ps|]. rewrite <- Rmult_assoc, Rinv_r by lra. lra.
Qed.
(* e^(-c/s) goes to 0 faster than every power of s *)
Lemma power_below_exp : forall x n, 0 <= x -> x ^ n <= INR n ^ n * exp x.
Proof.
  intros x n H. destruct n as [|n]; [simpl; rewrite Rmult_1_l; pose proof (exp_ineq1_le x); lra|].
  assert (P : 0 < INR (S n)) by (apply lt_0_INR; apply Nat.lt_0_succ).
  replace (exp x) with (exp (x / INR (S n)) ^ S n) by (rewrite exp_power; f_equal; field; lra).
  rewrite <- Rpow_mult_distr. apply pow_incr. split; [exact H|].
  apply (Rle_trans _ (INR (S n) * (x / INR (S n)))); [right; field; lra|].
  apply Rmult_le_compat_l; [lra|]. pose proof (exp_ineq1_le (x / INR (S n))). lra.
Qed.
Lemma vanishes : forall c n, 0 < c -> tends_at_zero (fun s => (/ s) ^ n * exp (- (c * / s))) 0.
Proof.
  intros c n C e He. set (k := INR (S n) ^ S n * (/ c) ^ S n).
  assert (I : 0 < / c) by (apply Rinv_0_lt_compat; exact C).
  assert (K : 0 < k).
  { unfold k. apply Rmult_lt_0_compat; apply pow_lt; [apply lt_0_INR; apply Nat.lt_0_succ | exact I]. }
  exists (e / k). split; [apply Rdiv_lt_0_compat; assumption|]. intros s [Hs T].
  assert (J : 0 < / s) by (apply Rinv_0_lt_compat; exact Hs).
  assert (V : 0 < (/ s) ^ n * exp (- (c * / s))) by (apply Rmult_lt_0_compat; [apply pow_lt; exact J | apply exp_pos]).
  rewrite Rminus_0_r, Rabs_pos_eq by lra. apply (Rle_lt_trans _ (k * s)).
  - assert (X : 0 < c * / s) by (apply Rmult_lt_0_compat; assumption).
    pose proof (power_below_exp (c * / s) (S n) (Rlt_le _ _ X)) as B.
    rewrite exp_Ropp. apply (Rmult_le_reg_r (exp (c * / s))); [apply exp_pos|].
    rewrite Rmult_assoc, Rinv_l, Rmult_1_r by (pose proof (exp_pos (c * / s)); lra).
    apply (Rmult_le_compat_l ((/ c) ^ S n * s)) in B; [|apply Rmult_le_pos; [apply pow_le; lra | lra]].
    rewrite Rpow_mult_distr in B.
    replace ((/ c) ^ S n * s * (c ^ S n * (/ s) ^ S n)) with ((/ s) ^ n) in B; [unfold k; lra|].
    simpl. rewrite ?pow_inv. field. repeat split; try lra; apply pow_nonzero; lra.
  - apply (Rmult_lt_compat_l k) in T; [|exact K]. replace (k * (e / k)) with e in T by (field; lra). exact T.
Qed.

(* ---- a model: two elements ---- *)

Lemma two_listed : forall a : bool, In a (true :: false :: nil).
Proof. intros [|]; simpl; tauto. Qed.
Lemma two_once : NoDup (true :: false :: nil).
Proof. repeat constructor; simpl; intuition discriminate. Qed.
Lemma two_not_empty : true :: false :: nil <> nil. Proof. discriminate. Qed.
Definition two : alphabet := Alphabet bool (true :: false :: nil) two_listed two_once two_not_empty Bool.bool_dec.

(* ---- counterexamples: alphabets of any size, and policies that move with a parameter ---- *)

Definition single : alphabet.
Proof.
  refine (Alphabet unit (tt :: nil) _ _ _ (fun a b => left _)).
  - intros []. left. reflexivity.
  - constructor; [intros [] | constructor].
  - discriminate.
  - destruct a, b. reflexivity.
Defined.

Lemma one_more_listed : forall (A : alphabet) (a : option A), In a (None :: map Some (elements A)).
Proof. intros A [a|]; [right; apply in_map, all_listed | left; reflexivity]. Qed.
Lemma one_more_once : forall A : alphabet, NoDup (None :: map (@Some A) (elements A)).
Proof.
  intro A. constructor.
  - intro I. apply in_map_iff in I as (a & E & _). discriminate E.
  - pose proof (listed_once A) as N. induction N as [|a l I N IH]; cbn; constructor; [|exact IH].
    intro J. apply in_map_iff in J as (b & E & K). injection E as ->. contradiction.
Qed.
Lemma one_more_not_empty : forall (A : Type) (l : list A), None :: map Some l <> nil. Proof. discriminate. Qed.
Definition option_same_or_not (A : alphabet) (a b : option A) : {a = b} + {a <> b}.
Proof.
  destruct a as [a|], b as [b|]; [|right; discriminate|right; discriminate|left; reflexivity].
  destruct (same_or_not A a b) as [E|N]; [left; f_equal; exact E | right; intro E; injection E; exact N].
Defined.
Definition one_more (A : alphabet) : alphabet :=
  Alphabet (option A) (None :: map Some (elements A)) (one_more_listed A) (one_more_once A)
    (one_more_not_empty A (elements A)) (option_same_or_not A).

(* p, tilted by speeds v for as long as u *)
Definition tilted (A : alphabet) (p v : A -> R) (u : R) (a : A) : R :=
  p a * exp (u * v a) / sum A (fun b => p b * exp (u * v b)).

Section Tilted.
Variables (A : alphabet) (p v : A -> R).
Hypothesis positive : forall a, 0 < p a.

Lemma tilted_whole_pos : forall u, 0 < sum A (fun b => p b * exp (u * v b)).
Proof. intro u. apply sum_pos. intro a. apply Rmult_lt_0_compat; [apply positive | apply exp_pos]. Qed.
Lemma tilted_pos : forall u a, 0 < tilted A p v u a.
Proof.
  intros u a. apply Rdiv_lt_0_compat; [|apply tilted_whole_pos].
  apply Rmult_lt_0_compat; [apply positive | apply exp_pos].
Qed.
Lemma tilted_total : forall u, sum A (fun a => tilted A p v u a) = 1.
Proof.
  intro u. unfold tilted. pose proof (tilted_whole_pos u) as W. set (w := sum A (fun b => p b * exp (u * v b))) in *.
  rewrite (sum_ext A _ (fun a => / w * (p a * exp (u * v a)))) by (intro; unfold Rdiv; ring).
  rewrite sum_scale. fold w. field. lra.
Qed.
Lemma tilted_score : sum A p = 1 -> forall a,
  slope (fun u => ln (tilted A p v u a)) 0 (v a - sum A (fun b => p b * v b)).
Proof.
  intros S a.
  assert (N : forall b, moves (fun u => p b * exp (u * v b)) 0 (p b) (p b * v b)).
  { intro b. pose proof (moves_mul _ _ _ _ _ _ _ (moves_id 0) (moves_const (v b) 0)) as M. apply moves_exp in M.
    pose proof (moves_mul _ _ _ _ _ _ _ (moves_const (p b) 0) M) as K. cbv beta in K.
    replace (exp (0 * v b)) with 1 in K by (rewrite Rmult_0_l, exp_0; reflexivity).
    destruct K as [V D]. split; [rewrite V; ring | apply (slope_eq _ _ _ _ D); ring]. }
  assert (W : moves (fun u => sum A (fun b => p b * exp (u * v b))) 0 1 (sum A (fun b => p b * v b))).
  { rewrite <- S. apply (moves_sum A (fun u b => p b * exp (u * v b))). exact N. }
  apply (slope_ext _ (fun u => ln (p a * exp (u * v a)) + - ln (sum A (fun b => p b * exp (u * v b))))).
  - intro u. unfold tilted. pose proof (tilted_whole_pos u).
    assert (0 < p a * exp (u * v a)) by (apply Rmult_lt_0_compat; [apply positive | apply exp_pos]).
    unfold Rdiv. rewrite ln_mult, ln_Rinv; [reflexivity | assumption | assumption | apply Rinv_0_lt_compat; assumption].
  - pose proof (moves_opp _ _ _ _ (moves_ln _ _ _ _ W Rlt_0_1)) as M. destruct (moves_ln _ _ _ _ (N a) (positive a)) as [_ L].
    destruct M as [_ M]. pose proof (slope_add _ _ _ _ _ L M) as K. apply (slope_eq _ _ _ _ K).
    specialize (positive a). field. lra.
Qed.
End Tilted.
