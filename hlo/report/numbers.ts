// Numbers as people read them: sizes, counts, tables.

/** Three significant digits with a unit of the thousands: `1.23`, `4.56 k`. */
function scaled(value: number, units: readonly string[], whole: boolean): string {
  if (!Number.isFinite(value)) return String(value);
  let rest = value;
  let unit = 0;
  while (Math.abs(rest) >= 999.5 && unit < units.length - 1) {
    rest /= 1000;
    unit++;
  }
  const digits = unit === 0 && whole ? 0 : Math.abs(rest) < 10 ? 2 : Math.abs(rest) < 100 ? 1 : 0;
  return `${rest.toFixed(digits)} ${units[unit]}`.trimEnd();
}

/** `999 B`, `62.7 MB`: powers of ten. */
export const bytesText = (bytes: number): string => scaled(bytes, ["B", "kB", "MB", "GB", "TB", "PB"], true);

/** `12 `, `1.57 M`, `3.20 G`: FLOPs and other counts. */
export const countText = (count: number): string =>
  scaled(count, ["", "k", "M", "G", "T", "P", "E"], Number.isInteger(count));

/** `1 loop`, `2.35 k loops`. */
export const plural = (count: number, noun: string): string => `${countText(count)} ${noun}${count === 1 ? "" : "s"}`;

/** `12.3%` of `total`. */
export const shareText = (part: number, total: number): string =>
  total > 0 ? `${((100 * part) / total).toFixed(1)}%` : "–";

export interface Column {
  readonly title: string;
  readonly align?: "left" | "right";
}

/** Rows under their headings, two spaces apart; no line ends in spaces. */
export function tableText(columns: readonly Column[], rows: readonly (readonly string[])[]): string {
  const all = [columns.map(({ title }) => title), ...rows];
  const widths = columns.map((_, k) => all.reduce((width, row) => Math.max(width, [...(row[k] ?? "")].length), 0));
  const pad = (text: string, k: number) => {
    const space = " ".repeat(Math.max(0, widths[k]! - [...text].length));
    return columns[k]!.align === "right" ? space + text : text + space;
  };
  return all
    .map(
      (row) =>
        `${columns
          .map((_, k) => pad(row[k] ?? "", k))
          .join("  ")
          .trimEnd()}\n`,
    )
    .join("");
}

/** At most `length` characters, the middle left out. */
export function shortened(text: string, length: number): string {
  if (text.length <= length) return text;
  const head = Math.ceil((length - 1) / 2);
  return `${text.slice(0, head)}…${text.slice(text.length - (length - 1 - head))}`;
}
