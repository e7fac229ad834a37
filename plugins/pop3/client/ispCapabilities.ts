// What an ISP's server says it can do (RFC 2449). A server without CAPA can do what RFC 1939 demands.

export interface IspCapabilities {
  readonly pipelining: boolean;
  readonly stls: boolean;
  /** SASL mechanisms, in upper case: `PLAIN`, `XOAUTH2`. */
  readonly mechanisms: readonly string[];
  /** CAPA lists USER. */
  readonly announcesUser: boolean;
  /** USER and PASS are worth a try: they are announced, or the server has no CAPA, or its CAPA speaks of no login and no TLS at all. */
  readonly takesUser: boolean;
  /** Seconds between logins that the server asks for; 0 without a wish. */
  readonly loginDelaySeconds: number;
}

/** SASL mechanisms of one server at most. */
const MOST_MECHANISMS = 50;

/** Reads the lines of CAPA, tags in any case; unknown ones mean nothing. `undefined` lines: the server refused CAPA. */
export function ispCapabilities(lines: readonly string[] | undefined): IspCapabilities {
  const tags = new Map(
    (lines ?? []).map((line) => {
      const [tag = '', ...words] = line.trim().toUpperCase().split(/\s+/);
      return [tag, words] as const;
    }),
  );
  const delay = Number(tags.get('LOGIN-DELAY')?.[0] ?? 0);
  const mechanisms = (tags.get('SASL') ?? []).filter((name) => /^[A-Z0-9_-]{1,20}$/.test(name)).slice(0, MOST_MECHANISMS);
  return {
    pipelining: tags.has('PIPELINING'),
    stls: tags.has('STLS'),
    mechanisms,
    announcesUser: tags.has('USER'),
    takesUser: tags.has('USER') || (mechanisms.length === 0 && !tags.has('STLS')),
    loginDelaySeconds: Number.isFinite(delay) && delay > 0 ? Math.min(delay, 86_400) : 0,
  };
}
