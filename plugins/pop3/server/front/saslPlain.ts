// SASL PLAIN (RFC 4616): what a client's response says, or that it says nothing valid.
import type { Pop3Login } from '../pop3Desk.js';

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/** Reads UTF-8 octets that were taken in one character an octet; `undefined` where they are not UTF-8. */
export function utf8(octets: string): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Buffer.from(octets, 'latin1'));
  } catch {
    return undefined;
  }
}

/** Answers `undefined` for illegal base64, missing fields, text that is not UTF-8, and an authorization id other than the name. */
export function plainCredentials(response: string): Pop3Login | undefined {
  if (!BASE64.test(response)) return undefined;
  const fields = utf8(Buffer.from(response, 'base64').toString('latin1'))?.split('\0');
  if (fields?.length !== 3) return undefined;
  const [authorization, name, password] = fields;
  if (name === undefined || password === undefined || name === '' || password === '') return undefined;
  if (authorization !== '' && authorization !== name) return undefined;
  return { name, password };
}
