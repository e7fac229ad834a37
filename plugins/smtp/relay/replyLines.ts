// Whether a reply is one that SMTP knows (RFC 5321 section 4.2): all its lines bear one code, and a success is written out. Pure.

/** `250 text`, `250-text`, `250`. */
const LINE = /^([2-5]\d\d)(?:[ -]|$)/;

/** A success that can be relied on: all lines say the same 2xx. */
export function isSuccess(reply: string): boolean {
  return reply.startsWith('2') && !contradicts(reply);
}

/**
 * A reply that says two things, as `250-queued` and then `550 refused`, or that seems to say yes and is none, as `25X OK` and `250OK`: what the
 * server did is not known. A refusal that is written badly is still one, where it says nothing else.
 */
export function contradicts(reply: string): boolean {
  const lines = reply.split('\n').map((line) => line.trimEnd());
  const code = lines[0]?.slice(0, 3);
  if (lines.some((line) => line.slice(0, 3) !== code)) return true;
  return /^[23]/.test(reply) && !lines.every((line) => LINE.test(line));
}
