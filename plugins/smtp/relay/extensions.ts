// What the ISP's server can do, as its answer to EHLO says (RFC 5321 section 4.1.1.1).

export interface Extensions {
  /** Upper-case keywords: `SIZE`, `8BITMIME`, `SMTPUTF8`, `DSN`, `AUTH` ... */
  readonly names: ReadonlySet<string>;
  /** Octets; `undefined` where the server announces no limit (RFC 1870: 0 means none). */
  readonly maxSize: number | undefined;
  /** Where the server names any. */
  readonly limits?: AnnouncedLimits;
}

/** LIMITS (RFC 9422). */
export interface AnnouncedLimits {
  /** RCPTMAX: recipients in one transaction. */
  readonly recipients: number | undefined;
  /** RCPTDOMAINMAX: their domains in one transaction. */
  readonly domains: number | undefined;
  /** MAILMAX: transactions in one session. */
  readonly transactions: number | undefined;
}

/** Reads all lines of the reply; one to HELO has only the first and announces nothing. */
export function readExtensions(reply: string): Extensions {
  const lines = reply
    .split(/\r?\n/)
    .slice(1)
    .map((line) => line.slice('250-'.length).trim().toUpperCase());
  const words = lines.map((line) => line.split(/[\s=]+/));
  const size = Number(words.find(([name]) => name === 'SIZE')?.[1]);
  const limits = lines.find((line) => line.startsWith('LIMITS '));
  return {
    names: new Set(words.flatMap(([name]) => (name ? [name] : []))),
    maxSize: size > 0 ? size : undefined,
    ...(limits !== undefined && { limits: readLimits(limits) }),
  };
}

/** `LIMITS RCPTMAX=20 MAILMAX=5`. What is no number of one to six digits counts for nothing (RFC 9422 section 4). */
function readLimits(line: string): AnnouncedLimits {
  const values = new Map<string, number>();
  for (const word of line.split(/\s+/)) {
    const { name, value } = /^(?<name>\w+)=(?<value>[1-9]\d{0,5})$/.exec(word)?.groups ?? {};
    if (name !== undefined) values.set(name, Number(value));
  }
  return { recipients: values.get('RCPTMAX'), domains: values.get('RCPTDOMAINMAX'), transactions: values.get('MAILMAX') };
}
