// The terminal: colours where there is one, and numbers as people read them.
import { styleText } from "node:util";

type Style = Parameters<typeof styleText>[0];
interface Stream {
  readonly isTTY?: boolean;
}

/** True for a terminal, unless NO_COLOR is set (no-color.org). */
export const hasColours = (stream: Stream): boolean => stream.isTTY === true && !process.env.NO_COLOR;

/** A function that styles text for `stream`, or leaves it as it is. */
export function paint(stream: Stream, style: Style): (text: string) => string {
  return hasColours(stream) ? (text) => styleText(style, text) : (text) => text;
}

/** `45 s`, `2 min 5 s`, `3 h 20 min`. */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}

/** `999 B`, `62.7 MB`, `1.2 GB` (powers of ten). */
export function byteCount(bytes: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  let value = bytes;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${unit === 0 ? value : value.toFixed(value < 100 ? 1 : 0)} ${units[unit]}`;
}

/** Three significant digits for a rate, without exponents. */
export const rate = (value: number): string => (value < 100 ? value.toPrecision(3) : Math.round(value).toString());
