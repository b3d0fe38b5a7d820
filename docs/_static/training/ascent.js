// A policy being trained, in doubles: exact gradient ascent of E[r] - β KL(π‖π_ref) by softmax parameters.
// symkl/problems/training.py is the same in Python; tests hold the two against each other at every step.

const total = (values) => values.reduce((sum, each) => sum + each, 0);
const mean = (policy, values) => total(policy.map((p, i) => (p > 0 ? p * values[i] : 0)));

/** Log-probabilities from logits, of which some may be -Infinity. */
export function logSoftmax(logits) {
  const most = Math.max(...logits);
  const log = Math.log(total(logits.map((each) => Math.exp(each - most))));
  return logits.map((each) => (each === -Infinity ? -Infinity : each - most - log));
}

/** e^-u - 1 + u, precise near 0. */
function surplus(u) {
  if (Math.abs(u) >= 0.5) return u + Math.expm1(-u);
  let term = (u * u) / 2;
  let sum = 0;
  for (let k = 3; Math.abs(term) > 1e-18 * Math.abs(sum); k += 1) {
    sum += term;
    term *= -u / k;
  }
  return sum + term;
}

/** KL(p‖q) in nats, from log-probabilities: a sum of terms none of which is negative. */
export function divergence(logP, logQ) {
  return total(
    logP.map((p, i) => {
      if (p === -Infinity) return logQ[i] === -Infinity ? 0 : Math.exp(logQ[i]);
      return Math.exp(p) * surplus(p - logQ[i]);
    }),
  );
}

/** The gradient of the objective by θ, where π = softmax(θ): π(y) (ρ(y) - E_π ρ), ρ = r - β log(π/π_ref). */
export function gradient(logs, reference, rewards, beta) {
  const policy = logs.map(Math.exp);
  const earned = rewards.map((r, i) => (policy[i] > 0 ? r - beta * (logs[i] - reference[i]) : 0));
  const average = mean(policy, earned);
  return policy.map((p, i) => p * (earned[i] - average));
}

/** What there is of every policy on the way, the reference first. `logits` are those of the reference. */
export function train({ logits, rewards, wanted, beta, rate, steps }) {
  const reference = logSoftmax(logits);
  const optimum = logSoftmax(reference.map((p, i) => p + rewards[i] / beta));
  const path = [];
  let logs = reference;
  for (let step = 0; step <= steps; step += 1) {
    const policy = logs.map(Math.exp);
    const [reward, kl] = [mean(policy, rewards), divergence(logs, reference)];
    path.push({
      step, reward, wanted: mean(policy, wanted), kl, objective: reward - beta * kl,
      gap: beta * divergence(logs, optimum), policy,
    });
    const uphill = gradient(logs, reference, rewards, beta);
    const from = logs;
    logs = logSoftmax(from.map((each, i) => each + rate * uphill[i]));
  }
  return path;
}
