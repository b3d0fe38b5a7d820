// Numbers with a bound on their error -> decimals in which every digit shown is right.
//
// A decimal is shown only if all that lies within the bound rounds to it. Where the bound straddles the
// boundary of two roundings one digit more is tried, then fewer, as `symkl tilt` does.

const U = 2 ** -53;
const DIGITS = 5;
const NOTHING = 1e-300; // what is surely smaller, and has no certain digit, is shown as 0

/**
 * A value with its bound: `7.6104`, `−2.8979×10⁻⁷`; `0 ± 2×10⁻¹⁶` where not even the sign is certain, `?` where
 * nothing is.
 */
export function shown({ value, error }, digits = DIGITS) {
  if (value === 0 && error === 0) return "0";
  if (!Number.isFinite(value)) return value > 0 ? "∞" : "−∞";
  const size = Math.abs(value);
  const around = error + 2 * U * size;
  const text = pinned(size - around, size + around, digits);
  if (text === null && size + around < NOTHING) return "0";
  if (text === null) return around < Infinity ? `0 ± ${roundedUp(size + around)}` : "?";
  return value < 0 ? `−${text}` : text;
}

/** e to a logarithm with its bound, also where that is far beyond the range of doubles. */
export function shownExp({ log, error }, digits = DIGITS) {
  if (log === -Infinity) return "0";
  if (Math.abs(log) < 600) {
    const value = Math.exp(log);
    return shown({ value, error: value * (Math.expm1(error) + 4 * U) }, digits);
  }
  const exponent = log / Math.LN10;
  const around = (error + 4 * U * Math.abs(log)) / Math.LN10;
  const whole = Math.floor(exponent);
  const part = exponent - whole;
  const text = pinned(10 ** (part - around) * (1 - 16 * U), 10 ** (part + around) * (1 + 16 * U), digits, whole);
  if (text !== null) return text;
  const power = shown({ value: exponent, error: around }, digits);
  return /[?±]/.test(power) ? "?" : `10^(${power})`;
}

/** A number as it was typed: its shortest decimal, with a real minus sign. */
export function plain(number) {
  if (number === -Infinity) return "−∞";
  const [mantissa, exponent] = String(number).split("e");
  return mantissa.replace("-", "−") + (exponent ? power(Number(exponent)) : "");
}

function pinned(low, high, digits, shift = 0) {
  if (!(low > 0) || !(high < Infinity)) return null;
  const counts = [digits, digits + 1];
  for (let count = digits - 1; count > 0; count -= 1) counts.push(count);
  for (const count of counts) {
    const text = low.toExponential(count - 1);
    if (text === high.toExponential(count - 1)) return written(text, count, shift);
  }
  return null;
}

/** With an exponent where the point would be far off. */
function written(text, count, shift) {
  const [mantissa, tail] = text.split("e");
  const figures = mantissa.replace(".", "");
  const exponent = Number(tail) + shift;
  if (exponent < -4 || exponent >= count) return mantissa + power(exponent);
  if (exponent < 0) return `0.${"0".repeat(-exponent - 1)}${figures}`;
  if (exponent === count - 1) return figures;
  return `${figures.slice(0, exponent + 1)}.${figures.slice(exponent + 1)}`;
}

function power(exponent) {
  return `×10${[...String(exponent)].map((mark) => (mark === "-" ? "⁻" : "⁰¹²³⁴⁵⁶⁷⁸⁹"[Number(mark)])).join("")}`;
}

function roundedUp(size) {
  let exponent = Math.floor(Math.log10(size));
  let figure = Math.ceil((size / 10 ** exponent) * (1 + 4 * U));
  if (figure >= 10) [figure, exponent] = [1, exponent + 1];
  return exponent < -4 || exponent > 4 ? `${figure}${power(exponent)}` : String(figure * 10 ** exponent);
}
