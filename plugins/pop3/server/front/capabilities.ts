// CAPA (RFC 2449): only what works, and nothing before the login that does not hold after it.

export interface Offer {
  /** A login is possible as things are: TLS is on, or the client's network may do without. */
  readonly login: boolean;
  /** The port offers STLS and TLS is not on yet. */
  readonly stls: boolean;
}

/** The answer to CAPA, without its first line and its end. */
export function capabilities(offer: Offer): readonly string[] {
  return [
    'TOP',
    'UIDL',
    'RESP-CODES',
    'AUTH-RESP-CODE',
    'PIPELINING',
    ...(offer.login ? ['USER', 'SASL PLAIN'] : []),
    ...(offer.stls ? ['STLS'] : []),
    'EXPIRE NEVER',
    'IMPLEMENTATION Postroom',
  ];
}
