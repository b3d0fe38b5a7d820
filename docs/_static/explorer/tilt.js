// The mathematics of the explorer: no page, no state, numbers in and numbers out.
//
// Every result carries a bound on its error, so that digits.js can leave out the digits that a double
// does not vouch for. The bounds are running error bounds to first order, with room to spare; a number
// that is typed as a decimal counts as that decimal, half a unit away from its double.

const U = 2 ** -53; // rounding, relative
const LIBRARY = 4 * U; // exp, log and their kin: engines are within one or two units
const SERIES = 32 * U;
const TINY = 1e-322; // more than is lost where a number is below the range of doubles
const LEAST_LOG = -745; // of the smallest double

// A value, or the logarithm of one, with the bound on its error.
const bounded = (value, error = 0) => ({ value, error });
const logarithm = (log, error = 0) => ({ log, error });

// How much more e^log can be: also where e^log is below the range of doubles and its error is not.
const slack = (log, error) =>
  TINY + (error < 1 ? Math.exp(log) * (Math.expm1(error) + LIBRARY) : Math.exp(log + error));

// The logarithm of a sum moves by no more than that of the term which moves most: a bound also where the terms are
// known so badly that slack says nothing.
const farthest = (errors) => Math.max(...errors) + LIBRARY;

const sum = (numbers) => numbers.reduce((total, number) => total + number, 0);

/**
 * The reference policy from its logits, or from its probabilities, which are divided by their sum.
 * A logit of -Infinity is no mass, and so is a probability of 0.
 */
export function reference(kind, values) {
  const size = values.length;
  let logs, errors;
  if (kind === "logit") {
    const most = Math.max(...values);
    if (!(most > -Infinity)) throw new RangeError("no response has any mass");
    const away = values.map((value) => value - most);
    // `value === most` is exact: equal doubles are equal decimals.
    const moved = values.map((value, i) =>
      value === most ? 0 : U * (Math.abs(value) + Math.abs(most) + Math.abs(away[i])),
    );
    const weights = away.map(Math.exp);
    const total = sum(weights);
    const lost = sum(away.map((each, i) => (each > -Infinity ? slack(each, moved[i]) : 0)));
    const logTotal = Math.log(total);
    const finite = moved.filter((_, i) => away[i] > -Infinity);
    const shared = Math.min(lost / total, farthest(finite)) + size * U + LIBRARY * logTotal;
    logs = away.map((each) => each - logTotal);
    errors = logs.map((log, i) => (log === -Infinity ? 0 : moved[i] + shared + U * Math.abs(log)));
  } else {
    const total = sum(values);
    if (!(total > 0)) throw new RangeError("no response has any mass");
    logs = values.map((value) => Math.log(value / total));
    errors = logs.map((log) => (log === -Infinity ? 0 : (size + 4) * U + (LIBRARY + U) * Math.abs(log)));
  }
  // Where a logarithm says next to nothing and the mass need not be next to nothing, nothing may be built upon it.
  const unknown = logs.map((log, i) => errors[i] > 1 && log + errors[i] > LEAST_LOG);
  const masses = logs.map((log, i) => Math.max(Math.exp(log), unknown[i] ? Number.MIN_VALUE : 0));
  const massErrors = errors.map((error, i) => (unknown[i] ? Infinity : LIBRARY + (error > 1 ? 0 : Math.expm1(error))));
  const support = logs.map((_, i) => i).filter((i) => logs[i] > -Infinity);
  return { logs, errors, masses, massErrors, support };
}

/** pi_ref of every response, as logarithms. */
export function referencePolicy(ref) {
  return ref.logs.map((log, i) => logarithm(log, ref.errors[i]));
}

/**
 * The optimal policy at temperature `beta`: 0 and Infinity are the two limits, taken exactly.
 *
 * Gives `policy` and `ratio` (pi* and pi* / pi_ref, as logarithms; a ratio is null where there is no mass), `reward`,
 * `kl`, `logPartition`, `objective` (beta log Z) and, as a logarithm, `top`, the mass on the best responses.
 */
export function tilt(ref, rewards, beta) {
  const top = Math.max(...ref.support.map((i) => rewards[i]));
  const best = ref.support.filter((i) => rewards[i] === top);
  const result = beta === 0 ? coldest(ref, rewards, best) : tempered(ref, rewards, beta);
  const certain = beta === 0 || best.length === ref.support.length;
  const onTop = certain ? logarithm(0) : logSum(best.map((i) => result.policy[i]));
  return { ...result, best, top: onTop };
}

