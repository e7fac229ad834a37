// What the ISP's server can do, as its answer to EHLO says (RFC 5321 section 4.1.1.1).

export interface Extensions {
  /** Upper-case keywords: `SIZE`, `8BITMIME`, `SMTPUTF8`, `DSN`, `AUTH` ... */
  readonly names: ReadonlySet<string>;
  /** Octets; `undefined` where the server announces no limit (RFC 1870: 0 means none). */
  readonly maxSize: number | undefined;
}

/** Reads all lines of the reply; one to HELO has only the first and announces nothing. */
export function readExtensions(reply: string): Extensions {
  const words = reply
    .split(/\r?\n/)
    .slice(1)
    .map((line) =>
      line
        .slice('250-'.length)
        .trim()
        .toUpperCase()
        .split(/[\s=]+/),
    );
  const size = Number(words.find(([name]) => name === 'SIZE')?.[1]);
  return { names: new Set(words.flatMap(([name]) => (name ? [name] : []))), maxSize: size > 0 ? size : undefined };
}
