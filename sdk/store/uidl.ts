// Unique ids for POP3 (RFC 1939 section 7): the copy's number, which is never given twice, and the beginning of the content's hash,
// so that an id is not re-used for other content after an older copy of the database was restored. The same in every store: mail that moves to another one keeps its ids.

/** For example `2s.0f3a9c41`. `tag`: the first four octets of the content hash. */
export function uidlOf(placement: number, tag: number): string {
  return `${placement.toString(36)}.${tag.toString(16).padStart(8, '0')}`;
}

/** The copy that a UIDL names; `undefined` for other texts. */
export function placementOf(uidl: string): number | undefined {
  const match = /^([0-9a-z]{1,10})\.[0-9a-f]{8}$/.exec(uidl);
  return match?.[1] === undefined ? undefined : Number.parseInt(match[1], 36);
}