/** The logarithm of a sum of numbers given by theirs. */
function logSum(terms) {
  const most = Math.max(...terms.map(({ log }) => log));
  const total = sum(terms.map(({ log }) => Math.exp(log - most)));
  // `log === most` is exact.
  const errors = terms.map(({ log, error }) => (log === most ? error : error + 2 * U * (Math.abs(log) + Math.abs(most))));
  const lost = sum(terms.map(({ log }, i) => slack(log - most, errors[i])));
  const log = most + Math.log(total);
  const rounding = (terms.length + 4) * U * (1 + Math.log(total)) + U * (Math.abs(most) + Math.abs(log));
  return logarithm(log, Math.min(lost / total, farthest(errors)) + rounding);
}

// --- the limit beta -> 0: the reference, restricted to the best responses --------------------------

function coldest(ref, rewards, best) {
  const most = rewards[best[0]];
  const everything = best.length === ref.support.length;
  const { log, error } = everything ? logarithm(0) : logMass(ref, best);
  const among = new Set(best);
  const has = new Set(ref.support);
  const one = best.length === 1; // all mass is on it, whatever its logit
  return {
    policy: ref.logs.map((each, i) => {
      if (!among.has(i)) return logarithm(-Infinity);
      return one ? logarithm(0) : logarithm(each - log, ref.errors[i] + error + U * Math.abs(each - log));
    }),
    ratio: ref.logs.map((_, i) => {
      if (!has.has(i)) return null;
      return among.has(i) ? logarithm(-log, error) : logarithm(-Infinity);
    }),
    reward: bounded(most, U * Math.abs(most)),
    kl: bounded(-log, error),
    logPartition: most === 0 ? bounded(log, error) : bounded(most * Infinity),
    objective: bounded(most, U * Math.abs(most)),
  };
}

/** log of the reference's mass on some rows: through the others where that is near 1. */
function logMass(ref, rows) {
  const inside = new Set(rows);
  const others = ref.support.filter((i) => !inside.has(i));
  const rest = sum(others.map((i) => ref.masses[i]));
  if (rest < 0.5) {
    const error = sum(others.map((i) => ref.masses[i] * ref.massErrors[i] + TINY)) + others.length * U * rest;
    const log = Math.log1p(-rest);
    return logarithm(log, 2 * error + LIBRARY * Math.abs(log));
  }
  return logSum(rows.map((i) => logarithm(ref.logs[i], ref.errors[i])));
}

// --- any other temperature -------------------------------------------------------------------------

function tempered(ref, rewards, beta) {
  const { logs, errors, masses, massErrors, support } = ref;
  const size = support.length;
  // Rewards count from the likeliest response under pi*: what is left of them then matters little.
  const score = (i) => logs[i] + rewards[i] / beta;
  const centre = support.reduce((most, i) => (score(i) > score(most) ? i : most));
  const c = rewards[centre];
  const away = rewards.map((reward) => reward - c);
  const awayErrors = rewards.map((reward, i) =>
    reward === c ? 0 : U * (Math.abs(reward) + Math.abs(c) + Math.abs(away[i])),
  );

  const t = away.map((each) => each / beta);
  const tErrors = t.map((each, i) => awayErrors[i] / beta + 3 * U * Math.abs(each));
  const m = logs[centre];
  const exponents = support.map((i) => logs[i] + t[i] - m);
  const weights = exponents.map(Math.exp);
  const total = sum(weights);
  const exponentErrors = support.map(
    (i) => errors[i] + tErrors[i] + 2 * U * (Math.abs(logs[i]) + Math.abs(t[i]) + Math.abs(m)),
  );
  const weightErrors = exponents.map((each, at) => slack(each, exponentErrors[at]));
  let log = m + Math.log(total);
  let shared =
    errors[centre] + Math.min(sum(weightErrors) / total, farthest(exponentErrors)) +
    size * U + LIBRARY * Math.abs(Math.log(total)) + U * Math.abs(log);
  if (Math.abs(log) < 0.5) {
    // Near 0 through log(1 + sum of pi_ref (e^t - 1)), which does not cancel against 1.
    const excess = support.map((i) => (t[i] < 1 ? masses[i] * Math.expm1(t[i]) : Math.exp(logs[i] + t[i]) - masses[i]));
    const excessErrors = support.map((i, at) => {
      const fixed = massErrors[i] + (size + 1) * U;
      if (t[i] < 1) {
        const moved = 2 * masses[i] * Math.exp(t[i]) * Math.expm1(tErrors[i]);
        return Math.abs(excess[at]) * (fixed + LIBRARY) + moved + (t[i] && TINY);
      }
      return slack(logs[i] + t[i], errors[i] + tErrors[i] + fixed + U * Math.abs(logs[i] + t[i])) + masses[i] * fixed;
    });
    const nearer = Math.log1p(sum(excess));
    // log has slope at most 2 here: all of it is above 0.6.
    const nearerError = 2 * sum(excessErrors) + LIBRARY * Math.abs(nearer);
    if (nearerError < shared) [log, shared] = [nearer, nearerError];
  }
  const logRatios = t.map((each) => each - log);
  const ratioErrors = logRatios.map((each, i) => tErrors[i] + shared + U * Math.abs(each));
  let logZ = bounded(c / beta + log, 3 * U * Math.abs(c / beta) + shared + U * Math.abs(c / beta + log));
  // Where every reward is the same, all of it is exact.
  if (support.every((i) => away[i] === 0)) {
    logRatios.fill(0);
    ratioErrors.fill(0);
    logZ = bounded(c / beta, 3 * U * Math.abs(c / beta));
  }

  const has = new Set(support);
  const ratio = logRatios.map((each, i) => (has.has(i) ? logarithm(each, ratioErrors[i]) : null));
  const policy = logs.map((log, i) => {
    if (!has.has(i)) return logarithm(-Infinity);
    const rounding = logRatios[i] ? U * Math.abs(log + logRatios[i]) : 0;
    return logarithm(log + logRatios[i], errors[i] + ratioErrors[i] + rounding);
  });
  const reward = expectation(policy, support, c, away, awayErrors);
  const objective = bounded(beta * logZ.value, beta * logZ.error + 2 * U * Math.abs(beta * logZ.value));
  return {
    policy,
    ratio,
    reward,
    kl: divergence(ref, policy, ratio),
    logPartition: beta === Infinity ? bounded(0) : logZ,
    objective: beta === Infinity ? reward : objective,
  };
}

