// How every TLS server of Postroom talks, whatever it serves: options for `tls.createServer` and `tls.createSecureContext` of Node.
import { constants } from 'node:crypto';

/** What keeps secret and unchanged in one step, with keys of the session's own. Others are for programs older than 2012. */
const CIPHERS = [
  'TLS_AES_128_GCM_SHA256',
  'TLS_AES_256_GCM_SHA384',
  'TLS_CHACHA20_POLY1305_SHA256',
  'ECDHE-ECDSA-AES128-GCM-SHA256',
  'ECDHE-RSA-AES128-GCM-SHA256',
  'ECDHE-ECDSA-AES256-GCM-SHA384',
  'ECDHE-RSA-AES256-GCM-SHA384',
  'ECDHE-ECDSA-CHACHA20-POLY1305',
  'ECDHE-RSA-CHACHA20-POLY1305',
];

/**
 * TLS 1.2 and 1.3; in 1.2 the AEAD suites with ephemeral keys alone (RFC 9325 section 4.2), no renegotiation, no compression. A server puts its
 * key and certificate beside them: `createServer({ ...SERVER_TLS, key, cert })`.
 */
export const SERVER_TLS: { readonly minVersion: 'TLSv1.2'; readonly ciphers: string; readonly secureOptions: number } = Object.freeze({
  minVersion: 'TLSv1.2',
  ciphers: CIPHERS.join(':'),
  secureOptions: constants.SSL_OP_NO_RENEGOTIATION | constants.SSL_OP_NO_COMPRESSION,
});
