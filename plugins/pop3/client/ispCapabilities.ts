// What an ISP's server says it can do (RFC 2449). A server without CAPA can do what RFC 1939 demands.

export interface IspCapabilities {
  readonly pipelining: boolean;
  readonly stls: boolean;
  readonly saslPlain: boolean;
  /** Seconds between logins that the server asks for; 0 without a wish. */
  readonly loginDelaySeconds: number;
}

/** Reads the lines of CAPA, tags in any case; unknown ones mean nothing. `undefined` lines: the server refused CAPA. */
export function ispCapabilities(lines: readonly string[] | undefined): IspCapabilities {
  const tags = new Map(
    (lines ?? []).map((line) => {
      const [tag = '', ...words] = line.trim().toUpperCase().split(/\s+/);
      return [tag, words] as const;
    }),
  );
  const delay = Number(tags.get('LOGIN-DELAY')?.[0] ?? 0);
  return {
    pipelining: tags.has('PIPELINING'),
    stls: tags.has('STLS'),
    saslPlain: tags.get('SASL')?.includes('PLAIN') ?? false,
    loginDelaySeconds: Number.isFinite(delay) && delay > 0 ? Math.min(delay, 86_400) : 0,
  };
}