/** c + E[r - c] under a policy. */
function expectation(policy, support, c, away, awayErrors) {
  let total = 0;
  let error = 0;
  for (const i of support) {
    const mass = Math.exp(policy[i].log);
    total += mass * away[i];
    const massError = slack(policy[i].log, policy[i].error);
    if (!away[i]) continue;
    error += Math.abs(away[i]) * (massError + (support.length + 1) * U * mass) + awayErrors[i] * (mass + massError);
  }
  return bounded(c + total, error + U * (Math.abs(c) + Math.abs(c + total)));
}

/** KL(pi* || pi_ref) as the sum of pi_ref (d e^d - e^d + 1), d = log(pi* / pi_ref): no term is negative. */
function divergence(ref, policy, ratio) {
  let total = 0;
  let error = 0;
  for (const i of ref.support) {
    const p = ref.masses[i];
    const { log: d, error: dError } = ratio[i];
    const relative = ref.massErrors[i] + SERIES + ref.support.length * U;
    if (Math.abs(d) < 0.5) {
      const term = p * gap(d);
      total += term;
      if (d || dError) error += term * relative + 2 * p * (Math.abs(d) + dError) * dError + TINY;
    } else {
      const q = Math.exp(policy[i].log);
      const term = q ? q * (d - 1) + p : p;
      total += term;
      const qError = slack(policy[i].log, policy[i].error);
      error += p * relative + TINY + (q + qError && Math.abs(d - 1) * (qError + relative * q) + (q + qError) * dError);
    }
  }
  return bounded(total, error);
}

/** x e^x - e^x + 1 for |x| < 1/2: the sum of (k - 1) x^k / k! from k = 2. */
function gap(x) {
  let power = x;
  let total = 0;
  for (let k = 2; k < 20; k += 1) total += (k - 1) * (power *= x / k);
  return total;
}

// --- the frontier ----------------------------------------------------------------------------------

/** Points from beta = Infinity to beta = 0, both with them: `beta`, `kl`, `reward`. For drawing. */
export function frontier(ref, rewards, count = 160) {
  const point = (beta) => {
    const { kl, reward } = tilt(ref, rewards, beta);
    return { beta, kl: kl.value, reward: reward.value };
  };
  const among = ref.support.map((i) => rewards[i]);
  const span = Math.max(...among) - Math.min(...among);
  const start = point(Infinity);
  const end = point(0);
  if (!span) return [start, end];
  const high = Math.log10(span) + 3;
  const low = Math.log10(span) - 3 - Math.log10(Math.max(1, end.kl));
  const between = Array.from({ length: count }, (_, i) => point(10 ** (high + ((low - high) * i) / (count - 1))));
  return [start, ...between, end];
}
