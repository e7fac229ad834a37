// The lines that an ISP's server answers with (RFC 1939 section 3, RFC 2449 section 8).

/** The first line of an answer. */
export interface IspAnswer {
  readonly ok: boolean;
  /** Response code in upper case, for example `SYS/TEMP`; '' without one. */
  readonly code: string;
  /** The text behind it, fit for a sentence. */
  readonly text: string;
}

/**
 * The answer to a command that was alone on the line. Some servers write `+OK: ready` or `-ERR[IN-USE] busy`: anything but a letter or a digit may
 * stand behind the status. `undefined` for a line without a status.
 */
export function parseAnswer(line: string): IspAnswer | undefined {
  const match = /^(\+OK|-ERR)(?![\p{L}\p{N}])[\s:;,.]*(.*)$/iu.exec(line.trimEnd());
  return match === null ? undefined : answerOf(match[1] ?? '', match[2] ?? '');
}

/**
 * The answer to one of several commands on the line, as RFC 1939 section 3 writes it and not otherwise: any other line may be part of a message whose
 * end was damaged. `undefined` for such a line.
 */
export function parseExactAnswer(line: string): IspAnswer | undefined {
  const match = /^(\+OK|-ERR)(?: (.*))?$/.exec(line);
  return match === null ? undefined : answerOf(match[1] ?? '', (match[2] ?? '').trim());
}

function answerOf(status: string, rest: string): IspAnswer {
  const code = /^\[([^\]\s]{1,40})[^\]]{0,80}\]\s*/.exec(rest);
  return {
    ok: status.toUpperCase() === '+OK',
    code: code?.[1]?.toUpperCase() ?? '',
    text: printable(code === null ? rest : rest.slice(code[0].length)),
  };
}

/** How many messages the answer to STAT says there are; 0 where it does not say. */
export function countIn({ ok, text }: IspAnswer): number {
  const count = Number(text.split(' ')[0]);
  return ok && Number.isSafeInteger(count) ? count : 0;
}

/** Whether two answers to STAT speak of the same messages: as many of them, and as many octets. */
export function isSameStat(one: IspAnswer, other: IspAnswer): boolean {
  const figures = ({ text }: IspAnswer): string => text.split(' ', 2).join(' ');
  return one.ok === other.ok && (!one.ok || figures(one) === figures(other));
}

/** A stranger's text for a log or a page: printable, and not long. */
export function printable(text: string): string {
  return text.replaceAll(/[^\x20-\x7e]/g, '?').slice(0, 200);
}
