// The lines that an ISP's server answers with (RFC 1939 section 3, RFC 2449 section 8).

/** The first line of an answer. */
export interface Answer {
  readonly ok: boolean;
  /** Response code in upper case, for example `SYS/TEMP`; '' without one. */
  readonly code: string;
  /** The text behind it, fit for a sentence. */
  readonly text: string;
}

/** Answers `undefined` for a line that is neither `+OK` nor `-ERR`. */
export function parseAnswer(line: string): Answer | undefined {
  const match = /^(\+OK|-ERR)(?:[ \t]+(.*))?$/i.exec(line.trimEnd());
  if (match === null) return undefined;
  const rest = match[2] ?? '';
  const code = /^\[([^\]\s]{1,40})[^\]]{0,80}\]\s*/.exec(rest);
  return {
    ok: match[1]?.toUpperCase() === '+OK',
    code: code?.[1]?.toUpperCase() ?? '',
    text: printable(code === null ? rest : rest.slice(code[0].length)),
  };
}

/** How many messages the answer to STAT says there are; 0 where it does not say. */
export function countIn({ ok, text }: Answer): number {
  const count = Number(text.split(' ')[0]);
  return ok && Number.isSafeInteger(count) ? count : 0;
}

/** A stranger's text for a log or a page: printable, and not long. */
export function printable(text: string): string {
  return text.replaceAll(/[^\x20-\x7e]/g, '?').slice(0, 200);
}
